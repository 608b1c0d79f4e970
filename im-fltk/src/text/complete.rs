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

/// Completes words, and goes on to the next candidate when it is asked again at once.
#[derive(Debug, Default)]
pub struct Completer {
    /// What was completed, how often, and what came of it.
    last: Option<(Completion, usize, Completion)>,
}

impl Completer {
    /// Completes the word before the cursor.
    pub fn complete(&mut self, text: &str, cursor: usize, names: &[&str]) -> Option<Completion> {
        let here = Completion { text: text.into(), cursor };
        let (from, turn) = match self.last.take() {
            Some((from, turn, to)) if to == here => (from, turn + 1),
            _ => (here, 0),
        };
        let (start, found) = candidates(&from.text, from.cursor, names)?;
        let word = found.get(turn % found.len().max(1))?;
        let (head, after) = (from.text.get(..start)?, from.text.get(from.cursor..)?);
        let to = Completion { text: format!("{head}{word}{after}"), cursor: start + word.len() };
        self.last = Some((from, turn, to.clone()));
        Some(to)
    }
}

/// Where the word before the cursor begins, and what may stand there instead.
fn candidates(text: &str, cursor: usize, names: &[&str]) -> Option<(usize, Vec<String>)> {
    let before = text.get(..cursor)?;
    let start = before.rfind([' ', '\n']).map_or(0, |at| at + 1);
    let word = before.get(start..)?;
    if let Some(beginning) = word.strip_prefix(':').filter(|it| !it.is_empty() && !it.ends_with(':')) {
        return Some((start, by_name(beginning).map(|(_, emoji)| format!("{emoji} ")).collect()));
    }
    if word.starts_with('/') && start == 0 {
        let fitting = COMMANDS.iter().filter(|command| command.starts_with(word));
        return Some((start, fitting.map(|it| (*it).to_owned()).collect()));
    }
    let (sign, beginning) = word.strip_prefix('@').map_or(("", word), |rest| ("@", rest));
    if beginning.is_empty() && sign.is_empty() {
        return None;
    }
    let wanted = beginning.to_lowercase();
    let mut found: Vec<&str> =
        names.iter().copied().filter(|name| name.to_lowercase().starts_with(&wanted)).collect();
    found.sort_unstable();
    found.dedup();
    // A bare name at the beginning addresses somebody.
    let sign = if sign.is_empty() && start == 0 { "@" } else { sign };
    Some((start, found.iter().map(|name| format!("{sign}{name} ")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_where_they_stand() {
        let names = ["anna", "Bert", "berta"];
        let case = |text: &str, cursor: usize| {
            Completer::default().complete(text, cursor, &names).map(|it| (it.text, it.cursor))
        };
        assert_eq!(case("hello @an", 9), Some(("hello @anna ".into(), 12)));
        assert_eq!(case("be", 2), Some(("@Bert ".into(), 6)));
        assert_eq!(case("ask be tomorrow", 6), Some(("ask Bert  tomorrow".into(), 9)));
        assert_eq!(case("so :tad", 7), Some(("so 🎉 ".into(), 8)));
        assert_eq!(case("/to", 3), Some(("/topic ".into(), 7)));
        assert_eq!(case("", 0), None);
        assert_eq!(case("zzz", 3), None);
        assert_eq!(case("ü", 1), None);
    }
    #[test]
    fn again_gives_the_next_candidate() {
        let (mut completer, names) = (Completer::default(), ["anna", "Bert", "berta", "Bert"]);
        let mut at = Completion { text: "ask be!".into(), cursor: 6 };
        for expected in ["ask Bert !", "ask berta !", "ask Bert !"] {
            at = completer.complete(&at.text, at.cursor, &names).unwrap();
            assert_eq!(at.text, expected);
        }
        at.cursor = 0;
        assert_eq!(completer.complete(&at.text, at.cursor, &names), None, "elsewhere it begins anew");
    }
}
