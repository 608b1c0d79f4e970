//! Emoticons and names of emoji.

/// Names for `:name:`, the commonest of CLDR's and of chat programs.
const NAMES: &[(&str, &str)] = &[
    ("smile", "😄"),
    ("grin", "😁"),
    ("joy", "😂"),
    ("slight_smile", "🙂"),
    ("wink", "😉"),
    ("blush", "😊"),
    ("heart_eyes", "😍"),
    ("kiss", "😘"),
    ("thinking", "🤔"),
    ("neutral", "😐"),
    ("unamused", "😒"),
    ("sweat", "😓"),
    ("sad", "🙁"),
    ("cry", "😢"),
    ("sob", "😭"),
    ("angry", "😠"),
    ("rage", "😡"),
    ("scream", "😱"),
    ("sleeping", "😴"),
    ("sunglasses", "😎"),
    ("tongue", "😛"),
    ("confused", "😕"),
    ("open_mouth", "😮"),
    ("shrug", "🤷"),
    ("facepalm", "🤦"),
    ("wave", "👋"),
    ("thumbsup", "👍"),
    ("thumbsdown", "👎"),
    ("ok", "👌"),
    ("clap", "👏"),
    ("pray", "🙏"),
    ("muscle", "💪"),
    ("point_up", "☝️"),
    ("eyes", "👀"),
    ("heart", "❤️"),
    ("broken_heart", "💔"),
    ("fire", "🔥"),
    ("star", "⭐"),
    ("sparkles", "✨"),
    ("tada", "🎉"),
    ("gift", "🎁"),
    ("cake", "🎂"),
    ("coffee", "☕"),
    ("tea", "🍵"),
    ("beer", "🍺"),
    ("pizza", "🍕"),
    ("apple", "🍎"),
    ("dog", "🐶"),
    ("cat", "🐱"),
    ("bug", "🐛"),
    ("sun", "☀️"),
    ("rain", "🌧️"),
    ("snow", "❄️"),
    ("rainbow", "🌈"),
    ("rocket", "🚀"),
    ("car", "🚗"),
    ("bike", "🚲"),
    ("house", "🏠"),
    ("phone", "📞"),
    ("computer", "💻"),
    ("book", "📖"),
    ("pencil", "✏️"),
    ("mail", "✉️"),
    ("lock", "🔒"),
    ("key", "🔑"),
    ("bell", "🔔"),
    ("clock", "🕐"),
    ("hourglass", "⏳"),
    ("warning", "⚠️"),
    ("check", "✅"),
    ("cross", "❌"),
    ("question", "❓"),
    ("exclamation", "❗"),
    ("plus", "➕"),
    ("arrow_right", "➡️"),
    ("music", "🎵"),
    ("camera", "📷"),
    ("bulb", "💡"),
    ("skull", "💀"),
    ("ghost", "👻"),
    ("robot", "🤖"),
    ("party", "🥳"),
    ("melting", "🫠"),
];

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

/// Emoji whose names begin so, with their names.
pub fn by_name(beginning: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.iter().copied().filter(move |(name, _)| name.starts_with(beginning))
}

/// Emoticons that stand alone become emoji, and so do `:names:`.
pub fn emoticons(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            shown.push(' ');
        }
        let named = word.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        let emoji = EMOTICONS.iter().chain(NAMES).find(|(sign, _)| *sign == word || Some(*sign) == named);
        // A bare name is a word like any other.
        let emoji =
            emoji.filter(|(sign, _)| named.is_some() || EMOTICONS.iter().any(|(known, _)| known == sign));
        shown.push_str(emoji.map_or(word, |(_, emoji)| emoji));
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
        assert_eq!(by_name("tad").collect::<Vec<_>>(), [("tada", "🎉")]);
    }
}
