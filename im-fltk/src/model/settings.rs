//! Settings saved between runs. They contain no secrets, and no messages except drafts.

use super::form::server_key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

/// Recent servers that are kept.
const SERVERS_MAX: usize = 8;
/// Text sizes, in points at 1x.
pub const SIZE_MIN: i32 = 9;
pub const SIZE_MAX: i32 = 28;
pub const SIZE_USUAL: i32 = 14;
/// The smallest window, at 1x.
pub const WIDTH_MIN: i32 = 500;
pub const HEIGHT_MIN: i32 = 350;
/// Recently used emoji that are kept.
pub const RECENT_EMOJI_MAX: usize = 27;
/// Rooms, conversations and drafts kept per server.
const KEPT_MAX: usize = 200;

/// The rooms and drafts of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Names of rooms.
    pub rooms: Vec<String>,
    /// Names of the other users of private conversations.
    pub direct: Vec<String>,
    /// Drafts, by room label.
    pub drafts: BTreeMap<String, String>,
    /// The label of the current room.
    pub current: String,
}

impl Memory {
    pub fn bound(&mut self) {
        self.rooms.truncate(KEPT_MAX);
        self.direct.truncate(KEPT_MAX);
        while self.drafts.len() > KEPT_MAX {
            self.drafts.pop_last();
        }
    }
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Recent servers, newest first.
    pub servers: Vec<String>,
    pub name: String,
    /// The window's size and position; without a position the window manager chooses it.
    pub width: i32,
    pub height: i32,
    pub place: Option<(i32, i32)>,
    pub theme: Theme,
    pub text_size: i32,
    /// Whether joins and leaves are shown.
    pub show_moves: bool,
    /// Rooms without notifications, as `server/label`.
    pub muted: Vec<String>,
    /// Recently used emoji, newest first.
    pub emoji: Vec<String>,
    /// Index of the skin tone.
    pub tone: usize,
    /// Rooms and drafts, by server.
    pub memory: BTreeMap<String, Memory>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            servers: Vec::new(),
            name: String::new(),
            width: 1060,
            height: 700,
            place: None,
            theme: Theme::Dark,
            text_size: SIZE_USUAL,
            show_moves: true,
            muted: Vec::new(),
            emoji: Vec::new(),
            tone: 0,
            memory: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Parses a settings file. Invalid text gives the default settings.
    pub fn from_text(text: &str) -> Settings {
        let mut settings: Settings = serde_json::from_str(text).unwrap_or_default();
        settings.text_size = settings.text_size.clamp(SIZE_MIN, SIZE_MAX);
        settings.width = settings.width.clamp(WIDTH_MIN, 8000);
        settings.height = settings.height.clamp(HEIGHT_MIN, 8000);
        settings.tone = settings.tone.min(crate::text::emoji::TONES.len() - 1);
        settings.emoji.truncate(RECENT_EMOJI_MAX);
        settings
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Moves a server to the front of the recent ones. Data of servers that fall off the list is dropped.
    pub fn remember(&mut self, server: &str, name: &str) {
        self.servers.retain(|known| known != server);
        self.servers.insert(0, server.into());
        self.servers.truncate(SERVERS_MAX);
        self.name = name.into();
        let known: Vec<String> = self.servers.iter().map(|it| server_key(it)).collect();
        self.memory.retain(|key, _| known.contains(key));
    }

    pub fn zoom(&mut self, by: i32) {
        self.text_size = if by == 0 { SIZE_USUAL } else { (self.text_size + by).clamp(SIZE_MIN, SIZE_MAX) };
    }

    /// Moves an emoji to the front of the recently used ones.
    pub fn used_emoji(&mut self, emoji: &str) {
        self.emoji.retain(|known| known != emoji);
        self.emoji.insert(0, emoji.into());
        self.emoji.truncate(RECENT_EMOJI_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_and_read_again() {
        let mut settings = Settings::default();
        for n in 0..20 {
            let server = format!("server{}", n % 10);
            settings
                .memory
                .insert(server_key(&server), Memory { current: "#tea".into(), ..Memory::default() });
            settings.remember(&server, "anna");
        }
        assert_eq!((settings.servers.len(), settings.memory.len()), (SERVERS_MAX, SERVERS_MAX));
        assert_eq!(settings.servers[0], "server9");
        settings.used_emoji("🎉");
        settings.used_emoji("👋");
        settings.used_emoji("🎉");
        assert_eq!(settings.emoji, ["🎉", "👋"]);
        assert_eq!(Settings::from_text(&settings.to_text()), settings);
        assert_eq!(Settings::from_text("nonsense"), Settings::default());
        assert_eq!(Settings::from_text("{\"text_size\": 500, \"later\": 1}").text_size, SIZE_MAX);
    }
}
