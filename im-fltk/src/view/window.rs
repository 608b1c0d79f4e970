//! The window: what is where, and what shows when.

use super::connect::{ConnectScreen, paint_input};
use super::header::{footer, header};
use super::input::input;
use super::keys::shortcut;
use super::lists::{Kind, list};
use super::menu::MenuView;
use super::messages::Messages;
use super::overlay::{SearchView, SwitcherView};
use super::theme::colors;
use super::urgency::urge;
use super::{Mailbox, Shared};
use crate::model::{Model, Screen};
use crate::update::Msg;
use fltk::app;
use fltk::button::Button;
use fltk::enums::{CallbackTrigger, Event, FrameType, Key};
use fltk::frame::Frame;
use fltk::group::Group;
use fltk::input::MultilineInput;
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::window::DoubleWindow;
use std::cell::Cell;
use std::rc::Rc;

/// The window and its widgets.
pub struct Ui {
    window: DoubleWindow,
    connect: ConnectScreen,
    chat: Group,
    rooms: Widget,
    people: Widget,
    header: Widget,
    pub messages: Messages,
    footer: Widget,
    /// What the input stands on, for some room around it.
    field: Frame,
    input: MultilineInput,
    /// Files and pictures will be sent from here.
    attach: Button,
    send: Button,
    switcher: SwitcherView,
    search: SearchView,
    menu: MenuView,
    urgent: bool,
    length: Rc<Cell<usize>>,
    shown: Option<Screen>,
    placed: (i32, i32, i32, i32),
}

impl Ui {
    pub fn new(model: &Shared, mail: &Mailbox) -> Ui {
        let (width, height) = (model.borrow().settings.width, model.borrow().settings.height);
        let mut window = DoubleWindow::new(80, 60, width, height, "libim");
        window.set_xclass("im-fltk");
        let connect = ConnectScreen::new(model, mail);
        let mut chat = Group::default();
        chat.set_frame(FrameType::FlatBox);
        let rooms = list(Kind::Rooms, model.clone(), mail.clone());
        let people = list(Kind::People, model.clone(), mail.clone());
        let header = header(model.clone(), mail.clone());
        let messages = Messages::new(model.clone(), mail.clone());
        let length = Rc::new(Cell::new(0));
        let footer = footer(model.clone(), length.clone());
        let mut attach = Button::default().with_label("+");
        let mut field = Frame::default();
        field.set_frame(FrameType::FlatBox);
        let input = input(model.clone(), mail, &messages, length.clone());
        let mut send = Button::default().with_label("Send");
        let (sent, text) = (mail.clone(), input.clone());
        send.set_callback(move |_| sent.send(Msg::Send(text.value())));
        attach.set_tooltip("Files and pictures are not in this version");
        attach.clear_visible_focus();
        send.clear_visible_focus();
        chat.end();
        let switcher = SwitcherView::new(model.clone(), mail);
        let search = SearchView::new(mail);
        let menu = MenuView::new(model.clone(), mail.clone());
        window.end();
        window.make_resizable(true);
        window.size_range(500, 350, 0, 0);
        let keys = mail.clone();
        let scrolled = messages.clone();
        window.handle(move |it, event| handle(it, event, &keys, &scrolled));
        let closed = mail.clone();
        window.set_callback(move |_| {
            // Escape is for leaving what is open, not the program.
            if app::event() != Event::Shortcut || app::event_key() != Key::Escape {
                closed.send(Msg::Quit);
            }
        });
        window.set_trigger(CallbackTrigger::Closed);
        window.show();
        Ui {
            window,
            connect,
            chat,
            rooms,
            people,
            header,
            messages,
            footer,
            field,
            input,
            attach,
            send,
            switcher,
            search,
            menu,
            urgent: false,
            length,
            shown: None,
            placed: (0, 0, 0, 0),
        }
    }

    /// Whether nothing has been shown yet, or the window has another size.
    pub fn is_new(&self) -> bool {
        self.shown.is_none() || (self.placed.0, self.placed.1) != (self.window.w(), self.window.h())
    }

    /// Makes the widgets show what the model says.
    pub fn sync(&mut self, model: &Model) {
        let size = model.settings.text_size;
        let lines = self.input_lines();
        let place = (self.window.w(), self.window.h(), size, lines);
        if self.placed != place {
            self.placed = place;
            self.place(size, lines);
        }
        if self.shown != Some(model.screen) {
            self.shown = Some(model.screen);
            self.show(model);
        }
        match model.screen {
            Screen::Connect => {
                self.connect.sync(model);
                self.sync_overlays(model);
            }
            Screen::Chat => self.sync_chat(model),
        }
        if model.focused && std::mem::take(&mut self.urgent) {
            urge(&self.window, false);
        }
        let unread = model.unread();
        let room = model.room().map_or_else(String::new, |room| format!("{} — ", room.label()));
        let title = match model.screen {
            Screen::Connect => "libim".to_owned(),
            Screen::Chat if unread > 0 => format!("({unread}) {room}{}", model.server),
            Screen::Chat => format!("{room}{}", model.server),
        };
        let title = crate::text::plain(&title);
        if self.window.label() != title {
            self.window.set_label(&title);
        }
    }

    fn sync_chat(&mut self, model: &Model) {
        let c = colors(model.settings.theme);
        let size = model.settings.text_size;
        self.chat.set_color(c.back);
        paint_input(&mut self.input, &c, size);
        self.field.set_color(c.field);
        for button in [&mut self.attach, &mut self.send] {
            button.set_frame(FrameType::FlatBox);
            button.set_label_size(size);
        }
        self.send.set_color(c.accent);
        self.send.set_label_color(c.on_accent);
        self.attach.set_color(c.field);
        // Faint, since it does nothing yet.
        self.attach.set_label_color(c.line);
        self.sync_overlays(model);
        self.chat.redraw();
        self.window.redraw();
    }

    fn sync_overlays(&mut self, model: &Model) {
        let shown = [&self.switcher.group, &self.search.group].map(WidgetExt::visible);
        let before = (shown, self.menu.widget.visible());
        self.switcher.sync(model, self.window.w());
        let right = self.messages.widget.x() + self.messages.widget.w();
        self.search.sync(model, right, self.messages.widget.y());
        self.menu.sync(model, (self.window.w(), self.window.h()));
        let shown = [&self.switcher.group, &self.search.group].map(WidgetExt::visible);
        if before != (shown, self.menu.widget.visible()) {
            self.focus(model);
        }
    }

    fn show(&mut self, model: &Model) {
        match model.screen {
            Screen::Connect => {
                self.chat.hide();
                self.connect.group.show();
                self.connect.focus();
            }
            Screen::Chat => {
                self.connect.group.hide();
                self.messages.forget();
                self.chat.show();
                let _ = self.input.take_focus();
            }
        }
    }

    /// Lines of the input that are shown: it grows with what is written.
    fn input_lines(&self) -> i32 {
        let text = self.input.value();
        i32::try_from(text.matches('\n').count() + 1 + text.len() / 90).unwrap_or(1).clamp(1, 6)
    }

    fn place(&mut self, size: i32, lines: i32) {
        let (w, h) = (self.window.w(), self.window.h());
        self.connect.resize(w, h, size);
        self.chat.resize(0, 0, w, h);
        // Narrow windows keep room for the messages: first the people go.
        let left = (size * 13).min(w / 4);
        let right = if w < size * 55 { 0 } else { (size * 15).min(w / 4) };
        let (top, line) = (size * 7 / 2, size * 2);
        let field = size * 3 / 2 + lines * size * 5 / 4;
        let middle = w - left - right;
        self.rooms.resize(0, 0, left, h);
        self.people.resize(w - right, 0, right, h);
        self.header.resize(left, 0, middle, top);
        self.messages.widget.resize(left, top, middle, (h - top - line - field - size).max(size));
        self.footer.resize(left, h - line - field - size, middle, line);
        let bottom = h - field - size / 2;
        let button = size * 5 / 2;
        self.attach.resize(left + size / 2, bottom, button, button.min(field));
        let (x, width) = (left + size + button, middle - size * 2 - button - size * 5);
        self.field.resize(x, bottom, width, field);
        self.input.resize(x + size / 2, bottom + size / 2, width - size, field - size / 2 - size / 4);
        self.send.resize(left + middle - size * 9 / 2 - size / 2, bottom, size * 9 / 2, button.min(field));
    }

    pub fn set_input(&mut self, text: &str) {
        self.input.set_value(text);
        self.length.set(text.len());
        let _ = self.input.set_position(i32::try_from(text.len()).unwrap_or(0));
    }

    /// Gives the keyboard to what is open: a menu, the switcher, the search, or else the input. A widget that takes the focus
    /// takes the keyboard from other programs too, so only a window that has it moves it.
    pub fn focus(&mut self, model: &Model) {
        if app::focus().is_none() {
            return;
        }
        if model.menu.is_some() {
            let _ = self.menu.widget.take_focus();
        } else if model.screen == Screen::Connect {
            self.connect.focus();
        } else if model.switcher.is_some() {
            self.switcher.focus();
        } else if model.search.is_some() {
            self.search.focus();
        } else {
            let _ = self.input.take_focus();
        }
    }

    /// Puts something in where the cursor is.
    pub fn insert(&mut self, text: &str) {
        let _ = self.input.insert(text);
        self.input.do_callback();
    }

    /// Asks for attention until the window has the keyboard.
    pub fn urge(&mut self) {
        self.urgent = true;
        urge(&self.window, true);
    }

    pub fn close(&mut self) {
        self.window.hide();
    }
}

/// Keys that work wherever one is.
fn handle(window: &mut DoubleWindow, event: Event, mail: &Mailbox, messages: &Messages) -> bool {
    match event {
        Event::Resize => {
            mail.send(Msg::Resized(window.w(), window.h()));
            false
        }
        Event::KeyDown | Event::Shortcut => shortcut(mail, messages),
        _ => false,
    }
}
