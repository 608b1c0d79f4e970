//! The configuration of a loop.

/// The configuration of a [`Loop`](super::Loop).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopConfig {
    /// The seed of all randomness of the loop and its engines; `None`: random. A fixed seed is for tests only: whoever knows it can
    /// compute session tokens.
    pub seed: Option<[u8; 32]>,
    /// Whether time passes only by [`Loop::advance`](super::Loop::advance). Such a loop can use `mem:` addresses only and never waits;
    /// with a seed, the same calls give the same events, byte for byte.
    pub virtual_clock: bool,
    /// Whether the loop may start threads, which it does only to look up host names. Without them, servers must be given by IP
    /// address.
    pub threads: bool,
}

impl Default for LoopConfig {
    fn default() -> Self {
        LoopConfig { seed: None, virtual_clock: false, threads: true }
    }
}
