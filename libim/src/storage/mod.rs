//! Stores: where events are kept.

mod cids;
mod log;
mod memory;
mod room;

pub use memory::{MemoryLimits, MemoryStore};
