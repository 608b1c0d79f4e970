//! Connection errors as texts for people: what they mean, and what to try.

use super::resolver::LookUpError;
use std::io::{Error, ErrorKind};

/// Describes why a connection could not be opened. The system's term follows in parentheses.
pub(super) fn of_connecting(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            "no server answers there; is it running, and is the address right? (connection refused)".into()
        }
        ErrorKind::TimedOut => "no answer; is the address right, and is a firewall in between?".into(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "that computer cannot be reached from here; is this one on the same network? (unreachable)".into()
        }
        ErrorKind::NotFound => "there is no such socket; is the server running?".into(),
        ErrorKind::PermissionDenied => "this user may not use that socket (permission denied)".into(),
        _ => of_system(error),
    }
}

/// Describes why a host name could not be looked up.
pub(super) fn of_look_up(error: &LookUpError) -> String {
    match error {
        LookUpError::NoWorker(error) => error.to_string(),
        LookUpError::TimedOut => {
            "the network's name service does not answer; give the computer's number, such as 192.168.1.10".into()
        }
        LookUpError::NotFound => {
            "no computer of that name was found; check the spelling and the network, or give its number, such as 192.168.1.10"
                .into()
        }
    }
}

/// Describes why an open connection broke.
pub(super) fn of_breaking(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was cut off (connection reset)".into()
        }
        ErrorKind::TimedOut => "the network gave no answer any more (timed out)".into(),
        _ => of_system(error),
    }
}

/// The system's error text, without the error number.
fn of_system(error: &Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(message, _)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Too many open files": its number on every unix.
    const EMFILE: i32 = 24;

    #[test]
    fn the_systems_numbers_are_left_out() {
        let refused = Error::from(ErrorKind::ConnectionRefused);
        assert!(of_connecting(&refused).contains("is the address right"));
        let full = Error::from_raw_os_error(EMFILE);
        assert!(!of_connecting(&full).contains("os error"), "{}", of_connecting(&full));
        assert!(of_look_up(&LookUpError::NotFound).contains("spelling"));
        assert!(of_breaking(&Error::from(ErrorKind::ConnectionReset)).contains("cut off"));
    }
}
