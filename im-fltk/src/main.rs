//! A light desktop client. `update` decides, `view` shows, `net` talks; `program` joins them.

#![allow(unreachable_pub)] // a program has no outside
#![allow(clippy::format_collect)] // a few short texts
#![allow(clippy::manual_midpoint)] // pixels do not overflow
#![allow(clippy::many_single_char_names)] // x, y, w, h, and c for colours: the toolkit's own words

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
    /// The name to be known by
    #[arg(short, long)]
    name: Option<String>,
    /// The server's passkey; better typed into the window, since command lines can be seen by others
    #[arg(short, long, env = "IM_PASSKEY", hide_env_values = true)]
    passkey: Option<String>,
    /// Connect at once with what is given
    #[arg(short, long)]
    connect: bool,
    /// Where settings are kept (default: im-fltk/settings.json in the user's configuration folder)
    #[arg(long)]
    settings: Option<PathBuf>,
    /// Write a line to standard output for everything that happens
    #[arg(long)]
    trace: bool,
}

fn main() -> anyhow::Result<()> {
    // A panic in a callback of the toolkit would be swallowed, and the window stay in a state that nobody knows.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::abort();
    }));
    let options = Options::parse();
    let app = app::App::default();
    app::set_visible_focus(false);
    // Its own are drawn by the toolkit, in colours of its own.
    app::set_option(app::Option::ShowTooltips, false);
    // The desktop's own file choosers stop the watching of descriptors.
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
