//! Unix domain sockets.

use super::socket::{Socket, Stream};
use crate::engine::Peer;
use mio::net::UnixStream;

/// A connection on a unix domain socket.
pub(in crate::net) type Unix = Socket<UnixStream>;

impl Stream for UnixStream {
    fn peer(&self) -> Peer {
        Peer::Local
    }

    fn tune(&self) {
        #[cfg(target_vendor = "apple")]
        let _ = socket2::SockRef::from(self).set_nosigpipe(true);
    }
}
