//! Line breaking, bidirectional layout and scrolling, independent of the toolkit's fonts.

mod bidi;
mod scroll;
mod wrap;

pub use bidi::is_right_to_left;
pub use scroll::Scroll;
pub use wrap::wrap;

use crate::text::Style;
use std::rc::Rc;

/// Measures text.
pub trait Measure {
    fn width(&mut self, text: &str, style: Style) -> i32;
}

/// A piece of a line that is drawn with one call; the drawing system orders its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub style: Style,
    /// Its offset from the start of the line.
    pub x: i32,
    pub width: i32,
    /// Its index in logical (reading) order, which differs from display order in mixed directions.
    pub order: usize,
    /// The whole link that it belongs to.
    pub link: Option<Rc<str>>,
}

/// How a line continues from the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// It starts a paragraph.
    #[default]
    Paragraph,
    /// It was broken at a blank.
    Blank,
    /// It was broken within a word.
    Word,
}

/// A line. Its runs are in display order, left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub runs: Vec<Run>,
    pub joint: Joint,
}

impl Line {
    /// The right end of its last run.
    pub fn width(&self) -> i32 {
        self.runs.last().map_or(0, |run| run.x + run.width)
    }
}
