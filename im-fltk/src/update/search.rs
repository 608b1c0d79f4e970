//! Searching in a window's room.

use super::{Effect, chat};
use crate::model::{FieldId, Model, Screen, Search, WindowId};

pub fn open(model: &mut Model, at: WindowId) -> Vec<Effect> {
    if model.screen == Screen::Connect {
        return Vec::new();
    }
    let window = model.window_mut(at);
    window.overlay = None;
    let text = window.search.get_or_insert_default().text.clone();
    vec![Effect::SetField(at, FieldId::Panel, text), Effect::Focus(at)]
}

pub fn close(model: &mut Model, at: WindowId) -> Vec<Effect> {
    model.window_mut(at).search = None;
    model.window_mut(at).filter.clear();
    redraw(model, at);
    vec![Effect::SetField(at, FieldId::Panel, String::new()), Effect::Focus(at)]
}

/// Lays the message list out again, since matches are highlighted.
fn redraw(model: &mut Model, at: WindowId) {
    if let Some(room) = model.room_of_mut(at) {
        room.revision += 1;
    }
}

pub fn typed(model: &mut Model, at: WindowId, text: String) -> Vec<Effect> {
    model.window_mut(at).search = Some(Search { text, ..Search::default() });
    look(model, at);
    redraw(model, at);
    Vec::new()
}

/// Searches the messages loaded so far.
fn look(model: &mut Model, at: WindowId) {
    let Some(mut search) = model.window_mut(at).search.take() else { return };
    if let Some(room) = model.room_of(at) {
        search.look(room);
    }
    model.window_mut(at).search = Some(search);
}

pub fn step(model: &mut Model, at: WindowId, by: isize) -> Vec<Effect> {
    let found = model.window_mut(at).search.as_mut().and_then(|search| search.step(by));
    found.map_or_else(Vec::new, |seq| vec![Effect::ScrollTo(at, seq)])
}

pub fn to(model: &mut Model, at: WindowId, index: usize) -> Vec<Effect> {
    let Some(search) = &mut model.window_mut(at).search else { return Vec::new() };
    let found = search.hits.get(index).copied();
    search.selected = found.map(|_| index);
    found.map_or_else(Vec::new, |seq| vec![Effect::ScrollTo(at, seq)])
}

/// Fetches older pages and searches them until there is a hit.
pub fn reach_back(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let effects = chat::load_older(model, at);
    if let Some(search) = &mut model.window_mut(at).search {
        search.reaching_back = !effects.is_empty();
    }
    effects
}

/// Older messages were loaded.
pub fn grown(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let Some(before) = model.window_mut(at).search.as_ref().map(|search| search.hits.len()) else {
        return Vec::new();
    };
    look(model, at);
    let Some(search) = &mut model.window_mut(at).search else { return Vec::new() };
    let found = search.hits.len() > before;
    if search.reaching_back && !found && !search.wanted().is_empty() {
        return reach_back(model, at);
    }
    search.reaching_back = false;
    Vec::new()
}

/// A message was added to the room.
pub fn news(model: &mut Model, at: WindowId, seq: u64) {
    let Some(search) = &model.window_mut(at).search else { return };
    let wanted = search.wanted();
    let hit = model
        .room_of(at)
        .and_then(|room| room.said(seq))
        .is_some_and(|said| crate::text::find_folded(&said.text, &wanted).is_some());
    if let Some(search) = model.window_mut(at).search.as_mut().filter(|_| hit) {
        search.add(seq);
    }
}
