//! Stores: where events are kept.

mod cids;
mod log;
mod memory;

pub use memory::{MemoryLimits, MemoryStore};
