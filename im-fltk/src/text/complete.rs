//! Completing @names, :emoji: and /commands while one writes.

use super::by_name;

/// What completing came to: the whole text and where the cursor is, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub cursor: usize,
}

const COMMANDS: &[&str] = &[
    "/join ", "/msg ", "/topic ", "/away ", "/back", "/leave", "/mute", "/theme", "/server", "/help", "/quit",
];

/// Completes the word before the cursor, to the next candidate when it is one already.
pub fn complete(text: &str, cursor: usize, names: &[&str]) -> Option<Completion> {
    let before = text.get(..cursor)?;
    let start = before.rfind([' ', '\n']).map_or(0, |at| at + 1);
    let (head, word) = before.split_at_checked(start)?;
    let after = text.get(cursor..)?;
    let put = |word: &str| {
        Some(Completion { text: format!("{head}{word}{after}"), cursor: head.len() + word.len() })
    };
    if let Some(beginning) = word.strip_prefix(':').filter(|it| !it.is_empty() && !it.ends_with(':')) {
        let (_, emoji) = by_name(beginning).next()?;
        return put(&format!("{emoji} "));
    }
    if word.starts_with('/') && start == 0 {
        return put(COMMANDS.iter().find(|command| command.starts_with(word))?);
    }
    let (sign, beginning) = word.strip_prefix('@').map_or(("", word), |rest| ("@", rest));
    if beginning.is_empty() && sign.is_empty() {
        return None;
    }
    let wanted = beginning.to_lowercase();
    let mut found: Vec<&str> =
        names.iter().copied().filter(|name| name.to_lowercase().starts_with(&wanted)).collect();
    found.sort_unstable();
    // A bare name at the beginning addresses somebody.
    let sign = if sign.is_empty() && start == 0 { "@" } else { sign };
    put(&format!("{sign}{} ", found.first()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_where_they_stand() {
        let names = ["anna", "Bert", "berta"];
        let case = |text: &str, cursor: usize| complete(text, cursor, &names).map(|it| (it.text, it.cursor));
        assert_eq!(case("hello @an", 9), Some(("hello @anna ".into(), 12)));
        assert_eq!(case("be", 2), Some(("@Bert ".into(), 6)));
        assert_eq!(case("ask be tomorrow", 6), Some(("ask Bert  tomorrow".into(), 9)));
        assert_eq!(case("so :tad", 7), Some(("so 🎉 ".into(), 8)));
        assert_eq!(case("/to", 3), Some(("/topic ".into(), 7)));
        assert_eq!(case("", 0), None);
        assert_eq!(case("zzz", 3), None);
        assert_eq!(case("ü", 1), None);
    }
}
