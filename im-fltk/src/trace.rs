//! What happens, line by line on standard output: for those who look for a fault, and for tests.

use crate::model::{Link, Model, Screen};
use crate::update::Msg;
use libim::ClientEvent;
use std::io::Write as _;

/// Something that happens.
pub fn message(msg: &Msg) {
    match msg {
        Msg::Net(event) => match &**event {
            ClientEvent::Event { event, .. } => {
                say(&format!("event {} {} {:?}", event.room, event.seq, event.body));
            }
            other => say(&format!("net {other:?}")),
        },
        Msg::Passkey(_) => say("Passkey(secret)"),
        // An invite has the passkey in it.
        Msg::Server(text) if text.contains("key=") => say("Server(secret)"),
        other => say(&format!("{other:?}")),
    }
}

/// How things are afterwards.
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
    };
    let error = model.form.error.as_ref().map_or("", |(_, text)| text.as_str());
    let (room, entries, fresh) =
        model.room().map_or((String::new(), 0, 0), |room| (room.label(), room.entries.len(), room.fresh));
    say(&format!(
        "state screen={screen} link={link} room={room} entries={entries} fresh={fresh} unread={} people={} members={} menu={} choices={} found={} replying={} focused={} error={error:?} note={:?}",
        model.unread(),
        model.people.len(),
        model.members.len(),
        model.menu.as_ref().map_or(0, |menu| menu.items.len()),
        model.switcher.as_ref().map_or(0, |switcher| switcher.choices.len()),
        model.search.as_ref().and_then(|search| search.found).unwrap_or(0),
        model.replying.unwrap_or(0),
        model.focused,
        model.note
    ));
}

fn say(line: &str) {
    // Nobody reads it any more: then there is nobody to be told.
    let _ = writeln!(std::io::stdout(), "{}", line.replace('\n', " "));
}
