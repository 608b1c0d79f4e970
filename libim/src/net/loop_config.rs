//! How a loop is made.

/// How a loop is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopConfig {
    /// Where all randomness of the loop and its engines comes from; `None`: from the system. Whoever knows the seed knows
    /// the tokens of sessions, so a given one is for tests.
    pub seed: Option<[u8; 32]>,
    /// Whether time passes only by [`Loop::advance`](super::Loop::advance). Such a loop knows `mem:` addresses alone and never waits: with a
    /// seed, the same calls bring the same events, byte for byte.
    pub virtual_clock: bool,
    /// Whether the loop may start a thread to look up a host's name. Without, servers are named by number.
    pub threads: bool,
}

impl Default for LoopConfig {
    fn default() -> Self {
        LoopConfig { seed: None, virtual_clock: false, threads: true }
    }
}
