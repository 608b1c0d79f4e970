//! Implementations of [`Store`](crate::engine::store::Store).

mod bisect;
mod log;
mod memory;
mod room;
mod search;
#[cfg(feature = "sqlite")]
mod sqlite;
mod txn_ids;

pub use memory::{MemoryLimits, MemoryStore};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
