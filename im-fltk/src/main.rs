//! A light desktop client. `update` changes the model, `view` draws it, `net` runs the library; `program` joins them.

#![allow(unreachable_pub)] // a binary crate exports nothing
#![allow(clippy::format_collect)] // a few short texts
#![allow(clippy::manual_midpoint)] // pixel coordinates do not overflow
#![allow(clippy::many_single_char_names)] // x, y, w, h, and c for colours, as the toolkit names them

mod files;
mod fl;
mod layout;
mod model;
mod net;
mod notify;
mod program;
mod text;
mod trace;
mod update;
mod view;

use clap::Parser;
use fltk::app;
use model::{Model, Settings};
use program::Program;
use std::path::PathBuf;

/// Private chat on your own network.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// The server to connect to (HOST, HOST:PORT, or an invite); it can be changed in the window
    server: Option<String>,
    /// Your name in the chat
    #[arg(short, long)]
    name: Option<String>,
    /// The server's passkey; typing it into the window is safer, since other users can see command lines
    #[arg(short, long, env = "IM_PASSKEY", hide_env_values = true)]
    passkey: Option<String>,
    /// Connect at once with these values
    #[arg(short, long)]
    connect: bool,
    /// The settings file (default: im-fltk/settings.json in the user's configuration folder)
    #[arg(long)]
    settings: Option<PathBuf>,
    /// Write every event and state change to standard output, one per line
    #[arg(long)]
    trace: bool,
}

fn main() -> anyhow::Result<()> {
    // The toolkit would swallow a panic in a callback and leave the window in an unknown state.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::abort();
    }));
    let options = Options::parse();
    let app = app::App::default();
    app::set_visible_focus(false);
    // The toolkit's own tooltips ignore the theme.
    app::set_option(app::Option::ShowTooltips, false);
    // The desktop's file choosers stop the toolkit from watching descriptors.
    app::set_option(app::Option::FnfcUsesGtk, false);
    app::set_option(app::Option::FnfcUsesZenity, false);
    app::keyboard_screen_scaling(false);
    let path = options.settings.or_else(files::settings_path);
    let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let mut model = Model::new(Settings::from_text(&text));
    if let Some(server) = options.server {
        model.form.set_server(&server);
    }
    if let Some(name) = options.name {
        model.form.name = name;
    }
    model.form.passkey = options.passkey.unwrap_or_default();
    let program = Program::new(model, path, options.trace)?;
    if options.connect {
        program.connect();
    }
    program.run(app)
}
