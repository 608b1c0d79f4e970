//! What can go wrong on a loop.

use super::address::Address;
use std::error::Error;
use std::fmt;
use std::io;

/// A loop could not be made or used.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoopError {
    /// This process was forked from the one that made the loop.
    Forked,
    /// The loop uses the system's clocks, which nobody can advance.
    SystemClock,
    /// The system has refused: it has no descriptors or random numbers left, or cannot poll this.
    System(io::Error),
}

impl fmt::Display for LoopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoopError::Forked => {
                f.write_str("this process was forked from the one that made the loop; make a new one here")
            }
            LoopError::SystemClock => f.write_str("the loop uses the system's clock, not a virtual one"),
            LoopError::System(error) => error.fmt(f),
        }
    }
}

impl Error for LoopError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            LoopError::Forked | LoopError::SystemClock => None,
            LoopError::System(error) => error.source(),
        }
    }
}

impl From<io::Error> for LoopError {
    fn from(error: io::Error) -> LoopError {
        LoopError::System(error)
    }
}

/// Why a loop, or this system, cannot use an address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnusableAddress {
    /// The loop has a virtual clock, so it can use `mem:` addresses only.
    VirtualClock(Address),
    /// This host name has to be looked up, which needs a thread, and the loop may not start any.
    NeedsThread(String),
    /// This host is not an IP address, which listening needs.
    NotNumeric(String),
    /// These are several addresses; listening needs one.
    Several,
    /// This system has no unix domain sockets.
    NoUnixSockets,
    /// The system does not take it, for this reason: for example, the path of a unix socket is too long, or a zone is missing.
    Invalid(String),
}

impl fmt::Display for UnusableAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnusableAddress::VirtualClock(address) => {
                write!(f, "{address}: a loop with a virtual clock can use mem: addresses only")
            }
            UnusableAddress::NeedsThread(host) => write!(
                f,
                "looking up the name {host} needs a thread, which this loop may not start; give a numeric address"
            ),
            UnusableAddress::NotNumeric(host) => {
                write!(f, "to listen, give an IP address such as 127.0.0.1 or 0.0.0.0, not '{host}'")
            }
            UnusableAddress::Several => f.write_str("to listen, give one address per call, not a list"),
            UnusableAddress::NoUnixSockets => f.write_str("this system has no unix sockets"),
            UnusableAddress::Invalid(why) => f.write_str(why),
        }
    }
}

impl Error for UnusableAddress {}

/// A server cannot listen at an address.
#[derive(Debug)]
#[non_exhaustive]
pub enum ListenError {
    /// This process was forked from the one that made the loop.
    Forked,
    /// The server was removed.
    NoServer,
    /// The server is closing or closed.
    Closing,
    /// This or another program listens there.
    InUse(Address),
    /// The address cannot be used.
    Unusable(UnusableAddress),
    /// The system has refused, for example since this machine does not have the address or the port needs privileges.
    System(io::Error),
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenError::Forked => LoopError::Forked.fmt(f),
            ListenError::NoServer => f.write_str("no such server on this loop"),
            ListenError::Closing => f.write_str("the server is closing or closed"),
            ListenError::InUse(address) => write!(f, "{address} is in use"),
            ListenError::Unusable(why) => why.fmt(f),
            ListenError::System(error) => error.fmt(f),
        }
    }
}

impl Error for ListenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ListenError::Forked
            | ListenError::NoServer
            | ListenError::Closing
            | ListenError::InUse(_)
            | ListenError::Unusable(_) => None,
            ListenError::System(error) => error.source(),
        }
    }
}

impl From<UnusableAddress> for ListenError {
    fn from(why: UnusableAddress) -> ListenError {
        ListenError::Unusable(why)
    }
}

impl ListenError {
    /// The error of an attempt to listen at this address.
    pub(super) fn at(address: &Address, error: io::Error) -> ListenError {
        match error.kind() {
            io::ErrorKind::AddrInUse => ListenError::InUse(address.clone()),
            io::ErrorKind::InvalidInput => UnusableAddress::Invalid(error.to_string()).into(),
            _ => ListenError::System(error),
        }
    }
}
