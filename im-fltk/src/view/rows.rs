//! The layout of one row of the message list.

use super::theme::face;
use crate::layout::{Line, Measure};
use crate::text::Style;
use fltk::draw;
use jiff::{Timestamp, tz::TimeZone};
use libim::wire::{TxnId, UserId};

/// The maximum width of a text column, in units of the text size.
const COLUMN: i32 = 51;

/// Sizes derived from the text size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub size: i32,
    pub line: i32,
    pub margin: i32,
    pub avatar: i32,
    /// The left edge of texts.
    pub left: i32,
    pub width: i32,
}

impl Metrics {
    pub fn new(size: i32, width: i32) -> Metrics {
        let (line, margin, avatar) = (size * 3 / 2, size * 8 / 7, size * 5 / 2);
        Metrics { size, line, margin, avatar, left: margin + avatar + size * 6 / 7, width }
    }

    pub fn text_width(&self) -> i32 {
        (self.width - self.left - self.margin).clamp(self.size * 4, self.size * COLUMN)
    }
}

/// Measures with the toolkit's fonts.
pub struct Fonts(pub i32);

impl Measure for Fonts {
    fn width(&mut self, text: &str, style: Style) -> i32 {
        draw::set_font(face(style), self.0);
        // Not cached: rows keep their lines, so nothing is measured twice.
        #[allow(clippy::cast_possible_truncation)] // single-line texts
        let width = draw::width(text).ceil() as i32;
        width
    }
}

/// The subject of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A message, by its sequence number; the author, and whether that is the user.
    Message(u64, UserId, bool),
    /// A message of an earlier epoch.
    Past,
    /// A message not stored yet; whether it was rejected.
    Pending(TxnId, bool),
    Divider,
    #[default]
    Note,
}

/// The header above the text.
#[derive(Clone, Debug)]
pub struct Head {
    pub name: String,
    pub author: UserId,
}

/// A line of text, placed in its row.
#[derive(Clone, Debug)]
pub struct Placed {
    pub line: Line,
    /// From the left edge of texts.
    pub x: i32,
    /// From the top of the text.
    pub y: i32,
}

/// Decoration behind or beside lines.
#[derive(Clone, Debug)]
pub enum Decor {
    Quote,
    /// A code block; its button copies this text.
    Code(String),
    /// The bullet or number of a list item.
    Sign(String),
}

/// A reaction.
#[derive(Clone, Debug)]
pub struct Pill {
    pub emoji: String,
    pub label: String,
    pub mine: bool,
    pub names: String,
    pub x: i32,
    pub y: i32,
    pub width: i32,
}

/// The delivery state of one of the user's own messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Sending,
    Kept,
    Read(usize),
    Failed,
}

/// A row.
#[allow(clippy::struct_excessive_bools)] // independent facts
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub kind: Kind,
    pub seq: u64,
    /// Unix time in milliseconds.
    pub stamp: u64,
    /// The source text of a message that only this program has.
    pub source: String,
    pub day: Option<String>,
    pub unread: bool,
    pub head: Option<Head>,
    pub time: String,
    pub full_time: String,
    /// The message replied to, and a summary of it.
    pub reply: Option<(u64, String)>,
    pub lines: Vec<Placed>,
    /// Decorations of blocks: top and bottom, from the top of the text.
    pub decor: Vec<(Decor, i32, i32)>,
    pub text_height: i32,
    /// The number of lines of a foldable message, and whether all are shown.
    pub fold: Option<(usize, bool)>,
    pub pills: Vec<Pill>,
    pub mark: Option<Mark>,
    pub faint: bool,
    pub failed: bool,
    pub for_me: bool,
    /// It is about to be deleted.
    pub deleting: bool,
    /// The lines of a divider.
    pub rule: Vec<String>,
    pub height: i32,
}

/// A time in the local time zone.
pub fn clock(time: u64) -> jiff::Zoned {
    let millis = i64::try_from(time).unwrap_or(0);
    Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(TimeZone::system())
}

impl Row {
    pub(super) fn measure(&mut self, m: &Metrics) {
        if !self.rule.is_empty() {
            let more = i32::try_from(self.rule.len()).unwrap_or(1) - 1;
            self.height = self.above(m) + m.line * 3 / 2 + more * m.line;
            return;
        }
        let pills = self.pills.last().map_or(0, |pill| pill.y + m.line + m.size / 2);
        self.height = self.text_top(m) + self.text_height + pills + self.below(m);
    }

    fn below(&self, m: &Metrics) -> i32 {
        let buttons = if self.failed || self.deleting { m.line + m.size / 2 } else { 0 };
        m.size / 7 + buttons
    }

    /// Height of the date line and the unread line.
    pub fn above(&self, m: &Metrics) -> i32 {
        i32::from(self.day.is_some()) * m.line * 2 + i32::from(self.unread) * m.line * 3 / 2
    }

    /// The top of the text, from the row's upper edge.
    pub fn text_top(&self, m: &Metrics) -> i32 {
        let head = if self.head.is_some() { m.line + m.size * 4 / 7 } else { m.size / 7 };
        self.above(m) + head + i32::from(self.reply.is_some()) * m.line
    }
}
