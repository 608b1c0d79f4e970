//! Changes the model and returns the effects to carry out. Uses no widget and no socket.

mod chat;
mod clock;
mod command;
mod compose;
mod connect;
mod deed;
mod direct;
mod msg;
mod net;
mod overlay;
mod people;
mod read;
mod search;
#[cfg(test)]
mod tests;

pub use compose::WARN_LEFT;
pub use msg::{Effect, Millis, Msg};

use crate::model::{Asked, Field, FieldId, Link, Model, Overlay, Screen, Theme, WindowId};
use libim::wire::Code;

/// Handles one message from a window.
pub fn update(model: &mut Model, now: Millis, at: WindowId, msg: Msg) -> Vec<Effect> {
    let mut effects = handle(model, now, at, msg);
    effects.extend(clock::schedule(model, now));
    effects
}

#[allow(clippy::too_many_lines)] // one arm per message
fn handle(model: &mut Model, now: Millis, at: WindowId, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::ShowPasskey(show) => {
            model.form.show_passkey = show;
            vec![Effect::Focus(at)]
        }
        Msg::Connect => connect::connect(model),
        Msg::Typed(field, text, cursor) => typed(model, now, at, field, text, cursor),
        Msg::Send(text) => compose::send(model, now, at, &text),
        // The window takes the text from its field.
        Msg::SendWritten => Vec::new(),
        Msg::EditLast => compose::edit_last(model, at),
        Msg::ReplyLast => compose::reply_last(model, at),
        Msg::Cancel => cancel(model, at),
        Msg::Select(room) => chat::select(model, now, at, room),
        Msg::StepRoom(by) => chat::step(model, now, at, by),
        Msg::NextUnread(by) => chat::next_unread(model, now, at, by),
        Msg::JumpUnread => vec![Effect::ScrollToUnread(at)],
        Msg::JumpEnd => vec![Effect::ScrollToEnd(at)],
        Msg::GoTo(seq) => chat::go_to(model, now, at, seq),
        Msg::Unfold(seq, time) => chat::unfold(model, at, seq, time),
        Msg::NearTop => chat::load_older(model, at),
        Msg::AtEnd(room, at_end) => read::at_end(model, at, room, at_end),
        Msg::InSight(room, seq) => read::in_sight(model, at, room, seq),
        Msg::Do(deed) => deed::carry_out(model, now, at, deed),
        Msg::UndoDelete(seq) => {
            let room = model.window_mut(at).room;
            model.deleting.retain(|it| (it.room, it.seq) != (room, seq));
            changed(model, room)
        }
        Msg::Again => connect::again(model),
        Msg::BannerAction => match &model.link {
            Link::Refused(Code::Passkey, _) => overlay::open_prompt(model, at, Asked::Passkey),
            Link::Refused(Code::NameTaken | Code::NameInvalid, _) => {
                overlay::open_prompt(model, at, Asked::Name)
            }
            Link::Refused(..) | Link::Ended(_) | Link::Off => connect::again(model),
            Link::Connecting | Link::On | Link::Broken(_) => Vec::new(),
        },
        Msg::OpenMenu(about, x, y) => overlay::open_menu(model, at, about, (x, y)),
        Msg::MenuStep(by) => overlay::menu(model, at, |menu| menu.step(by)),
        Msg::MenuTake(index) => overlay::menu_take(model, now, at, index),
        Msg::OpenSwitcher => overlay::open_switcher(model, at),
        Msg::SwitchStep(by) => overlay::switcher(model, at, |it| it.step(by)),
        Msg::SwitchTo(index) => overlay::switch_to(model, now, at, index),
        Msg::OpenPicker(purpose) => overlay::open_picker(model, at, purpose),
        Msg::PickStep(by) => overlay::picker(model, at, |it| it.step(by)),
        Msg::PickGroup(group) => {
            overlay::picker(model, at, |it| it.show_group(group));
            vec![Effect::SetField(at, FieldId::Overlay, String::new())]
        }
        Msg::PickTone(tone) => {
            model.settings.tone = tone;
            clock::save_soon(model, now);
            overlay::picker(model, at, |it| it.set_tone(tone))
        }
        Msg::PickTake(index) => overlay::pick(model, now, at, index),
        Msg::OpenCard(user, name, x, y) => overlay::open_card(model, at, user, name, (x, y)),
        Msg::OpenPrompt(about) => overlay::open_prompt(model, at, about),
        Msg::PromptDone => overlay::prompt_done(model, at),
        Msg::Confirmed => overlay::confirmed(model, now, at),
        Msg::OpenPeople => people::open(model, at),
        Msg::OpenHelp => overlay::open(model, at, Overlay::Help),
        Msg::Complete(text, cursor) => compose::complete_now(model, at, &text, cursor),
        Msg::CompleteStep(by) => {
            if let Some(completion) = &mut model.window_mut(at).completion {
                completion.step(by);
            }
            Vec::new()
        }
        Msg::CompleteTake(index, text) => compose::complete_take(model, at, index, &text),
        Msg::OpenSearch => search::open(model, at),
        Msg::CloseSearch => search::close(model, at),
        Msg::SearchStep(by) => search::step(model, at, by),
        Msg::SearchTo(index) => search::to(model, at, index),
        Msg::SearchBack => search::reach_back(model, at),
        Msg::Focus(focused) => read::focus(model, at, focused),
        Msg::Zoom(by) => zoom(model, now, by),
        Msg::ToggleTheme => toggle_theme(model, now),
        Msg::Resized(width, height) => {
            if at == WindowId::MAIN {
                (model.settings.width, model.settings.height) = (width, height);
            }
            clock::save_soon(model, now);
            Vec::new()
        }
        Msg::Moved(x, y) => {
            if at == WindowId::MAIN {
                model.settings.place = Some((x, y));
            }
            clock::save_soon(model, now);
            Vec::new()
        }
        Msg::Close => close(model, now, at),
        Msg::Quit => quit(model),
        Msg::Tick => clock::tick(model, now),
        Msg::Notified(room) => {
            let window = model.window_on(room).unwrap_or(WindowId::MAIN);
            let mut effects = chat::select(model, now, window, room);
            effects.push(Effect::Raise(window));
            effects
        }
        Msg::Net(event) => net::handle(model, now, *event),
        Msg::Epoch(epoch) => connect::epoch(model, now, epoch),
        Msg::Posted(room, text, reply, taken) => compose::posted(model, now, room, text, reply, taken),
        Msg::Joining(request, name, go) => {
            let window = go.then_some(at);
            model.joining.push(crate::model::Joining { request, name, window });
            Vec::new()
        }
        Msg::Opening(Ok(request), name, words, go) => {
            let window = go.then_some(at);
            model.opening.push(crate::model::Opening { request, name, words, window });
            Vec::new()
        }
        Msg::Opening(Err(why), name, words, _) => {
            model.window_mut(at).complain(now, why);
            direct::give_back(model, now, at, &name, &words)
        }
        Msg::Listing(request) => {
            people::listing(model, request);
            Vec::new()
        }
        Msg::PageRefused(room, why) => {
            chat::page_failed(model, room);
            model.window_mut(at).complain(now, why);
            Vec::new()
        }
        Msg::Paging(request, room) => {
            model.pages.push((request, room));
            Vec::new()
        }
        Msg::EditRefused(room, seq, text, why) => compose::edit_failed(model, now, room, seq, text, &why),
        Msg::Editing(txn_id, room, seq, text) => {
            model.edits.push((txn_id, room, seq, text));
            Vec::new()
        }
        Msg::PeopleStep(by) => people::step(model, at, by),
        Msg::PeopleTake => people::take(model, at),
        Msg::FocusPeople => people::focus(model, at),
        Msg::Refused(why) => {
            model.window_mut(at).complain(now, why);
            Vec::new()
        }
    }
}

fn typed(
    model: &mut Model,
    now: Millis,
    at: WindowId,
    field: FieldId,
    text: String,
    cursor: usize,
) -> Vec<Effect> {
    if let Some((wrong, _)) = &model.form.error
        && form_field(field) == Some(*wrong)
    {
        model.form.error = None;
    }
    match field {
        FieldId::Composer => return compose::typed(model, now, at, text, cursor),
        FieldId::Server => {
            model.form.server = text;
            // A pasted invite fills in the other fields at once.
            if model.form.server.contains("://") && model.form.server.parse::<libim::Invite>().is_ok() {
                let name = std::mem::replace(&mut model.form.name, "-".into());
                let _ = model.form.check();
                model.form.name = name;
            }
        }
        FieldId::Port => model.form.port = text,
        FieldId::Name => model.form.name = text,
        FieldId::Passkey => model.form.passkey = text,
        FieldId::Panel if model.window_mut(at).search.is_some() => return search::typed(model, at, text),
        FieldId::Panel => {
            let window = model.window_mut(at);
            (window.filter, window.chosen) = (text, 0);
        }
        FieldId::Overlay => return overlay::typed(model, at, text),
    }
    Vec::new()
}

/// The form field that an error may be attached to.
fn form_field(field: FieldId) -> Option<Field> {
    match field {
        FieldId::Server => Some(Field::Server),
        FieldId::Port => Some(Field::Port),
        FieldId::Name => Some(Field::Name),
        FieldId::Passkey => Some(Field::Passkey),
        FieldId::Composer | FieldId::Panel | FieldId::Overlay => None,
    }
}

/// Closes what was opened last.
fn cancel(model: &mut Model, at: WindowId) -> Vec<Effect> {
    if model.screen == Screen::Connect && model.form.busy {
        model.window_mut(at).overlay = None;
        return connect::give_up(model);
    }
    let draft = model.room_of(at).map_or_else(String::new, |room| room.draft.clone());
    let window = model.window_mut(at);
    if window.completion.take().is_some() {
        return Vec::new();
    }
    if let Some(open) = window.overlay.take() {
        if open == Overlay::People {
            window.filter.clear();
        } else if std::mem::take(&mut window.people_beneath) {
            window.overlay = Some(Overlay::People);
        }
        return vec![Effect::Focus(at)];
    }
    window.wanted = None;
    if window.search.is_some() {
        return search::close(model, at);
    }
    if window.editing.take().is_some() {
        return vec![Effect::SetInput(at, draft), Effect::Focus(at)];
    }
    if window.replying.take().is_none() && !window.filter.is_empty() {
        window.filter.clear();
        return vec![Effect::SetField(at, FieldId::Panel, String::new()), Effect::Focus(at)];
    }
    vec![Effect::Focus(at)]
}

fn zoom(model: &mut Model, now: Millis, by: i32) -> Vec<Effect> {
    model.settings.zoom(by);
    clock::save_soon(model, now);
    Vec::new()
}

fn toggle_theme(model: &mut Model, now: Millis) -> Vec<Effect> {
    model.settings.theme = match model.settings.theme {
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::Dark,
    };
    clock::save_soon(model, now);
    Vec::new()
}

/// Something above the newest entry of a room has changed.
fn changed(model: &mut Model, room: libim::wire::RoomId) -> Vec<Effect> {
    if let Some(room) = model.rooms.get_mut(&room) {
        room.revision += 1;
    }
    Vec::new()
}

fn close(model: &mut Model, now: Millis, at: WindowId) -> Vec<Effect> {
    if at == WindowId::MAIN {
        return quit(model);
    }
    model.windows.remove(&at);
    clock::save_soon(model, now);
    vec![Effect::CloseWindow(at)]
}

/// Carries out everything scheduled before quitting.
fn quit(model: &mut Model) -> Vec<Effect> {
    model.memorize();
    if model.screen == Screen::Connect {
        model.settings.name.clone_from(&model.form.name);
    }
    let mut effects = deed::delete_now(model, None);
    effects.extend([Effect::Save, Effect::Quit]);
    effects
}
