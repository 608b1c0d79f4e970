//! Lines with right-to-left text: pieces are reordered for display (UAX #9), and a paragraph whose first strong character is
//! right-to-left is aligned to the right.

use super::wrap::Piece;
use super::{Line, Measure, Run};
use unicode_bidi::{BidiClass, ParagraphBidiInfo, bidi_class};

/// Gives a piece of neutral characters right-to-left direction.
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';

/// Whether a character belongs to Hebrew, Arabic or a related script.
pub fn is_right_to_left(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

fn is_strong(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::L)
}

/// The embedding levels of a paragraph.
pub struct Paragraph<'a> {
    text: &'a str,
    info: ParagraphBidiInfo<'a>,
}

impl<'a> Paragraph<'a> {
    /// `None` if the text is purely left-to-right and needs no reordering.
    pub fn new(text: &'a str) -> Option<Paragraph<'a>> {
        text.chars()
            .any(is_right_to_left)
            .then(|| Paragraph { text, info: ParagraphBidiInfo::new(text, None) })
    }

    /// Lays out one line of the paragraph within `width`. Pieces are byte ranges of the paragraph.
    pub fn line(&self, pieces: &[Piece], width: i32, measure: &mut dyn Measure) -> Line {
        let (Some(start), Some(end)) =
            (pieces.first().map(|it| it.range.start), pieces.last().map(|it| it.range.end))
        else {
            return Line::default();
        };
        let (levels, visual) = self.info.visual_runs(start..end);
        let mut line = Line::default();
        let mut x = 0;
        for run in visual {
            let backwards = levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
            let mut parts: Vec<Piece> = pieces
                .iter()
                .map(|it| Piece {
                    range: it.range.start.max(run.start)..it.range.end.min(run.end),
                    ..it.clone()
                })
                .filter(|it| it.range.start < it.range.end)
                .collect();
            if backwards {
                parts.reverse();
            }
            for Piece { range, style, link, .. } in parts {
                let order = range.start;
                let Some(part) = self.text.get(range) else { continue };
                let mut text = part.to_owned();
                if backwards && !part.chars().any(is_strong) {
                    text.insert(0, RIGHT_TO_LEFT_MARK);
                }
                let used = measure.width(&text, style);
                line.runs.push(Run { text, style, x, width: used, order, link });
                x += used;
            }
        }
        if self.info.paragraph_level.is_rtl() {
            let shift = (width - x).max(0);
            for run in &mut line.runs {
                run.x += shift;
            }
        }
        line
    }
}
