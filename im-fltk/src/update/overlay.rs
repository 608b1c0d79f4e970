//! Opening overlays, and choosing in them.

use super::{Effect, Millis, chat, connect, deed, direct};
use crate::model::{
    About, Asked, Card, Choice, Confirmed, FieldId, Menu, Model, Overlay, PickFor, Picker, Prompt, Screen,
    Switcher, WindowId,
};
use libim::wire::{RoomId, UserId};

pub fn open(model: &mut Model, at: WindowId, overlay: Overlay) -> Vec<Effect> {
    chat::open_overlay(model, at, overlay);
    vec![Effect::SetField(at, FieldId::Overlay, String::new()), Effect::Focus(at)]
}

pub fn open_menu(model: &mut Model, at: WindowId, about: About, place: (i32, i32)) -> Vec<Effect> {
    model.window_mut(at).pointer = place;
    match Menu::about(model, at, about, place) {
        Some(menu) => open(model, at, Overlay::Menu(menu)),
        None => Vec::new(),
    }
}

pub fn menu(model: &mut Model, at: WindowId, run: impl FnOnce(&mut Menu)) -> Vec<Effect> {
    if let Some(Overlay::Menu(menu)) = &mut model.window_mut(at).overlay {
        run(menu);
    }
    Vec::new()
}

pub fn menu_take(model: &mut Model, now: Millis, at: WindowId, index: usize) -> Vec<Effect> {
    let Some(Overlay::Menu(menu)) = model.window_mut(at).overlay.take() else { return Vec::new() };
    let Some(item) = menu.items.into_iter().nth(index) else { return vec![Effect::Focus(at)] };
    let mut effects = vec![Effect::Focus(at)];
    effects.extend(deed::carry_out(model, now, at, item.deed));
    effects
}

/// Opens the switcher, and requests the room directory.
pub fn open_switcher(model: &mut Model, at: WindowId) -> Vec<Effect> {
    if model.screen == Screen::Connect {
        return Vec::new();
    }
    model.directory.clear();
    let switcher = Switcher::search(model, "");
    let mut effects = open(model, at, Overlay::Switcher(switcher));
    effects.push(Effect::Rooms(RoomId(0)));
    effects
}

pub fn switcher(model: &mut Model, at: WindowId, run: impl FnOnce(&mut Switcher)) -> Vec<Effect> {
    if let Some(Overlay::Switcher(switcher)) = &mut model.window_mut(at).overlay {
        run(switcher);
    }
    Vec::new()
}

pub fn switch_to(model: &mut Model, now: Millis, at: WindowId, index: usize) -> Vec<Effect> {
    let Some(Overlay::Switcher(switcher)) = model.window_mut(at).overlay.take() else { return Vec::new() };
    let mut effects = vec![Effect::Focus(at)];
    effects.extend(match switcher.choices.into_iter().nth(index) {
        Some(Choice::Room(room, ..)) => chat::select(model, now, at, room),
        Some(Choice::Person(name)) => direct::to_person(model, now, at, name, String::new()),
        Some(Choice::Enter(name, _) | Choice::Join(name)) => vec![Effect::Join(name, true)],
        None => Vec::new(),
    });
    effects
}

/// Refreshes open switchers after the model has changed.
pub fn refresh_switchers(model: &mut Model) {
    let open: Vec<WindowId> = model.windows.keys().copied().collect();
    for at in open {
        if let Some(Overlay::Switcher(switcher)) = &model.window_mut(at).overlay {
            let fresh = switcher.clone().again(model);
            model.window_mut(at).overlay = Some(Overlay::Switcher(fresh));
        }
    }
}

pub fn open_picker(model: &mut Model, at: WindowId, purpose: PickFor) -> Vec<Effect> {
    if model.screen == Screen::Connect {
        return Vec::new();
    }
    let picker = Picker::new(purpose, &model.settings);
    open(model, at, Overlay::Picker(picker))
}

pub fn picker(model: &mut Model, at: WindowId, run: impl FnOnce(&mut Picker)) -> Vec<Effect> {
    if let Some(Overlay::Picker(picker)) = &mut model.window_mut(at).overlay {
        run(picker);
    }
    Vec::new()
}

pub fn pick(model: &mut Model, now: Millis, at: WindowId, index: usize) -> Vec<Effect> {
    let Some(Overlay::Picker(picker)) = model.window_mut(at).overlay.take() else { return Vec::new() };
    let Some(emoji) = picker.get(index).map(str::to_owned) else { return vec![Effect::Focus(at)] };
    let mut effects = vec![Effect::Focus(at)];
    match picker.purpose {
        PickFor::Reaction(seq) => {
            effects.extend(deed::carry_out(model, now, at, crate::model::Deed::React(seq, emoji)));
        }
        PickFor::Text => {
            model.settings.used_emoji(&emoji);
            super::clock::save_soon(model, now);
            effects.push(Effect::Insert(at, emoji));
        }
    }
    effects
}

pub fn open_card(
    model: &mut Model,
    at: WindowId,
    user: UserId,
    name: String,
    place: (i32, i32),
) -> Vec<Effect> {
    open(model, at, Overlay::Card(Card { user, name: name.into(), at: place }))
}

pub fn open_prompt(model: &mut Model, at: WindowId, about: Asked) -> Vec<Effect> {
    let (title, hint, text, action) = match about {
        Asked::Topic(room) => {
            let topic = model.rooms.get(&room).map_or_else(String::new, |room| room.topic.to_string());
            ("Topic of the room", "What is it about?", topic, "Set topic")
        }
        Asked::Passkey => ("The server's passkey", "As its operator gives it", String::new(), "Connect"),
        Asked::Name => ("Another name", "The name that the others see", model.form.name.clone(), "Connect"),
        Asked::Status => ("Your status", "At lunch, back at two", model.status.clone(), "Set status"),
    };
    let prompt =
        Prompt { title: title.into(), hint: hint.into(), text: text.clone(), action: action.into(), about };
    chat::open_overlay(model, at, Overlay::Prompt(prompt));
    vec![Effect::SetField(at, FieldId::Overlay, text), Effect::Focus(at)]
}

pub fn prompt_done(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let Some(Overlay::Prompt(prompt)) = model.window_mut(at).overlay.take() else { return Vec::new() };
    let text = prompt.text.trim().to_owned();
    let mut effects = vec![Effect::Focus(at)];
    match prompt.about {
        Asked::Topic(room) => effects.push(Effect::Topic(room, text)),
        Asked::Status => {
            let away = model.away;
            effects.extend(deed::status(model, away, text));
        }
        Asked::Passkey => {
            model.form.passkey.clone_from(&text);
            effects.extend(connect::log_in(model, None, Some(text)));
        }
        Asked::Name => {
            model.form.name.clone_from(&text);
            effects.extend(connect::log_in(model, Some(text), None));
        }
    }
    effects
}

pub fn confirmed(model: &mut Model, now: Millis, at: WindowId) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = model.window_mut(at).overlay.take() else { return Vec::new() };
    let mut effects = vec![Effect::Focus(at)];
    match confirm.deed {
        Confirmed::Delete(room, seq) => effects.extend(deed::delete_soon(model, now, room, seq)),
    }
    effects
}

/// The text of the overlay's field changed.
pub fn typed(model: &mut Model, at: WindowId, text: String) -> Vec<Effect> {
    match model.window_mut(at).overlay.take() {
        Some(Overlay::Switcher(_)) => {
            let switcher = Switcher::search(model, &text);
            model.window_mut(at).overlay = Some(Overlay::Switcher(switcher));
        }
        Some(Overlay::Picker(mut picker)) => {
            picker.search(&text);
            model.window_mut(at).overlay = Some(Overlay::Picker(picker));
        }
        Some(Overlay::Prompt(prompt)) => {
            model.window_mut(at).overlay = Some(Overlay::Prompt(Prompt { text, ..prompt }));
        }
        Some(Overlay::People) => {
            let window = model.window_mut(at);
            (window.filter, window.chosen) = (text, 0);
            window.overlay = Some(Overlay::People);
        }
        other @ (Some(Overlay::Menu(_) | Overlay::Card(_) | Overlay::Confirm(_) | Overlay::Help) | None) => {
            model.window_mut(at).overlay = other;
        }
    }
    Vec::new()
}
