//! Prepares text for display: markup, links, emoticons, emoji names, and sanitizing.

mod complete;
pub mod emoji;
mod markup;

pub use complete::{COMMANDS, Completion, complete};
pub use emoji::emoticons;
pub use markup::{Block, Span, Style, first_link, mark_found, parse};

use libim::core::text::is_control_or_bidi;
use unicode_normalization::char::is_combining_mark;

/// Combining marks kept per character; more would overlap the neighbouring lines.
const MARKS_MAX: usize = 4;

/// Sanitizes a text for display: control and bidirectional control characters become visible symbols (UAX #9, section 2), and
/// each character keeps at most [`MARKS_MAX`] combining marks.
pub fn plain(text: &str) -> String {
    let mut marks = 0;
    text.chars()
        .filter(|c| {
            marks = if is_combining_mark(*c) { marks + 1 } else { 0 };
            marks <= MARKS_MAX
        })
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => ' ',
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            _ if is_control_or_bidi(c) => char::REPLACEMENT_CHARACTER,
            _ => c,
        })
        .collect()
}

/// Sanitizes a sentence of this program like [`plain`], but keeps the isolates around [`isolated`] names.
pub fn sentence(text: &str) -> String {
    let is_isolation = |c: char| matches!(c, '\u{2068}' | '\u{2069}');
    text.split_inclusive(is_isolation)
        .map(|part| match part.chars().next_back().filter(|c| is_isolation(*c)) {
            Some(sign) => format!("{}{sign}", plain(part.strip_suffix(sign).unwrap_or_default())),
            None => plain(part),
        })
        .collect()
}

/// Wraps a name so that its direction does not affect the sentence (FSI and PDI, UAX #9, section 2.4.1).
pub fn isolated(name: &str) -> String {
    format!("\u{2068}{}\u{2069}", plain(name))
}

/// The first line of a text without its markup.
pub fn brief(text: &str) -> String {
    let line: String = plain(text.lines().next().unwrap_or_default()).chars().take(120).collect();
    let blocks = parse(&emoticons(&line));
    let bare: String = blocks
        .iter()
        .map(|block| match block {
            Block::Text(spans) | Block::Quote(spans) | Block::Item(_, spans) => {
                spans.iter().map(|span| span.text.as_str()).collect::<String>()
            }
            Block::Code(code) => code.clone(),
        })
        .collect();
    if line.len() < text.len() { format!("{bare}…") } else { bare }
}

/// Capitalizes the first letter.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The initials for an avatar: of the first two words, or one letter.
pub fn initials(name: &str) -> String {
    let mut letters = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    let first = letters.next().unwrap_or('?').to_uppercase();
    first.chain(letters.next().into_iter().flat_map(char::to_uppercase)).collect()
}

/// A stable hash of a name, to choose its colour (FNV-1a).
pub fn hue(name: &str) -> usize {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize
}

/// The sort key of a name: case-insensitive, with numbers by value ("room 2" before "room 10").
pub fn order_key(name: &str) -> Vec<(u64, String)> {
    let lower = name.to_lowercase();
    let mut key = Vec::new();
    let mut rest = lower.as_str();
    while !rest.is_empty() {
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(letters);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (number, tail) = tail.split_at(digits);
        // A word sorts before the number after it.
        key.push((0, word.to_owned()));
        key.push((number.parse().unwrap_or(if number.is_empty() { 0 } else { u64::MAX }), String::new()));
        rest = tail;
    }
    key
}

/// Finds `wanted` (in lower case) in a text, ignoring case. Returns its byte range.
pub fn find_folded(text: &str, wanted: &str) -> Option<(usize, usize)> {
    if wanted.is_empty() {
        return None;
    }
    text.char_indices().find_map(|(from, _)| {
        let rest = text.get(from..)?;
        let mut wanted = wanted.chars();
        let mut next = wanted.next();
        for (at, c) in rest.char_indices() {
            for lower in c.to_lowercase() {
                if next != Some(lower) {
                    return None;
                }
                next = wanted.next();
                if next.is_none() {
                    return Some((from, from + at + c.len_utf8()));
                }
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmful_is_shown() {
        assert_eq!(plain("a\u{1b}[31m\u{202e}b\nc\u{85}\u{7f}"), "a\u{241b}[31m\u{fffd}b\nc\u{fffd}\u{2421}");
        assert_eq!(brief("a *bold* `word` :)\nmore"), "a bold word 🙂…");
        assert_eq!(initials("anna maria"), "AM");
        assert_eq!(initials("ärger"), "Ä");
        assert_eq!(initials("@"), "?");
        assert_eq!(hue("anna"), hue("anna"));
    }

    #[test]
    fn a_name_does_not_turn_its_sentence() {
        let words = format!("{} joined\u{1b}", isolated("\u{202e}evil\u{2069}"));
        assert_eq!(sentence(&words), "\u{2068}\u{fffd}evil\u{fffd}\u{2069} joined\u{241b}");
        assert_eq!(sentence("plain"), "plain");
    }

    #[test]
    fn a_letter_carries_few_marks() {
        let heaped = format!("a{}b", "\u{301}".repeat(10_000));
        assert_eq!(plain(&heaped), format!("a{}b", "\u{301}".repeat(MARKS_MAX)));
        for real in ["việt", "שָׁלוֹם", "नमस्ते", "བོད་སྐད", "ё"] {
            assert_eq!(plain(real), real);
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let mut names = ["room 10", "Room 2", "annex", "room", "room 2b", "7up"];
        names.sort_by_key(|name| order_key(name));
        assert_eq!(names, ["7up", "annex", "room", "Room 2", "room 2b", "room 10"]);
    }

    #[test]
    fn case_does_not_matter_when_searching() {
        assert_eq!(find_folded("Große STRASSE", "strasse"), Some((7, 14)));
        assert_eq!(find_folded("ÄÖ", "ö"), Some((2, 4)));
        assert_eq!(find_folded("abc", "x"), None);
        assert_eq!(find_folded("abc", ""), None);
    }
}
