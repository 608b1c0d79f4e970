//! Finds the names mentioned with `@` in a text.

use std::collections::BTreeMap;
use unicode_normalization::char::is_combining_mark;

/// Maximum number of candidates for one `@`: names have few words.
const WORDS_MAX: usize = 6;

/// For each `@` in `text`, the strings after it that may be a user's name, longest first: each at most `bytes_max` bytes long, and
/// at most `names_max` in total.
///
/// An `@` counts only where a word can begin: not inside an address (`info@tri.example`), after a path separator (`/@tri`) or another
/// `@`, or in a code span between backquotes. A name ends where a word ends: `@tri-angle` does not mention Tri, `@tri's` and `@tri.`
/// do. Takes time linear in the length of the text.
pub fn candidates(text: &str, bytes_max: usize, names_max: usize) -> Vec<Vec<&str>> {
    let (mut code, mut left) = (code_spans(text).into_iter().peekable(), names_max);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        while code.next_if(|(_, to)| *to <= at).is_some() {}
        let in_code = code.peek().is_some_and(|(from, _)| *from <= at);
        if in_code || !begins_word(text, at) {
            continue;
        }
        let mut names = names_at(text.get(at + 1..).unwrap_or_default(), bytes_max);
        names.truncate(left);
        left -= names.len();
        found.push(names);
        if left == 0 {
            break;
        }
    }
    found
}

/// Whether a character is part of a word. Includes combining marks and joiners, which many scripts need.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{200c}' | '\u{200d}') || is_combining_mark(c)
}

/// Whether a word can begin at `at`, given the character before it.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|c| !is_of_word(c) && !matches!(c, '@' | '/' | '.' | '-' | '+' | '%' | '=' | '\\'))
}

/// The prefixes of `rest` that may be a name, longest first.
fn names_at(rest: &str, bytes_max: usize) -> Vec<&str> {
    let mut ends: Vec<usize> = rest
        .char_indices()
        .take_while(|(at, _)| *at <= bytes_max)
        .filter(|(at, c)| !is_of_word(*c) && ends_word(rest.get(*at..).unwrap_or_default()))
        .map(|(at, _)| at)
        .take(WORDS_MAX)
        .collect();
    if ends.len() < WORDS_MAX && rest.len() <= bytes_max {
        ends.push(rest.len());
    }
    ends.into_iter().rev().filter(|end| *end > 0).filter_map(|end| rest.get(..end)).collect()
}

/// Whether the word before `rest` ends there, that is, unless `rest` continues it with word-internal punctuation and a letter.
fn ends_word(rest: &str) -> bool {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some('@'), _) => false,
        (Some('\'' | '’'), Some('s' | 'S')) => chars.next().is_none_or(|c| !c.is_alphanumeric()),
        (Some('-' | '.' | '\'' | '’' | '/' | '\\' | ':'), Some(next)) => !next.is_alphanumeric(),
        (Some(_) | None, _) => true,
    }
}

/// The code spans of a text: each from a run of backquotes to the next run of the same length.
fn code_spans(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    // For each run, the index of the next run of the same length.
    let (mut last, mut ends) = (BTreeMap::new(), vec![None; runs.len()]);
    for (at, (run, end)) in runs.iter().zip(&mut ends).enumerate().rev() {
        *end = last.insert(run.1, at);
    }
    let (mut spans, mut next) = (Vec::new(), 0);
    while let Some((start, _)) = runs.get(next) {
        let end = ends.get(next).copied().flatten();
        spans.extend(end.and_then(|end| runs.get(end)).map(|(at, len)| (*start, at + len)));
        next = end.unwrap_or(next) + 1;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The known users whom a text mentions.
    fn names(text: &str) -> Vec<&'static str> {
        let known = |name: &&str| match *name {
            "tri" | "Tri" => Some("tri"),
            "Anna Kowalska" => Some("anna"),
            "क्षमा" => Some("kshama"),
            "Zoe" => Some("zoe"),
            _ => None,
        };
        candidates(text, 64, 32).iter().filter_map(|them| them.iter().find_map(known)).collect()
    }

    #[test]
    fn mentions() {
        for text in [
            "@tri",
            "hey @tri!",
            "(@tri)",
            "@tri's idea",
            "@tri, look",
            "so says @tri.",
            "@tri\nhello",
            "\"@tri\"",
            "@tri: yes",
            "¿@tri?",
        ] {
            assert_eq!(names(text), ["tri"], "{text}");
        }
        assert_eq!(names("@Anna Kowalska and @tri"), ["anna", "tri"]);
        assert_eq!(names("`code` and @tri"), ["tri"]);
        assert_eq!(names("``a ` b`` @tri `@tri`"), ["tri"]);
        assert_eq!(names("@क्षमा, @Zoe"), ["kshama", "zoe"]);
    }

    #[test]
    fn text_without_mentions() {
        for text in [
            "info@tri.example",
            "https://host/@tri",
            "@tri-angle",
            "foo@@tri",
            "`@tri`",
            "```\n@tri\n```",
            "@triangle",
            "@tri_",
            "@tri.example",
            "@tri@host",
            "a.@tri",
            "``a ` @tri``",
            "@",
            "@ tri",
            "@Zoe\u{308}",
            "e\u{301}@tri",
        ] {
            assert!(names(text).is_empty(), "{text}: {:?}", names(text));
        }
    }

    #[test]
    fn the_number_of_names_is_bounded() {
        let text = "@a b c d e f g ".repeat(1_000);
        let found = candidates(&text, 64, 64);
        assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 64);
        let distinct: String = (1..100).map(|len| "`".repeat(len) + "@a ").collect();
        assert_eq!(candidates(&distinct, 64, 1_000).len(), 99);
    }

    proptest! {
        #[test]
        fn candidates_are_bounded_parts_of_any_text(text in "[@`a-z' .\\-é\u{200d}]{0,60}") {
            for name in candidates(&text, 64, 8).into_iter().flatten() {
                prop_assert!(!name.is_empty() && name.len() <= 64 && text.contains(name));
            }
        }
    }
}
