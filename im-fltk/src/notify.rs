//! Calls for attention, by the desktop's own means where it has them (notify-send).

use crate::text::plain;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nobody is called more often than this: who writes much must not fill the desktop.
const EVERY: Duration = Duration::from_secs(3);

/// Shows one notification at a time.
#[derive(Debug, Default)]
pub struct Notifier {
    last: Option<(Instant, Child)>,
}

impl Notifier {
    pub fn notify(&mut self, title: &str, text: &str) {
        if let Some((when, child)) = &mut self.last
            && (when.elapsed() < EVERY || matches!(child.try_wait(), Ok(None)))
        {
            return;
        }
        let short: String = text.chars().take(200).collect();
        let child = Command::new("notify-send")
            .args(["--app-name=libim", "--", &plain(title), &escape(&plain(&short))])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // A desktop without notifications has the unread marks.
        self.last = child.ok().map(|child| (Instant::now(), child));
    }
}

/// The text of a notification is read as markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
