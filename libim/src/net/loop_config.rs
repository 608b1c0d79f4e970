//! The configuration of a loop.

use crate::wire::limits::WORKERS_DEFAULT;
#[cfg(doc)]
use crate::wire::limits::WORKERS_MAX;

/// The configuration of a [`Loop`](super::Loop).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopConfig {
    /// The seed of all randomness of the loop and its engines; `None`: random. A fixed seed is for tests only: whoever knows it can
    /// compute session tokens.
    pub seed: Option<[u8; 32]>,
    /// Whether time passes only by [`Loop::advance`](super::Loop::advance). Such a loop can use `mem:` addresses only and never waits;
    /// with a seed, the same calls give the same events, byte for byte.
    pub virtual_clock: bool,
    /// How many threads the loop may start, at most [`WORKERS_MAX`] whatever is given, for work that blocks: the system's look-up of host names. They end
    /// when they have had nothing to do for 10 seconds. With 0, servers must be given by IP address.
    pub workers_max: u32,
}

impl Default for LoopConfig {
    fn default() -> Self {
        LoopConfig { seed: None, virtual_clock: false, workers_max: WORKERS_DEFAULT }
    }
}
