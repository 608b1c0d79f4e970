//! Unix domain sockets.

use super::socket::{Socket, Stream};
use crate::engine::Peer;
use mio::net::UnixStream;
use std::io;
use std::net::Shutdown;

/// A connection on a unix domain socket.
pub(in crate::net) type Unix = Socket<UnixStream>;

impl Stream for UnixStream {
    fn connected(&self) -> Option<io::Result<()>> {
        match self.take_error() {
            Ok(Some(error)) | Err(error) => Some(Err(error)),
            Ok(None) => match self.peer_addr() {
                Err(error) if error.kind() == io::ErrorKind::NotConnected => None,
                peer => Some(peer.map(drop)),
            },
        }
    }

    fn peer(&self) -> Peer {
        Peer::Local
    }

    fn tune(&self) {
        #[cfg(target_vendor = "apple")]
        let _ = socket2::SockRef::from(self).set_nosigpipe(true);
    }

    fn shut_down_sending(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}
