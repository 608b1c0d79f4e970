//! Watching descriptors of the program.

#[cfg(unix)]
use super::endpoint::EndpointKey;
#[cfg(unix)]
use super::error::LoopError;
#[cfg(unix)]
use super::event_loop::{Event, Loop};
#[cfg(unix)]
use super::sources::{Kind, Source};

/// Names a watched descriptor within its loop; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WatchId(pub(crate) u64);

#[cfg(unix)]
impl Loop {
    /// Watches a descriptor of the program, such as its standard input or the reading end of a pipe, and reports
    /// [`Event::Readable`]. The loop owns the descriptor, and closes it with [`unwatch`](Loop::unwatch) or when the loop is dropped.
    ///
    /// # Errors
    ///
    /// If the system cannot poll it, such as a regular file, or in a forked child.
    pub fn watch(&mut self, fd: std::os::fd::OwnedFd) -> Result<WatchId, LoopError> {
        if !self.process.is_this() {
            return Err(LoopError::Forked);
        }
        let nobody = EndpointKey { index: usize::MAX, serial: 0 };
        let token = self.sources.add(self.poll.registry(), nobody, Kind::Watched(fd))?;
        Ok(WatchId(self.sources.serial_of(token).unwrap_or_default()))
    }

    /// Stops watching a descriptor and closes it. No effect if it was removed before.
    pub fn unwatch(&mut self, id: WatchId) {
        let is_it = |source: &Source| matches!(source.kind, Kind::Watched(_)) && source.serial == id.0;
        let token = self.sources.slab.iter().find(|(_, source)| is_it(source)).map(|(token, _)| token);
        if let Some(token) = token {
            self.sources.remove(self.poll.registry(), token);
        }
        self.own_events.retain(|event| *event != Event::Readable(id));
    }
}
