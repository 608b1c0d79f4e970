//! The network interfaces of this machine.

use std::collections::HashSet;
use std::net::IpAddr;

/// Returns the addresses at which others may reach this machine: those of every interface that is up. IPv4 comes before IPv6, and
/// IPv4 link-local addresses (169.254.x.x) come last. Loopback addresses are left out, and IPv6 link-local addresses (`fe80::`) too,
/// since their zone differs on the other machine.
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

/// The index of an interface, by its name.
pub(super) fn zone_of(name: &str) -> Option<u32> {
    let interfaces = if_addrs::get_if_addrs().ok()?;
    interfaces.into_iter().find(|interface| interface.name == name)?.index
}
