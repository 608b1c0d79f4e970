//! libim
pub mod core;
pub mod engine;
#[cfg(any(feature = "server", feature = "client"))]
pub mod net;
#[cfg(feature = "server")]
pub mod storage;
pub mod wire;

#[cfg(feature = "client")]
pub use engine::client::{Client, ClientConfig, ClientEvent, CommandError};
#[cfg(feature = "server")]
pub use engine::server::{Server, ServerConfig, ServerEvent};
#[cfg(any(feature = "server", feature = "client"))]
pub use net::{Address, ClientId, Event, Loop, ServerId, Waker};
