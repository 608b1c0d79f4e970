//! Names of people and rooms: what is allowed, and when two of them are the same or could be taken for one another.
//!
//! Allowed is what the nickname profile of PRECIS (RFC 8266) allows, without symbols: letters, digits and marks of any
//! script, inner single blanks, `- _ . '`, and what some scripts need in some places (RFC 5892, appendix A): joiners, middle
//! dots. Two names collide when their case folds (Unicode 3.13) or their confusable skeletons (UTS #39) do: the collision is
//! refused, not the script.

use super::context::{is_allowed_at, mixes_arabic_digits};
use super::text::is_control_or_bidi;
use crate::wire::SmolStr;
use caseless::default_case_fold_str;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// Names that nobody may take, since they would speak for the server or for everybody.
const RESERVED: &[&str] =
    &["admin", "all", "everyone", "here", "lobby", "moderator", "operator", "root", "server", "system"];

/// A name in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    shown: SmolStr,
    keys: [SmolStr; 2],
}

/// Which rule a name breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing but blanks.
    Empty,
    /// More bytes than this.
    TooLong(u32),
    /// A character that names do not have.
    Character(char),
    /// One of the names that would speak for the server.
    Reserved,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameError::Empty => f.write_str("the name is empty"),
            NameError::TooLong(max) => write!(f, "the name is longer than {max} bytes"),
            NameError::Character(c) if is_control_or_bidi(*c) || c.is_whitespace() => {
                write!(f, "names do not contain the character U+{:04X}", u32::from(*c))
            }
            NameError::Character(c) => write!(f, "names do not contain '{c}'"),
            NameError::Reserved => f.write_str("that name is reserved"),
        }
    }
}

impl Name {
    /// A person's name.
    pub fn of_person(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        let name = Name::parse(text, bytes_max)?;
        if name.keys.iter().any(|key| RESERVED.iter().any(|word| skeleton(word).eq(key.chars()))) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }

    /// A room's name. A leading `#` is dropped.
    pub fn of_room(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        let text = text.trim();
        Name::parse(text.strip_prefix('#').unwrap_or(text), bytes_max)
    }

    fn parse(text: &str, bytes_max: u32) -> Result<Name, NameError> {
        // Long input is refused before any work is done on it; normalisation grows text at most 18 times (UAX #15).
        if text.len() > bytes_max as usize {
            return Err(NameError::TooLong(bytes_max));
        }
        let shown: String =
            text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").nfc().collect();
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

    /// As people see it.
    pub fn shown(&self) -> &SmolStr {
        &self.shown
    }

    /// The keys of which another name must have none: the skeleton of the case fold, and the case fold of the skeleton.
    pub fn keys(&self) -> &[SmolStr; 2] {
        &self.keys
    }
}

fn keys(shown: &SmolStr) -> [SmolStr; 2] {
    if shown.bytes().all(|b| b.is_ascii_lowercase() && b != b'm') {
        // Such letters are their own skeleton and fold (of a-z only `m` is confusable: with `rn`).
        return [shown.clone(), shown.clone()];
    }
    // Joiners are not seen as such.
    let wide: String = shown.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}')).nfkc().collect();
    let folded: SmolStr = skeleton(&default_case_fold_str(&wide)).collect::<String>().into();
    let seen = default_case_fold_str(&skeleton(&wide).collect::<String>());
    let seen = if *seen == *folded { folded.clone() } else { seen.into() };
    [folded, seen]
}

/// The first character that a name may not have, or not there.
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
        ] {
            assert!(Name::of_person(name, 64).is_err(), "{name:?}");
        }
        assert!(collide("علی\u{200c}رضا", "علیرضا"), "a joiner makes no other name");
        assert!(collide("O’Brien", "O'Brien"));
    }

    #[test]
    fn shapes() {
        assert_eq!(&**Name::of_person("  Anna  Kowalska ", 64).unwrap().shown(), "Anna Kowalska");
        assert_eq!(Name::of_person(" ", 64), Err(NameError::Empty));
        assert_eq!(Name::of_person("abc", 2), Err(NameError::TooLong(2)));
        assert_eq!(Name::of_person("a\u{202e}b", 64), Err(NameError::Character('\u{202e}')));
        assert_eq!(Name::of_person("a@b", 64), Err(NameError::Character('@')));
        assert_eq!(Name::of_person("Server", 64), Err(NameError::Reserved));
        assert_eq!(Name::of_person("systern", 64), Err(NameError::Reserved));
        assert_eq!(&**Name::of_room("#tea time", 64).unwrap().shown(), "tea time");
    }

    #[test]
    fn the_short_way_agrees_with_the_long_one() {
        for c in ('a'..='z').filter(|c| *c != 'm') {
            assert!(skeleton(&c.to_string()).eq(std::iter::once(c)), "{c}");
        }
    }

    proptest! {
        #[test]
        fn normal_form_is_stable(text in "\\PC{0,20}") {
            if let Ok(name) = Name::of_person(&text, 64) {
                let again = Name::of_person(name.shown(), 64).unwrap();
                prop_assert_eq!(again, name);
            }
        }
    }
}
