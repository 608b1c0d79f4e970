//! Resolves host names, by workers since the system's resolver blocks.

use super::address::Address;
use super::endpoint::EndpointKey;
use super::interfaces::zone_of;
use super::workers::{NoWorker, Workers};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::sync::{Arc, Weak};

/// A finding: the endpoint that asked, its look-up, and the addresses to try in this order.
pub(super) type Resolved = (EndpointKey, Weak<()>, Result<Vec<SocketAddr>, LookUpError>);

/// A look-up that is waited for. If it is dropped before a worker begins it, it is skipped.
#[derive(Debug)]
pub(super) struct LookUp(Arc<()>);

impl LookUp {
    pub(super) fn is(&self, other: &Weak<()>) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.0), other.as_ptr())
    }
}

/// What becomes of a question.
#[derive(Debug)]
pub(super) enum Answer {
    /// No look-up is needed, or none is possible.
    Now(Result<Vec<SocketAddr>, LookUpError>),
    /// A worker looks it up: the result comes by [`Workers::poll`].
    Later(LookUp),
}

/// Why no address was found.
#[derive(Debug)]
pub(super) enum LookUpError {
    /// Nobody could be asked.
    NoWorker(NoWorker),
    /// The system finds none of the names. Its reason is of little help to people.
    NotFound,
    /// The system has not answered in time.
    TimedOut,
}

/// The first of an address's host names that has to be looked up.
pub(super) fn name_in(address: &Address) -> Option<String> {
    address.hosts().into_iter().map(|(host, _)| host).find(|host| numbers_of(host, 0).is_none())
}

/// Looks up hosts.
pub(super) fn ask(workers: &Workers<Resolved>, whose: EndpointKey, hosts: &[(String, u16)]) -> Answer {
    let numbers: Option<Vec<_>> = hosts.iter().map(|(host, port)| numbers_of(host, *port)).collect();
    if let Some(numbers) = numbers {
        return Answer::Now(Ok(numbers.concat()));
    }
    let hosts = hosts.to_vec();
    let wanted = Arc::new(());
    let look_up = Arc::downgrade(&wanted);
    let job = move || {
        let is_wanted = look_up.strong_count() > 0;
        let found = if is_wanted { look_up_all(&hosts) } else { Err(LookUpError::NotFound) };
        (whose, look_up, found)
    };
    match workers.run(job) {
        Ok(()) => Answer::Later(LookUp(wanted)),
        Err(error) => Answer::Now(Err(LookUpError::NoWorker(error))),
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

/// The addresses of all hosts that are found.
fn look_up_all(hosts: &[(String, u16)]) -> Result<Vec<SocketAddr>, LookUpError> {
    let (mut all, mut missing) = (Vec::new(), false);
    for (host, port) in hosts {
        match numbers_of(host, *port) {
            Some(numbers) => all.extend(numbers),
            None => match (host.as_str(), *port).to_socket_addrs() {
                Ok(found) => all.extend(found),
                Err(_) => missing = true,
            },
        }
    }
    if missing && all.is_empty() { Err(LookUpError::NotFound) } else { Ok(all) }
}
