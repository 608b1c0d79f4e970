//! Resolves host names, by workers since the system's resolver blocks.

use super::address::Address;
use super::endpoint::EndpointKey;
use super::interfaces::zone_of;
use super::workers::{NoWorker, Workers};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// An answer: the endpoint that asked, and the addresses to try in this order.
pub(super) type Resolved = (EndpointKey, Result<Vec<SocketAddr>, LookUpError>);

/// Why no address was found.
#[derive(Debug)]
pub(super) enum LookUpError {
    /// Nobody could be asked.
    NoWorker(NoWorker),
    /// The system finds none of the names. Its reason is of little help to people.
    NotFound,
}

/// The first of an address's host names that has to be looked up.
pub(super) fn name_in(address: &Address) -> Option<String> {
    address.hosts().into_iter().map(|(host, _)| host).find(|host| numbers_of(host, 0).is_none())
}

/// Looks up hosts. IP addresses are answered at once, names later by [`Workers::poll`].
pub(super) fn ask(
    workers: &Workers<Resolved>,
    whose: EndpointKey,
    hosts: &[(String, u16)],
) -> Option<Result<Vec<SocketAddr>, LookUpError>> {
    let numbers: Option<Vec<_>> = hosts.iter().map(|(host, port)| numbers_of(host, *port)).collect();
    if let Some(numbers) = numbers {
        return Some(Ok(numbers.concat()));
    }
    let hosts = hosts.to_vec();
    match workers.run(move || (whose, look_up_all(&hosts))) {
        Ok(()) => None,
        Err(error) => Some(Err(LookUpError::NoWorker(error))),
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
