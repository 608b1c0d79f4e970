//! Lines of text and the height of rows, for any way of measuring.

use crate::text::{Span, Style};
use libim::core::text::cut;
use unicode_segmentation::UnicodeSegmentation as _;

/// Bytes of a text that are looked at for one line.
const NEAR: usize = 1000;

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
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub runs: Vec<Run>,
}

/// Breaks spans into lines of at most this width, at blanks where there are some.
pub fn wrap(spans: &[Span], width: i32, measure: &mut dyn Measure) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut x = 0;
    for span in spans {
        for (at, part) in span.text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Line::default());
                x = 0;
            }
            let mut rest = part;
            while !rest.is_empty() {
                // More than this fits on no line: what is far beyond need not be measured.
                let near = cut(rest, NEAR);
                let (fits, used) = fitting(near, span.style, width - x, x == 0, measure);
                let (head, tail) = rest.split_at(fits);
                if !head.is_empty() {
                    if let Some(line) = lines.last_mut() {
                        line.runs.push(Run { text: head.into(), style: span.style, x, width: used });
                    }
                    x += used;
                }
                rest = tail;
                if !rest.is_empty() {
                    rest = rest.trim_start_matches(' ');
                    lines.push(Line::default());
                    x = 0;
                }
            }
        }
    }
    lines
}

/// How many bytes of a text go onto the rest of a line, and how wide they are. At the line's beginning at least one character
/// does.
fn fitting(text: &str, style: Style, room: i32, at_start: bool, measure: &mut dyn Measure) -> (usize, i32) {
    let whole = measure.width(text, style);
    if whole <= room {
        return (text.len(), whole);
    }
    let blanks: Vec<usize> = text.match_indices(' ').map(|(at, _)| at + 1).collect();
    let by_words = last_fitting(&blanks, text, style, room, measure);
    if by_words.0 > 0 || !at_start {
        return by_words;
    }
    let first_word = blanks.first().copied().unwrap_or(text.len());
    // Letters as people see them: an emoji of several characters is one (UAX #29).
    let letters: Vec<usize> = text
        .grapheme_indices(true)
        .map(|(at, _)| at)
        .skip(1)
        .take_while(|at| *at < first_word)
        .chain([first_word])
        .collect();
    let by_letters = last_fitting(&letters, text, style, room, measure);
    if by_letters.0 > 0 {
        return by_letters;
    }
    let one = letters.first().copied().unwrap_or(text.len());
    (one, measure.width(text.get(..one).unwrap_or(text), style))
}

/// The last of these places up to which the text fits; (0, 0): none.
fn last_fitting(
    places: &[usize],
    text: &str,
    style: Style,
    room: i32,
    measure: &mut dyn Measure,
) -> (usize, i32) {
    let (mut low, mut high, mut best) = (0, places.len(), (0, 0));
    while low < high {
        let middle = usize::midpoint(low, high);
        let place = places.get(middle).copied().unwrap_or(0);
        // A blank at the end of a line takes no room.
        let used = measure.width(text.get(..place).unwrap_or(text).trim_end_matches(' '), style);
        if used <= room {
            best = (place, used);
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    best
}

/// Where a list of rows of different heights is scrolled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// The newest row is kept in sight.
    pub follow: bool,
    /// The first row in sight.
    pub top: usize,
    /// So many pixels of it are above the edge.
    pub skip: i32,
}

impl Default for Scroll {
    fn default() -> Self {
        Scroll { follow: true, top: 0, skip: 0 }
    }
}

impl Scroll {
    /// Goes to the end: the first row and its hidden part, so that the last one ends at the lower edge.
    pub fn settle(&mut self, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        if count == 0 {
            *self = Scroll::default();
        }
        if !self.follow {
            self.top = self.top.min(count.saturating_sub(1));
            return;
        }
        let (mut top, mut total) = (count, 0);
        while top > 0 && total < view {
            top -= 1;
            total += height(top);
        }
        (self.top, self.skip) = (top, (total - view).max(0));
    }

    /// Moves by so many pixels, down when positive.
    pub fn by(&mut self, pixels: i32, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        self.settle(count, view, height);
        self.follow = false;
        self.skip += pixels;
        while self.skip < 0 && self.top > 0 {
            self.top -= 1;
            self.skip += height(self.top);
        }
        self.skip = self.skip.max(0);
        while self.top + 1 < count {
            let first = height(self.top);
            if self.skip < first {
                break;
            }
            self.skip -= first;
            self.top += 1;
        }
        // What is below reaches the lower edge, or else this is the end.
        let mut below = -self.skip;
        let mut row = self.top;
        while row < count && below <= view {
            below += height(row);
            row += 1;
        }
        if below <= view {
            self.follow = true;
            self.settle(count, view, height);
        }
    }

    /// Brings a row into sight, a third down.
    pub fn to(&mut self, row: usize, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        *self = Scroll { follow: false, top: row.min(count.saturating_sub(1)), skip: 0 };
        self.by(-view / 3, count, view, height);
    }

    /// Rows were put before the first.
    pub fn grown(&mut self, rows: usize) {
        self.top += rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    /// Every character is ten wide, bold ones twelve.
    struct Mono;

    impl Measure for Mono {
        fn width(&mut self, text: &str, style: Style) -> i32 {
            let each = if style.bold { 12 } else { 10 };
            i32::try_from(text.chars().count()).unwrap() * each
        }
    }

    fn lines(text_of: &str, width: i32) -> Vec<String> {
        let text = |line: &Line| line.runs.iter().map(|run| run.text.as_str()).collect::<String>();
        wrap(&parse(text_of), width, &mut Mono).iter().map(|line| text(line).trim_end().to_owned()).collect()
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(lines("one two three", 80), ["one two", "three"]);
        assert_eq!(lines("one two three", 1000), ["one two three"]);
        assert_eq!(lines("abcdefghij kl", 40), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(lines("a\nb\n\nc", 100), ["a", "b", "", "c"]);
        assert_eq!(lines("one *two three* four", 90), ["one two", "three", "four"]);
        assert_eq!(lines("xx", 5), ["x", "x"]);
        assert_eq!(lines("👍🏽👍🏽👍🏽", 40), ["👍🏽👍🏽", "👍🏽"], "a hand keeps its colour");
        assert_eq!(lines("", 50), [""]);
    }

    #[test]
    fn every_line_fits() {
        let text = "the *quick* brown _fox_ jumps over `the lazy dog` and https://example.org/a/very/long/path and äöü 漢字漢字";
        for width in [30, 55, 90, 200, 400] {
            for line in wrap(&parse(text), width, &mut Mono) {
                let used =
                    line.runs.iter().map(|run| Mono.width(run.text.trim_end(), run.style)).sum::<i32>();
                assert!(used <= width.max(12), "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn scrolling_stays_within_the_list() {
        let mut height = |row: usize| 10 + i32::try_from(row % 3).unwrap() * 10;
        let mut scroll = Scroll::default();
        scroll.settle(100, 200, &mut height);
        let end = scroll;
        scroll.by(-1, 100, 200, &mut height);
        assert!(!scroll.follow);
        scroll.by(1, 100, 200, &mut height);
        assert_eq!(scroll, end, "one up and one down is the end again");
        scroll.by(-100_000, 100, 200, &mut height);
        assert_eq!(scroll, Scroll { follow: false, top: 0, skip: 0 });
        scroll.by(100_000, 100, 200, &mut height);
        assert_eq!(scroll, end);
        scroll.to(50, 100, 200, &mut height);
        assert!(scroll.top < 50 && scroll.top > 44, "{scroll:?}");
        let before = scroll;
        scroll.grown(200);
        assert_eq!((scroll.top, scroll.skip), (before.top + 200, before.skip));
        let mut few = Scroll::default();
        few.by(-50, 3, 200, &mut height);
        assert!(few.follow && few.top == 0 && few.skip == 0);
        few.settle(0, 200, &mut height);
    }
}
