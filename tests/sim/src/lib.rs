//! The real engines in a simulated world: one or two servers on one store, and a few clients, on a virtual clock, with a network that delays,
//! splits, stalls, cuts and silently loses data, and a store that is slow, fails, and sometimes does not know. Everything derives from one seed, so that
//! a failure replays exactly.

mod checker;
mod model;
mod network;
mod people;
mod script;
mod servers;
mod store;
mod world;

pub use script::run;

/// The result of one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// A hash of all events, in order.
    pub trace: u64,
    /// Entries that the server committed.
    pub committed: usize,
    /// Entries delivered to clients.
    pub delivered: usize,
    /// Connections cut.
    pub cuts: usize,
    /// Posts acknowledged to clients.
    pub acknowledged: usize,
    /// Ranges of entries that clients were notified of having missed.
    pub missed: usize,
    /// Server restarts.
    pub restarts: usize,
    /// Further sessions given to people.
    pub devices: usize,
    /// Clients that went on from a snapshot.
    pub revivals: usize,
    /// Drafts whose outcome the store did not know.
    pub unknown: usize,
}
