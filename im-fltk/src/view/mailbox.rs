//! What windows have to say, handled after the toolkit's turn.

use super::pane::State;
use crate::model::{FieldId, Model, WindowId};
use crate::update::Msg;
use fltk::app;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What all windows have said, in order.
#[derive(Clone, Debug, Default)]
pub struct Mail(Rc<RefCell<VecDeque<(WindowId, Msg)>>>);

impl Mail {
    pub fn send(&self, from: WindowId, msg: Msg) {
        self.0.borrow_mut().push_back((from, msg));
    }

    /// Drops what the library has told and nobody has handled.
    pub fn forget_net(&self) {
        self.0.borrow_mut().retain(|(_, msg)| !matches!(msg, Msg::Net(_) | Msg::Epoch(_)));
    }

    pub fn take(&self) -> Option<(WindowId, Msg)> {
        self.0.borrow_mut().pop_front()
    }
}

/// One window's way to say something, and what it does with itself alone: nobody else needs to know how far a list is scrolled.
#[derive(Clone)]
pub struct Mailbox {
    at: WindowId,
    mail: Mail,
    state: Rc<RefCell<State>>,
}

impl Mailbox {
    pub fn new(at: WindowId, mail: Mail, state: Rc<RefCell<State>>) -> Mailbox {
        Mailbox { at, mail, state }
    }

    pub fn window(&self) -> WindowId {
        self.at
    }

    pub fn send(&self, msg: Msg) {
        self.mail.send(self.at, msg);
    }

    pub fn size(&self) -> (i32, i32) {
        self.state.borrow().size
    }

    /// Whether people stand beside the messages.
    pub fn has_panel(&self, model: &Model) -> bool {
        let state = self.state.borrow();
        let narrow = super::places::is_narrow(state.size.0, super::places::letter(model, state.size));
        self.at == WindowId::MAIN && !narrow
    }

    /// A field gets the keyboard when the toolkit's turn is over.
    pub fn focus(&self, field: FieldId) {
        self.state.borrow_mut().wants_focus = Some(field);
    }

    pub fn page(&self, pages: i32) {
        self.state.borrow_mut().todo.push(Scrolling::Pages(pages));
    }

    /// Moves the list of what is open.
    pub fn scroll_open(&self, pixels: i32) {
        let mut state = self.state.borrow_mut();
        state.todo.push(Scrolling::Open(pixels));
    }

    pub fn go_to_start(&self) {
        self.state.borrow_mut().todo.push(Scrolling::Start);
    }

    /// Copies what is selected in the messages; false: nothing is.
    pub fn copy(&self, model: &Model) -> bool {
        let text = self.selected(model);
        if !text.is_empty() {
            app::copy(&text);
        }
        !text.is_empty()
    }

    /// What is selected in the messages.
    pub fn selected(&self, model: &Model) -> String {
        self.state.borrow_mut().messages.selected_text(model, self.at)
    }
}

/// What is done with the list of messages when the toolkit's turn is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrolling {
    Pages(i32),
    Start,
    /// What is open, by pixels.
    Open(i32),
}
