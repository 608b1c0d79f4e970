//! Text from a peer is data: what must not reach a terminal, a log or a widget is made visible instead.

use std::borrow::Cow;

/// Replaces control characters (but line feed and tab) and bidirectional overrides by U+FFFD, so that the text cannot
/// drive a terminal or reorder what stands around it. Borrows when there is nothing to replace.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    replace(text, |c| is_unsafe(c) && c != '\n' && c != '\t')
}

/// As [`neutralise`], for places of one line: line feed and tab are replaced too.
pub fn neutralise_line(text: &str) -> Cow<'_, str> {
    replace(text, is_unsafe)
}

/// Whether a character can change how the text around it is shown: controls (Unicode Cc), line and paragraph
/// separators, and the explicit bidirectional formatting characters of UAX #9.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a text, of at most so many bytes; no character is split.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

fn replace(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().any(&bad) {
        Cow::Owned(text.chars().map(|c| if bad(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unsafe_changes() {
        assert!(matches!(neutralise("plain\n\ttext שלום 🎉"), Cow::Borrowed(_)));
        assert_eq!(neutralise("a\x1b[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(neutralise_line("a\nb"), "a\u{fffd}b");
    }

    #[test]
    fn a_cut_splits_no_character() {
        assert_eq!((cut("aüb", 2), cut("aüb", 3), cut("aüb", 99), cut("", 0)), ("a", "aü", "aüb", ""));
    }
}
