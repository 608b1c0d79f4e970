//! Messages from the windows, handled after the toolkit's turn.

use super::pane::State;
use crate::model::{FieldId, Model, WindowId};
use crate::update::Msg;
use fltk::app;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The messages of all windows, in order.
#[derive(Clone, Debug, Default)]
pub struct Mail(Rc<RefCell<VecDeque<(WindowId, Msg)>>>);

impl Mail {
    pub fn send(&self, from: WindowId, msg: Msg) {
        self.0.borrow_mut().push_back((from, msg));
    }

    /// Drops events of the library that have not been handled.
    pub fn forget_net(&self) {
        self.0.borrow_mut().retain(|(_, msg)| !matches!(msg, Msg::Net(_) | Msg::Epoch(_)));
    }

    pub fn take(&self) -> Option<(WindowId, Msg)> {
        self.0.borrow_mut().pop_front()
    }
}

/// The sender of one window, and access to state that only this window needs, such as scroll positions.
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

    /// Whether the panel is shown beside the messages.
    pub fn has_panel(&self, model: &Model) -> bool {
        let state = self.state.borrow();
        let narrow = super::places::is_narrow(state.size.0, super::places::letter(model, state.size));
        self.at == WindowId::MAIN && !narrow
    }

    /// Moves the focus to a field after the toolkit's turn.
    pub fn focus(&self, field: FieldId) {
        self.state.borrow_mut().wants_focus = Some(field);
    }

    pub fn page(&self, pages: i32) {
        self.state.borrow_mut().todo.push(Scrolling::Pages(pages));
    }

    /// Scrolls the open overlay.
    pub fn scroll_open(&self, pixels: i32) {
        let mut state = self.state.borrow_mut();
        state.todo.push(Scrolling::Open(pixels));
    }

    pub fn go_to_start(&self) {
        self.state.borrow_mut().todo.push(Scrolling::Start);
    }

    /// Copies the selection in the messages. Returns false if there is none.
    pub fn copy(&self, model: &Model) -> bool {
        let text = self.selected(model);
        if !text.is_empty() {
            app::copy(&text);
        }
        !text.is_empty()
    }

    /// The text selected in the messages.
    pub fn selected(&self, model: &Model) -> String {
        self.state.borrow_mut().messages.selected_text(model, self.at)
    }
}

/// Scrolling to be done after the toolkit's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrolling {
    Pages(i32),
    Start,
    /// The open overlay, by pixels.
    Open(i32),
}
