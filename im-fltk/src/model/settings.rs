//! What is kept between runs. No secrets.

use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

/// Servers kept in the list of recent ones.
const SERVERS_MAX: usize = 8;
/// Text sizes, in points at 1x.
pub const SIZE_MIN: i32 = 9;
pub const SIZE_MAX: i32 = 28;
pub const SIZE_USUAL: i32 = 14;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Recent servers, the last one first.
    pub servers: Vec<String>,
    pub name: String,
    /// The window's size.
    pub width: i32,
    pub height: i32,
    pub theme: Theme,
    pub text_size: i32,
    /// Rooms that do not call for attention, as `server/room`.
    pub muted: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            servers: Vec::new(),
            name: String::new(),
            width: 1000,
            height: 680,
            theme: Theme::Dark,
            text_size: SIZE_USUAL,
            muted: Vec::new(),
        }
    }
}

impl Settings {
    /// From a file's text. What cannot be understood is as if it were not there.
    pub fn from_text(text: &str) -> Settings {
        let mut settings: Settings = serde_json::from_str(text).unwrap_or_default();
        settings.text_size = settings.text_size.clamp(SIZE_MIN, SIZE_MAX);
        settings.width = settings.width.clamp(500, 8000);
        settings.height = settings.height.clamp(350, 8000);
        settings
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// A server that was reached goes to the front.
    pub fn remember(&mut self, server: &str, name: &str) {
        self.servers.retain(|known| known != server);
        self.servers.insert(0, server.into());
        self.servers.truncate(SERVERS_MAX);
        self.name = name.into();
    }

    pub fn zoom(&mut self, by: i32) {
        self.text_size = if by == 0 { SIZE_USUAL } else { (self.text_size + by).clamp(SIZE_MIN, SIZE_MAX) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_and_read_again() {
        let mut settings = Settings::default();
        for n in 0..20 {
            settings.remember(&format!("server{}", n % 10), "anna");
        }
        assert_eq!(settings.servers.len(), SERVERS_MAX);
        assert_eq!(settings.servers[0], "server9");
        assert_eq!(Settings::from_text(&settings.to_text()), settings);
        assert_eq!(Settings::from_text("nonsense"), Settings::default());
        assert_eq!(Settings::from_text("{\"text_size\": 500, \"later\": 1}").text_size, SIZE_MAX);
    }
}
