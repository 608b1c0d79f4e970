//! Sanitizing of text from peers, for terminals, logs and widgets.

pub use crate::wire::truncate;
use std::borrow::Cow;

/// Replaces control characters, except line feed and tab, and bidirectional formatting characters with U+FFFD, so that the text
/// can neither control a terminal nor reorder the text around it. Borrows if there is nothing to replace.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    replace(text, |c| is_control_or_bidi(c) && c != '\n' && c != '\t')
}

/// Like [`sanitize`], but also replaces line feed and tab, for single-line use.
pub fn sanitize_line(text: &str) -> Cow<'_, str> {
    replace(text, is_control_or_bidi)
}

/// Whether a character can change how the text around it is displayed: control characters (Unicode Cc), line and paragraph
/// separators, and the explicit bidirectional formatting characters of UAX #9.
pub fn is_control_or_bidi(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text has only whitespace, control characters and invisible characters such as U+200B (those of the Unicode property
/// `Default_Ignorable_Code_Point` that occur in text).
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
            || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}')
            || matches!(c, '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
    })
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
    fn only_control_and_bidi_characters_are_replaced() {
        assert!(matches!(sanitize("plain\n\ttext שלום 🎉"), Cow::Borrowed(_)));
        assert_eq!(sanitize("a\x1b[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(sanitize_line("a\nb"), "a\u{fffd}b");
    }

    #[test]
    fn truncate_splits_no_character() {
        assert_eq!(
            (truncate("aüb", 2), truncate("aüb", 3), truncate("aüb", 99), truncate("", 0)),
            ("a", "aü", "aüb", "")
        );
    }

    #[test]
    fn invisible_text_is_blank() {
        for text in ["", " \n", "\u{200b}", "\u{2060}\u{feff} ", "\u{3164}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200b}a", "👩\u{200d}🔬", "क्\u{200d}ष"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
