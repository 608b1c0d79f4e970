//! State machines over [`wire`](crate::wire) and [`core`](crate::core): a server, a client, and what they share.
//!
//! Sans-IO: inputs are the `handle_*` methods, outputs the `poll_*` methods; the caller supplies the time and random bytes.
//! After each turn the driver drains all outputs. [`net`](crate::net) drives sockets, `tests/sim` a simulated network.

#[cfg(feature = "client")]
pub mod client;
mod machine;
mod pool;
mod random;
mod send_queue;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod timers;

pub use machine::{Action, ConnId, LinkId, Machine, Peer, Transmit};
pub use pool::Pool;
pub use random::Random;
pub use send_queue::{Block, SendQueue};
