//! The rules of chat: names, users, rooms, rate limits. Plain data without I/O, clocks or randomness.

#[cfg(feature = "server")]
mod context;
#[cfg(feature = "server")]
mod hub;
#[cfg(feature = "server")]
pub mod mention;
#[cfg(feature = "server")]
mod name;
mod now;
#[cfg(feature = "server")]
mod rate_limiter;
#[cfg(feature = "server")]
mod room;
pub mod text;
#[cfg(feature = "server")]
mod user;

#[cfg(feature = "server")]
pub use hub::Hub;
#[cfg(feature = "server")]
pub use name::{Name, NameError};
pub use now::Now;
#[cfg(feature = "server")]
pub use rate_limiter::RateLimiter;
#[cfg(feature = "server")]
pub use room::{Membership, Pair, Room};
#[cfg(feature = "server")]
pub use user::User;
