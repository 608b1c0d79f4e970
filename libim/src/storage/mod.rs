//! Stores: where entries are kept.

mod log;
mod memory;
mod room;
mod txn_ids;

pub use memory::{MemoryLimits, MemoryStore};
