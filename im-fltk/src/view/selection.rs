//! The selection in the message list.

use crate::layout::{Line, Measure, is_right_to_left};
use unicode_segmentation::UnicodeSegmentation as _;

/// A position in the list: row, line, and pixels from the line's start.
pub type Place = (usize, usize, i32);

/// The selected part of a line, in pixels.
pub fn columns(from: Place, to: Place, (index, line): (usize, usize)) -> Option<(i32, i32)> {
    if (index, line) < (from.0, from.1) || (index, line) > (to.0, to.1) {
        return None;
    }
    let left = if (index, line) == (from.0, from.1) { from.2 } else { 0 };
    let right = if (index, line) == (to.0, to.1) { to.2 } else { i32::MAX };
    (right > left).then_some((left, right))
}

/// Extends a range of pixels to all of every run with right-to-left characters that it touches: only the drawing system knows
/// where a character is within such a run.
pub fn snap(line: &Line, left: i32, right: i32) -> (i32, i32) {
    let touched = line.runs.iter().filter(|run| run.x < right && run.x + run.width > left);
    let whole = touched.filter(|run| run.text.chars().any(is_right_to_left));
    whole.fold((left, right), |(left, right), run| (left.min(run.x), right.max(run.x + run.width)))
}

/// The characters of a line whose centres are between these pixels, in reading order.
pub fn cut(line: &Line, left: i32, right: i32, fonts: &mut dyn Measure) -> String {
    let (left, right) = snap(line, left, right);
    let mut parts: Vec<(usize, String)> = Vec::new();
    // Text that this program has added is not copied.
    for run in line.runs.iter().filter(|run| run.order != usize::MAX) {
        let text = run.text.trim_start_matches('\u{200f}');
        if left <= run.x && run.x + run.width <= right {
            parts.push((run.order, text.to_owned()));
            continue;
        }
        let mut x = run.x;
        let mut part = String::new();
        for (at, letter) in run.text.grapheme_indices(true) {
            let end = at + letter.len();
            let next = run.x + fonts.width(run.text.get(..end).unwrap_or_default(), run.style);
            if (left..right).contains(&i32::midpoint(x, next)) {
                part.push_str(letter);
            }
            x = next;
        }
        parts.push((run.order, part));
    }
    parts.sort_by_key(|(order, _)| *order);
    parts.into_iter().map(|(_, part)| part).collect()
}

/// The extent of the word at a position, in pixels.
pub fn word_at(line: &Line, x: i32, fonts: &mut dyn Measure) -> (i32, i32) {
    let Some(run) = line.runs.iter().find(|run| (run.x..run.x + run.width).contains(&x)) else {
        return (line.width(), line.width());
    };
    let mut left = run.x;
    for (at, word) in run.text.split_word_bound_indices() {
        let end = at + word.len();
        let right = run.x + fonts.width(run.text.get(..end).unwrap_or_default(), run.style);
        if x < right {
            return (left, right);
        }
        left = right;
    }
    (left, run.x + run.width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::wrap;
    use crate::text::{Block, Style, parse};

    /// Every character is 10 pixels wide.
    struct Mono;

    impl Measure for Mono {
        fn width(&mut self, text: &str, _: Style) -> i32 {
            i32::try_from(text.chars().count()).unwrap() * 10
        }
    }

    fn part(text: &str, left: i32, right: i32) -> String {
        cut(&line(text), left, right, &mut Mono)
    }

    fn line(text: &str) -> Line {
        let Some(Block::Text(spans)) = parse(text).into_iter().next() else { panic!("no text") };
        wrap(&spans, 1000, &mut Mono).swap_remove(0)
    }

    #[test]
    fn a_word_is_found() {
        assert_eq!(word_at(&line("one two three"), 45, &mut Mono), (40, 70));
        assert_eq!(word_at(&line("one"), 500, &mut Mono), (30, 30));
    }

    #[test]
    fn what_is_copied_is_in_the_order_of_reading() {
        assert_eq!(part("אב *גד* הו", 0, i32::MAX), "אב גד הו");
        assert_eq!(part("אב ok.", 0, i32::MAX), "אב ok.");
    }

    #[test]
    fn whole_letters_are_cut_out() {
        assert_eq!(part("one *two* three", 20, 50), "e t");
        assert_eq!(part("one *two* three", 0, i32::MAX), "one two three");
        assert_eq!(part("a👨‍👩‍👧b", 0, 40), "a👨‍👩‍👧", "a family is one letter");
    }

    #[test]
    fn a_piece_from_right_to_left_is_taken_whole() {
        assert_eq!(part("see *مرحبا بك* there", 50, 60), "مرحبا بك");
        assert_eq!(part("see *مرحبا بك* there", 0, 30), "see");
    }
}
