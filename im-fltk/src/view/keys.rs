//! Keys that work wherever one is.

use super::Mailbox;
use super::messages::Messages;
use crate::model::About;
use crate::update::Msg;
use fltk::app;
use fltk::enums::Key;
use fltk::prelude::WidgetExt as _;

/// Handles a key that is pressed; false: it is none of these.
pub fn shortcut(mail: &Mailbox, messages: &Messages) -> bool {
    let (ctrl, alt) = (app::is_event_ctrl(), app::is_event_alt());
    let mut messages = messages.clone();
    let key = app::event_key();
    match key {
        Key::PageUp => messages.page(-1),
        Key::PageDown => messages.page(1),
        Key::Home if ctrl => messages.go_to_start(),
        Key::End if ctrl => messages.go_to_end(),
        Key::Up if alt => mail.send(Msg::Step(-1)),
        Key::Down if alt => mail.send(Msg::Step(1)),
        // As desktops have it: the menu of what one is at, and that of the program.
        Key::Menu => mail.send(messages.newest_menu()),
        Key::F10 if app::is_event_shift() => mail.send(messages.newest_menu()),
        Key::F10 => mail.send(Msg::OpenMenu(About::Program, messages.widget.x() + messages.widget.w(), 0)),
        Key::Escape => mail.send(Msg::Cancel),
        _ if !ctrl => return false,
        _ if key == Key::from_char('k') => mail.send(Msg::OpenSwitcher),
        _ if key == Key::from_char('f') => mail.send(Msg::OpenSearch),
        _ if key == Key::from_char('r') => mail.send(Msg::ReplyLast),
        _ if key == Key::from_char('q') => mail.send(Msg::Quit),
        _ if key == Key::from_char('t') => mail.send(Msg::ToggleTheme),
        _ if key == Key::from_char('=') || key == Key::from_char('+') => mail.send(Msg::Zoom(1)),
        _ if key == Key::from_char('-') => mail.send(Msg::Zoom(-1)),
        _ if key == Key::from_char('0') => mail.send(Msg::Zoom(0)),
        _ if key == Key::from_char('c') => return messages.copy(),
        _ => return false,
    }
    true
}
