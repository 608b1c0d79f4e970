//! The area below the messages: the reply or edit strip, the composer's frame and buttons, typing notices, and notes.

use super::icons;
use super::paint::{Look, Painter};
use super::places::Places;
use super::rect::Rect;
use super::zones::{Role, Zone};
use crate::model::{Deed, Model, PickFor, WindowId};
use crate::text::{brief, isolated, plain, sentence};
use crate::update::{Msg, WARN_LEFT};
use fltk::enums::Font;

/// The state of the composer's field.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Bytes.
    pub length: usize,
    /// Whether it has the focus.
    pub focused: bool,
}

pub fn draw(p: &mut Painter, model: &Model, at: WindowId, it: &Places, written: Written) {
    let bottom = Rect::new(it.header.x, it.messages.bottom(), it.header.w, it.whole.h - it.messages.bottom());
    p.fill(bottom, p.c.back);
    draw_strip(p, model, at, it.strip);
    let later = "Sending files is not supported yet";
    p.icon(
        it.attach,
        "Send File",
        "Send a file (not supported yet)",
        Msg::Do(Deed::Later(later)),
        icons::sheet,
    );
    let over = written.length > model.text_max;
    super::form::frame(p, it.frame, written.focused, over);
    p.icon(it.emoji, "emoji", "Emoji (Ctrl+E)", Msg::OpenPicker(PickFor::Text), icons::face);
    let send = if model.window(at).is_some_and(|window| window.editing.is_some()) { "Save" } else { "Send" };
    p.button(it.send, send, Look::Primary, Msg::SendWritten);
    draw_status(p, model, at, it.status, written);
}

/// Draws which message the next one replies to, or that a message is being edited.
fn draw_strip(p: &mut Painter, model: &Model, at: WindowId, place: Rect) {
    let (Some(window), Some(room)) = (model.window(at), model.room_of(at)) else { return };
    if place.is_empty() {
        return;
    }
    let words = match (window.editing, window.replying.and_then(|seq| room.said(seq))) {
        (Some(_), _) => "Editing your message: Enter saves it, Escape leaves it as it was".to_owned(),
        (None, Some(said)) => format!("Replying to {}: {}", isolated(&said.name), brief(&said.text)),
        (None, None) => "Replying to a message that is gone".into(),
    };
    p.fill(Rect::new(place.x, place.y + 3, 3, place.h - 6), p.c.accent);
    let side = p.size * 3 / 2;
    let close = Rect::new(place.right() - side, place.y + (place.h - side) / 2, side, side);
    let text = Rect::new(place.x + p.size * 2 / 3, place.y, place.w - side - p.size, place.h);
    p.text_in(&words, text, Font::Helvetica, p.small(), p.c.faint);
    p.zone(Zone::new(text, Role::Text, words));
    p.icon(close, "cancel", "Cancel (Escape)", Msg::Cancel, icons::cross);
}

/// Draws a note or typing notices, and the number of bytes left.
fn draw_status(p: &mut Painter, model: &Model, at: WindowId, place: Rect, written: Written) {
    let Some(window) = model.window(at) else { return };
    let max = i64::try_from(model.text_max).unwrap_or(i64::MAX);
    let left = max - i64::try_from(written.length).unwrap_or(i64::MAX);
    let mut text = place;
    if left < i64::try_from(WARN_LEFT).unwrap_or(0) {
        let words = if left < 0 { format!("{} bytes too long", -left) } else { format!("{left} bytes left") };
        let ink = if left < 0 { p.c.bad } else { p.c.away };
        let width = p.measure(&words, Font::Helvetica, p.small()) + 2;
        let counter = Rect::new(place.right() - width, place.y, width, place.h);
        p.text_in(&words, counter, Font::Helvetica, p.small(), ink);
        p.zone(Zone::new(counter, Role::Text, words));
        text.w -= width + p.size;
    }
    let (words, ink) = match &window.note {
        Some(note) => (sentence(&note.text), if note.bad { p.c.bad } else { p.c.faint }),
        None => (typing(model, at), p.c.faint),
    };
    if !words.is_empty() {
        p.text_in(&words, text, Font::Helvetica, p.small(), ink);
        p.zone(Zone::new(text, Role::Text, words.clone()).tip(words));
    }
}

fn typing(model: &Model, at: WindowId) -> String {
    let names: Vec<String> = model
        .room_of(at)
        .map_or_else(Vec::new, |room| room.typing.values().map(|(name, _)| isolated(name)).collect());
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, two] => format!("{one} and {two} are typing…"),
        _ => "Several people are typing…".into(),
    }
}

/// Draws the completion list above the composer.
pub fn draw_completion(p: &mut Painter, model: &Model, at: WindowId, it: &Places) {
    let Some(completion) = model.window(at).and_then(|window| window.completion.as_ref()) else { return };
    let row = p.size * 2;
    let count = i32::try_from(completion.candidates.len()).unwrap_or(0);
    let (width, height) = ((p.size * 26).min(it.frame.w), row * count + 8);
    let place = Rect::new(it.frame.x, it.frame.y - height - 4, width, height).within(&it.whole);
    p.raised(place);
    p.zone(Zone::new(place, Role::Area, "completion"));
    for (index, candidate) in completion.candidates.iter().enumerate() {
        let y = place.y + 4 + row * i32::try_from(index).unwrap_or(0);
        let line = Rect::new(place.x + 4, y, place.w - 8, row);
        if index == completion.selected || p.is_over(line) {
            p.round(line, 4, p.c.active);
        }
        let inner = line.inset(p.size / 2, 0);
        let used = p.text_in(&plain(&candidate.shown), inner, Font::Helvetica, p.size, p.c.text) + p.size;
        let hint = Rect::new(inner.x + used, inner.y, inner.w - used, inner.h);
        if hint.w > p.size * 3 {
            p.text_in(&plain(&candidate.hint), hint, Font::Helvetica, p.small(), p.c.faint);
        }
        p.zone(
            Zone::new(line, Role::Item, candidate.shown.clone())
                .click(Msg::CompleteTake(index, String::new())),
        );
    }
}
