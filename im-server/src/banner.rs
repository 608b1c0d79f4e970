//! The text printed at the start: addresses, passkey, and how to connect.

use libim::{Address, Invite, ServerConfig};
use std::io::{self, IsTerminal, Write};
use std::net::IpAddr;
use std::path::Path;

/// Addresses in one invite, so that it is short enough to be read aloud and typed.
const ADDRESSES_MAX: usize = 6;

/// Prints where the server listens, the passkey, and how to connect.
///
/// A passkey given by the operator is printed only if stdout is a terminal: otherwise the output may be stored, as by a service manager.
pub(crate) fn greet(
    config: &ServerConfig,
    directory: Option<&Path>,
    own_passkey: bool,
    bound: &[Address],
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let hidden = own_passkey && !out.is_terminal();
    writeln!(out, "{} is ready.\n", config.name)?;
    for address in bound {
        writeln!(out, "  listening   {address}  ({})", reach(address))?;
    }
    match directory {
        Some(directory) => writeln!(out, "  data        {}", directory.display())?,
        None => writeln!(out, "  data        none: everything is lost when the server ends")?,
    }
    match &config.passkey {
        Some(_) if hidden => {
            writeln!(out, "  passkey     the one that was given (shown on a terminal only)")?;
        }
        Some(passkey) => writeln!(out, "  passkey     {passkey}")?,
        None => writeln!(out, "  passkey     none: anybody who can reach the server may come in")?,
    }
    let passkey = config.passkey.clone().filter(|_| !hidden);
    let key = if hidden { "PASSKEY" } else { passkey.as_deref().unwrap_or("") };
    if let Some(address) = bound.first().map(connectable) {
        if matches!(address, Address::Tcp(..) | Address::Any(_)) {
            let invite = Invite { address: address.clone(), passkey: passkey.clone() };
            writeln!(out, "  invite      {invite}")?;
        }
        let (address, key) = (quoted(&address.to_string()), quoted(key));
        let command = format!("cargo run --release --example chat -- {address} YOUR-NAME {key}");
        writeln!(out, "\n  connect     {}", command.trim_end())?;
    }
    writeln!(out, "  stop        Ctrl+C\n")?;
    out.flush()
}

/// Quotes an argument for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/' | ',' | '@');
    if word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Describes from where an address can be reached.
fn reach(address: &Address) -> &'static str {
    match address {
        Address::Tcp(host, _) => match host.parse::<IpAddr>() {
            Ok(ip) if ip.is_loopback() => "this machine only; --listen 0.0.0.0 lets your network in",
            Ok(ip) if ip.is_unspecified() => "every network that this machine is on",
            Ok(_) | Err(_) => "your network",
        },
        Address::Any(_) => "several addresses",
        Address::Unix(_) => "this machine, whoever may use the file",
        Address::Memory(_) => "this program",
    }
}

/// The address for clients: the unspecified address becomes all addresses by which others may reach this machine.
fn connectable(address: &Address) -> Address {
    match address {
        Address::Tcp(host, port) => match host.parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => {
                let reachable = |own: &IpAddr| ip.is_ipv6() || own.is_ipv4();
                let own = libim::own_addresses().into_iter().filter(reachable).take(ADDRESSES_MAX);
                let hosts: Vec<(String, u16)> = own.map(|own| (own.to_string(), *port)).collect();
                match hosts.as_slice() {
                    [] => Address::Tcp("127.0.0.1".into(), *port),
                    [(host, port)] => Address::Tcp(host.clone(), *port),
                    _ => Address::Any(hosts),
                }
            }
            Ok(_) | Err(_) => address.clone(),
        },
        Address::Any(_) | Address::Unix(_) | Address::Memory(_) => address.clone(),
    }
}
