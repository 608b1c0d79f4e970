//! Host names to addresses, on a thread of their own, since the system's resolver waits.

use super::node::NodeKey;
use super::waker::Waker;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// An answer: for whom, and the addresses to try in this order.
pub(super) type Resolved = (NodeKey, io::Result<Vec<SocketAddr>>);

/// Asks and collects answers.
#[derive(Debug)]
pub(super) struct Resolver {
    sender: Sender<Resolved>,
    receiver: Receiver<Resolved>,
    waker: Waker,
    /// Whether it may start threads.
    threads: bool,
}

impl Resolver {
    pub(super) fn new(waker: Waker, threads: bool) -> Resolver {
        let (sender, receiver) = channel();
        Resolver { sender, receiver, waker, threads }
    }

    /// Looks up a host. A number is answered at once, a name later by [`poll`](Self::poll).
    pub(super) fn ask(&self, whose: NodeKey, host: &str, port: u16) -> Option<io::Result<Vec<SocketAddr>>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Some(Ok(vec![SocketAddr::new(address, port)]));
        }
        if host.eq_ignore_ascii_case("localhost") {
            // Needs no asking (RFC 6761, section 6.3).
            let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
            return Some(Ok(both.map(|address| SocketAddr::new(address, port)).to_vec()));
        }
        if !self.threads {
            let text =
                "looking up a name needs a thread, which this loop may not start; give a numeric address";
            return Some(Err(io::Error::new(io::ErrorKind::Unsupported, text)));
        }
        let (sender, waker, host) = (self.sender.clone(), self.waker.clone(), host.to_owned());
        let look_up = move || {
            let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
            // When the loop is gone, nobody wants the answer.
            let _ = sender.send((whose, found));
            let _ = waker.wake();
        };
        match thread::Builder::new().name("im-resolver".into()).spawn(look_up) {
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    pub(super) fn poll(&self) -> Option<Resolved> {
        self.receiver.try_recv().ok()
    }
}
