//! Timers, soonest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// A heap of timers. They cannot be cancelled: whoever handles an expired timer checks whether it still applies.
#[derive(Debug)]
pub(super) struct Timers<T: Ord> {
    heap: BinaryHeap<Reverse<(Duration, T)>>,
}

impl<T: Ord> Default for Timers<T> {
    fn default() -> Self {
        Timers { heap: BinaryHeap::new() }
    }
}

impl<T: Ord> Timers<T> {
    pub(super) fn add(&mut self, at: Duration, what: T) {
        self.heap.push(Reverse((at, what)));
    }

    pub(super) fn soonest(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Removes and returns the next timer that has expired.
    pub(super) fn due(&mut self, now: Duration) -> Option<T> {
        if self.soonest()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, what))| what)
    }
}
