//! What is selected in the list of messages.

use crate::layout::{Line, Measure};
use unicode_segmentation::UnicodeSegmentation as _;

/// A place in the list: row, line, and pixels from the line's beginning.
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

/// These pixels, and all of every piece with right-to-left letters that they touch: where in such a piece a letter stands
/// only the drawing system knows.
pub fn snap(line: &Line, left: i32, right: i32) -> (i32, i32) {
    let touched = line.runs.iter().filter(|run| run.x < right && run.x + run.width > left);
    let whole = touched.filter(|run| run.text.chars().any(is_right_to_left));
    whole.fold((left, right), |(left, right), run| (left.min(run.x), right.max(run.x + run.width)))
}

/// Letters of Hebrew, Arabic and their neighbours (the blocks whose default is right-to-left, UAX #9, section 3.2).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

/// The characters of a line whose middles are between these pixels.
pub fn cut(line: &Line, left: i32, right: i32, fonts: &mut dyn Measure) -> String {
    let (left, right) = snap(line, left, right);
    let mut text = String::new();
    for run in &line.runs {
        if left <= run.x && run.x + run.width <= right {
            text.push_str(&run.text);
            continue;
        }
        let mut x = run.x;
        for (at, letter) in run.text.grapheme_indices(true) {
            let end = at + letter.len();
            let next = run.x + fonts.width(run.text.get(..end).unwrap_or_default(), run.style);
            if (left..right).contains(&i32::midpoint(x, next)) {
                text.push_str(letter);
            }
            x = next;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::wrap;
    use crate::text::{Style, parse};

    /// Every character is ten wide.
    struct Mono;

    impl Measure for Mono {
        fn width(&mut self, text: &str, _: Style) -> i32 {
            i32::try_from(text.chars().count()).unwrap() * 10
        }
    }

    fn part(text: &str, left: i32, right: i32) -> String {
        cut(&wrap(&parse(text), 1000, &mut Mono)[0], left, right, &mut Mono)
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
