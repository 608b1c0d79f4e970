//! Implementations of [`Store`](crate::engine::store::Store).

mod log;
mod memory;
mod room;
mod txn_ids;

pub use memory::{MemoryLimits, MemoryStore};
