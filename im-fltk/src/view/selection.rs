//! What is selected in the list of messages.

use crate::layout::{Line, Measure};

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

/// The characters of a line whose middles are between these pixels.
pub fn cut(line: &Line, left: i32, right: i32, fonts: &mut dyn Measure) -> String {
    let mut text = String::new();
    for run in &line.runs {
        let mut x = run.x;
        for (at, c) in run.text.char_indices() {
            let end = at + c.len_utf8();
            let next = run.x + fonts.width(run.text.get(..end).unwrap_or_default(), run.style);
            if (left..right).contains(&i32::midpoint(x, next)) {
                text.push(c);
            }
            x = next;
        }
    }
    text
}
