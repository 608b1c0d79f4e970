//! Emoticons, names of emoji, and skin tones.

use emojis::{Emoji, Group, SkinTone};

/// Few fonts have emoji of later versions.
const EMOJI_VERSION_MAX: u32 = 15;

const EMOTICONS: &[(&str, &str)] = &[
    (":-)", "🙂"),
    (":)", "🙂"),
    (":-(", "🙁"),
    (":(", "🙁"),
    (";-)", "😉"),
    (";)", "😉"),
    (":-D", "😄"),
    (":D", "😄"),
    (":-P", "😛"),
    (":P", "😛"),
    (":-O", "😮"),
    (":O", "😮"),
    (":'(", "😢"),
    (":-/", "😕"),
    ("<3", "❤️"),
    ("B-)", "😎"),
];

/// The groups of the picker, each with its representative emoji.
pub const GROUPS: &[(Group, &str)] = &[
    (Group::SmileysAndEmotion, "😀"),
    (Group::PeopleAndBody, "👋"),
    (Group::AnimalsAndNature, "🐶"),
    (Group::FoodAndDrink, "🍎"),
    (Group::TravelAndPlaces, "🚗"),
    (Group::Activities, "⚽"),
    (Group::Objects, "💡"),
    (Group::Symbols, "❤️"),
    (Group::Flags, "🏁"),
];

/// Skin tones by setting; the first is the default.
pub const TONES: [SkinTone; 6] = [
    SkinTone::Default,
    SkinTone::Light,
    SkinTone::MediumLight,
    SkinTone::Medium,
    SkinTone::MediumDark,
    SkinTone::Dark,
];

fn is_drawable(emoji: &Emoji) -> bool {
    emoji.emoji_version().major() <= EMOJI_VERSION_MAX
}

/// The emoji in a skin tone (an index into [`TONES`]), if it has tones.
fn toned(emoji: &'static Emoji, tone: usize) -> &'static str {
    let tone = TONES.get(tone).copied().unwrap_or(SkinTone::Default);
    emoji.with_skin_tone(tone).unwrap_or(emoji).as_str()
}

/// The emoji of a group.
pub fn of_group(group: Group, tone: usize) -> Vec<&'static str> {
    group.emojis().filter(|emoji| is_drawable(emoji)).map(|emoji| toned(emoji, tone)).collect()
}

/// Emoji whose short code or name contains the text; exact and prefix matches come first.
pub fn search(wanted: &str, tone: usize) -> Vec<(&'static str, &'static str)> {
    let wanted = wanted.trim().trim_matches(':').to_lowercase();
    let mut found: Vec<(u8, &'static Emoji, &'static str)> = Vec::new();
    for emoji in emojis::iter().filter(|emoji| is_drawable(emoji)) {
        let Some(first) = emoji.shortcode() else { continue };
        let begins = emoji.shortcodes().find(|code| code.starts_with(&wanted));
        let contains = || emoji.shortcodes().find(|code| code.contains(&wanted));
        let named = || emoji.name().to_lowercase().contains(&wanted).then_some(first);
        let rank = |rank: u8| move |code: &'static str| (rank, emoji, code);
        let exact = emoji.shortcodes().find(|code| *code == wanted).map(rank(0));
        found.extend(
            exact
                .or(begins.map(rank(1)))
                .or_else(|| contains().map(rank(2)))
                .or_else(|| named().map(rank(3))),
        );
    }
    found.sort_by_key(|(rank, ..)| *rank);
    found.into_iter().map(|(_, emoji, code)| (toned(emoji, tone), code)).collect()
}

/// The name of an emoji, for tooltips and screen readers.
pub fn name_of(emoji: &str) -> &str {
    emojis::get(emoji).map_or(emoji, Emoji::name)
}

/// Replaces separate emoticons and `:names:` by emoji.
pub fn emoticons(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end_matches([' ', '\n']);
        let named = bare.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        let emoji = EMOTICONS.iter().find(|(sign, _)| *sign == bare).map(|(_, emoji)| *emoji);
        let emoji = emoji.or_else(|| emojis::get_by_shortcode(named?).map(Emoji::as_str));
        shown.push_str(emoji.unwrap_or(bare));
        shown.push_str(word.get(bare.len()..).unwrap_or_default());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_emoji_where_they_stand_alone() {
        assert_eq!(emoticons("hello :) and :tada: <3"), "hello 🙂 and 🎉 ❤️");
        assert_eq!(emoticons("heart f(x:) :nothing: http://a"), "heart f(x:) :nothing: http://a");
        assert_eq!(emoticons(":)\n:)  x\n"), "🙂\n🙂  x\n", "lines and blanks stay");
        assert_eq!(emoticons(""), "");
    }

    #[test]
    fn emoji_are_found_by_name_and_have_tones() {
        assert_eq!(search("tad", 0).first(), Some(&("🎉", "tada")));
        assert_eq!(search("wave", 0).first().map(|it| it.0), Some("👋"));
        assert_eq!(search("wave", 5).first().map(|it| it.0), Some("👋🏿"));
        assert!(search("zzzz", 0).is_empty());
        assert!(GROUPS.iter().all(|(group, _)| of_group(*group, 0).len() > 20));
        assert_eq!(name_of("🎉"), "party popper");
    }
}
