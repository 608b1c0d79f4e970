//! State machines over [`wire`](crate::wire) and [`core`](crate::core): a server, a client, and what they share.
//!
//! Sans-IO: inputs are `handle_*`, outputs are `poll_*`, and the time and random bytes are handed in. After each input
//! the driver drains every output. [`net`](crate::net) is the driver for sockets; `tests/sim` one for a simulated world.

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
