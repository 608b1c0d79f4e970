//! Typed commands.

use super::{Effect, Millis, chat, deed, direct};
use crate::model::{Deed, Life, Model, Overlay, Theme, WindowId};
use crate::text::isolated;

pub fn run(model: &mut Model, now: Millis, at: WindowId, command: &str) -> Vec<Effect> {
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    let room = chat::here(model, at);
    match name {
        "join" if !rest.is_empty() => vec![Effect::Join(rest.trim_start_matches('#').into(), true)],
        "msg" if !rest.is_empty() => message(model, now, at, rest.trim_start_matches('@')),
        "topic" => vec![Effect::Topic(room, rest.into())],
        "about" if !rest.is_empty() => about(model, now, at, rest.trim_start_matches('@')),
        "window" => chat::detach(model, now, room),
        "away" => deed::status(model, true, rest.into()),
        "back" => deed::status(model, false, String::new()),
        "leave" => leave(model, now, at),
        "mute" => chat::mute(model, now, room),
        "theme" => {
            model.settings.theme = if rest == "light" { Theme::Light } else { Theme::Dark };
            super::clock::save_soon(model, now);
            Vec::new()
        }
        "quit" => super::quit(model),
        "server" => super::connect::leave_server(model),
        "help" | "?" => {
            chat::open_overlay(model, at, Overlay::Help);
            Vec::new()
        }
        "join" | "msg" | "about" => {
            let what = if name == "join" { "ROOM" } else { "NAME" };
            model.window_mut(at).complain(now, format!("Write /{name} {what}"));
            Vec::new()
        }
        _ => {
            let words = format!("There is no command /{name}: /help lists them; //{name} sends it as text");
            model.window_mut(at).complain(now, words);
            Vec::new()
        }
    }
}

fn leave(model: &mut Model, now: Millis, at: WindowId) -> Vec<Effect> {
    let room = chat::here(model, at);
    let direct = model.room_of(at).is_some_and(|room| room.is_direct() || room.life == Life::Closed);
    deed::carry_out(model, now, at, if direct { Deed::Forget(room) } else { Deed::Leave(room) })
}

fn about(model: &mut Model, now: Millis, at: WindowId, name: &str) -> Vec<Effect> {
    if let Some(user) = model.person_named(name).map(|it| it.user) {
        return super::overlay::open_card(model, at, user, name.into(), (300, 200));
    }
    model.window_mut(at).complain(now, format!("Nobody called {} is here", isolated(name)));
    Vec::new()
}

/// A name may contain blanks: the longest name of a present user matches.
fn message(model: &mut Model, now: Millis, at: WindowId, rest: &str) -> Vec<Effect> {
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
    direct::to_person(model, now, at, name, text)
}
