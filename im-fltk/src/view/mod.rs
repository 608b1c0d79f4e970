//! The windows. Everything but the input fields is drawn from the model whenever it has changed; drawing also registers what
//! responds to the mouse.

mod composer;
mod fields;
mod form;
mod header;
mod help;
mod icon;
mod icons;
mod jumps;
mod keys;
mod mailbox;
mod messages;
mod overlay;
mod paint;
mod pane;
mod panel;
mod parts;
mod picker_view;
mod places;
mod pointer;
mod rect;
mod row_draw;
mod row_maker;
mod rows;
mod selecting;
mod selection;
mod sidebar;
mod theme;
mod ui;
mod urgency;
mod zones;

pub use icon::SVG;
pub use mailbox::Mail;
pub use messages::Messages;
pub use pane::Pane;
pub use ui::Ui;

use crate::model::Model;
use mailbox::Mailbox;
use std::cell::RefCell;
use std::rc::Rc;

/// The model, borrowed while drawing. Nothing changes it meanwhile: messages are handled between the toolkit's turns.
pub type Shared = Rc<RefCell<Model>>;
