//! Breaks text into lines.

use super::bidi::Paragraph;
use super::{Joint, Line, Measure, Run};
use crate::text::{Span, Style};
use libim::core::text::truncate;
use std::ops::Range;
use std::rc::Rc;
use unicode_segmentation::UnicodeSegmentation as _;

/// Bytes of the remaining text that are measured for one line.
const NEAR: usize = 1000;

/// A piece of a line.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its byte range in the paragraph.
    pub range: Range<usize>,
    pub style: Style,
    pub link: Option<Rc<str>>,
    pub width: i32,
}

/// A part of a paragraph before line breaking.
type Part<'a> = (&'a str, Style, Option<&'a Rc<str>>);

/// Breaks spans into lines no wider than `width`, at blanks where possible.
pub fn wrap(spans: &[Span], width: i32, measure: &mut dyn Measure) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut paragraph: Vec<Part> = Vec::new();
    for span in spans {
        for (at, part) in span.text.split('\n').enumerate() {
            if at > 0 {
                wrap_paragraph(&mut lines, &paragraph, width, measure);
                paragraph.clear();
            }
            paragraph.push((part, span.style, span.link.as_ref()));
        }
    }
    wrap_paragraph(&mut lines, &paragraph, width, measure);
    lines
}

fn wrap_paragraph(lines: &mut Vec<Line>, parts: &[Part], width: i32, measure: &mut dyn Measure) {
    let mut rows: Vec<(Joint, Vec<Piece>)> = vec![(Joint::Paragraph, Vec::new())];
    let (mut x, mut start) = (0, 0);
    for (text, style, link) in parts {
        let mut rest = *text;
        while !rest.is_empty() {
            // No line is longer than this, so the rest need not be measured.
            let near = truncate(rest, NEAR);
            let (fits, used) = fitting(near, *style, width - x, x == 0, measure);
            let (head, tail) = rest.split_at(fits);
            if !head.is_empty() {
                if let Some((_, row)) = rows.last_mut() {
                    let range = start..start + fits;
                    row.push(Piece { range, style: *style, link: link.cloned(), width: used });
                }
                x += used;
            }
            start += fits;
            rest = tail;
            if !rest.is_empty() {
                let bare = rest.trim_start_matches(' ');
                let blank = bare.len() < rest.len() || head.ends_with(' ') || head.is_empty();
                start += rest.len() - bare.len();
                rest = bare;
                rows.push((if blank { Joint::Blank } else { Joint::Word }, Vec::new()));
                x = 0;
            }
        }
    }
    let whole: String = parts.iter().map(|(text, ..)| *text).collect();
    let paragraph = Paragraph::new(&whole);
    for (joint, row) in rows {
        let line = match &paragraph {
            None => left_to_right(&whole, row),
            Some(paragraph) => paragraph.line(&row, width, measure),
        };
        lines.push(Line { joint, ..line });
    }
}

fn left_to_right(whole: &str, row: Vec<Piece>) -> Line {
    let mut line = Line::default();
    let mut x = 0;
    for Piece { range, style, link, width } in row {
        let (order, text) = (range.start, whole.get(range).unwrap_or_default().to_owned());
        line.runs.push(Run { text, style, x, width, order, link });
        x += width;
    }
    line
}

/// How many bytes of a text fit in `room`, and their width. At the start of a line at least one character is taken.
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
    // Grapheme clusters: an emoji of several code points is one (UAX #29).
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

/// The last of these break positions up to which the text fits, and its width; (0, 0) if none does.
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
        // A trailing blank takes no room.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Block, parse};

    /// Every character is 10 pixels wide, bold ones 12.
    struct Mono;

    impl Measure for Mono {
        fn width(&mut self, text: &str, style: Style) -> i32 {
            let each = if style.bold { 12 } else { 10 };
            i32::try_from(text.chars().count()).unwrap() * each
        }
    }

    fn spans(text: &str) -> Vec<Span> {
        match parse(text).into_iter().next() {
            Some(Block::Text(spans)) => spans,
            other => panic!("{other:?}"),
        }
    }

    fn lines(text_of: &str, width: i32) -> Vec<String> {
        let text = |line: &Line| line.runs.iter().map(|run| run.text.as_str()).collect::<String>();
        wrap(&spans(text_of), width, &mut Mono).iter().map(|line| text(line).trim_end().to_owned()).collect()
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
            for line in wrap(&spans(text), width, &mut Mono) {
                let used =
                    line.runs.iter().map(|run| Mono.width(run.text.trim_end(), run.style)).sum::<i32>();
                assert!(used <= width.max(12), "{width}: {line:?}");
            }
        }
    }

    /// The pieces of each line in display order, with their x offsets.
    fn drawn(text: &str, width: i32) -> Vec<Vec<(String, i32)>> {
        let lines = wrap(&spans(text), width, &mut Mono);
        lines.iter().map(|line| line.runs.iter().map(|run| (run.text.clone(), run.x)).collect()).collect()
    }

    #[test]
    fn right_to_left_paragraphs_begin_at_the_right() {
        assert_eq!(drawn("שלום", 100), [[("שלום".to_owned(), 60)]]);
        assert_eq!(drawn("hi שלום", 100), [[("hi ".to_owned(), 0), ("שלום".to_owned(), 30)]]);
        // The first word is rightmost, and each keeps its style.
        let bold = drawn("אב *גד* הו", 100);
        assert_eq!(
            bold,
            [[(" הו".to_owned(), 16), ("גד".to_owned(), 46), ("אב ".to_owned(), 70)]],
            "the bold word stays in the middle"
        );
        // The full stop takes the direction of the sentence, not of the English word before it.
        let line = drawn("אב ok.", 100);
        assert_eq!(line[0].first().map(|(text, _)| text.as_str()), Some("\u{200f}."));
    }

    #[test]
    fn a_link_stays_whole_however_it_is_broken() {
        let lines = wrap(&spans("see https://example.org/a/long/way now"), 120, &mut Mono);
        let links: Vec<_> =
            lines.iter().flat_map(|line| &line.runs).filter_map(|run| run.link.clone()).collect();
        assert!(links.len() > 1 && links.iter().all(|link| **link == *"https://example.org/a/long/way"));
        let joints: Vec<Joint> = lines.iter().map(|line| line.joint).collect();
        assert_eq!(
            joints,
            [Joint::Paragraph, Joint::Blank, Joint::Word, Joint::Word, Joint::Blank][..joints.len()]
        );
    }

    #[test]
    fn each_paragraph_has_its_own_direction() {
        let lines = drawn("abc\nאבג\ndef", 100);
        assert_eq!(lines.iter().map(|line| line[0].1).collect::<Vec<_>>(), [0, 70, 0]);
    }
}
