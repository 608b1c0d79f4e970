//! Names of users and rooms: which are valid, and which collide because they are equal or confusable.
//!
//! A valid name is one allowed by the nickname profile of PRECIS (RFC 8266), without symbols: letters, digits and marks of any
//! script, single spaces between words, `- _ . '`, and characters that some scripts need in some contexts (RFC 5892, appendix A),
//! such as joiners and middle dots. Two names collide if their case folds (Unicode 3.13) or their confusable skeletons (UTS #39)
//! are equal. Names may mix scripts: only collisions are refused.

use super::context::{is_allowed_at, mixes_arabic_digits};
use super::text::is_control_or_bidi;
use crate::wire::SmolStr;
use caseless::default_case_fold_str;
use std::fmt;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// Names that no user can have, since they suggest the server's authority or address all users.
const RESERVED: &[&str] =
    &["admin", "all", "everyone", "here", "lobby", "moderator", "operator", "root", "server", "system"];

/// Their skeletons.
static RESERVED_KEYS: LazyLock<Vec<String>> =
    LazyLock::new(|| RESERVED.iter().map(|word| skeleton(word).collect()).collect());

/// The skeletons of the ASCII characters. That of an ASCII text consists of them, since none of these characters combines.
static ASCII_SKELETONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (0..128).map(|c: u8| skeleton(char::from(c).encode_utf8(&mut [0; 4])).collect()).collect()
});

/// A valid, normalized name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    shown: SmolStr,
    keys: [SmolStr; 2],
}

/// Why a name is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// The name is empty or has only spaces.
    Empty,
    /// The name is longer than this number of bytes.
    TooLong(u32),
    /// The name contains a character that is not allowed there.
    Character(char),
    /// The name is reserved.
    Reserved,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameError::Empty => f.write_str("the name is empty"),
            NameError::TooLong(max) => write!(f, "the name is longer than {max} bytes"),
            NameError::Character(c) if is_control_or_bidi(*c) || c.is_whitespace() => {
                write!(
                    f,
                    "the name contains the character U+{:04X}, which is not allowed there",
                    u32::from(*c)
                )
            }
            NameError::Character(c) => write!(f, "the name contains '{c}', which is not allowed there"),
            NameError::Reserved => f.write_str("the name is reserved"),
        }
    }
}

impl std::error::Error for NameError {}

impl Name {
    /// Parses and normalizes a user's name of at most `bytes_max` bytes.
    pub fn of_person(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        let name = Name::parse(text, bytes_max)?;
        if name.keys.iter().any(|key| RESERVED_KEYS.iter().any(|reserved| reserved == key.as_str())) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }

    /// Parses and normalizes a room's name of at most `bytes_max` bytes. A leading `#` is dropped.
    pub fn of_room(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        let text = text.trim();
        Name::parse(text.strip_prefix('#').unwrap_or(text), bytes_max)
    }

    /// A name that a store has kept. It was valid once, and stays somebody's if the rules change.
    pub fn stored(shown: &str) -> Name {
        let shown: SmolStr = shown.into();
        Name { keys: keys(&shown), shown }
    }

    fn parse(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        // Checked before normalization, which can expand text 18 times (UAX #15), and again after it.
        if text.len() > bytes_max as usize {
            return Err(NameError::TooLong(bytes_max));
        }
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let mut shown = words.join(" ");
        if !shown.is_ascii() {
            shown = shown.nfc().collect();
        }
        if shown.is_empty() {
            return Err(NameError::Empty);
        }
        if shown.len() > bytes_max as usize {
            return Err(NameError::TooLong(bytes_max));
        }
        let first_is_mark = shown.chars().next().filter(|c| is_combining_mark(*c));
        if let Some(bad) = first_is_mark.or_else(|| first_not_allowed(&shown)) {
            return Err(NameError::Character(bad));
        }
        let shown: SmolStr = shown.into();
        Ok(Name { keys: keys(&shown), shown })
    }

    /// The name for display.
    pub fn shown(&self) -> &SmolStr {
        &self.shown
    }

    /// The collision keys: the skeleton of the case fold, and the case fold of the skeleton. Two names collide if they share one.
    pub fn keys(&self) -> &[SmolStr; 2] {
        &self.keys
    }
}

fn keys(shown: &SmolStr) -> [SmolStr; 2] {
    if shown.is_ascii() { ascii_keys(shown) } else { any_keys(shown) }
}

fn ascii_keys(shown: &str) -> [SmolStr; 2] {
    let mut folded = String::new();
    let mut seen = String::new();
    for byte in shown.bytes() {
        let skeleton = |byte: u8| ASCII_SKELETONS.get(usize::from(byte)).map_or("", String::as_str);
        folded.push_str(skeleton(byte.to_ascii_lowercase()));
        seen.push_str(skeleton(byte));
    }
    seen.make_ascii_lowercase();
    let folded: SmolStr = folded.into();
    let seen = if seen == *folded { folded.clone() } else { seen.into() };
    [folded, seen]
}

fn any_keys(shown: &str) -> [SmolStr; 2] {
    // Joiners are invisible.
    let wide: String = shown.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}')).nfkc().collect();
    let folded: SmolStr = skeleton(&default_case_fold_str(&wide)).collect::<String>().into();
    let seen = default_case_fold_str(&skeleton(&wide).collect::<String>());
    let seen = if *seen == *folded { folded.clone() } else { seen.into() };
    [folded, seen]
}

/// The first character that is not allowed where it is.
fn first_not_allowed(name: &str) -> Option<char> {
    if name.chars().all(is_allowed) && name.is_ascii() {
        return None;
    }
    if mixes_arabic_digits(name) {
        return name.chars().find(|c| ('\u{6f0}'..='\u{6f9}').contains(c));
    }
    let chars: Vec<char> = name.chars().collect();
    let bad = |(at, c): &(usize, &char)| !is_allowed_at(&chars, *at).unwrap_or_else(|| is_allowed(**c));
    chars.iter().enumerate().find(bad).map(|(_, c)| *c)
}

fn is_allowed(c: char) -> bool {
    !is_control_or_bidi(c)
        && (c.is_alphanumeric() || is_combining_mark(c) || matches!(c, ' ' | '-' | '_' | '.' | '\''))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn collide(a: &str, b: &str) -> bool {
        let (a, b) = (Name::of_person(a, 64).unwrap(), Name::of_person(b, 64).unwrap());
        a.keys().iter().any(|key| b.keys().contains(key))
    }

    #[test]
    fn collisions() {
        assert!(collide("alice", "ALICE"));
        assert!(collide("alice", "aIice"), "capital i for small l");
        assert!(collide("alice", "аlice"), "Cyrillic a");
        assert!(collide("straße", "STRASSE"));
        assert!(collide("tim", "tirn"));
        assert!(collide("é", "e\u{301}"));
        assert!(!collide("alice", "bob"));
        assert!(!collide("анна", "иван"));
    }

    #[test]
    fn real_names_of_every_script() {
        for name in [
            "Anna-Lena Müller",
            "O'Brien",
            "O’Brien",
            "Gal·la Placídia",
            "علی\u{200c}رضا",
            "محمد",
            "क्\u{200d}ष",
            "ශ්\u{200d}රී",
            "ジョン・スミス",
            "山田 太郎",
            "佐々木",
            "김철수",
            "Ελένη",
            "Юлия",
            "ע׳",
            "צה״ל",
            "สมชาย",
            "ខេមរា",
            "မောင်",
            "አበበ",
            "Nguyễn Văn A",
            "ʻOkina",
            "Đặng",
            "ᏣᎳᎩ",
            "ٱلْعَرَبِيَّة",
            "ⵜⴰⵎⴰⵣⵉⵖⵜ",
            "Zoë St. John",
            "J. R. R.",
            "٣٤",
            "Ŋuŋu",
            "தமிழ்",
            "ગુજરાતી",
            "བོད་ཡིག",
        ] {
            assert!(Name::of_person(name, 64).is_ok(), "{name}: {:?}", Name::of_person(name, 64));
        }
        for name in [
            "a\u{200c}b",
            "a\u{200d}b",
            "\u{200d}",
            "anna\u{200c}",
            "a·b",
            "·",
            "・",
            "٣۴",
            "a\u{200b}b",
            "\u{200e}anna",
            "anna’",
            "ann\u{ad}a",
            "\u{301}anna",
        ] {
            assert!(Name::of_person(name, 64).is_err(), "{name:?}");
        }
        assert!(collide("علی\u{200c}رضا", "علیرضا"), "a joiner does not distinguish names");
        assert!(collide("O’Brien", "O'Brien"));
    }

    #[test]
    fn normalization_and_errors() {
        assert_eq!(&**Name::of_person("  Anna  Kowalska ", 64).unwrap().shown(), "Anna Kowalska");
        assert_eq!(Name::of_person(" ", 64), Err(NameError::Empty));
        assert_eq!(Name::of_person("abc", 2), Err(NameError::TooLong(2)));
        assert!(Name::of_person("abc", 3).is_ok());
        assert_eq!(Name::of_person("a\u{202e}b", 64), Err(NameError::Character('\u{202e}')));
        assert_eq!(Name::of_person("a@b", 64), Err(NameError::Character('@')));
        assert_eq!(Name::of_person("Server", 64), Err(NameError::Reserved));
        assert_eq!(Name::of_person("systern", 64), Err(NameError::Reserved));
        assert_eq!(&**Name::of_room("#tea time", 64).unwrap().shown(), "tea time");
    }

    proptest! {
        #[test]
        fn the_keys_of_ascii_names_are_those_of_any_name(text in "[ -~]{0,20}") {
            prop_assert_eq!(ascii_keys(&text), any_keys(&text));
        }

        #[test]
        fn normal_form_is_stable(text in "\\PC{0,20}") {
            if let Ok(name) = Name::of_person(&text, 64) {
                let again = Name::of_person(name.shown(), 64).unwrap();
                prop_assert_eq!(again, name);
            }
        }
    }

    #[test]
    fn compatibility_forms_collide() {
        assert!(collide("annª", "anna"));
    }
}
