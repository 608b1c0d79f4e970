//! Desktop notifications (notify-send), where they are available. A click on one opens its room.

use crate::fl::{self, Watched};
use crate::text::plain;
use crate::view::SVG;
use libim::wire::RoomId;
use std::collections::HashMap;
use std::io::Read as _;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Minimum interval between notifications of one room.
const EVERY: Duration = Duration::from_secs(3);
/// Notifications waiting for a click.
const SHOWN_MAX: usize = 8;

/// Shows notifications.
#[derive(Debug, Default)]
pub struct Notifier {
    last: HashMap<RoomId, Instant>,
    shown: Vec<Shown>,
    icon: Option<PathBuf>,
    /// notify-send is too old for notifications with actions.
    plain: bool,
}

/// A notification that can be clicked.
#[derive(Debug)]
struct Shown {
    child: Child,
    answer: ChildStdout,
    room: RoomId,
    title: String,
    text: String,
}

impl Notifier {
    pub fn notify(&mut self, room: RoomId, title: &str, text: &str) {
        self.last.retain(|_, last| last.elapsed() < EVERY);
        if self.last.contains_key(&room) {
            return;
        }
        self.last.insert(room, Instant::now());
        let short: String = text.chars().take(200).collect();
        self.show(room, plain(title), escape(&plain(&short)));
    }

    fn show(&mut self, room: RoomId, title: String, text: String) {
        if self.shown.len() >= SHOWN_MAX {
            let oldest = self.shown.remove(0);
            forget(oldest);
        }
        let icon = self.icon.get_or_insert_with(write_icon).display().to_string();
        let child = Command::new("notify-send")
            .args(["--app-name=libim", "--icon", &icon])
            .args((!self.plain).then_some("--action=default=Open"))
            .args(["--", &title, &text])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        // Without notifications, the unread marks remain.
        let Ok(mut child) = child else { return };
        if let Some(answer) = child.stdout.take() {
            fl::watch(answer.as_raw_fd(), Watched::Notification);
            self.shown.push(Shown { child, answer, room, title, text });
        }
    }

    /// The room of a clicked notification, if any.
    pub fn clicked(&mut self) -> Option<RoomId> {
        if !fl::take_ready(Watched::Notification) {
            return None;
        }
        let mut clicked = None;
        for mut shown in std::mem::take(&mut self.shown) {
            // A readable one has exited, or is about to.
            if !fl::is_readable(shown.answer.as_raw_fd()) {
                self.shown.push(shown);
                continue;
            }
            let mut word = [0; 16];
            let count = shown.answer.read(&mut word).unwrap_or(0);
            if word.get(..count).is_some_and(|word| word.starts_with(b"default")) {
                clicked = Some(shown.room);
            }
            let refused = count == 0 && shown.child.wait().is_ok_and(|status| !status.success());
            let (room, title, text) =
                (shown.room, std::mem::take(&mut shown.title), std::mem::take(&mut shown.text));
            forget(shown);
            if refused && !std::mem::replace(&mut self.plain, true) {
                self.show(room, title, text);
            }
        }
        clicked
    }
}

/// Stops waiting for a notification.
fn forget(mut shown: Shown) {
    fl::unwatch(shown.answer.as_raw_fd());
    // It may have exited already.
    let _ = shown.child.kill();
    let _ = shown.child.wait();
}

impl Drop for Notifier {
    fn drop(&mut self) {
        std::mem::take(&mut self.shown).into_iter().for_each(forget);
        if let Some(icon) = &self.icon {
            let _ = std::fs::remove_file(icon);
        }
    }
}

/// Writes the program's icon to a file, as notify-send needs it.
fn write_icon() -> PathBuf {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = folder.join(format!("im-fltk-{}.svg", std::process::id()));
    // If this fails, the notification has no icon.
    let _ = std::fs::write(&path, SVG);
    path
}

/// Escapes text for a notification, which is parsed as markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
