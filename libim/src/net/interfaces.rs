//! The networks that this machine is on.

use std::collections::HashSet;
use std::net::IpAddr;

/// The addresses by which others may reach this machine: those of every interface that is up, but loopback, unless there is no
/// other. Addresses that mean something on one link only (`fe80::`, 169.254.x.x) come last, and IPv6 ones of them not at all, since
/// their zone is another at the other end.
pub fn own_addresses() -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(if_addrs::Interface::is_oper_up)
        .map(|interface| interface.ip())
        .filter(|ip| !ip.is_loopback() && !is_link_local_v6(ip))
        .collect();
    found.sort_by_key(|ip| (is_link_local_v4(ip), ip.is_ipv6()));
    let mut seen = HashSet::new();
    found.retain(|ip| seen.insert(*ip));
    found
}

fn is_link_local_v4(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_link_local())
}

fn is_link_local_v6(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
}

/// The number of an interface, by its name.
pub(super) fn zone_of(name: &str) -> Option<u32> {
    let interfaces = if_addrs::get_if_addrs().ok()?;
    interfaces.into_iter().find(|interface| interface.name == name)?.index
}
