//! The connection form.

use super::Settings;
use libim::{Address, DEFAULT_PORT, Invite};

/// A field of the form, used to attach an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Server,
    Port,
    Name,
    Passkey,
}

/// The contents of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectForm {
    pub server: String,
    /// Empty for the default port.
    pub port: String,
    pub name: String,
    pub passkey: String,
    pub show_passkey: bool,
    /// The field with an error, and its text.
    pub error: Option<(Field, String)>,
    /// A connection attempt is running.
    pub busy: bool,
    /// The address of the last attempt.
    pub connecting: String,
}

impl ConnectForm {
    pub fn from_settings(settings: &Settings) -> ConnectForm {
        let mut form = ConnectForm { name: settings.name.clone(), ..ConnectForm::default() };
        form.set_server(settings.servers.first().map_or("127.0.0.1", String::as_str));
        form
    }

    /// Splits an address into the server and port fields.
    pub fn set_server(&mut self, text: &str) {
        match text.parse() {
            Ok(Address::Tcp(host, port)) => {
                self.server = host;
                self.port = if port == DEFAULT_PORT { String::new() } else { port.to_string() };
            }
            Ok(Address::Any(_) | Address::Unix(_) | Address::Memory(_)) | Err(_) => {
                self.server = text.into();
                self.port.clear();
            }
        }
    }

    pub fn fail(&mut self, field: Field, text: impl Into<String>) {
        self.error = Some((field, text.into()));
        self.busy = false;
    }

    /// Returns the address to connect to, or the field in error. An invite in the server field fills in the others.
    pub fn check(&mut self) -> Result<Address, (Field, String)> {
        let text = self.server.trim();
        if text.is_empty() {
            let words = "Enter the server's address, such as 192.168.1.10, or paste an invite";
            return Err((Field::Server, words.into()));
        }
        let Invite { address, passkey } =
            text.parse::<Invite>().map_err(|error| (Field::Server, error.to_string()))?;
        let whole = passkey.is_some() || text.contains("://");
        if let Some(passkey) = passkey {
            self.passkey = passkey;
        }
        if whole {
            self.set_server(&address.to_string());
        }
        let address = self.with_port(address)?;
        if self.name.trim().is_empty() {
            return Err((Field::Name, "Choose a name that the others see".into()));
        }
        Ok(address)
    }

    /// A filled port field overrides the address's port.
    fn with_port(&self, address: Address) -> Result<Address, (Field, String)> {
        let port = self.port.trim();
        match address {
            Address::Tcp(host, _) if !port.is_empty() => match port.parse::<u16>() {
                Ok(port) if port > 0 => Ok(Address::Tcp(host, port)),
                Ok(_) | Err(_) => Err((Field::Port, "A port is a number from 1 to 65535".into())),
            },
            address @ (Address::Tcp(..) | Address::Any(_) | Address::Unix(_) | Address::Memory(_)) => {
                Ok(address)
            }
        }
    }
}

/// The normalized form of a server address, as the key in the settings.
pub fn server_key(text: &str) -> String {
    text.parse::<Invite>().map_or_else(|_| text.into(), |invite| invite.address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(server: &str, port: &str) -> ConnectForm {
        ConnectForm {
            server: server.into(),
            port: port.into(),
            name: "anna".into(),
            ..ConnectForm::default()
        }
    }

    #[test]
    fn an_invite_fills_the_form() {
        let mut form = form("im://h:1/?key=k", "99");
        assert_eq!(form.check().unwrap(), "h:1".parse().unwrap());
        assert_eq!((form.server.as_str(), form.port.as_str(), form.passkey.as_str()), ("h", "1", "k"));
        form.name = " ".into();
        assert_eq!(form.check().unwrap_err().0, Field::Name);
    }

    #[test]
    fn the_port_has_a_field_of_its_own() {
        for (server, port, expected) in [
            ("h", "", "h:7464"),
            ("h", " 99 ", "h:99"),
            ("h:5", "", "h:5"),
            ("h:5", "99", "h:99"),
            ("::1", "99", "[::1]:99"),
            ("unix:/run/chat", "99", "unix:/run/chat"),
        ] {
            assert_eq!(form(server, port).check().unwrap().to_string(), expected);
        }
        for port in ["0", "65536", "x"] {
            assert_eq!(form("h", port).check().unwrap_err().0, Field::Port);
        }
        assert_eq!(server_key("h"), server_key("im://h:7464/?key=k"));
    }
}
