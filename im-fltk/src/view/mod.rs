//! Widgets, created once; `sync` makes them show what the model says.

mod connect;
mod header;
mod input;
mod keys;
mod lists;
mod menu;
mod messages;
mod overlay;
mod rows;
mod scrollbar;
mod selection;
mod sight;
mod theme;
mod urgency;
mod window;

pub use window::Ui;

use crate::model::Model;
use crate::update::Msg;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The model, read while drawing. Nothing changes it then: messages are handled between the toolkit's turns.
pub type Shared = Rc<RefCell<Model>>;

/// What the widgets have to say, handled after the toolkit's turn.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Rc<RefCell<VecDeque<Msg>>>);

impl Mailbox {
    pub fn send(&self, msg: Msg) {
        self.0.borrow_mut().push_back(msg);
    }

    pub fn take(&self) -> Option<Msg> {
        self.0.borrow_mut().pop_front()
    }
}
