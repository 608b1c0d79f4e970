//! Host names to addresses, on a thread of their own, since the system's resolver waits.

use super::address::Address;
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

    /// Whether an address can be reached without a thread, where none may be started.
    pub(super) fn check(&self, address: &Address) -> io::Result<()> {
        match address {
            Address::Tcp(host, _) if !self.threads && numbers_of(host, 0).is_none() => {
                let text = format!(
                    "looking up the name {host} needs a thread, which this loop may not start; give a numeric address"
                );
                Err(io::Error::new(io::ErrorKind::Unsupported, text))
            }
            Address::Tcp(..) | Address::Unix(_) | Address::Memory(_) => Ok(()),
        }
    }

    /// Looks up a host. A number is answered at once, a name later by [`poll`](Self::poll).
    pub(super) fn ask(&self, whose: NodeKey, host: &str, port: u16) -> Option<io::Result<Vec<SocketAddr>>> {
        if let Some(addresses) = numbers_of(host, port) {
            return Some(Ok(addresses));
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

/// The addresses of a host that needs no asking: a number, or `localhost` (RFC 6761, section 6.3).
fn numbers_of(host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(vec![SocketAddr::new(address, port)]);
    }
    host.eq_ignore_ascii_case("localhost").then(|| {
        let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        both.map(|address| SocketAddr::new(address, port)).to_vec()
    })
}
