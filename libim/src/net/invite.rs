//! Invites: a server's address and passkey as one text.

use super::address::{Address, AddressError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;
use std::str::FromStr;

/// The URI scheme of an invite.
const SCHEME: &str = "im://";
/// The characters to percent-encode: all but the unreserved ones (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A server's address and passkey: `im://host:port/?key=passkey`, percent-encoded (RFC 3986); several hosts of one server are
/// separated by commas. A plain [`Address`] is an invite without a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Where to connect.
    pub address: Address,
    /// The passkey, if the server requires one.
    pub passkey: Option<String>,
}

/// The text is not an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InviteError {
    /// The address is malformed.
    Address(AddressError),
    /// The passkey is malformed: a `%` without two hexadecimal digits, bytes that are not UTF-8, or a control character.
    Key,
    /// It requires an encrypted connection (`pin=`), which this version cannot make and must not replace with a plain one.
    Encrypted,
}

impl fmt::Display for InviteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InviteError::Address(error) => error.fmt(f),
            InviteError::Key => f.write_str("the invite's passkey is damaged; copy the whole invite again"),
            InviteError::Encrypted => {
                f.write_str("the invite requires an encrypted connection, which this version cannot make")
            }
        }
    }
}

impl std::error::Error for InviteError {}

impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.passkey.as_deref().map(|key| utf8_percent_encode(key, ENCODED));
        match (&self.address, key) {
            // RFC 6874: the % before a zone is encoded.
            (Address::Tcp(..) | Address::Any(_), Some(key)) => {
                write!(f, "{SCHEME}{}/?key={key}", self.address.to_string().replace('%', "%25"))
            }
            (Address::Tcp(..) | Address::Any(_), None) => {
                write!(f, "{SCHEME}{}", self.address.to_string().replace('%', "%25"))
            }
            // Not reachable from another machine: written as a plain address.
            (Address::Unix(_) | Address::Memory(_), _) => self.address.fmt(f),
        }
    }
}

impl FromStr for Invite {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Invite, InviteError> {
        let text = text.trim();
        // A scheme is case-insensitive (RFC 3986, section 3.1).
        let scheme = text.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
        let Some(invite) = scheme.and_then(|scheme| text.get(scheme.len()..)) else {
            let address = text.parse().map_err(InviteError::Address)?;
            return Ok(Invite { address, passkey: None });
        };
        let (place, query) = invite.split_once(['/', '?']).unwrap_or((invite, ""));
        let address = place.replace("%25", "%").parse().map_err(InviteError::Address)?;
        let mut passkey = None;
        for part in query.trim_start_matches(['/', '?']).split('&') {
            match part.split_once('=') {
                Some(("key", key)) => {
                    passkey = Some(decode(key).ok_or(InviteError::Key)?);
                }
                Some(("pin", pin)) if !pin.is_empty() => return Err(InviteError::Encrypted),
                // Unknown parameters, of later versions, are ignored.
                Some(_) | None => {}
            }
        }
        Ok(Invite { address, passkey })
    }
}

/// Decodes percent-encoded text.
fn decode(text: &str) -> Option<String> {
    let is_code = |code: &str| code.get(..2).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    let well_formed = text.split('%').skip(1).all(is_code);
    let decoded = percent_decode_str(text).decode_utf8().ok().filter(|_| well_formed)?;
    (!decoded.chars().any(char::is_control)).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_and_invites_are_read() {
        let read = |text: &str| text.parse::<Invite>().map(|it| (it.address.to_string(), it.passkey));
        assert_eq!(read(" chat.lan "), Ok(("chat.lan:7464".into(), None)));
        assert_eq!(read("im://10.0.0.7:99/?key=a%20b%2Fc"), Ok(("10.0.0.7:99".into(), Some("a b/c".into()))));
        assert_eq!(read("im://[::1]?later=1&key=k"), Ok(("[::1]:7464".into(), Some("k".into()))));
        let several = "im://10.0.0.7:7464,[fe80::1%25eth0]:99/?key=k";
        assert_eq!(read(several), Ok(("10.0.0.7:7464,[fe80::1%eth0]:99".into(), Some("k".into()))));
        assert_eq!(several.parse::<Invite>().unwrap().to_string(), several);
        assert_eq!(read("IM://chat.lan"), Ok(("chat.lan:7464".into(), None)));
        assert_eq!(read("im://chat.lan"), Ok(("chat.lan:7464".into(), None)));
        assert_eq!(read("im://chat.lan/?pin=abc&key=x"), Err(InviteError::Encrypted));
        for damaged in ["100%", "%zz", "%4", "%00", "%ff", "a%0Ab"] {
            assert_eq!(read(&format!("im://h/?key={damaged}")), Err(InviteError::Key), "{damaged}");
        }
        for bad in ["", "a b", "im://", "host:port"] {
            assert!(matches!(read(bad), Err(InviteError::Address(_))), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(port in 1u16.., passkey in proptest::option::of(r"[^\p{Cc}]{1,30}"), v6: bool) {
            let host = if v6 { "fe80::1" } else { "chat.lan" };
            let invite = Invite { address: Address::Tcp(host.into(), port), passkey };
            prop_assert_eq!(invite.to_string().parse::<Invite>(), Ok(invite));
        }
    }
}
