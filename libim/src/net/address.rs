//! Addresses that servers listen at and clients connect to.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// The default port.
pub const DEFAULT_PORT: u16 = 7464;

/// An address to listen at or to connect to. As text: `host`, `host:port`, `[v6]:port`, `[v6%zone]:port`, several of these
/// separated by commas, `unix:/path` or `mem:name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A host, by name or IP address, and a port. To listen, the host must be an IP address; port 0 chooses a free port.
    Tcp(String, u16),
    /// Several addresses of one server, to connect to: they are tried side by side (RFC 8305). Not for listening.
    Any(Vec<(String, u16)>),
    /// A unix domain socket. The permissions of its directory decide who may connect.
    Unix(PathBuf),
    /// A name within one [`Loop`](super::Loop), for a server and its clients in the same program.
    Memory(String),
}

/// The text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is no address: write HOST, HOST:PORT, [IPv6]:PORT, unix:PATH or mem:NAME", self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let text = text.trim();
        let bad = || AddressError(text.into());
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err(bad()) } else { Ok(Address::Unix(path.into())) };
        }
        if let Some(name) = text.strip_prefix("mem:") {
            return if name.is_empty() { Err(bad()) } else { Ok(Address::Memory(name.into())) };
        }
        if text.contains(',') {
            let one = |text: &str| match text.parse::<Address>() {
                Ok(Address::Tcp(host, port)) => Ok((host, port)),
                Ok(_) | Err(_) => Err(bad()),
            };
            return text.split(',').map(one).collect::<Result<_, _>>().map(Address::Any);
        }
        if let Some((address, port)) = zoned(text) {
            return Ok(Address::Tcp(address, port));
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, DEFAULT_PORT).into());
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
            None => (text, DEFAULT_PORT),
        };
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(bad());
        }
        Ok(Address::Tcp(host.into(), port))
    }
}

/// An IPv6 address with a zone, and its port.
fn zoned(text: &str) -> Option<(String, u16)> {
    let (bare, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (bare, after) = rest.split_once(']')?;
            let port = if after.is_empty() { DEFAULT_PORT } else { after.strip_prefix(':')?.parse().ok()? };
            (bare, port)
        }
        None => (text, DEFAULT_PORT),
    };
    let (address, zone) = bare.split_once('%')?;
    let is_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let sound =
        address.parse::<std::net::Ipv6Addr>().is_ok() && !zone.is_empty() && zone.chars().all(is_zone);
    sound.then(|| (bare.to_owned(), port))
}

impl Address {
    /// Its hosts and ports; none for unix sockets and names within a loop.
    pub(super) fn hosts(&self) -> Vec<(String, u16)> {
        match self {
            Address::Tcp(host, port) => vec![(host.clone(), *port)],
            Address::Any(hosts) => hosts.clone(),
            Address::Unix(_) | Address::Memory(_) => Vec::new(),
        }
    }

    /// Whether a client can connect to it: no port is 0.
    pub fn has_port(&self) -> bool {
        self.hosts().iter().all(|(_, port)| *port != 0)
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Address {
        let zone = match address {
            SocketAddr::V6(address) if address.scope_id() != 0 => format!("%{}", address.scope_id()),
            SocketAddr::V4(_) | SocketAddr::V6(_) => String::new(),
        };
        Address::Tcp(format!("{}{zone}", address.ip()), address.port())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp(host, port) => write!(f, "{host}:{port}"),
            Address::Any(hosts) => {
                for (at, (host, port)) in hosts.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{}", Address::Tcp(host.clone(), *port))?;
                }
                Ok(())
            }
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
            Address::Memory(name) => write!(f, "mem:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        for (text, shown) in [
            ("chat.lan", "chat.lan:7464"),
            ("chat.lan:99", "chat.lan:99"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("::1", "[::1]:7464"),
            ("[::1]:5", "[::1]:5"),
            ("unix:/run/im", "unix:/run/im"),
            ("mem:a", "mem:a"),
            ("10.0.0.7,[::1]:5,chat.lan", "10.0.0.7:7464,[::1]:5,chat.lan:7464"),
            ("fe80::1%eth0", "[fe80::1%eth0]:7464"),
            ("[fe80::1%3]:99", "[fe80::1%3]:99"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(shown.parse::<Address>().unwrap(), address);
        }
        for text in [
            "",
            ":1",
            "a:b",
            "a:70000",
            "unix:",
            "mem:",
            "a b",
            "http://a",
            "a,",
            "a,unix:b",
            "1.2.3.4%eth0",
            "[fe80::1%]:5",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
