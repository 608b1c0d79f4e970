//! The field in which one writes.

use super::keys::shortcut;
use super::messages::Messages;
use super::theme::colors;
use super::{Mailbox, Shared};
use crate::model::Model;
use crate::text::{Completer, plain};
use crate::update::Msg;
use fltk::enums::{CallbackTrigger, Event, Font, Key};
use fltk::input::MultilineInput;
use fltk::prelude::*;
use fltk::{app, draw};
use std::cell::Cell;
use std::rc::Rc;

/// The field, and the bytes that are in it.
pub fn input(model: Shared, mail: &Mailbox, messages: &Messages, length: Rc<Cell<usize>>) -> MultilineInput {
    let mut input = MultilineInput::default();
    input.set_wrap(true);
    input.set_tab_nav(false);
    input.set_trigger(CallbackTrigger::Changed);
    let typed = mail.clone();
    let shown = length;
    input.set_callback(move |it| {
        shown.set(it.value().len());
        typed.send(Msg::Typed(it.value()));
    });
    let shown = model.clone();
    input.draw(move |it| {
        let model = shown.borrow();
        let label = model.room().map_or_else(String::new, |room| format!("Write to {}", room.label()));
        placeholder(it, &label, &model);
    });
    // Enter is for sending: the field itself must not see it first.
    input.super_handle_first(false);
    let (keys, list) = (mail.clone(), messages.clone());
    let mut completer = Completer::default();
    input.handle(move |it, event| {
        // The field has uses of its own for some keys that belong to the whole window.
        event == Event::KeyDown && (key(it, &model, &keys, &mut completer) || window_key(it, &keys, &list))
    });
    input
}

fn key(it: &mut MultilineInput, model: &Shared, mail: &Mailbox, completer: &mut Completer) -> bool {
    let (shift, ctrl) = (app::is_event_shift(), app::is_event_ctrl());
    match app::event_key() {
        Key::Enter | Key::KPEnter if !shift => {
            mail.send(Msg::Send(it.value()));
            true
        }
        Key::Enter | Key::KPEnter => {
            let _ = it.insert("\n");
            it.do_callback();
            true
        }
        Key::Up if it.value().is_empty() && !ctrl && !app::is_event_alt() => {
            mail.send(Msg::EditLast);
            true
        }
        Key::Escape => {
            mail.send(Msg::Cancel);
            true
        }
        Key::Tab if !ctrl => {
            complete_word(it, model, completer);
            true
        }
        _ => false,
    }
}

/// Keys of the window, but for copying what is selected in the field itself.
fn window_key(it: &MultilineInput, mail: &Mailbox, messages: &Messages) -> bool {
    let copies =
        app::is_event_ctrl() && app::event_key() == Key::from_char('c') && it.position() != it.mark();
    !copies && shortcut(mail, messages)
}

fn complete_word(it: &mut MultilineInput, model: &Shared, completer: &mut Completer) {
    let model = model.borrow();
    let me = model.my_id();
    let names: Vec<&str> = model
        .members
        .iter()
        .chain(model.people.values())
        .filter(|it| it.user != me)
        .map(|it| &*it.name)
        .collect();
    let cursor = usize::try_from(it.position()).unwrap_or(0);
    let done = completer.complete(&it.value(), cursor, &names);
    drop(model);
    if let Some(done) = done {
        it.set_value(&done.text);
        let _ = it.set_position(i32::try_from(done.cursor).unwrap_or(0));
        it.do_callback();
    }
}

/// Says, while nothing is written, what is to be written there.
pub fn placeholder<I: InputExt>(it: &I, label: &str, model: &Model) {
    if !it.value().is_empty() {
        return;
    }
    let (c, size) = (colors(model.settings.theme), model.settings.text_size);
    draw::push_clip(it.x(), it.y(), it.w(), it.h());
    draw::set_font(Font::Helvetica, size);
    draw::set_draw_color(c.faint);
    // A field of one line has its text in the middle, one that grows has it at the top.
    let middle = if it.h() > size * 9 / 4 { it.h() / 2 } else { size * 11 / 12 };
    draw::draw_text(&plain(label), it.x() + size / 2, it.y() + middle + size / 3);
    draw::pop_clip();
}
