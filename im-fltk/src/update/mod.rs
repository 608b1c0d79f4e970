//! What happens to the model, and what is to be done about it. Knows no widget and no socket.

mod chat;
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

use crate::model::{Field, FieldId, Model, Overlay, Screen, Theme, WindowId};

/// What is kept is written so long after it has changed.
const SAVE_AFTER: Millis = 3_000;

/// Takes one thing in, which happened in a window.
#[allow(clippy::too_many_lines)] // one arm per message
pub fn update(model: &mut Model, now: Millis, at: WindowId, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::ShowPasskey(show) => {
            model.form.show_passkey = show;
            vec![Effect::Focus(at)]
        }
        Msg::Connect => connect::connect(model),
        Msg::Typed(field, text, cursor) => typed(model, now, at, field, text, cursor),
        Msg::Send(text) => compose::send(model, now, at, &text),
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
        Msg::AtEnd(at_end) => read::at_end(model, at, at_end),
        Msg::InSight(seq) => read::in_sight(model, at, seq),
        Msg::Do(deed) => deed::carry_out(model, now, at, deed),
        Msg::UndoDelete(seq) => {
            let room = model.window_mut(at).room;
            model.deleting.retain(|it| (it.room, it.seq) != (room, seq));
            changed(model, room)
        }
        Msg::Again => connect::again(model),
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
            overlay::picker(model, at, |it| it.set_tone(tone));
            vec![Effect::Save]
        }
        Msg::PickTake(index) => overlay::pick(model, now, at, index),
        Msg::OpenCard(user, x, y) => overlay::open_card(model, at, user, (x, y)),
        Msg::OpenPrompt(about) => overlay::open_prompt(model, at, about),
        Msg::PromptDone => overlay::prompt_done(model, at),
        Msg::Confirmed => overlay::confirmed(model, now, at),
        Msg::OpenPeople => overlay::open(model, at, Overlay::People),
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
        Msg::Zoom(by) => zoom(model, by),
        Msg::ToggleTheme => toggle_theme(model),
        Msg::Resized(width, height) => {
            if at == WindowId::MAIN {
                (model.settings.width, model.settings.height) = (width, height);
            }
            save_soon(model, now)
        }
        Msg::Moved(x, y) => {
            if at == WindowId::MAIN {
                model.settings.place = Some((x, y));
            }
            save_soon(model, now)
        }
        Msg::Close => close(model, now, at),
        Msg::Quit => quit(model),
        Msg::Tick => tick(model, now),
        Msg::Notified(room) => {
            let window = model.window_on(room).unwrap_or(WindowId::MAIN);
            let mut effects = chat::select(model, now, window, room);
            effects.push(Effect::Raise(window));
            effects
        }
        Msg::Net(event) => net::handle(model, now, *event),
        Msg::Epoch(epoch) => {
            connect::epoch(model, now, epoch);
            Vec::new()
        }
        Msg::Posted(room, text, reply, taken) => compose::posted(model, now, at, room, text, reply, taken),
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
        Msg::Refused(why) => {
            model.stop_loading();
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
            // An invite fills in the rest as soon as it is pasted.
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
        FieldId::Panel => model.window_mut(at).filter = text,
        FieldId::Overlay => return overlay::typed(model, at, text),
    }
    Vec::new()
}

/// The field of the form that an error may belong to.
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
    if window.overlay.take().is_some() {
        return vec![Effect::Focus(at)];
    }
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

fn zoom(model: &mut Model, by: i32) -> Vec<Effect> {
    model.settings.zoom(by);
    vec![Effect::Save]
}

fn toggle_theme(model: &mut Model) -> Vec<Effect> {
    model.settings.theme = match model.settings.theme {
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::Dark,
    };
    vec![Effect::Save]
}

/// What stands above the newest entry of a room looks otherwise now.
fn changed(model: &mut Model, room: libim::wire::RoomId) -> Vec<Effect> {
    if let Some(room) = model.rooms.get_mut(&room) {
        room.revision += 1;
    }
    Vec::new()
}

/// What is kept is written in a moment: much may change at once.
fn save_soon(model: &mut Model, now: Millis) -> Vec<Effect> {
    if model.save_at.is_some() {
        return Vec::new();
    }
    model.save_at = Some(now + SAVE_AFTER);
    vec![Effect::Later(SAVE_AFTER)]
}

fn close(model: &mut Model, now: Millis, at: WindowId) -> Vec<Effect> {
    if at == WindowId::MAIN {
        return quit(model);
    }
    model.windows.remove(&at);
    let mut effects = vec![Effect::CloseWindow(at)];
    effects.extend(save_soon(model, now));
    effects
}

/// Everything that waits is done before the end.
fn quit(model: &mut Model) -> Vec<Effect> {
    model.memorize();
    let mut effects = deed::delete_now(model, None);
    effects.extend([Effect::Save, Effect::Quit]);
    effects
}

fn tick(model: &mut Model, now: Millis) -> Vec<Effect> {
    let mut effects = deed::delete_now(model, Some(now));
    for room in model.rooms.values_mut() {
        room.typing.retain(|_, (_, until)| *until > now);
    }
    for window in model.windows.values_mut() {
        window.note.take_if(|note| note.until <= now);
    }
    if model.save_at.take_if(|at| *at <= now).is_some() {
        model.memorize();
        effects.push(Effect::Save);
    }
    effects.extend(connect::retry_login(model, now));
    effects.extend(people::list_again(model, now));
    effects
}
