//! What windows have to say, handled after the toolkit's turn.

use super::pane::State;
use crate::model::{FieldId, WindowId};
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

    /// A field gets the keyboard when the toolkit's turn is over.
    pub fn focus(&self, field: FieldId) {
        self.state.borrow_mut().wants_focus = Some(field);
    }

    pub fn page(&self, pages: i32) {
        self.state.borrow_mut().todo.push(Scrolling::Pages(pages));
    }

    pub fn go_to_start(&self) {
        self.state.borrow_mut().todo.push(Scrolling::Start);
    }

    /// Copies what is selected in the messages; false: nothing is.
    pub fn copy(&self) -> bool {
        let text = self.state.borrow().selected.clone();
        if !text.is_empty() {
            app::copy(&text);
        }
        !text.is_empty()
    }
}

/// What is done with the list of messages when the toolkit's turn is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrolling {
    Pages(i32),
    Start,
}
