//! The real engines in a simulated world: one server and a few clients, on a virtual clock, over a network that delays,
//! splits, stalls, cuts and falls silent, with a store that waits and fails. Everything comes from one seed, so that a
//! failure replays exactly.

mod checker;
mod network;
mod script;
mod store;
mod world;

pub use script::run;

/// What came of one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// A fingerprint of everything that happened, in order.
    pub trace: u64,
    /// Events that the server committed.
    pub committed: usize,
    /// Events that clients were given.
    pub delivered: usize,
    /// Connections cut.
    pub cuts: usize,
    /// Posts that clients retried and the server recognised or stored late.
    pub acknowledged: usize,
    /// Events that clients were told they missed.
    pub missed: usize,
    /// Server restarts.
    pub restarts: usize,
}
