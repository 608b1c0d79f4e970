//! Commands that are typed.

use super::{Effect, Millis, chat};
use crate::model::{Model, Theme};

const HELP: &str = "\
/join ROOM — enter or make a room; /leave — leave this one; /topic TEXT — set its topic; /mute — no calls from it
/msg NAME [TEXT] — a private conversation
/away [TEXT], /back — what others see of you
/theme, /server, /quit — other colours, another server, the end
//TEXT says /TEXT
Ctrl+K goes anywhere, Ctrl+F searches, Ctrl+R answers, Up changes your last message, Tab completes names and :emoji:
Shift+F10 is the menu of the newest message, F10 that of the program";

pub fn run(model: &mut Model, now: Millis, command: &str) -> Vec<Effect> {
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    let room = model.current;
    match name {
        "join" if !rest.is_empty() => vec![Effect::Join(rest.trim_start_matches('#').into())],
        "msg" if !rest.is_empty() => message(model, rest.trim_start_matches('@')),
        "topic" => vec![Effect::Topic(room, rest.into())],
        "away" => chat::status(model, true, rest.into()),
        "back" => chat::status(model, false, String::new()),
        "leave" => vec![Effect::Leave(room)],
        "mute" => chat::mute(model, room),
        "theme" => {
            model.settings.theme = if rest == "light" { Theme::Light } else { Theme::Dark };
            vec![Effect::Save]
        }
        "quit" => vec![Effect::Save, Effect::Quit],
        "server" => super::disconnect(model),
        "help" | "?" => {
            if let Some(room) = model.rooms.get_mut(&room) {
                room.note(now, HELP.into());
            }
            vec![Effect::ScrollToEnd]
        }
        "join" | "msg" => {
            model.note = format!("/{name} whom or what? /help lists the commands");
            Vec::new()
        }
        _ => {
            model.note = format!("there is no command /{name}; /help lists them, //{name} says it");
            Vec::new()
        }
    }
}

/// The name may have blanks: the longest one of somebody who is there counts.
fn message(model: &mut Model, rest: &str) -> Vec<Effect> {
    let begins = |name: &str| {
        rest.strip_prefix(name)
            .is_some_and(|after| after.is_empty() || after.starts_with(char::is_whitespace))
    };
    let known = model
        .people
        .values()
        .map(|it| it.name.to_string())
        .filter(|name| begins(name))
        .max_by_key(String::len);
    let name = known.unwrap_or_else(|| rest.split_whitespace().next().unwrap_or_default().into());
    let text = rest.get(name.len()..).unwrap_or_default().trim().to_owned();
    chat::to_person(model, name, text)
}
