//! Who is named with `@` in a text.

/// Candidates looked at for one `@`: names have few words.
const WORDS_MAX: usize = 6;

/// The texts behind each `@` of a text that may be somebody's name, longest first, for the first `count_max` of them.
///
/// An `@` counts where a word may begin: not within an address (`info@tri.example`), a path (`/@tri`) or another `@`, and not in code
/// between backquotes. A name ends where a word does: `@tri-angle` does not name Tri, `@tri's` and `@tri.` do.
pub fn candidates(text: &str, bytes_max: usize, count_max: usize) -> Vec<Vec<&str>> {
    let code = code_spans(text);
    let in_code = |at: usize| code.iter().any(|(from, to)| (*from..*to).contains(&at));
    text.match_indices('@')
        .filter(|(at, _)| begins_word(text, *at) && !in_code(*at))
        .take(count_max)
        .map(|(at, _)| names_at(text.get(at + 1..).unwrap_or_default(), bytes_max))
        .collect()
}

/// Whether a word may begin here, judged by what stands before.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|c| {
        !c.is_alphanumeric() && !matches!(c, '@' | '/' | '_' | '.' | '-' | '+' | '%' | '=' | '\\')
    })
}

/// The beginnings of a text that may be a name, longest first.
fn names_at(rest: &str, bytes_max: usize) -> Vec<&str> {
    let mut ends: Vec<usize> = rest
        .char_indices()
        .take_while(|(at, _)| *at <= bytes_max)
        .filter(|(at, c)| !c.is_alphanumeric() && *c != '_' && ends_word(rest.get(*at..).unwrap_or_default()))
        .map(|(at, _)| at)
        .take(WORDS_MAX)
        .collect();
    if ends.len() < WORDS_MAX && rest.len() <= bytes_max {
        ends.push(rest.len());
    }
    ends.into_iter().rev().filter(|end| *end > 0).filter_map(|end| rest.get(..end)).collect()
}

/// Whether the word before this is over: what follows is no letter behind a sign that words have inside.
fn ends_word(rest: &str) -> bool {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some('@'), _) => false,
        (Some('\'' | '’'), Some('s' | 'S')) => chars.next().is_none_or(|c| !c.is_alphanumeric()),
        (Some('-' | '.' | '\'' | '’' | '/' | '\\' | ':'), Some(next)) => !next.is_alphanumeric(),
        (Some(_) | None, _) => true,
    }
}

/// The spans of code in a text: from a run of backquotes to the next of the same length.
fn code_spans(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    let (mut spans, mut rest) = (Vec::new(), runs.as_slice());
    while let Some(((start, len), after)) = rest.split_first() {
        rest = after;
        if let Some(end) = after.iter().position(|(_, other)| other == len) {
            spans.extend(after.get(end).map(|(at, _)| (*start, at + len)));
            rest = after.get(end + 1..).unwrap_or_default();
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether a text names Tri, or "Anna Kowalska".
    fn names(text: &str) -> Vec<&'static str> {
        let known = |name: &&str| match *name {
            "tri" | "Tri" => Some("tri"),
            "Anna Kowalska" => Some("anna"),
            _ => None,
        };
        candidates(text, 64, 32).iter().filter_map(|them| them.iter().find_map(known)).collect()
    }

    #[test]
    fn who_is_meant() {
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
    }

    #[test]
    fn who_is_not_meant() {
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
        ] {
            assert!(names(text).is_empty(), "{text}: {:?}", names(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[@`a-z' .\\-é\u{200d}]{0,60}") {
            for name in candidates(&text, 64, 8).into_iter().flatten() {
                prop_assert!(!name.is_empty() && name.len() <= 64 && text.contains(name));
            }
        }
    }
}
