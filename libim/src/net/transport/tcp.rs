//! TCP.

use super::socket::{Socket, Stream};
use crate::engine::Peer;
use mio::net::TcpStream;
use socket2::SockRef;
use std::net::SocketAddr;
use std::time::Duration;

/// The kernel's send buffer: it holds up to about twice this for a peer that does not read. Without a limit it would hold megabytes
/// before the limit of the send queue applies.
const SEND_BUFFER_BYTES: usize = 256 * 1024;
/// The kernel detects a vanished peer after this idle time and three probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_PROBE: Duration = Duration::from_secs(10);

/// A TCP connection.
pub(in crate::net) type Tcp = Socket<TcpStream>;

impl Stream for TcpStream {
    fn peer(&self) -> Peer {
        self.peer_addr().map_or(Peer::Local, peer_of)
    }

    fn tune(&self) {
        #[cfg(target_vendor = "apple")]
        let _ = SockRef::from(self).set_nosigpipe(true);
        tune(&SockRef::from(self));
    }
}

/// Disables Nagle's algorithm, limits the kernel's send buffer, and enables keep-alive probes. Errors are ignored: the connection
/// works without these options.
pub(in crate::net) fn tune(socket: &SockRef<'_>) {
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
    let probes = socket2::TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_PROBE);
    #[cfg(not(windows))]
    let probes = probes.with_retries(3);
    let _ = socket.set_tcp_keepalive(&probes);
}

pub(in crate::net) fn peer_of(address: SocketAddr) -> Peer {
    Peer::Ip(address.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_sends_at_once_whoever_opened_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let dialled = Tcp::dialled(TcpStream::connect(listener.local_addr().unwrap()).unwrap()).unwrap();
        let socket = SockRef::from(dialled.get());
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
        assert!(socket.send_buffer_size().unwrap() <= 2 * SEND_BUFFER_BYTES);
    }
}
