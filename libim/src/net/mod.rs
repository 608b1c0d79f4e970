//! The driver: an event loop that provides servers and clients with sockets, time and randomness.

mod address;
#[cfg(feature = "client")]
mod clients;
mod clock;
mod descriptors;
mod dial;
mod embed;
mod endpoint;
mod error;
mod event_loop;
mod first_byte;
mod flush;
mod fork;
mod interfaces;
mod invite;
mod link;
mod links;
mod listener;
mod listening;
mod loop_config;
mod notifier;
mod reason;
mod resolver;
#[cfg(feature = "server")]
mod servers;
#[cfg(feature = "client")]
mod session_file;
mod sources;
mod transport;
mod turn;
mod waker;
mod watch;
mod workers;

pub use address::{Address, AddressError, DEFAULT_PORT};
pub use endpoint::{ClientId, ServerId};
pub use error::{ListenError, LoopError, UnusableAddress};
pub use event_loop::{Event, Loop};
#[cfg(feature = "ffi")]
pub(crate) use fork::Process;
pub use interfaces::own_addresses;
pub use invite::{Invite, InviteError};
pub use loop_config::LoopConfig;
#[cfg(feature = "sqlite")]
pub use servers::open_directory;
#[cfg(feature = "client")]
pub use session_file::StateDir;
pub use waker::Waker;
pub use watch::WatchId;
