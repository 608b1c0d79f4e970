//! Actions of buttons and menu items.

use super::{Effect, Millis, changed, chat, compose, connect, direct, overlay, quit, read, search};
use crate::model::{Asked, Confirm, Confirmed, Deed, Deleting, Life, Model, Overlay, PickFor, WindowId};
use libim::wire::RoomId;

/// How long a deletion can be undone, in milliseconds.
pub const UNDO_FOR: Millis = 6_000;

#[allow(clippy::too_many_lines)] // one arm per action
pub fn carry_out(model: &mut Model, now: Millis, at: WindowId, deed: Deed) -> Vec<Effect> {
    // Choosing an item closes the menu.
    model.window_mut(at).overlay = None;
    match deed {
        Deed::Copy(text) => vec![Effect::Copy(text)],
        Deed::OpenLink(link) => vec![Effect::OpenLink(link)],
        Deed::Reply(seq) => compose::reply(model, at, seq),
        Deed::Edit(seq) => compose::edit(model, at, seq),
        Deed::Delete(seq) => ask_to_delete(model, at, seq),
        Deed::React(seq, emoji) => react(model, now, at, seq, emoji),
        Deed::PickReaction(seq) => overlay::open_picker(model, at, PickFor::Reaction(seq)),
        Deed::Retry(txn_id) => compose::retry(model, at, txn_id),
        Deed::Dismiss(txn_id) => {
            if let Some(room) = model.room_of_mut(at) {
                room.take_pending(txn_id);
            }
            Vec::new()
        }
        Deed::Talk(user) => direct::with(model, now, at, user),
        Deed::Mention(name) => vec![Effect::Insert(at, format!("@{name} ")), Effect::Focus(at)],
        Deed::Card(user, name) => {
            let place = model.window_mut(at).pointer;
            overlay::open_card(model, at, user, name, place)
        }
        Deed::Mute(room) => chat::mute(model, now, room),
        Deed::MarkRead(room) => read::read_all(model, room),
        Deed::Detach(room) => chat::detach(model, now, room),
        Deed::Leave(room) => vec![Effect::Leave(room)],
        Deed::Forget(room) => forget(model, now, room),
        Deed::Topic(room) => overlay::open_prompt(model, at, Asked::Topic(room)),
        Deed::Server(server) => {
            model.form.set_server(&server);
            vec![Effect::Focus(at)]
        }
        Deed::GoTo => overlay::open_switcher(model, at),
        Deed::Search => search::open(model, at),
        Deed::Theme => super::toggle_theme(model, now),
        Deed::Zoom(by) => super::zoom(model, now, by),
        Deed::ShowMoves(show) => {
            model.settings.show_moves = show;
            for room in model.rooms.values_mut() {
                room.revision += 1;
            }
            super::clock::save_soon(model, now);
            Vec::new()
        }
        Deed::Away(away) => {
            let text = model.status.clone();
            status(model, away, text)
        }
        Deed::Status => overlay::open_prompt(model, at, Asked::Status),
        Deed::Help => overlay::open(model, at, Overlay::Help),
        Deed::Elsewhere => connect::leave_server(model),
        Deed::Quit => quit(model),
        Deed::Field(field, deed) => vec![Effect::FocusField(at, field), Effect::Field(at, field, deed)],
        Deed::Later(words) => {
            model.window_mut(at).say(now, words);
            Vec::new()
        }
    }
}

/// Sets the away state and the status text.
pub fn status(model: &mut Model, away: bool, text: String) -> Vec<Effect> {
    // Above the server's limit for presence changes, the user's own is not reported either.
    model.away = away;
    model.status.clone_from(&text);
    vec![Effect::Status(away, text)]
}

fn react(model: &mut Model, now: Millis, at: WindowId, seq: u64, emoji: String) -> Vec<Effect> {
    let Some((me, _)) = model.me else { return Vec::new() };
    let Some(said) = model.room_of(at).and_then(|room| room.said(seq)) else { return Vec::new() };
    let mine = said
        .reactions
        .iter()
        .any(|(known, people)| *known == emoji && people.iter().any(|(it, _)| *it == me));
    let room = chat::here(model, at);
    let mut effects = Vec::new();
    if !mine {
        model.settings.used_emoji(&emoji);
        super::clock::save_soon(model, now);
    }
    effects.push(Effect::React(room, seq, emoji, !mine));
    effects
}

fn ask_to_delete(model: &mut Model, at: WindowId, seq: u64) -> Vec<Effect> {
    let room = chat::here(model, at);
    let Some(said) = model.room_of(at).and_then(|room| room.said(seq)) else { return Vec::new() };
    let confirm = Confirm {
        title: "Delete this message?".into(),
        text: format!("“{}”", crate::text::brief(&said.text)),
        action: "Delete".into(),
        deed: Confirmed::Delete(room, seq),
    };
    overlay::open(model, at, Overlay::Confirm(confirm))
}

/// Schedules the deletion of a message, which can be undone until then.
pub fn delete_soon(model: &mut Model, now: Millis, room: RoomId, seq: u64) -> Vec<Effect> {
    model.deleting.push(Deleting { room, seq, at: now + UNDO_FOR });
    changed(model, room)
}

/// Deletes messages whose undo time is over; `None` deletes all that are scheduled.
pub fn delete_now(model: &mut Model, now: Option<Millis>) -> Vec<Effect> {
    let due = model.deleting.extract_if(.., |it| now.is_none_or(|now| it.at <= now)).collect::<Vec<_>>();
    for it in &due {
        changed(model, it.room);
    }
    due.into_iter().map(|it| Effect::Delete(it.room, it.seq)).collect()
}

/// Removes a private conversation from the list.
fn forget(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    let Some(known) = model.rooms.get(&room).filter(|room| room.is_direct()) else { return Vec::new() };
    let over = known.life == Life::Closed;
    let mut effects = chat::stop_showing(model, now, room);
    if over {
        model.rooms.remove(&room);
        effects.push(Effect::Abandon(room));
    } else {
        // The server keeps it while both users are logged in: the next message shows it again.
        model.hidden.insert(room);
    }
    super::clock::save_soon(model, now);
    effects
}
