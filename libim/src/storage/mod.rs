//! Stores: where events are kept.

mod memory;

pub use memory::{MemoryLimits, MemoryStore};
