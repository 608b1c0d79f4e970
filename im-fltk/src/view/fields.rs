//! Input fields: the only widgets that the toolkit draws. The window handles events first, so that the toolkit's own menus,
//! dialogs and tooltips for them never open.

use super::Mailbox;
use super::Shared;
use super::keys;
use super::paint::width_of;
use super::rect::Rect;
use super::theme::{Colors, colors};
use crate::model::{Asked, FieldDeed, FieldId, Model, Overlay, WindowId};
use crate::text::plain;
use crate::update::Msg;
use fltk::enums::{CallbackTrigger, Color, Event, Font, FrameType};
use fltk::input::{Input, InputType};
use fltk::prelude::*;
use fltk::{app, draw};

/// Maximum bytes of one paste. A longer one is refused with a note, not truncated.
const PASTE_BYTES_MAX: usize = 256 * 1024;
/// Maximum characters of a field; more than a few pastes can reach.
const LETTERS_MAX: i32 = 64 * 1024 * 1024;

pub const ALL: [FieldId; 7] = [
    FieldId::Composer,
    FieldId::Server,
    FieldId::Port,
    FieldId::Name,
    FieldId::Passkey,
    FieldId::Panel,
    FieldId::Overlay,
];

/// The fields of a window.
#[derive(Clone)]
pub struct Fields(Vec<(FieldId, Input)>);

impl Fields {
    /// Creates the fields within the toolkit's current group.
    pub fn new(model: &Shared, mail: &Mailbox) -> Fields {
        let fields = Fields(ALL.into_iter().map(|id| (id, make(id))).collect());
        for (id, input) in &fields.0 {
            let (id, mut input) = (*id, input.clone());
            let typed = mail.clone();
            input.set_trigger(CallbackTrigger::Changed);
            input.set_callback(move |it| {
                typed.send(Msg::Typed(id, it.value(), usize::try_from(it.position()).unwrap_or(0)));
            });
            let shown = model.clone();
            let at = mail.window();
            input.draw(move |it| draw_hint(it, id, &hint(&shown.borrow(), at, id), &shown.borrow()));
            // The window's shortcuts take precedence over the field's own keys.
            input.super_handle_first(false);
            let (mail, model) = (mail.clone(), model.clone());
            input.handle(move |it, event| match event {
                Event::KeyDown => keys::in_field(it, id, &model, &mail),
                Event::Paste if app::event_text().len() > PASTE_BYTES_MAX => {
                    mail.send(too_much());
                    true
                }
                // The toolkit would paste or open its own menu.
                Event::Push => app::event_mouse_button() == app::MouseButton::Right,
                _ => false,
            });
        }
        fields
    }

    pub fn get(&self, id: FieldId) -> Option<Input> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, input)| input.clone())
    }

    /// The visible field at a position in the window.
    pub fn at(&self, place: (i32, i32)) -> Option<FieldId> {
        let inside = |it: &Input| it.visible() && Rect::new(it.x(), it.y(), it.w(), it.h()).contains(place);
        self.0.iter().find(|(_, it)| inside(it)).map(|(id, _)| *id)
    }

    /// The visible fields and their rectangles.
    pub fn visible(&self) -> impl Iterator<Item = (FieldId, Rect)> {
        let there = self.0.iter().filter(|(_, it)| it.visible());
        there.map(|(id, it)| (*id, Rect::new(it.x(), it.y(), it.w(), it.h())))
    }

    pub fn text(&self, id: FieldId) -> String {
        self.get(id).map_or_else(String::new, |it| it.value())
    }

    /// Sets a field's text, with the cursor at the end.
    pub fn set(&self, id: FieldId, text: &str) {
        self.set_at(id, text, text.len());
    }

    pub fn set_at(&self, id: FieldId, text: &str, cursor: usize) {
        let Some(mut it) = self.get(id) else { return };
        if it.value() != text {
            it.set_value(text);
        }
        let _ = it.set_position(i32::try_from(cursor).unwrap_or(0));
    }

    pub fn insert(&self, id: FieldId, text: &str) {
        if let Some(mut it) = self.get(id) {
            let _ = it.insert(text);
            it.do_callback();
        }
    }

    pub fn carry_out(&self, id: FieldId, deed: FieldDeed) {
        let Some(mut it) = self.get(id) else { return };
        match deed {
            FieldDeed::Undo => drop(it.undo()),
            FieldDeed::Copy => drop(it.copy()),
            FieldDeed::Cut => {
                let _ = it.copy();
                let _ = it.replace(it.position(), it.mark(), "");
            }
            // The field itself reports the pasted text.
            FieldDeed::Paste => return app::paste_text(&it),
            FieldDeed::SelectAll => {
                let _ = it.set_position(i32::try_from(it.value().len()).unwrap_or(0));
                let _ = it.set_mark(0);
                return;
            }
        }
        it.do_callback();
    }

    /// The number of lines shown in the composer, which grows with its text.
    pub fn composer_lines(&self, size: i32) -> i32 {
        let Some(it) = self.get(FieldId::Composer) else { return 1 };
        let text = it.value();
        draw::set_font(Font::Helvetica, size);
        let width = (it.w() - size).max(size);
        let mut lines = 0;
        for line in text.split('\n') {
            lines += 1 + width_of(libim::core::text::truncate(line, 2000)) / width;
            if lines >= 6 {
                break;
            }
        }
        lines.clamp(1, 6)
    }

    /// Positions a field, or hides it.
    pub fn place(&self, id: FieldId, frame: Option<Rect>, model: &Model, at: WindowId, size: i32) {
        let Some(mut it) = self.get(id) else { return };
        let Some(frame) = frame else {
            it.hide();
            return;
        };
        let c = colors(model.settings.theme);
        paint(&mut it, &c, size);
        if id == FieldId::Passkey {
            let kind = if model.form.show_passkey { InputType::Normal } else { InputType::Secret };
            it.set_type(kind);
        }
        let overlay = model.window(at).and_then(|window| window.overlay.as_ref());
        let ask_hidden = matches!(overlay, Some(Overlay::Prompt(prompt)) if prompt.about == Asked::Passkey);
        if id == FieldId::Overlay {
            it.set_type(if ask_hidden { InputType::Secret } else { InputType::Normal });
        }
        let height = size * 3 / 2;
        let right = match id {
            FieldId::Server => size * 5 / 2,
            FieldId::Passkey => size * 5,
            FieldId::Composer | FieldId::Port | FieldId::Name | FieldId::Panel | FieldId::Overlay => size / 2,
        };
        let top = (size * 5 / 2 - height) / 2;
        let place =
            Rect::new(frame.x + size / 2, frame.y + top, frame.w - size / 2 - right, frame.h - 2 * top);
        if Rect::new(it.x(), it.y(), it.w(), it.h()) != place {
            it.resize(place.x, place.y, place.w, place.h);
        }
        if !it.visible() {
            it.show();
        }
    }
}

fn make(id: FieldId) -> Input {
    let mut input = Input::default();
    if id == FieldId::Composer {
        input.set_type(InputType::Multiline);
        input.set_wrap(true);
    }
    input.set_tab_nav(false);
    input.set_maximum_size(LETTERS_MAX);
    input.set_frame(FrameType::FlatBox);
    input.hide();
    input
}

fn paint(input: &mut Input, c: &Colors, size: i32) {
    input.set_color(c.field);
    input.set_text_color(c.text);
    input.set_cursor_color(c.text);
    input.set_selection_color(c.selection);
    input.set_text_size(size);
    input.set_label_color(Color::from_rgb(0, 0, 0));
}

/// The placeholder of an empty field.
fn hint(model: &Model, at: WindowId, id: FieldId) -> String {
    let window = model.window(at);
    match id {
        FieldId::Composer => {
            model.room_of(at).map_or_else(String::new, |room| format!("Write to {}", room.label()))
        }
        FieldId::Server => "192.168.1.10, or im://…".into(),
        FieldId::Port => libim::DEFAULT_PORT.to_string(),
        FieldId::Name => "How the others see you".into(),
        FieldId::Passkey => "If the server asks for one".into(),
        FieldId::Panel if window.is_some_and(|it| it.search.is_some()) => "Search".into(),
        FieldId::Panel => "Find somebody".into(),
        FieldId::Overlay => match window.and_then(|it| it.overlay.as_ref()) {
            Some(Overlay::Switcher(_)) => "Go to a room or a person, or name a new room".into(),
            Some(Overlay::Picker(_)) => "Search emoji".into(),
            Some(Overlay::People) => "Find somebody".into(),
            Some(Overlay::Prompt(prompt)) => prompt.hint.clone(),
            Some(Overlay::Menu(_) | Overlay::Card(_) | Overlay::Confirm(_) | Overlay::Help) | None => {
                String::new()
            }
        },
    }
}

/// The note for a paste that is too long.
pub fn too_much() -> Msg {
    Msg::Refused(format!("That is too much to paste: {} KB can be pasted at once", PASTE_BYTES_MAX / 1024))
}

fn draw_hint(it: &Input, id: FieldId, words: &str, model: &Model) {
    if !it.value().is_empty() {
        return;
    }
    let (c, size) = (colors(model.settings.theme), it.text_size());
    draw::push_clip(it.x(), it.y(), it.w(), it.h());
    draw::set_font(Font::Helvetica, size);
    draw::set_draw_color(c.faint);
    let base = if id == FieldId::Composer { size + 1 } else { (it.h() + size * 7 / 10) / 2 };
    draw::draw_text(&plain(words), it.x() + 3, it.y() + base);
    draw::pop_clip();
}
