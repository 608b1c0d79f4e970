//! Joins the model, windows and network: handles messages after each turn of the toolkit's loop, and carries out effects.

use crate::files;
use crate::fl;
use crate::model::{FieldId, Model, WindowId};
use crate::net::Net;
use crate::notify::Notifier;
use crate::trace;
use crate::update::{Effect, Msg, update};
use crate::view::{Mail, Shared, Ui};
use anyhow::Context as _;
use fltk::app;
use libim::wire::Seq;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The running program.
pub struct Program {
    model: Shared,
    mail: Mail,
    ui: Ui,
    net: Net,
    settings: Option<PathBuf>,
    notifier: Notifier,
    trace: bool,
    /// A signal has asked the program to end.
    signalled: Arc<AtomicBool>,
    closing: bool,
}

impl Program {
    pub fn new(model: Model, settings: Option<PathBuf>, trace: bool) -> anyhow::Result<Program> {
        fl::start().context("cannot wake the window system's loop")?;
        let signalled = fl::end_on_signals().context("cannot watch for signals")?;
        let sessions = settings.as_deref().and_then(files::sessions_dir);
        let model = Shared::new(model.into());
        let mail = Mail::default();
        let ui = Ui::new(&model, &mail);
        let (net, notifier) = (Net::new(sessions)?, Notifier::default());
        Ok(Program { model, mail, ui, net, settings, notifier, trace, signalled, closing: false })
    }

    /// Connects at once with the values in the form.
    pub fn connect(&self) {
        self.mail.send(WindowId::MAIN, Msg::Connect);
    }

    /// Runs until the user closes the program.
    pub fn run(mut self, app: app::App) -> anyhow::Result<()> {
        self.turn(true)?;
        while app.wait() {
            self.turn(false)?;
            if self.closing {
                break;
            }
        }
        Ok(())
    }

    /// Handles everything that happened since the last turn, and updates the windows.
    fn turn(&mut self, first: bool) -> anyhow::Result<()> {
        let mut changed = first | self.ui.look();
        if fl::take_due() {
            self.mail.send(WindowId::MAIN, Msg::Tick);
        }
        if !self.closing && self.signalled.load(Ordering::Relaxed) {
            self.mail.send(WindowId::MAIN, Msg::Quit);
        }
        if let Some(room) = self.notifier.clicked() {
            self.mail.send(WindowId::MAIN, Msg::Notified(room));
        }
        let mail = self.mail.clone();
        self.net.poll(|msg| mail.send(WindowId::MAIN, msg)).context("the event loop failed")?;
        while let Some((at, msg)) = self.mail.take() {
            if self.trace && msg != Msg::Tick {
                trace::message(at, &msg);
            }
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_millis());
            let effects = update(&mut self.model.borrow_mut(), u64::try_from(now).unwrap_or(0), at, msg);
            let quiet = std::mem::take(&mut self.model.borrow_mut().quiet);
            changed |= !quiet || self.trace;
            for effect in effects {
                self.carry_out(at, effect);
            }
        }
        if changed {
            let max = self.net.text_max();
            self.model.borrow_mut().text_max = max;
            self.ui.sync();
            if self.trace {
                trace::state(&self.model.borrow());
            }
        }
        if self.trace {
            for (id, pane) in self.ui.panes() {
                if let Some(described) = pane.describe() {
                    trace::zones(*id, &described);
                }
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_lines)] // one arm per effect
    fn carry_out(&mut self, at: WindowId, effect: Effect) {
        let asked = match effect {
            Effect::Connect { address, name, passkey } => {
                self.mail.forget_net();
                self.net.connect(&address, &name, passkey);
                Ok(())
            }
            Effect::Restart => {
                self.net.restart();
                Ok(())
            }
            Effect::LogIn { name, passkey } => {
                self.net.log_in(name.as_deref(), passkey.as_deref());
                Ok(())
            }
            Effect::Disconnect => {
                // Events still queued belong to the connection that is given up.
                self.mail.forget_net();
                self.net.disconnect();
                Ok(())
            }
            Effect::Quit => {
                self.ui.close_all();
                self.net.quit();
                self.closing = true;
                Ok(())
            }
            Effect::Post(room, text, reply) => {
                let taken = self.net.ask(|client| match reply {
                    Some(seq) => client.reply(room, Seq(seq), &text),
                    None => client.post(room, &text),
                });
                self.mail.send(at, Msg::Posted(room, text, reply, taken));
                Ok(())
            }
            Effect::Edit(room, seq, text) => {
                self.mail.send(
                    at,
                    match self.net.ask(|it| it.edit(room, Seq(seq), &text)) {
                        Ok(txn_id) => Msg::Editing(txn_id, room, seq, text),
                        Err(why) => Msg::EditRefused(room, seq, text, why),
                    },
                );
                Ok(())
            }
            Effect::Delete(room, seq) => self.net.ask(|it| it.delete(room, Seq(seq))).map(drop),
            Effect::React(room, seq, emoji, on) => {
                self.net.ask(|it| it.react(room, Seq(seq), &emoji, on)).map(drop)
            }
            // If this fails, the next read mark covers it.
            Effect::MarkRead(room, seq) => self.net.ask(|it| it.mark_read(room, Seq(seq))).or(Ok(())),
            // A lost typing notice does no harm.
            Effect::Typing(room) => self.net.ask(|it| it.typing(room, true)).or(Ok(())),
            Effect::History(room, before) => {
                let before = if before == 0 { Seq(u64::MAX) } else { Seq(before) };
                self.mail.send(
                    at,
                    match self.net.ask(|it| it.history(room, before, 0)) {
                        Ok(request) => Msg::Paging(request, room),
                        Err(why) => Msg::PageRefused(room, why),
                    },
                );
                Ok(())
            }
            // If this fails, the switcher shows fewer rooms.
            Effect::Rooms(after) => self.net.ask(|it| it.list_rooms(after)).map(drop).or(Ok(())),
            Effect::Members(room, after) => {
                self.net.ask(|it| it.list_members(room, after)).map(drop).or(Ok(()))
            }
            Effect::Users(after) => {
                let asked = self.net.ask(|it| it.list_users(after));
                asked.map(|request| self.mail.send(at, Msg::Listing(request))).or(Ok(()))
            }
            Effect::Direct(name, words, go) => {
                let asked = self.net.ask(|it| it.direct(&name));
                self.mail.send(at, Msg::Opening(asked, name, words, go));
                Ok(())
            }
            Effect::Join(name, go) => {
                let asked = self.net.ask(|it| it.join(&name));
                asked.map(|request| self.mail.send(at, Msg::Joining(request, name, go)))
            }
            Effect::Create(name, go) => {
                let asked = self.net.ask(|it| it.create_room(&name, ""));
                asked.map(|request| self.mail.send(at, Msg::Joining(request, name, go)))
            }
            Effect::Leave(room) => self.net.ask(|it| it.leave(room)).map(drop),
            // The server may have closed it already.
            Effect::Abandon(room) => self.net.ask(|it| it.leave(room)).map(drop).or(Ok(())),
            Effect::Topic(room, text) => self.net.ask(|it| it.set_topic(room, &text)).map(drop),
            Effect::Status(away, text) => self.net.ask(|it| it.set_status(away, &text)).map(drop),
            Effect::Notify(room, title, text) => {
                self.notifier.notify(room, &title, &text);
                Ok(())
            }
            Effect::Later(millis) => {
                // Slightly late, so that what is due by then has expired.
                fl::wake_after(millis + 5);
                Ok(())
            }
            Effect::Save => {
                self.save();
                Ok(())
            }
            Effect::Copy(text) => {
                app::copy(&text);
                Ok(())
            }
            Effect::OpenLink(link) => open_link(&link),
            Effect::Urge => {
                self.ui.urge();
                Ok(())
            }
            Effect::OpenWindow(id) => {
                self.ui.open(id);
                Ok(())
            }
            Effect::CloseWindow(id) => {
                self.ui.close(id);
                Ok(())
            }
            Effect::Raise(id) => {
                self.ui.raise(id);
                Ok(())
            }
            Effect::Focus(id) => {
                self.ui.focus(id);
                Ok(())
            }
            Effect::FocusField(id, field) => {
                self.in_window(id, |pane, _| pane.focus_field(field));
                Ok(())
            }
            Effect::Renumbered(old, new) => {
                self.ui.each(|pane| pane.messages(|list| list.renumbered(old, new)));
                Ok(())
            }
            Effect::Grown(room, place, entries) => {
                let shown = self.model.borrow().window_on(room);
                if let Some(id) = shown {
                    self.in_window(id, |pane, _| pane.messages(|list| list.grown(place, entries)));
                }
                Ok(())
            }
            Effect::SetInput(id, text) => {
                self.in_window(id, |pane, _| pane.fields().set(FieldId::Composer, &text));
                Ok(())
            }
            Effect::SetInputAt(id, text, cursor) => {
                self.in_window(id, |pane, _| pane.fields().set_at(FieldId::Composer, &text, cursor));
                Ok(())
            }
            Effect::SetField(id, field, text) => {
                self.in_window(id, |pane, _| pane.fields().set(field, &text));
                Ok(())
            }
            Effect::Insert(id, text) => {
                self.in_window(id, |pane, _| pane.fields().insert(FieldId::Composer, &text));
                Ok(())
            }
            Effect::Field(id, field, deed) => {
                self.in_window(id, |pane, _| pane.fields().carry_out(field, deed));
                Ok(())
            }
            Effect::ScrollTo(id, seq) => {
                self.in_window(id, |pane, model| pane.messages(|list| list.go_to_message(model, id, seq)));
                Ok(())
            }
            Effect::ScrollToUnread(id) => {
                self.in_window(id, |pane, model| pane.messages(|list| list.go_to_unread(model, id)));
                Ok(())
            }
            Effect::ScrollToEnd(id) => {
                self.in_window(id, |pane, _| pane.messages(crate::view::Messages::go_to_end));
                Ok(())
            }
        };
        if let Err(why) = asked {
            self.mail.send(at, Msg::Refused(why));
        }
    }

    fn in_window(&mut self, id: WindowId, run: impl FnOnce(&mut crate::view::Pane, &Model)) {
        let model = self.model.clone();
        if let Some(pane) = self.ui.pane(id) {
            run(pane, &model.borrow());
        }
    }

    fn save(&self) {
        let Some(path) = &self.settings else { return };
        let text = self.model.borrow().settings.to_text();
        if let Err(error) = files::write(path, &text) {
            let words = format!("The settings cannot be saved in {}: {error}", path.display());
            self.mail.send(WindowId::MAIN, Msg::Refused(words));
        }
    }
}

/// Opens a link with the desktop's handler.
fn open_link(link: &str) -> Result<(), String> {
    let child = std::process::Command::new("xdg-open").arg(link).spawn();
    let mut child = child.map_err(|_| format!("This desktop has no program to open links with: {link}"))?;
    // Reaps the child process.
    std::thread::spawn(move || child.wait());
    Ok(())
}
