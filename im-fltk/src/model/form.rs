//! The form for connecting.

use super::Settings;
use libim::Address;

/// A field of the form, and where its error belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Server,
    Name,
    Passkey,
}

/// What is in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectForm {
    pub server: String,
    pub name: String,
    pub passkey: String,
    pub show_passkey: bool,
    /// What is wrong, and beside which field.
    pub error: Option<(Field, String)>,
    /// A try is under way.
    pub busy: bool,
    /// The address of the last try.
    pub connecting: String,
}

impl ConnectForm {
    pub fn from_settings(settings: &Settings) -> ConnectForm {
        ConnectForm {
            server: settings.servers.first().cloned().unwrap_or_else(|| "127.0.0.1".into()),
            name: settings.name.clone(),
            ..ConnectForm::default()
        }
    }

    pub fn fail(&mut self, field: Field, text: impl Into<String>) {
        self.error = Some((field, text.into()));
        self.busy = false;
    }

    /// The address to connect to, or what is wrong with the form. An invite in the server field fills in the passkey.
    pub fn check(&mut self) -> Result<Address, (Field, String)> {
        let (address, passkey) = parse_server(&self.server).map_err(|error| (Field::Server, error))?;
        if let Some(passkey) = passkey {
            self.passkey = passkey;
            self.server = address.to_string();
        }
        if self.name.trim().is_empty() {
            return Err((Field::Name, "choose a name to be known by".into()));
        }
        Ok(address)
    }
}

/// A server as people write it: an address, or an invite (`im://host:port/?key=…`) pasted whole.
pub fn parse_server(text: &str) -> Result<(Address, Option<String>), String> {
    let text = text.trim();
    let Some(invite) = text.strip_prefix("im://") else {
        if text.is_empty() {
            return Err("write the server's address, such as 192.168.1.10, or paste an invite".into());
        }
        return text.parse().map(|address| (address, None)).map_err(|error| format!("{error}"));
    };
    let (place, query) = invite.split_once(['/', '?']).unwrap_or((invite, ""));
    let address = place.parse().map_err(|error| format!("{error}"))?;
    let mut passkey = None;
    for part in query.trim_start_matches(['/', '?']).split('&') {
        match part.split_once('=') {
            Some(("key", key)) => passkey = Some(unescape(key)),
            Some(("pin", pin)) if !pin.is_empty() => {
                return Err(
                    "the invite asks for an encrypted connection, which this version cannot make".into()
                );
            }
            _ => {}
        }
    }
    Ok((address, passkey))
}

/// Percent-encoding undone (RFC 3986, section 2.1).
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let decoded = digits.filter(|_| *byte == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_invites() {
        assert_eq!(parse_server(" chat.lan ").unwrap(), ("chat.lan:7464".parse().unwrap(), None));
        assert_eq!(
            parse_server("im://10.0.0.7:99/?key=a%20b%2Fc").unwrap(),
            ("10.0.0.7:99".parse().unwrap(), Some("a b/c".into()))
        );
        assert_eq!(parse_server("im://chat.lan").unwrap().1, None);
        assert!(parse_server("im://chat.lan/?pin=abc&key=x").unwrap_err().contains("encrypted"));
        for bad in ["", "a b", "im://", "host:port"] {
            assert!(parse_server(bad).is_err(), "{bad}");
        }
        assert_eq!(unescape("100%"), "100%");
    }

    #[test]
    fn an_invite_fills_the_form() {
        let mut form =
            ConnectForm { server: "im://h:1/?key=k".into(), name: "anna".into(), ..ConnectForm::default() };
        assert_eq!(form.check().unwrap(), "h:1".parse().unwrap());
        assert_eq!((form.server.as_str(), form.passkey.as_str()), ("h:1", "k"));
        form.name = " ".into();
        assert_eq!(form.check().unwrap_err().0, Field::Name);
    }
}
