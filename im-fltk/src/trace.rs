//! Traces events and state to standard output, one per line, for debugging and tests.

use crate::model::{FieldId, Link, Model, Overlay, Screen, WindowId};
use crate::update::Msg;
use libim::ClientEvent;
use std::io::Write as _;

/// Traces a message of a window.
pub fn message(at: WindowId, msg: &Msg) {
    match msg {
        Msg::Net(event) => match &**event {
            ClientEvent::Entry { entry, .. } => {
                say(&format!("event {} {} {:?}", entry.room, entry.seq, entry.body));
            }
            other => say(&format!("net {other:?}")),
        },
        Msg::Typed(FieldId::Passkey | FieldId::Overlay, ..) => say("Typed(secret)"),
        // An invite contains the passkey.
        Msg::Typed(FieldId::Server, text, _) if text.contains("key=") => say("Typed(secret)"),
        other => say(&format!("{}: {other:?}", at.0)),
    }
}

/// Traces the state after an update.
pub fn state(model: &Model) {
    let screen = match model.screen {
        Screen::Connect => "connect",
        Screen::Chat => "chat",
    };
    let link = match &model.link {
        Link::Off => "off",
        Link::Connecting => "connecting",
        Link::On => "on",
        Link::Broken(_) => "broken",
        Link::Refused(..) => "refused",
        Link::Ended(_) => "ended",
    };
    let error = model.form.error.as_ref().map_or("", |(_, text)| text.as_str());
    say(&format!(
        "state screen={screen} link={link} unread={} people={} rooms={:?} error={error:?}",
        model.unread(),
        model.people.len(),
        model
            .room_order()
            .iter()
            .filter_map(|id| model.rooms.get(id))
            .map(crate::model::Room::label)
            .collect::<Vec<_>>(),
    ));
    for (id, window) in &model.windows {
        let room = model.room_of(*id);
        let open = match &window.overlay {
            None => "",
            Some(Overlay::Menu(_)) => "menu",
            Some(Overlay::Switcher(_)) => "switcher",
            Some(Overlay::Picker(_)) => "picker",
            Some(Overlay::Card(_)) => "card",
            Some(Overlay::Confirm(_)) => "confirm",
            Some(Overlay::Prompt(_)) => "prompt",
            Some(Overlay::People) => "people",
            Some(Overlay::Help) => "help",
        };
        say(&format!(
            "window {} room={} entries={} pending={} fresh={} mentions={} at_end={} in_sight={} members={} open={open} completing={} hits={} replying={} editing={} focused={} note={:?}",
            id.0,
            room.map_or_else(String::new, crate::model::Room::label),
            room.map_or(0, |it| it.entries.len()),
            room.map_or(0, |it| it.pending.len()),
            room.map_or(0, |it| it.fresh),
            room.map_or(0, |it| it.mentions),
            window.at_end,
            window.in_sight,
            window.members.len(),
            window.completion.as_ref().map_or(0, |it| it.candidates.len()),
            window.search.as_ref().map_or(0, |it| it.hits.len()),
            window.replying.unwrap_or(0),
            window.editing.unwrap_or(0),
            window.focused,
            window.note.as_ref().map_or("", |it| it.text.as_str()),
        ));
    }
}

/// Traces the zones of a window.
pub fn zones(at: WindowId, described: &str) {
    say(&format!("zones {} {described}", at.0));
}

fn say(line: &str) {
    // The reader may have closed the pipe.
    let _ = writeln!(std::io::stdout(), "{}", line.replace('\n', " "));
}
