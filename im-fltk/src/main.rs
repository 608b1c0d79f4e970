//! A light desktop client. `update` decides, `view` shows, `net` talks; this file joins them.

#![allow(unreachable_pub)] // a program has no outside
#![allow(clippy::format_collect)] // a few short texts
#![allow(clippy::many_single_char_names)] // x, y, w, h, and c for colours: the toolkit's own words

mod layout;
mod model;
mod net;
mod notify;
mod text;
mod trace;
mod update;
mod view;

use anyhow::Context as _;
use clap::Parser;
use fltk::app;
use libim::wire::Seq;
use model::{Model, Settings};
use net::Net;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};
use update::{Effect, Msg, update};
use view::{Mailbox, Ui};

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

struct Program {
    model: view::Shared,
    mail: Mailbox,
    ui: Ui,
    net: Net,
    settings: Option<PathBuf>,
    notifier: notify::Notifier,
    trace: bool,
    closing: bool,
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
    // The desktop's own file choosers stop the watching of descriptors.
    app::set_option(app::Option::FnfcUsesGtk, false);
    app::set_option(app::Option::FnfcUsesZenity, false);
    app::keyboard_screen_scaling(false);
    let path = options.settings.or_else(settings_path);
    let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let mut model = Model::new(Settings::from_text(&text));
    if let Some(server) = options.server {
        model.form.server = server;
    }
    if let Some(name) = options.name {
        model.form.name = name;
    }
    model.form.passkey = options.passkey.unwrap_or_default();
    let model = Rc::new(RefCell::new(model));
    let mail = Mailbox::default();
    let ui = Ui::new(&model, &mail);
    let mut program = Program {
        ui,
        net: Net::new()?,
        model,
        mail,
        settings: path,
        notifier: notify::Notifier::default(),
        trace: options.trace,
        closing: false,
    };
    if options.connect {
        program.mail.send(Msg::Connect);
    }
    program.turn()?;
    while app.wait() {
        program.turn()?;
        if program.closing {
            break;
        }
    }
    Ok(())
}

fn settings_path() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(folder.join("im-fltk").join("settings.json"))
}

impl Program {
    /// Handles everything that has happened since the toolkit's last turn, and shows it.
    fn turn(&mut self) -> anyhow::Result<()> {
        let mut changed = self.ui.is_new();
        let at_end = self.ui.messages.is_at_end();
        if at_end != self.model.borrow().at_end {
            self.mail.send(Msg::AtBottom(at_end));
        }
        // The toolkit has a focused widget just when the window has the keyboard.
        let focused = app::focus().is_some();
        if focused != self.model.borrow().focused {
            self.mail.send(Msg::Focus(focused));
        }
        let mail = self.mail.clone();
        self.net.poll(|msg| mail.send(msg)).context("the event loop failed")?;
        while let Some(msg) = self.mail.take() {
            changed = true;
            if self.trace {
                trace::message(&msg);
            }
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_millis());
            let effects = update(&mut self.model.borrow_mut(), u64::try_from(now).unwrap_or(0), msg);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        if changed {
            let max = self.net.text_max();
            self.model.borrow_mut().text_max = max;
            self.ui.sync(&self.model.borrow());
            if self.trace {
                trace::state(&self.model.borrow());
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_lines)] // one arm per effect
    fn carry_out(&mut self, effect: Effect) {
        let asked = match effect {
            Effect::Connect { address, name, passkey } => {
                self.net.connect(&address, &name, passkey);
                Ok(())
            }
            Effect::Disconnect => {
                self.net.disconnect();
                Ok(())
            }
            Effect::Quit => {
                self.ui.close();
                self.net.quit();
                self.closing = true;
                Ok(())
            }
            Effect::Post(room, text, reply) => {
                let taken = self.net.ask(|client| match reply {
                    Some(seq) => client.reply(room, Seq(seq), &text),
                    None => client.post(room, &text),
                });
                self.mail.send(Msg::Posted(room, text, reply, taken));
                Ok(())
            }
            Effect::Edit(room, seq, text) => self.net.ask(|it| it.edit(room, Seq(seq), &text)).map(drop),
            Effect::Delete(room, seq) => self.net.ask(|it| it.delete(room, Seq(seq))).map(drop),
            Effect::React(room, seq, emoji, on) => {
                self.net.ask(|it| it.react(room, Seq(seq), &emoji, on)).map(drop)
            }
            // Told again with the next one.
            Effect::MarkRead(room, seq) => self.net.ask(|it| it.mark_read(room, Seq(seq))).or(Ok(())),
            // Nobody minds when it is not told.
            Effect::Typing(room) => self.net.ask(|it| it.typing(room, true)).or(Ok(())),
            Effect::History(room, before) => {
                let before = if before == 0 { Seq(u64::MAX) } else { Seq(before) };
                self.net.ask(|it| it.history(room, before, 0)).map(drop)
            }
            // Without them the switcher shows less.
            Effect::Rooms(after) => self.net.ask(|it| it.list_rooms(after)).map(drop).or(Ok(())),
            Effect::Members(room, after) => {
                self.net.ask(|it| it.list_members(room, after)).map(drop).or(Ok(()))
            }
            Effect::Direct(name, words) => {
                let asked = self.net.ask(|it| it.direct(&name));
                self.mail.send(Msg::Opening(asked, name, words));
                Ok(())
            }
            Effect::Join(name) => {
                let asked = self.net.ask(|it| it.join(&name));
                asked.map(|request| self.mail.send(Msg::Joining(request, name)))
            }
            Effect::Create(name) => {
                let asked = self.net.ask(|it| it.create_room(&name, ""));
                asked.map(|request| self.mail.send(Msg::Joining(request, name)))
            }
            Effect::Leave(room) => self.net.ask(|it| it.leave(room)).map(drop),
            Effect::Topic(room, text) => self.net.ask(|it| it.set_topic(room, &text)).map(drop),
            Effect::Status(away, text) => self.net.ask(|it| it.set_status(away, &text)).map(drop),
            Effect::Notify(title, text) => {
                self.notifier.notify(&title, &text);
                Ok(())
            }
            Effect::Later(millis) => {
                let mail = self.mail.clone();
                #[allow(clippy::cast_precision_loss)] // some seconds
                app::add_timeout3(millis as f64 / 1000.0, move |_| mail.send(Msg::Tick));
                Ok(())
            }
            Effect::Save => {
                self.save();
                Ok(())
            }
            Effect::SetInput(text) => {
                // The arrow that brought the text moves the cursor as the focus comes: the text has the last word.
                self.ui.focus(&self.model.borrow());
                self.ui.set_input(&text);
                Ok(())
            }
            Effect::Insert(text) => {
                self.ui.insert(&text);
                Ok(())
            }
            Effect::Copy(text) => {
                app::copy2(&text);
                Ok(())
            }
            Effect::Focus => {
                self.ui.focus(&self.model.borrow());
                Ok(())
            }
            Effect::Urge => {
                self.ui.urge();
                Ok(())
            }
            Effect::ScrollTo(seq) => {
                self.ui.messages.go_to_message(seq);
                Ok(())
            }
            Effect::ScrollToEnd => {
                self.ui.messages.go_to_end();
                Ok(())
            }
            Effect::Grown(entries) => {
                self.ui.messages.grown(entries);
                Ok(())
            }
        };
        if let Err(why) = asked {
            self.mail.send(Msg::Refused(why));
        }
    }

    fn save(&self) {
        let Some(path) = &self.settings else { return };
        let text = self.model.borrow().settings.to_text();
        let saved = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
            let new = path.with_extension("new");
            std::fs::write(&new, text)?;
            std::fs::rename(&new, path)
        });
        if let Err(error) = saved {
            self.mail.send(Msg::Refused(format!("cannot keep the settings in {}: {error}", path.display())));
        }
    }
}
