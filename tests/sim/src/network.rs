//! A simulated connection: one pipe per direction, with delay, bounded capacity and faults.

use libim::engine::{ConnId, Random, SendQueue};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::time::Duration;

/// Capacity of a pipe in bytes; beyond it the sender is blocked.
const PIPE_BYTES: usize = 8 * 1024;

/// Bytes in flight, with their time of arrival.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    segments: VecDeque<(Duration, Vec<u8>)>,
    bytes: usize,
    last_arrival: Duration,
    /// The sender waits for capacity.
    pub(crate) starving: bool,
    /// The sender has closed its end.
    pub(crate) ended: bool,
}

impl Pipe {
    /// Takes bytes from a queue as far as capacity allows. Returns whether the queue is empty.
    pub(crate) fn take(
        &mut self,
        send_queue: &mut SendQueue,
        now: Duration,
        delay: Duration,
        random: &mut Random,
    ) -> bool {
        while !send_queue.is_empty() {
            let room = PIPE_BYTES.saturating_sub(self.bytes);
            if room == 0 {
                self.starving = true;
                return false;
            }
            let mut slices = [IoSlice::new(&[]); 3];
            let filled = send_queue.gather(&mut slices);
            let most = 1 + usize::try_from(random.below(room as u64)).unwrap_or(0);
            let bytes: Vec<u8> =
                slices.iter().take(filled).flat_map(|slice| slice.iter().copied()).take(most).collect();
            send_queue.advance(bytes.len());
            self.bytes += bytes.len();
            self.last_arrival = self.last_arrival.max(now + delay);
            self.segments.push_back((self.last_arrival, bytes));
        }
        true
    }

    pub(crate) fn next_arrival(&self) -> Option<Duration> {
        self.segments.front().map(|(at, _)| *at).or(self.ended.then_some(self.last_arrival))
    }

    /// The next bytes that have arrived; an empty vector is the end of the stream.
    pub(crate) fn arrive(&mut self, now: Duration) -> Option<Vec<u8>> {
        match self.segments.front() {
            Some((at, _)) if *at > now => None,
            Some(_) => {
                let (_, bytes) = self.segments.pop_front()?;
                self.bytes -= bytes.len();
                Some(bytes)
            }
            None => std::mem::take(&mut self.ended).then(Vec::new),
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) client: usize,
    pub(crate) server: usize,
    /// The engines' ids of the two ends; `None` if that end is closed.
    pub(crate) client_conn: Option<ConnId>,
    pub(crate) server_conn: Option<ConnId>,
    pub(crate) up: Pipe,
    pub(crate) down: Pipe,
    pub(crate) delay: Duration,
    /// Bytes are lost, and neither end is notified.
    pub(crate) silent: bool,
}
