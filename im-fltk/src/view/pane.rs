//! One window: its contents and fields.

use super::composer::{self, Written};
use super::fields::{ALL, Fields, too_much};
use super::mailbox::{Mail, Mailbox, Scrolling};
use super::messages::Messages;
use super::paint::{Offsets, Painter};
use super::places::{Places, field_frame, focused_field, letter, places};
use super::pointer::{Mouse, Pointer};
use super::theme::colors;
use super::zones::{Scrolled, Zones};
use super::{Shared, form, header, icon, keys, overlay, panel, parts, sidebar};
use crate::model::{FieldId, HEIGHT_MIN, Model, Screen, WIDTH_MIN, WindowId};
use crate::update::Msg;
use fltk::app;
use fltk::enums::{CallbackTrigger, Event, Key};
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::window::DoubleWindow;
use std::cell::RefCell;
use std::rc::Rc;

/// The state of a window between drawings.
#[derive(Default)]
pub struct State {
    pub messages: Messages,
    pub zones: Zones,
    pub offsets: Offsets,
    pub pointer: Pointer,
    /// The window's size.
    pub size: (i32, i32),
    /// Lines shown in the composer.
    pub lines: i32,
    /// A field that is to get the focus.
    pub wants_focus: Option<FieldId>,
    /// Scrolling to be done.
    pub todo: Vec<Scrolling>,
    /// Zones are to be described after each drawing.
    pub watched: bool,
    /// It has been drawn since the last change, and the zones have not been described since.
    drawn: bool,
    written: Written,
}

/// A window.
pub struct Pane {
    id: WindowId,
    window: DoubleWindow,
    base: Widget,
    above: Widget,
    fields: Fields,
    mail: Mailbox,
    mouse: Rc<Mouse>,
    state: Rc<RefCell<State>>,
    focused: bool,
    place: (i32, i32),
}

impl Pane {
    pub fn new(id: WindowId, model: &Shared, mail: &Mail, (x, y, w, h): (i32, i32, i32, i32)) -> Pane {
        let state = Rc::new(RefCell::new(State { size: (w, h), lines: 1, ..State::default() }));
        let mail = Mailbox::new(id, mail.clone(), state.clone());
        let mut window = DoubleWindow::new(x, y, w, h, "libim");
        window.set_xclass("im-fltk");
        window.set_icon(icon::image(64));
        let mut base = Widget::default();
        let fields = Fields::new(model, &mail);
        let mut above = Widget::default();
        // Its field is above the overlay, the others are below.
        if let Some(field) = fields.get(FieldId::Overlay) {
            window.add(&field);
        }
        window.end();
        window.make_resizable(true);
        window.size_range(WIDTH_MIN, HEIGHT_MIN, 0, 0);
        let mouse = Rc::new(Mouse {
            model: model.clone(),
            mail: mail.clone(),
            state: state.clone(),
            fields: fields.clone(),
        });
        let (drawn, kept, written) = (model.clone(), state.clone(), fields.clone());
        base.draw(move |_| draw_base(&drawn.borrow(), id, &mut kept.borrow_mut(), &written));
        let (drawn, kept, written) = (model.clone(), state.clone(), fields.clone());
        above.draw(move |_| draw_above(&drawn.borrow(), id, &mut kept.borrow_mut(), &written));
        let (model, keyed) = (model.clone(), mail.clone());
        above.handle(move |_, event| match event {
            Event::Focus => model.borrow().window(id).is_some_and(|window| window.overlay.is_some()),
            Event::Unfocus => true,
            Event::KeyDown => keys::in_open(&model, &keyed) || keys::everywhere(&model, &keyed),
            _ => false,
        });
        // The window handles mouse events before its widgets.
        window.super_handle_first(false);
        let (handled, keyed, model) = (mouse.clone(), mail.clone(), mouse.model.clone());
        window.handle(move |it, event| match event {
            Event::KeyDown | Event::Shortcut => app::focus().is_none() && keys::everywhere(&model, &keyed),
            _ => handled.handle(it, event),
        });
        let closed = mail.clone();
        window.set_callback(move |_| {
            // Escape closes overlays, not the program.
            if app::event() != Event::Shortcut || app::event_key() != Key::Escape {
                closed.send(Msg::Close);
            }
        });
        window.set_trigger(CallbackTrigger::Closed);
        window.show();
        Pane { id, window, base, above, fields, mail, mouse, state, focused: false, place: (x, y) }
    }

    /// Reports what happened to the window itself. Returns whether it must be redrawn.
    pub fn look(&mut self, model: &Model) -> bool {
        let mut changed = false;
        let todo = std::mem::take(&mut self.state.borrow_mut().todo);
        for step in todo {
            let mut state = self.state.borrow_mut();
            match step {
                Scrolling::Pages(pages) => state.messages.page(model, self.id, pages),
                Scrolling::Start => state.messages.go_to_start(),
                Scrolling::Open(pixels) => {
                    if let Some((offset, max)) = state.offsets.get_mut(&Scrolled::Overlay) {
                        *offset = (*offset + pixels).clamp(0, *max);
                    }
                }
            }
            changed = true;
        }
        let wanted = self.state.borrow_mut().wants_focus.take();
        if let Some(mut field) = wanted.and_then(|field| self.fields.get(field)) {
            // This keeps the field's selection.
            let _ = field.take_focus();
            changed = true;
        }
        let size = (self.window.w(), self.window.h());
        if self.state.borrow().size != size {
            self.state.borrow_mut().size = size;
            self.mail.send(Msg::Resized(size.0, size.1));
        }
        let place = (self.window.x(), self.window.y());
        if self.place != place {
            self.place = place;
            self.mail.send(Msg::Moved(place.0, place.1));
        }
        self.look_at_focus(model);
        if self.focused && parts::came() {
            self.mail.send(too_much());
        }
        self.look_at_messages(model);
        changed | self.mouse.rested()
    }

    /// The toolkit has a focused widget exactly when one of its windows has the keyboard focus.
    fn look_at_focus(&mut self, model: &Model) {
        let own = self.window.as_widget_ptr();
        let has = app::focus().is_some_and(|it| {
            it.as_widget_ptr() == own || it.window().is_some_and(|window| window.as_widget_ptr() == own)
        });
        if has != self.focused {
            self.focused = has;
            self.mail.send(Msg::Focus(has));
            if has {
                self.focus(model);
            }
        }
    }

    fn look_at_messages(&self, model: &Model) {
        let Some(window) = model.window(self.id).filter(|_| model.screen == Screen::Chat) else { return };
        let state = self.state.borrow();
        if state.messages.room() != window.room {
            return;
        }
        if state.messages.is_at_end() != window.at_end {
            self.mail.send(Msg::AtEnd(window.room, state.messages.is_at_end()));
        }
        if state.messages.in_sight() != window.in_sight {
            self.mail.send(Msg::InSight(window.room, state.messages.in_sight()));
        }
        if state.messages.is_near_top() && model.wants_older(self.id) {
            self.mail.send(Msg::NearTop);
        }
    }

    /// Updates the window from the model.
    pub fn sync(&mut self, model: &Model, title: &str) {
        let size = (self.window.w(), self.window.h());
        let lines = self.fields.composer_lines(letter(model, size));
        {
            let mut state = self.state.borrow_mut();
            (state.size, state.lines) = (size, lines);
            let length = self.fields.text(FieldId::Composer).len();
            state.written.length = length;
            // What was drawn before is out of date.
            state.drawn = false;
        }
        for widget in [&mut self.base, &mut self.above] {
            if (widget.w(), widget.h()) != size {
                widget.resize(0, 0, size.0, size.1);
            }
        }
        let focus = app::focus().map(|it| it.as_widget_ptr());
        for id in ALL {
            let frame = field_frame(model, self.id, id, size, lines);
            self.fields.place(id, frame, model, self.id, letter(model, size));
        }
        self.sync_form(model);
        // Hiding the focused field loses the focus.
        if focus.is_some() && focus != app::focus().map(|it| it.as_widget_ptr()) {
            self.focus(model);
        }
        if self.window.label() != title {
            self.window.set_label(title);
        }
        self.window.redraw();
    }

    /// Copies form values that did not come from the fields, such as those of an invite.
    fn sync_form(&self, model: &Model) {
        if model.screen == Screen::Connect && self.id == WindowId::MAIN {
            let form = &model.form;
            for (id, text) in [
                (FieldId::Server, &form.server),
                (FieldId::Port, &form.port),
                (FieldId::Name, &form.name),
                (FieldId::Passkey, &form.passkey),
            ] {
                if self.fields.text(id) != *text {
                    self.fields.set(id, text);
                }
            }
        }
    }

    /// Moves the focus to the overlay, or else to the composer. In the toolkit, focusing a widget takes the keyboard from
    /// other programs, so only a focused window does it.
    pub fn focus(&mut self, model: &Model) {
        if app::focus().is_none() {
            return;
        }
        let wanted = focused_field(model, self.id);
        let had = app::focus().map(|it| it.as_widget_ptr());
        match wanted.and_then(|field| self.fields.get(field)) {
            Some(mut field) => {
                let has = had == Some(field.as_widget_ptr());
                let wrong = model.screen == Screen::Connect && model.form.error.is_some();
                let replaces = matches!(wanted, Some(FieldId::Overlay | FieldId::Panel));
                if !has {
                    let _ = field.take_focus();
                }
                if wrong || replaces && !has {
                    // Typing replaces the text.
                    let _ = field.set_position(i32::try_from(field.value().len()).unwrap_or(0));
                    let _ = field.set_mark(0);
                }
            }
            None => drop(self.above.take_focus()),
        }
    }

    /// Moves the focus to a field.
    pub fn focus_field(&self, field: FieldId) {
        self.mail.focus(field);
        crate::fl::wake();
    }

    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    pub fn messages(&self, run: impl FnOnce(&mut Messages)) {
        run(&mut self.state.borrow_mut().messages);
    }

    pub fn window(&self) -> &DoubleWindow {
        &self.window
    }

    /// Raises the window and gives it the focus.
    pub fn raise(&mut self, model: &Model) {
        self.window.show();
        let _ = self.window.take_focus();
        self.focus(model);
    }

    pub fn close(mut self) {
        self.window.hide();
        DoubleWindow::delete(self.window);
    }

    /// Describes the zones if they were drawn since the last change and the last call, for tests and debugging.
    pub fn describe(&self) -> Option<String> {
        let mut state = self.state.borrow_mut();
        state.watched = true;
        if !std::mem::take(&mut state.drawn) {
            return None;
        }
        let all = state.zones.base.iter().chain(&state.zones.above);
        let fields = self.fields.visible().map(|(id, r)| {
            serde_json::json!({"role": "Field", "name": format!("{id:?}"), "x": r.x, "y": r.y, "w": r.w, "h": r.h})
        });
        let zones = all.map(|zone| {
            let r = zone.rect;
            serde_json::json!({"role": format!("{:?}", zone.role), "name": zone.name, "tip": zone.tip, "x": r.x, "y": r.y, "w": r.w, "h": r.h})
        });
        Some(serde_json::Value::Array(fields.chain(zones).collect()).to_string())
    }
}

fn shown_places(model: &Model, id: WindowId, state: &State) -> Places {
    places(model, id, state.size, state.lines)
}

/// The focused field of the window.
fn focus_of(fields: &Fields) -> Option<FieldId> {
    let focus = app::focus()?.as_widget_ptr();
    fields
        .visible()
        .map(|(id, _)| id)
        .find(|id| fields.get(*id).is_some_and(|it| it.as_widget_ptr() == focus))
}

fn draw_base(model: &Model, id: WindowId, state: &mut State, fields: &Fields) {
    let c = colors(model.settings.theme);
    let it = shown_places(model, id, state);
    let focused = focus_of(fields);
    let modal = model.window(id).is_some_and(|window| window.overlay.is_some());
    let pointer = state.pointer.at.filter(|at| !modal && !state.zones.is_above(*at));
    let mut zones = std::mem::take(&mut state.zones.base);
    zones.clear();
    let mut offsets = std::mem::take(&mut state.offsets);
    let mut p = Painter::new(c, letter(model, state.size), &mut zones, pointer, &mut offsets);
    let mut changed = false;
    match model.screen {
        Screen::Connect => form::draw(&mut p, model, state.size, focused),
        Screen::Chat => {
            // Messages first: what surrounds them covers their edges.
            changed = state.messages.draw(&mut p, model, id, it.messages);
            header::draw(&mut p, model, id, &it);
            state.written.focused = focused == Some(FieldId::Composer);
            composer::draw(&mut p, model, id, &it, state.written);
            if !it.side.is_empty() {
                sidebar::draw(&mut p, model, it.side);
            }
            panel::draw(&mut p, model, id, &it, focused == Some(FieldId::Panel));
        }
    }
    state.zones.base = zones;
    state.offsets = offsets;
    if changed {
        // Drawing is last in the toolkit's turn, so another turn must handle the change.
        crate::fl::wake();
    }
}

fn draw_above(model: &Model, id: WindowId, state: &mut State, fields: &Fields) {
    let c = colors(model.settings.theme);
    let it = shown_places(model, id, state);
    let focused = focus_of(fields);
    let pointer = state.pointer.at;
    let mut zones = std::mem::take(&mut state.zones.above);
    zones.clear();
    let mut offsets = std::mem::take(&mut state.offsets);
    let size = state.size;
    let mut p = Painter::new(c, letter(model, state.size), &mut zones, pointer, &mut offsets);
    if model.screen == Screen::Chat {
        composer::draw_completion(&mut p, model, id, &it);
    }
    overlay::draw(&mut p, model, id, size, focused == Some(FieldId::Overlay));
    if let (Some(tip), Some(at)) = (&state.pointer.tip, pointer) {
        overlay::draw_tip(&mut p, tip, at, size);
    }
    state.zones.above = zones;
    state.drawn = true;
    if state.watched {
        crate::fl::wake();
    }
    state.zones.modal = model.window(id).is_some_and(|window| window.overlay.is_some());
    state.offsets = offsets;
}
