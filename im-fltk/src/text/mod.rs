//! Texts on their way to the screen: marks of emphasis, links, emoticons, names of emoji, and what must not reach it.

mod complete;
mod emoji;
mod markup;

pub use complete::Completer;
pub use emoji::{by_name, emoticons};
pub use markup::{Span, Style, parse};

use libim::core::text::is_unsafe;

/// A text that cannot harm: control characters and overrides of direction are shown as signs (UAX #9, section 2).
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => ' ',
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            _ if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
            _ => c,
        })
        .collect()
}

/// The first line of a text as it reads, without marks of emphasis, for where there is little room.
pub fn brief(text: &str) -> String {
    let line: String = plain(text.lines().next().unwrap_or_default()).chars().take(80).collect();
    let bare: String = parse(&emoticons(&line)).into_iter().map(|span| span.text).collect();
    if line.len() < text.len() { format!("{bare}…") } else { bare }
}

/// The letters of an avatar: of the first two words, or the first letter.
pub fn initials(name: &str) -> String {
    let mut letters = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    let first = letters.next().unwrap_or('?').to_uppercase();
    first.chain(letters.next().into_iter().flat_map(char::to_uppercase)).collect()
}

/// A number that is always the same for a name, to choose its colour by (FNV-1a).
pub fn hue(name: &str) -> usize {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize
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
}
