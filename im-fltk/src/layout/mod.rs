//! Lines of text and the height of rows, for any way of measuring.

mod bidi;
mod scroll;
mod wrap;

pub use bidi::is_right_to_left;
pub use scroll::Scroll;
pub use wrap::wrap;

use crate::text::Style;
use std::rc::Rc;

/// Tells how wide a text is drawn.
pub trait Measure {
    fn width(&mut self, text: &str, style: Style) -> i32;
}

/// A piece of a line, drawn in one go: the drawing system orders its letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub style: Style,
    /// Where it begins, from the line's beginning.
    pub x: i32,
    pub width: i32,
    /// Its place in the order of reading, which is not that of drawing where directions mix.
    pub order: usize,
    /// The whole link that it is a part of.
    pub link: Option<Rc<str>>,
}

/// How a line goes on from the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// It begins a paragraph.
    #[default]
    Paragraph,
    /// There was no room any more, and a blank stood between.
    Blank,
    /// There was no room any more, within a word.
    Word,
}

/// A line. Its runs stand from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub runs: Vec<Run>,
    pub joint: Joint,
}

impl Line {
    /// Where its last piece ends.
    pub fn width(&self) -> i32 {
        self.runs.last().map_or(0, |run| run.x + run.width)
    }
}
