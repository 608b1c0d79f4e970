//! Completion of the word before the cursor: @names, #rooms, :emoji: and /commands.

use super::{emoji, find_folded};

/// Maximum number of candidates.
const CANDIDATES_MAX: usize = 8;

/// A candidate for the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The text shown in the list.
    pub shown: String,
    /// Additional information.
    pub hint: String,
    /// The text that replaces the word.
    pub text: String,
}

/// The word before the cursor, and its candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The word's byte range in the text.
    pub from: usize,
    pub to: usize,
    pub candidates: Vec<Candidate>,
    pub selected: usize,
}

pub const COMMANDS: &[(&str, &str)] = &[
    ("/join", "ROOM: enter a room, or make it"),
    ("/msg", "NAME [TEXT]: a private conversation"),
    ("/topic", "TEXT: what the room is about"),
    ("/leave", "leave this room"),
    ("/mute", "no notifications from this room"),
    ("/about", "NAME: who somebody is"),
    ("/window", "open this room in a separate window"),
    ("/away", "[TEXT]: you are not at your desk"),
    ("/back", "you are back"),
    ("/theme", "dark or light"),
    ("/server", "another server"),
    ("/help", "everything you can type"),
    ("/quit", "close the program"),
];

/// Completes the word before the cursor. `asked`: the user pressed Tab, so a bare word may be the start of a name.
pub fn complete(
    text: &str,
    cursor: usize,
    names: &[&str],
    rooms: &[&str],
    asked: bool,
) -> Option<Completion> {
    let before = text.get(..cursor)?;
    let from = before.rfind([' ', '\n']).map_or(0, |at| at + 1);
    let word = before.get(from..)?;
    let candidates = match word.chars().next() {
        Some(':') if word.len() > 2 || asked => emojis_for(word.get(1..)?),
        Some('/') if from == 0 => commands_for(word),
        Some('@') => matching(names, word.get(1..)?, '@', true),
        Some('#') => matching(rooms, word.get(1..)?, '#', true),
        // A bare name at the start addresses a user.
        Some(_) if asked && from == 0 => matching(names, word, '@', true),
        Some(_) if asked => matching(names, word, '@', false),
        Some(_) | None => Vec::new(),
    };
    (!candidates.is_empty()).then_some(Completion { from, to: cursor, candidates, selected: 0 })
}

impl Completion {
    pub fn step(&mut self, by: isize) {
        let count = self.candidates.len();
        self.selected = self.selected.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    /// Returns the text with a candidate inserted, and the new cursor position.
    pub fn apply(&self, index: usize, text: &str) -> Option<(String, usize)> {
        let word = &self.candidates.get(index)?.text;
        let (head, tail) = (text.get(..self.from)?, text.get(self.to..)?);
        let tail = tail.strip_prefix(' ').unwrap_or(tail);
        Some((format!("{head}{word} {tail}"), head.len() + word.len() + 1))
    }
}

fn emojis_for(beginning: &str) -> Vec<Candidate> {
    if beginning.is_empty() || beginning.ends_with(':') || beginning.starts_with([')', '(', '-', 'D', '/']) {
        return Vec::new();
    }
    let found = emoji::search(beginning, 0).into_iter().take(CANDIDATES_MAX);
    found
        .map(|(emoji, code)| Candidate {
            shown: format!("{emoji}  :{code}:"),
            hint: String::new(),
            text: emoji.into(),
        })
        .collect()
}

fn commands_for(word: &str) -> Vec<Candidate> {
    let fitting = COMMANDS.iter().filter(|(command, _)| command.starts_with(word) && *command != word);
    fitting
        .map(|(command, hint)| Candidate {
            shown: (*command).into(),
            hint: (*hint).into(),
            text: (*command).into(),
        })
        .take(CANDIDATES_MAX)
        .collect()
}

/// Names that start with `beginning`, then names that contain it.
fn matching(names: &[&str], beginning: &str, sign: char, with_sign: bool) -> Vec<Candidate> {
    let wanted = beginning.to_lowercase();
    let rank = |name: &str| match find_folded(name, &wanted) {
        _ if wanted.is_empty() => Some(0),
        Some((0, _)) => Some(0),
        Some(_) => Some(1),
        None => None,
    };
    let mut found: Vec<(i32, &str)> = names.iter().filter_map(|name| Some((rank(name)?, *name))).collect();
    found.sort_by_cached_key(|(rank, name)| (*rank, name.to_lowercase()));
    found.dedup();
    let candidate = |name: &str| Candidate {
        shown: format!("{sign}{name}"),
        hint: String::new(),
        text: if with_sign { format!("{sign}{name}") } else { name.into() },
    };
    found.into_iter().take(CANDIDATES_MAX).map(|(_, name)| candidate(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str, cursor: usize, asked: bool) -> Option<(String, usize)> {
        let completion = complete(text, cursor, &["anna", "Bert", "berta"], &["tea", "lobby"], asked)?;
        completion.apply(0, text)
    }

    #[test]
    fn words_are_completed_where_they_stand() {
        assert_eq!(taken("hello @an", 9, false), Some(("hello @anna ".into(), 12)));
        assert_eq!(taken("be", 2, true), Some(("@Bert ".into(), 6)));
        assert_eq!(taken("be", 2, false), None, "a bare word is left alone");
        assert_eq!(taken("ask be tomorrow", 6, true), Some(("ask Bert tomorrow".into(), 9)));
        assert_eq!(taken("so :tad", 7, false), Some(("so 🎉 ".into(), 8)));
        assert_eq!(taken("in #t", 5, false), Some(("in #tea ".into(), 8)));
        assert_eq!(taken("/to", 3, false), Some(("/topic ".into(), 7)));
        assert_eq!(taken("a /to", 5, false), None);
        for (text, cursor) in [("", 0), ("zzz", 3), ("ü", 1), (":)", 2), ("12:30", 5), ("/topic", 6)] {
            assert_eq!(taken(text, cursor, false), None, "{text}");
        }
    }

    #[test]
    fn one_goes_through_the_list() {
        let mut completion = complete("@be", 3, &["Bert", "berta", "gilbert"], &[], false).unwrap();
        let shown: Vec<&str> = completion.candidates.iter().map(|it| it.shown.as_str()).collect();
        assert_eq!(shown, ["@Bert", "@berta", "@gilbert"]);
        completion.step(1);
        completion.step(5);
        assert_eq!(completion.selected, 2);
        completion.step(-9);
        assert_eq!(completion.selected, 0);
    }
}
