//! The keyboard.

use super::{Mailbox, Shared};
use crate::model::{About, FieldId, Overlay, Screen, WindowId};
use crate::text::emoji::TONES;
use crate::update::Msg;
use fltk::app;
use fltk::enums::Key;
use fltk::input::Input;
use fltk::prelude::*;

/// Handles a key in a field. Returns false if the field is to handle it.
pub fn in_field(it: &mut Input, id: FieldId, model: &Shared, mail: &Mailbox) -> bool {
    let key = app::event_key();
    let done = match id {
        FieldId::Composer => in_composer(it, key, model, mail),
        FieldId::Server | FieldId::Port | FieldId::Name | FieldId::Passkey => in_form(id, key, mail),
        FieldId::Panel => in_panel(key, model, mail),
        FieldId::Overlay => in_overlay(key, model, mail),
    };
    // A selection in the field takes precedence over one in the messages.
    let copies = app::is_event_ctrl() && key == Key::from_char('c') && it.position() != it.mark();
    done || !copies && everywhere(model, mail)
}

fn is_enter(key: Key) -> bool {
    key == Key::Enter || key == Key::KPEnter
}

fn in_composer(it: &mut Input, key: Key, model: &Shared, mail: &Mailbox) -> bool {
    let (shift, ctrl, alt) = (app::is_event_shift(), app::is_event_ctrl(), app::is_event_alt());
    let at = mail.window();
    let completing = model.borrow().window(at).and_then(|it| it.completion.as_ref()).map(|it| it.selected);
    if let Some(selected) = completing {
        let by = match key {
            Key::Down => Some(1),
            Key::Up => Some(-1),
            _ => None,
        };
        if let Some(by) = by {
            mail.send(Msg::CompleteStep(by));
            return true;
        }
        if is_enter(key) && !shift || key == Key::Tab {
            mail.send(Msg::CompleteTake(selected, it.value()));
            return true;
        }
    }
    if is_enter(key) && !shift {
        send(it, mail);
    } else if is_enter(key) {
        let _ = it.insert("\n");
        it.do_callback();
    } else if ctrl && key == Key::from_char('z') && it.value().is_empty() {
        let room = model.borrow().room_of(at).map(|room| room.id);
        let last = model.borrow().deleting.iter().rfind(|it| Some(it.room) == room).map(|it| it.seq);
        match last {
            Some(seq) => mail.send(Msg::UndoDelete(seq)),
            None => return false,
        }
    } else if key == Key::Up && it.value().is_empty() && !ctrl && !alt {
        mail.send(Msg::EditLast);
    } else if key == Key::Tab && !ctrl {
        mail.send(Msg::Complete(it.value(), usize::try_from(it.position()).unwrap_or(0)));
    } else {
        return false;
    }
    true
}

/// Sends the composer's text and clears the field at once, so that later keys belong to the next message.
pub fn send(it: &mut Input, mail: &Mailbox) {
    let text = it.value();
    it.set_value("");
    mail.send(Msg::Send(text));
}

/// Tab moves between fields, Enter connects.
fn in_form(id: FieldId, key: Key, mail: &Mailbox) -> bool {
    if is_enter(key) {
        mail.send(Msg::Connect);
    } else if key == Key::Tab {
        let order = [FieldId::Server, FieldId::Port, FieldId::Name, FieldId::Passkey];
        let place = order.iter().position(|it| *it == id).unwrap_or(0);
        let step = if app::is_event_shift() { order.len() - 1 } else { 1 };
        mail.focus(order.get((place + step) % order.len()).copied().unwrap_or(id));
    } else {
        return false;
    }
    true
}

fn in_panel(key: Key, model: &Shared, mail: &Mailbox) -> bool {
    let searching = model.borrow().window(mail.window()).is_some_and(|it| it.search.is_some());
    if !searching {
        return in_people(key, mail);
    }
    let by = match key {
        Key::Up => 1,
        Key::Down => -1,
        _ if is_enter(key) && app::is_event_shift() => -1,
        _ if is_enter(key) => 1,
        _ => return false,
    };
    mail.send(Msg::SearchStep(by));
    true
}

fn in_people(key: Key, mail: &Mailbox) -> bool {
    match key {
        Key::Up => mail.send(Msg::PeopleStep(-1)),
        Key::Down => mail.send(Msg::PeopleStep(1)),
        _ if is_enter(key) => mail.send(Msg::PeopleTake),
        _ => return false,
    }
    true
}

fn in_overlay(key: Key, model: &Shared, mail: &Mailbox) -> bool {
    let by = match key {
        Key::Up => -1,
        Key::Tab if app::is_event_shift() => -1,
        Key::Down | Key::Tab => 1,
        _ => 0,
    };
    let model = model.borrow();
    match model.window(mail.window()).and_then(|it| it.overlay.as_ref()) {
        Some(Overlay::Switcher(_)) if by != 0 => mail.send(Msg::SwitchStep(by)),
        Some(Overlay::Switcher(open)) if is_enter(key) => mail.send(Msg::SwitchTo(open.selected)),
        Some(Overlay::Picker(_)) if key == Key::Tab => mail.send(Msg::PickStep(by)),
        Some(Overlay::Picker(_)) if by != 0 => {
            mail.send(Msg::PickStep(by * isize::try_from(crate::model::COLUMNS).unwrap_or(1)));
        }
        Some(Overlay::Picker(open)) if app::is_event_alt() && key == Key::Right => {
            mail.send(Msg::PickTone((open.tone + 1) % TONES.len()));
        }
        Some(Overlay::Picker(open)) if app::is_event_alt() && key == Key::Left => {
            mail.send(Msg::PickTone((open.tone + TONES.len() - 1) % TONES.len()));
        }
        // With search text, the arrows move the cursor.
        Some(Overlay::Picker(open)) if key == Key::Right && open.text.is_empty() => {
            mail.send(Msg::PickStep(1));
        }
        Some(Overlay::Picker(open)) if key == Key::Left && open.text.is_empty() => {
            mail.send(Msg::PickStep(-1));
        }
        Some(Overlay::Picker(open)) if is_enter(key) => mail.send(Msg::PickTake(open.selected)),
        Some(Overlay::Prompt(_)) if is_enter(key) => mail.send(Msg::PromptDone),
        Some(Overlay::People) => return in_people(key, mail),
        Some(_) | None => return false,
    }
    true
}

/// Handles a key in an overlay without a field.
pub fn in_open(model: &Shared, mail: &Mailbox) -> bool {
    let key = app::event_key();
    let at = mail.window();
    let model = model.borrow();
    match model.window(at).and_then(|it| it.overlay.as_ref()) {
        Some(Overlay::Menu(menu)) => match key {
            Key::Down | Key::Tab => mail.send(Msg::MenuStep(1)),
            Key::Up => mail.send(Msg::MenuStep(-1)),
            _ if is_enter(key) => mail.send(menu.selected.map_or(Msg::MenuStep(1), Msg::MenuTake)),
            Key::Escape => mail.send(Msg::Cancel),
            _ => {}
        },
        Some(Overlay::Help) if scroll_of(key).is_some() => mail.scroll_open(scroll_of(key).unwrap_or(0)),
        Some(Overlay::Confirm(_)) if is_enter(key) => mail.send(Msg::Confirmed),
        Some(Overlay::Card(card)) if is_enter(key) && app::is_event_shift() => {
            mail.send(Msg::Do(crate::model::Deed::Mention(card.name.to_string())));
        }
        Some(Overlay::Card(card)) if is_enter(key) => {
            mail.send(Msg::Do(crate::model::Deed::Talk(card.user)));
        }
        Some(_) if key == Key::Escape || is_enter(key) => mail.send(Msg::Cancel),
        Some(_) => {}
        None => return false,
    }
    true
}

/// How far a key scrolls a list, in pixels.
fn scroll_of(key: Key) -> Option<i32> {
    match key {
        Key::Down => Some(40),
        Key::Up => Some(-40),
        Key::PageDown => Some(300),
        Key::PageUp => Some(-300),
        Key::End => Some(100_000),
        Key::Home => Some(-100_000),
        _ => None,
    }
}

/// Handles keys that work everywhere. Returns false for any other key.
pub fn everywhere(model: &Shared, mail: &Mailbox) -> bool {
    let (ctrl, alt, shift) = (app::is_event_ctrl(), app::is_event_alt(), app::is_event_shift());
    let key = app::event_key();
    let chat = model.borrow().screen == Screen::Chat;
    let (w, _) = mail.size();
    match key {
        Key::Escape => mail.send(Msg::Cancel),
        // As desktops have it: F10 for the program's menu, Shift+F10 for the context menu.
        Key::F10 if !shift && mail.window() == WindowId::MAIN => {
            mail.send(Msg::OpenMenu(About::Program, w, 0));
        }
        _ if ctrl && key == Key::from_char('q') => mail.send(Msg::Quit),
        _ if ctrl && key == Key::from_char('w') && mail.window() != WindowId::MAIN => mail.send(Msg::Close),
        _ if ctrl && key == Key::from_char('t') => mail.send(Msg::ToggleTheme),
        _ if ctrl && (key == Key::from_char('=') || key == Key::from_char('+')) => mail.send(Msg::Zoom(1)),
        _ if ctrl && key == Key::from_char('-') => mail.send(Msg::Zoom(-1)),
        _ if ctrl && key == Key::from_char('0') => mail.send(Msg::Zoom(0)),
        _ if !chat => return false,
        Key::F1 => mail.send(Msg::OpenHelp),
        Key::F2 => mail.send(Msg::BannerAction),
        Key::PageUp if ctrl => mail.send(Msg::StepRoom(-1)),
        Key::PageDown if ctrl => mail.send(Msg::StepRoom(1)),
        Key::PageUp => mail.page(-1),
        Key::PageDown => mail.page(1),
        Key::Home if ctrl => mail.go_to_start(),
        Key::End if ctrl => mail.send(Msg::JumpEnd),
        Key::Up if alt => mail.send(Msg::NextUnread(-1)),
        Key::Down if alt => mail.send(Msg::NextUnread(1)),
        Key::Menu => mail.send(Msg::OpenMenu(About::Newest, w / 3, 10_000)),
        Key::F10 if shift => mail.send(Msg::OpenMenu(About::Newest, w / 3, 10_000)),
        _ if !ctrl => return false,
        _ if key == Key::from_char('k') => mail.send(Msg::OpenSwitcher),
        _ if key == Key::from_char('f') => mail.send(Msg::OpenSearch),
        _ if key == Key::from_char('p') && mail.has_panel(&model.borrow()) => mail.send(Msg::FocusPeople),
        _ if key == Key::from_char('p') => mail.send(Msg::OpenPeople),
        _ if key == Key::from_char('e') => mail.send(Msg::OpenPicker(crate::model::PickFor::Text)),
        _ if key == Key::from_char('r') => mail.send(Msg::ReplyLast),
        _ if key == Key::from_char('c') => return mail.copy(&model.borrow()),
        _ => return false,
    }
    true
}
