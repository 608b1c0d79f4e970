//! The rules of chat: names, people, rooms, and what may change them. Plain data without I/O, clocks or randomness.

#[cfg(feature = "server")]
mod change;
#[cfg(feature = "server")]
mod context;
#[cfg(feature = "server")]
mod members;
#[cfg(feature = "server")]
pub mod mention;
#[cfg(feature = "server")]
mod name;
#[cfg(feature = "server")]
mod name_index;
mod now;
#[cfg(feature = "server")]
mod person;
#[cfg(feature = "server")]
mod rate_limiter;
#[cfg(feature = "server")]
mod revise;
#[cfg(feature = "server")]
mod room;
#[cfg(feature = "server")]
pub mod search;
#[cfg(feature = "server")]
mod state;
pub mod text;

#[cfg(feature = "server")]
pub use change::{Change, Draft, Given};
#[cfg(feature = "server")]
pub use members::{Members, Membership};
#[cfg(feature = "server")]
pub use name::{Name, NameError};
pub use now::Now;
#[cfg(feature = "server")]
pub use person::{Person, Session, SessionId, TokenHash};
#[cfg(feature = "server")]
pub use rate_limiter::RateLimiter;
#[cfg(feature = "server")]
pub use revise::{erased_edit, hash_content, revise};
#[cfg(feature = "server")]
pub use room::{Pair, Room};
#[cfg(feature = "server")]
pub use state::State;
