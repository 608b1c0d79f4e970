//! The form for connecting.

use super::Settings;
use libim::{Address, Invite};

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
        let Invite { address, passkey } = parse_server(&self.server).map_err(|it| (Field::Server, it))?;
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

/// A server as people write it: an address, or an invite pasted whole.
fn parse_server(text: &str) -> Result<Invite, String> {
    if text.trim().is_empty() {
        return Err("write the server's address, such as 192.168.1.10, or paste an invite".into());
    }
    text.parse::<Invite>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

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
