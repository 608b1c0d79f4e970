//! The mouse. The window handles its events first, by looking up zones; only events over input fields are left to the toolkit.

use super::Shared;
use super::fields::Fields;
use super::keys;
use super::mailbox::Mailbox;
use super::pane::State;
use super::zones::{Drag, Role, Scrolled, Zone};
use crate::model::{About, FieldId, Overlay};
use crate::update::Msg;
use fltk::app::{self, MouseButton};
use fltk::enums::{Cursor, Event};
use fltk::prelude::*;
use fltk::window::DoubleWindow;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Delay before a tooltip is shown.
pub const TIP_AFTER: Duration = Duration::from_millis(600);
/// Minimum distance between press and release, in pixels, of a drag.
const DRAG_FROM: i32 = 8;
/// Lines per step of the wheel.
const LINES_PER_STEP: i32 = 3;

/// The action of the pressed button.
#[derive(Clone, Debug, PartialEq)]
enum Pressed {
    Drag(Drag),
    /// It opened something; releasing over one of its items chooses that.
    Opened((i32, i32)),
    Nothing,
}

/// The state of the mouse in a window.
#[derive(Debug, Default)]
pub struct Pointer {
    /// Its position, while it is over the window.
    pub at: Option<(i32, i32)>,
    /// The zone under it, and since when.
    over: String,
    since: Option<Instant>,
    /// The tooltip being shown.
    pub tip: Option<String>,
    pressed: Option<Pressed>,
    /// The position of the last press, and the action of a second press there.
    last: Option<((i32, i32), Msg)>,
}

/// The mouse handler of a window.
pub struct Mouse {
    pub model: Shared,
    pub mail: Mailbox,
    pub state: Rc<RefCell<State>>,
    pub fields: Fields,
}

impl Mouse {
    /// Handles an event. Returns false to leave it to the toolkit.
    pub fn handle(&self, window: &mut DoubleWindow, event: Event) -> bool {
        let at = app::event_coords();
        match event {
            Event::Push => {
                let done = self.press(at);
                window.redraw();
                done
            }
            Event::Drag => {
                let done = self.drag(at);
                if done {
                    window.redraw();
                }
                done
            }
            Event::Released => {
                let done = self.release(at);
                window.redraw();
                done
            }
            Event::Move | Event::Enter => {
                self.moved(window, at);
                false
            }
            Event::Leave => {
                let mut state = self.state.borrow_mut();
                state.pointer.at = None;
                state.pointer.tip = None;
                state.pointer.since = None;
                state.pointer.over.clear();
                window.redraw();
                false
            }
            Event::MouseWheel => {
                self.wheel(at);
                window.redraw();
                true
            }
            _ => false,
        }
    }

    /// The field at a position, unless something covers it.
    fn field_at(&self, at: (i32, i32)) -> Option<FieldId> {
        let field = self.fields.at(at)?;
        let state = self.state.borrow();
        let free = field == FieldId::Overlay || !state.zones.is_covered(at);
        free.then_some(field)
    }

    fn press(&self, at: (i32, i32)) -> bool {
        let button = app::event_mouse_button();
        self.state.borrow_mut().pointer.tip = None;
        self.state.borrow_mut().pointer.pressed = Some(Pressed::Nothing);
        if let Some(field) = self.field_at(at) {
            self.state.borrow_mut().pointer.last = None;
            if button != MouseButton::Right {
                self.state.borrow_mut().pointer.pressed = None;
                return false;
            }
            self.field_menu(field, at);
            return true;
        }
        let twice = app::event_clicks();
        let last = self.state.borrow_mut().pointer.last.take();
        let near =
            |place: (i32, i32)| (place.0 - at.0).abs() < DRAG_FROM && (place.1 - at.1).abs() < DRAG_FROM;
        if let Some((_, msg)) = last.filter(|(place, _)| twice && button == MouseButton::Left && near(*place))
        {
            // Close what the first press opened.
            if self.is_open() {
                self.mail.send(Msg::Cancel);
            }
            self.mail.send(msg);
            return true;
        }
        let outside = {
            let state = self.state.borrow();
            state.zones.modal && !state.zones.is_above(at)
        };
        if outside {
            self.mail.send(Msg::Cancel);
            return true;
        }
        match button {
            MouseButton::Right => self.open_menu(at),
            MouseButton::Left => self.click(at, twice),
            // The wheel button, and the side buttons.
            _ => {}
        }
        true
    }

    fn is_open(&self) -> bool {
        let at = self.mail.window();
        self.model.borrow().window(at).is_some_and(|window| window.overlay.is_some())
    }

    fn field_menu(&self, field: FieldId, at: (i32, i32)) {
        let selected = self.fields.get(field).is_some_and(|it| it.position() != it.mark());
        let hidden = {
            let model = self.model.borrow();
            let asks = |overlay: &Overlay| matches!(overlay, Overlay::Prompt(it) if it.about == crate::model::Asked::Passkey);
            match field {
                FieldId::Passkey => !model.form.show_passkey,
                FieldId::Overlay => {
                    model.window(self.mail.window()).and_then(|it| it.overlay.as_ref()).is_some_and(asks)
                }
                FieldId::Composer | FieldId::Server | FieldId::Port | FieldId::Name | FieldId::Panel => false,
            }
        };
        // A menu would replace the overlay that the field belongs to.
        if field == FieldId::Overlay {
            return;
        }
        self.mail.focus(field);
        self.opened(at, Msg::OpenMenu(About::Field(field, selected, !hidden), at.0, at.1));
    }

    fn opened(&self, at: (i32, i32), msg: Msg) {
        self.state.borrow_mut().pointer.pressed = Some(Pressed::Opened(at));
        self.mail.send(msg);
    }

    fn open_menu(&self, at: (i32, i32)) {
        let about =
            self.state.borrow().zones.find(at, |zone| zone.menu.is_some()).and_then(|zone| zone.menu.clone());
        let selected = self.mail.selected(&self.model.borrow());
        let about = match about {
            Some(About::Message(seq, _)) => About::Message(seq, selected),
            Some(About::Past(text, _)) => About::Past(text, selected),
            Some(about) => about,
            None if selected.is_empty() => return,
            None => About::Message(None, selected),
        };
        self.opened(at, Msg::OpenMenu(about, at.0, at.1));
    }

    fn click(&self, at: (i32, i32), twice: bool) {
        let zone = {
            let state = self.state.borrow();
            let answers = |zone: &Zone| zone.click.is_some() || zone.double.is_some() || zone.drag.is_some();
            state.zones.find(at, answers).cloned()
        };
        let Some(zone) = zone else { return };
        if let Some(double) = zone.double {
            self.state.borrow_mut().pointer.last = Some((at, double));
        }
        if let Some(click) = zone.click {
            return self.carry_out(at, click);
        }
        if let Some(drag) = zone.drag {
            let model = self.model.borrow();
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            state.pointer.pressed = Some(Pressed::Drag(drag));
            match drag {
                Drag::Select if app::event_clicks_num() >= 2 => {
                    state.messages.select_message(&model, self.mail.window(), at);
                }
                Drag::Select if twice => {
                    state.messages.select_word(&model, self.mail.window(), at);
                }
                Drag::Select => {
                    state.messages.press(&model, self.mail.window(), at);
                }
                Drag::Bar(list) => self.drag_bar(state, &model, list, at.1),
            }
        }
    }

    fn carry_out(&self, at: (i32, i32), click: Msg) {
        match (click, self.fields.get(FieldId::Composer)) {
            (Msg::SendWritten, Some(mut composer)) => keys::send(&mut composer, &self.mail),
            (Msg::CompleteTake(index, _), Some(composer)) => {
                self.mail.send(Msg::CompleteTake(index, composer.value()));
            }
            (click @ Msg::OpenMenu(..), _) => self.opened(at, click),
            (click, _) => self.mail.send(click),
        }
    }

    fn drag(&self, at: (i32, i32)) -> bool {
        let model = self.model.borrow();
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        state.pointer.at = Some(at);
        match state.pointer.pressed {
            None => false,
            Some(Pressed::Nothing | Pressed::Opened(_)) => true,
            Some(Pressed::Drag(Drag::Select)) => {
                state.messages.drag(&model, self.mail.window(), at);
                true
            }
            Some(Pressed::Drag(Drag::Bar(list))) => {
                self.drag_bar(state, &model, list, at.1);
                true
            }
        }
    }

    fn drag_bar(&self, state: &mut State, model: &crate::model::Model, list: Scrolled, y: i32) {
        if list == Scrolled::Messages {
            return state.messages.drag_bar(model, self.mail.window(), y);
        }
        let mut track = state.zones.base.iter().chain(&state.zones.above);
        let track = track.rfind(|zone| zone.drag == Some(Drag::Bar(list))).map(|zone| zone.rect);
        if let (Some(track), Some((offset, max))) = (track, state.offsets.get_mut(&list)) {
            *offset = ((y - track.y) * *max / track.h.max(1)).clamp(0, *max);
        }
    }

    fn release(&self, at: (i32, i32)) -> bool {
        let pressed = self.state.borrow_mut().pointer.pressed.take();
        match pressed {
            None => false,
            Some(Pressed::Nothing | Pressed::Drag(Drag::Bar(_))) => true,
            Some(Pressed::Opened(from)) => {
                // Press, move to an item, release: chooses the item. A release without moving keeps the menu open.
                let far = (from.0 - at.0).abs() >= DRAG_FROM || (from.1 - at.1).abs() >= DRAG_FROM;
                let chosen = {
                    let state = self.state.borrow();
                    let entry = state
                        .zones
                        .above
                        .iter()
                        .rev()
                        .find(|it| it.rect.contains(at) && it.role == Role::Item);
                    entry.and_then(|it| it.click.clone())
                };
                if let Some(msg) = chosen.filter(|_| far) {
                    self.mail.send(msg);
                }
                true
            }
            Some(Pressed::Drag(Drag::Select)) => {
                self.state.borrow_mut().messages.release();
                let selected = self.mail.selected(&self.model.borrow());
                if !selected.is_empty() {
                    // The primary selection of X: the middle button pastes it.
                    app::copy2(&selected);
                }
                true
            }
        }
    }

    fn moved(&self, window: &mut DoubleWindow, at: (i32, i32)) {
        let over_field = self.field_at(at).is_some();
        let mut state = self.state.borrow_mut();
        let found = state.zones.find(at, |zone| zone.role != Role::Area).cloned();
        let cursor = match &found {
            _ if over_field => Cursor::Insert,
            Some(zone) => zone.cursor(),
            None => Cursor::Default,
        };
        let over = found.as_ref().map_or_else(String::new, |zone| format!("{:?} {}", zone.rect, zone.name));
        let over = if over_field { String::new() } else { over };
        let changed = over != state.pointer.over;
        let beneath = state.pointer.at.is_none();
        state.pointer.at = Some(at);
        if changed || beneath {
            state.pointer.over = over;
            state.pointer.tip = None;
            let tells = found.is_some_and(|zone| !zone.tip.is_empty());
            state.pointer.since = tells.then(Instant::now);
            if tells {
                crate::fl::wake_after(u64::try_from(TIP_AFTER.as_millis()).unwrap_or(600) + 20);
            }
        }
        drop(state);
        if changed || beneath {
            window.set_cursor(cursor);
            window.redraw();
        }
    }

    /// Whether a tooltip is to be shown now.
    pub fn rested(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let due = state.pointer.since.is_some_and(|since| since.elapsed() >= TIP_AFTER);
        if !due || state.pointer.tip.is_some() {
            return false;
        }
        let Some(at) = state.pointer.at else { return false };
        let tip = state.zones.find(at, |zone| zone.role != Role::Area).map(|zone| zone.tip.clone());
        state.pointer.since = None;
        state.pointer.tip = tip.filter(|tip| !tip.is_empty());
        state.pointer.tip.is_some()
    }

    /// Scrolls the list under the mouse; wheel down shows newer messages or the rest of a list.
    fn wheel(&self, at: (i32, i32)) {
        let model = self.model.borrow();
        let mut state = self.state.borrow_mut();
        let size = super::places::letter(&model, state.size);
        let pixels = app::event_dy_value() * LINES_PER_STEP * size * 3 / 2;
        let list = state.zones.find(at, |zone| zone.scrolls.is_some()).and_then(|zone| zone.scrolls);
        match list {
            Some(Scrolled::Messages) => state.messages.scroll_by(&model, self.mail.window(), pixels),
            Some(list) => {
                if let Some((offset, max)) = state.offsets.get_mut(&list) {
                    *offset = (*offset + pixels).clamp(0, *max);
                }
            }
            None => {}
        }
        state.pointer.tip = None;
    }
}
