//! Embeddable chat: a server and a client as state machines on one event loop.
//!
//! ```
//! use libim::{Address, ClientConfig, Loop, ServerConfig};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut event_loop = Loop::new()?;
//! let server = event_loop.serve(ServerConfig::default());
//! let address = event_loop.listen(server, &"127.0.0.1:0".parse()?)?;
//! let anna = event_loop.connect(&address, ClientConfig::new("anna"));
//! while !event_loop.client_mut(anna).is_some_and(|client| client.is_ready()) {
//!     event_loop.turn(None)?;
//!     while let Some(event) = event_loop.next_event() {
//!         println!("{event:?}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The layers. Each uses only those above it in this list:
//!
//! - [`wire`]: the protocol's messages and their encoding, specified in `docs/protocol.md`.
//! - [`core`]: the rules of chat: names, users, rooms, rate limits.
//! - [`engine`]: a server and a client as state machines without sockets, clocks, threads or randomness. Drive them with your
//!   own I/O or simulate them, as `tests/sim` does.
//! - [`storage`]: the stores of room entries.
//! - [`net`]: the event loop that connects engines to sockets and the clock.
//!
//! Features, all enabled by default: `server`, `client`, and `net`, without which [`wire`], [`core`] and [`engine`] build without any
//! dependency that knows of sockets, files or threads.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice
    )
)]

pub mod core;
pub mod engine;
#[cfg(feature = "ffi")]
pub mod ffi;
#[cfg(all(feature = "net", any(feature = "server", feature = "client")))]
pub mod net;
#[cfg(feature = "server")]
pub mod storage;
pub mod wire;

#[cfg(feature = "client")]
pub use engine::client::{Client, ClientConfig, ClientEvent, CommandError, Range, Search, Snapshot};
#[cfg(feature = "server")]
pub use engine::server::{
    ApprovalId, ApprovalKind, ApprovalPolicy, ApprovalRequest, OperatorError, Server, ServerConfig,
    ServerEvent, Settings,
};
#[cfg(all(feature = "net", feature = "client"))]
pub use net::StateDir;
#[cfg(all(feature = "net", any(feature = "server", feature = "client")))]
pub use net::{
    Address, ClientId, DEFAULT_PORT, Event, Invite, InviteError, ListenError, Loop, LoopConfig, LoopError,
    ServerId, UnusableAddress, Waker, own_addresses,
};
