//! What is seen. Everything but the fields in which one writes is drawn from the model whenever something has changed, and says
//! while it is drawn what answers the mouse.

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

/// The model, read while drawing. Nothing changes it then: messages are handled between the toolkit's turns.
pub type Shared = Rc<RefCell<Model>>;
