//! Resolves host names, on separate threads since the system's resolver blocks.

use super::address::Address;
use super::endpoint::EndpointKey;
use super::interfaces::zone_of;
use super::waker::Waker;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// An answer: the endpoint that asked, and the addresses to try in this order.
pub(super) type Resolved = (EndpointKey, io::Result<Vec<SocketAddr>>);

/// Starts look-ups and collects their answers.
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

    /// Fails for an address that needs a look-up, if threads are not allowed.
    pub(super) fn check(&self, address: &Address) -> io::Result<()> {
        let name = address.hosts().into_iter().find(|(host, _)| numbers_of(host, 0).is_none());
        match name {
            Some((host, _)) if !self.threads => {
                let text = format!(
                    "looking up the name {host} needs a thread, which this loop may not start; give a numeric address"
                );
                Err(io::Error::new(io::ErrorKind::Unsupported, text))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Looks up hosts. IP addresses are answered at once, names later by [`poll`](Self::poll).
    pub(super) fn ask(
        &self,
        whose: EndpointKey,
        hosts: &[(String, u16)],
    ) -> Option<io::Result<Vec<SocketAddr>>> {
        let numbers: Option<Vec<_>> = hosts.iter().map(|(host, port)| numbers_of(host, *port)).collect();
        if let Some(numbers) = numbers {
            return Some(Ok(numbers.concat()));
        }
        let (sender, waker, hosts) = (self.sender.clone(), self.waker.clone(), hosts.to_vec());
        let look_up = move || {
            // If the loop is gone, the answer is dropped.
            let _ = sender.send((whose, look_up_all(&hosts)));
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

/// The addresses of a host that needs no look-up: an IP address, or `localhost` (RFC 6761, section 6.3).
fn numbers_of(host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(vec![SocketAddr::new(address, port)]);
    }
    if let Some((address, zone)) = host.split_once('%') {
        // With an unknown zone, the system's connect fails.
        let zone = zone.parse().ok().or_else(|| zone_of(zone)).unwrap_or(u32::MAX);
        return Some(vec![SocketAddrV6::new(address.parse().ok()?, port, 0, zone).into()]);
    }
    host.eq_ignore_ascii_case("localhost").then(|| {
        let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        both.map(|address| SocketAddr::new(address, port)).to_vec()
    })
}

/// The addresses of all hosts that are found; if none is, the last error.
fn look_up_all(hosts: &[(String, u16)]) -> io::Result<Vec<SocketAddr>> {
    let (mut all, mut problem) = (Vec::new(), None);
    for (host, port) in hosts {
        match numbers_of(host, *port) {
            Some(numbers) => all.extend(numbers),
            None => match (host.as_str(), *port).to_socket_addrs() {
                Ok(found) => all.extend(found),
                Err(error) => problem = Some(error),
            },
        }
    }
    match problem {
        Some(error) if all.is_empty() => Err(error),
        Some(_) | None => Ok(all),
    }
}
