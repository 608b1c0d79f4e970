//! Search: how a text is split into words, and which texts a pattern finds. The same for all stores.
//!
//! Words are compared without case, and without the accents and vowel points that people leave out when they write. Scripts that do
//! not separate words by spaces are split into pairs of neighbouring characters, so that any part of a sentence can be found: the
//! words of 東京都 are 東京, 京都 and 都.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// Longer words are compared by their beginning of this many characters.
const WORD_CHARS_MAX: usize = 64;

/// What to search for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// All of these must occur.
    pub phrases: Vec<Phrase>,
}

/// Words that must follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words, at least one. They have letters, digits and marks only.
    pub words: Vec<String>,
    /// Whether the last word may be longer in the text.
    pub prefix: bool,
}

impl Pattern {
    /// The pattern of what a person has typed: words, of which the beginning is enough, and "words in quotes", which must occur as
    /// they are. Nothing is invalid; what is not a word is ignored.
    pub fn parse(text: &str) -> Pattern {
        let mut phrases = Vec::new();
        for (at, part) in text.split('"').enumerate() {
            if at % 2 == 1 {
                phrases.extend(phrase(part, true));
            } else {
                phrases.extend(part.split_whitespace().filter_map(|word| phrase(word, false)));
            }
        }
        Pattern { phrases }
    }

    /// Whether a text has all phrases.
    pub fn finds(&self, text: &str) -> bool {
        let words = words(text);
        self.phrases.iter().all(|phrase| phrase.is_in(&words))
    }
}

impl Phrase {
    fn is_in(&self, words: &[String]) -> bool {
        let Some((last, before)) = self.words.split_last() else { return true };
        words.windows(self.words.len()).any(|there| {
            there.split_last().is_some_and(|(end, start)| {
                start == before && if self.prefix { end.starts_with(last) } else { end == last }
            })
        })
    }
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in runs(text) {
        run.add_words(true, &mut words);
    }
    words
}

/// What identifies an author in a search: names with the same words are the same.
pub fn author_key(name: &str) -> String {
    let key = words(name).concat();
    if key.is_empty() { name.chars().map(|c| u32::from(c).to_string() + "x").collect() } else { key }
}

fn phrase(text: &str, exact: bool) -> Option<Phrase> {
    let runs = runs(text);
    let mut words = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        // Where the phrase ends within a run, the text may go on.
        run.add_words(at + 1 < runs.len(), &mut words);
    }
    let last = runs.last()?;
    let prefix = if last.dense { last.chars.len() == 1 } else { !exact };
    Some(Phrase { words, prefix })
}

/// Characters of one kind in a row.
struct Run {
    chars: Vec<char>,
    /// Of a script without spaces between words.
    dense: bool,
}

impl Run {
    /// Adds its words. `ended`: whether the text is known to end here, or to go on with another kind.
    fn add_words(&self, ended: bool, words: &mut Vec<String>) {
        if !self.dense {
            words.push(self.chars.iter().take(WORD_CHARS_MAX).collect());
            return;
        }
        words.extend(self.chars.windows(2).map(|pair| pair.iter().collect()));
        if (ended || self.chars.len() == 1)
            && let Some(last) = self.chars.last()
        {
            words.push(last.to_string());
        }
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut within = false;
    for c in default_case_fold_str(&without_accents(text)).chars() {
        // Joiners within words do not change them.
        if matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}') {
            continue;
        }
        if !(c.is_alphanumeric() || is_combining_mark(c)) {
            within = false;
            continue;
        }
        let last = runs.last_mut().filter(|_| within);
        let dense =
            if is_combining_mark(c) { last.as_ref().is_some_and(|run| run.dense) } else { is_dense(c) };
        match last {
            Some(run) if run.dense == dense => run.chars.push(c),
            _ => runs.push(Run { chars: vec![c], dense }),
        }
        within = true;
    }
    runs
}

/// A text in its compatibility composition, without the marks that are often left out in writing.
fn without_accents(text: &str) -> String {
    let mut optional = false;
    let keeps = |c: &char| {
        if is_combining_mark(*c) {
            return !optional;
        }
        optional = has_optional_marks(*c);
        true
    };
    if text.is_ascii() { text.into() } else { text.nfkd().filter(keeps).nfc().collect() }
}

fn has_optional_marks(c: char) -> bool {
    matches!(
        c.script(),
        Script::Latin | Script::Greek | Script::Cyrillic | Script::Hebrew | Script::Arabic | Script::Syriac
    )
}

/// Whether a character belongs to a script that does not separate words by spaces, or, as Hangul, adds particles to them.
fn is_dense(c: char) -> bool {
    matches!(
        c.script(),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Hangul
            | Script::Yi
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
            | Script::Tibetan
            | Script::Javanese
            | Script::Balinese
            | Script::Tai_Le
            | Script::New_Tai_Lue
            | Script::Tai_Tham
            | Script::Tai_Viet
    ) || c == '\u{30fc}' // the sign of a long vowel in Japanese, which is common to two scripts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_split_into_words() {
        assert_eq!(words("Hello, World! foo_bar 3.14"), ["hello", "world", "foo", "bar", "3", "14"]);
        assert_eq!(words("STRASSE Straße ÉTÉ Ёлка"), ["strasse", "strasse", "ete", "елка"]);
        assert_eq!(words("東京都 a"), ["東京", "京都", "都", "a"]);
        assert_eq!(words("タワー"), ["タワ", "ワー", "ー"]);
        assert_eq!(words("ab東c"), ["ab", "東", "c"]);
        assert_eq!(words("ＡＢＣ ﬁne"), ["abc", "fine"]);
        assert_eq!(words("שָׁלוֹם"), ["שלום"]);
        assert_eq!(words("हिन्दी"), ["हिन्दी"]);
        assert_eq!(words("👍 -- \0 "), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(100)), ["x".repeat(WORD_CHARS_MAX)]);
    }

    fn finds(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).finds(text)
    }

    #[test]
    fn a_pattern_finds_beginnings_of_words_and_phrases() {
        for (pattern, text) in [
            ("rep", "the report"),
            ("REPORT the", "The Report"),
            ("\"the report\"", "is the report there"),
            ("foo-ba", "see foo-bar"),
            ("don't", "I don't know"),
            ("\"the report", "the report"),
            ("Zurich", "in Zürich"),
            ("Zürich", "in zurich"),
            ("", "anything"),
            ("京", "東京都"),
            ("東京", "東京都"),
            ("京都", "東京都"),
            ("都", "東京都"),
            ("京abc", "東京abcd"),
            ("ไทย", "ภาษาไทยง่าย"),
            ("서울", "서울에서"),
            ("\"都\"", "東京都"),
            ("x NEAR y", "near x and y"),
            ("a* OR", "an order"),
        ] {
            assert!(finds(pattern, text), "{pattern:?} in {text:?}");
        }
        for (pattern, text) in [
            ("port", "the report"),
            ("\"rep\"", "the report"),
            ("\"report the\"", "the report"),
            ("rep x", "the report"),
            ("東都", "東京都"),
            ("京a", "東京b"),
            ("京a", "東京都a"),
            ("มาก", "ภาษาไทยง่าย"),
        ] {
            assert!(!finds(pattern, text), "{pattern:?} in {text:?}");
        }
    }

    #[test]
    fn authors_are_known_by_their_names() {
        assert_eq!(author_key("Anna Lee"), author_key("ANNA  lee"));
        assert_ne!(author_key("★"), author_key("☆"));
        assert_ne!(author_key("★"), "");
    }

    proptest! {
        /// Each part of a text that is cut at spaces, and each part of a text in a dense script, is found in it.
        #[test]
        fn a_part_is_found_in_the_whole(text in "[a-c é東京都ไทยก-ข]{1,24}", from in 0_usize..24, len in 1_usize..24) {
            let part: String = text.chars().skip(from).take(len).collect();
            let starts_word = text.chars().nth(from.wrapping_sub(1)).is_none_or(|c| c == ' ' || is_dense(c))
                || part.chars().next().is_some_and(is_dense);
            // A mark at the start belongs to the character before it.
            prop_assume!(starts_word && !part.chars().next().is_some_and(is_combining_mark));
            prop_assert!(finds(&part, &text), "{part:?} in {text:?}");
        }

        #[test]
        fn words_have_letters_digits_and_marks_only(text in "\\PC*") {
            for word in words(&text) {
                prop_assert!(!word.is_empty());
                prop_assert!(word.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c)), "{word:?}");
            }
        }
    }
}
