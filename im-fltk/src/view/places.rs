//! The layout of a window.

use super::rect::Rect;
use crate::model::{FieldId, Link, Model, Overlay, Screen, WindowId};

/// The rectangles of a window that shows the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub whole: Rect,
    /// The room list; empty in detached windows.
    pub side: Rect,
    pub header: Rect,
    /// The connection banner; empty while connected.
    pub banner: Rect,
    pub messages: Rect,
    /// The reply or edit strip.
    pub strip: Rect,
    pub attach: Rect,
    /// The frame of the composer.
    pub frame: Rect,
    pub emoji: Rect,
    pub send: Rect,
    /// Typing notices and notes.
    pub status: Rect,
    /// The people list or the search; empty where there is no room for it.
    pub panel: Rect,
    /// The panel's field.
    pub panel_field: Rect,
}

/// The text size in a window: as set, but small enough that the essential parts fit.
pub fn letter(model: &Model, (w, h): (i32, i32)) -> i32 {
    model.settings.text_size.min(w / 34).min(h / 23).max(8)
}

/// The height of a field and of a button beside it.
pub fn field_height(size: i32) -> i32 {
    size * 5 / 2
}

/// Whether a window is too narrow for the people list beside the messages.
pub fn is_narrow(w: i32, size: i32) -> bool {
    w < size * 55
}

/// Computes the layout. `lines` is the number of lines of the composer.
pub fn places(model: &Model, at: WindowId, (w, h): (i32, i32), lines: i32) -> Places {
    let size = letter(model, (w, h));
    let window = model.window(at);
    let main = at == WindowId::MAIN;
    let narrow = is_narrow(w, size);
    let searching = window.is_some_and(|it| it.search.is_some());
    // In a narrow window, a search takes the room of the lists.
    let side = if narrow && searching {
        0
    } else if main {
        (size * 15).min((w * 3 / 10).max(size * 12)).min(w * 2 / 5)
    } else {
        0
    };
    let panel = if (narrow || !main) && !searching {
        0
    } else if narrow {
        (size * 18).min(w / 2)
    } else {
        (size * 16).min(w * 3 / 10)
    };
    let middle = w - side - panel;
    let (gap, top, line) = (size * 4 / 7, size * 7 / 2, size * 3 / 2);
    let banner = if matches!(model.link, Link::On) { 0 } else { size * 3 };
    let has_strip = window.is_some_and(|it| it.editing.is_some() || it.replying.is_some());
    let strip = if has_strip { size * 2 } else { 0 };
    let button = field_height(size);
    let field = button + (lines - 1) * size * 5 / 4;
    let status_top = h - line - gap / 2;
    let field_top = status_top - field - gap / 2;
    let strip_top = field_top - strip;
    let messages_top = top + banner;
    let right = side + middle;
    let send_width = size * 5;
    let panel_top = if searching || panel > 0 { size * 5 / 2 } else { 0 };
    let attach = Rect::new(side + gap, field_top + field - button, button, button);
    let send = Rect::new(right - gap - send_width, attach.y, send_width, button);
    let emoji = Rect::new(send.x - gap - button, attach.y, button, button);
    let frame_x = attach.right() + gap;
    Places {
        whole: Rect::new(0, 0, w, h),
        side: Rect::new(0, 0, side, h),
        header: Rect::new(side, 0, middle, top),
        banner: Rect::new(side, top, middle, banner),
        messages: Rect::new(side, messages_top, middle, (strip_top - gap / 2 - messages_top).max(0)),
        strip: Rect::new(frame_x, strip_top, right - gap - frame_x, strip),
        attach,
        frame: Rect::new(frame_x, field_top, emoji.x - gap / 2 - frame_x, field),
        emoji,
        send,
        status: Rect::new(side + gap, status_top, middle - gap * 2, line),
        panel: Rect::new(right, 0, panel, h),
        panel_field: Rect::new(
            right + gap,
            panel_top,
            (panel - gap * 2).max(0),
            if panel > 0 { button } else { 0 },
        ),
    }
}

/// The rectangles of the connection form, from top to bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormPlaces {
    pub icon: Rect,
    pub title: Rect,
    pub subtitle: Rect,
    pub server: Rect,
    pub recent: Rect,
    pub port: Rect,
    pub name: Rect,
    pub passkey: Rect,
    pub show: Rect,
    pub connect: Rect,
    pub exit: Rect,
    /// Height of the label above a field.
    pub label: i32,
    /// Height of the error text below a field.
    pub error: i32,
}

pub fn form_places(model: &Model, (w, h): (i32, i32)) -> FormPlaces {
    let size = letter(model, (w, h));
    let (field, gap) = (field_height(size), size * 4 / 7);
    let width = (size * 28).min(w - 2 * size);
    let x = (w - width) / 2;
    // When space is short, the header shrinks first, then the gaps.
    let label = size * 3 / 2;
    // An error may need two lines.
    let full_error = if model.form.error.is_some() { size * 13 / 5 } else { size * 8 / 5 };
    let fields = 3 * (label + field) + field;
    let head = size * 6;
    let spare = h - fields - 2 * gap;
    let with_head = spare >= head + 3 * size;
    let head = if with_head { head } else { 0 };
    let error = ((spare - head) / 4).clamp(size, full_error);
    let total = head + fields + 3 * error + gap;
    let mut y = ((h - total) / 2).max(gap / 2);
    let (icon, title, subtitle) = if with_head {
        let icon = size * 4;
        (
            Rect::new(x, y, icon, icon),
            Rect::new(x + icon + gap, y, width - icon - gap, size * 5 / 2),
            Rect::new(x + icon + gap, y + size * 5 / 2, width - icon - gap, size * 3 / 2),
        )
    } else {
        (Rect::default(), Rect::default(), Rect::default())
    };
    y += head + label;
    let port_width = size * 6;
    let server = Rect::new(x, y, width - port_width - gap, field);
    let port = Rect::new(server.right() + gap, y, port_width, field);
    let recent = Rect::new(server.right() - field, y, field, field);
    y += field + error + label;
    let name = Rect::new(x, y, width, field);
    y += field + error + label;
    let passkey = Rect::new(x, y, width, field);
    let show = Rect::new(passkey.right() - size * 5, y, size * 5, field);
    y += field + error;
    let exit_width = size * 6;
    let connect = Rect::new(x, y, width - exit_width - gap, field);
    let exit = Rect::new(connect.right() + gap, y, exit_width, field);
    FormPlaces {
        icon,
        title,
        subtitle,
        server,
        recent,
        port,
        name,
        passkey,
        show,
        connect,
        exit,
        label,
        error,
    }
}

/// The frame of a field in a window; `None` if it is hidden. The text itself is inset.
pub fn field_frame(
    model: &Model,
    at: WindowId,
    field: FieldId,
    size: (i32, i32),
    lines: i32,
) -> Option<Rect> {
    let form = || form_places(model, size);
    let found = match (model.screen, field) {
        (_, FieldId::Overlay) => super::overlay::field(model, at, size)?,
        (Screen::Connect, FieldId::Server) => form().server,
        (Screen::Connect, FieldId::Port) => form().port,
        (Screen::Connect, FieldId::Name) => form().name,
        (Screen::Connect, FieldId::Passkey) => form().passkey,
        (Screen::Chat, FieldId::Composer) => places(model, at, size, lines).frame,
        (Screen::Chat, FieldId::Panel) => places(model, at, size, lines).panel_field,
        (Screen::Connect, FieldId::Composer | FieldId::Panel)
        | (Screen::Chat, FieldId::Server | FieldId::Port | FieldId::Name | FieldId::Passkey) => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// The field that is to have the focus.
pub fn focused_field(model: &Model, at: WindowId) -> Option<FieldId> {
    let window = model.window(at)?;
    match &window.overlay {
        Some(Overlay::Switcher(_) | Overlay::Picker(_) | Overlay::Prompt(_) | Overlay::People) => {
            Some(FieldId::Overlay)
        }
        Some(Overlay::Menu(_) | Overlay::Card(_) | Overlay::Confirm(_) | Overlay::Help) => None,
        None if model.screen == Screen::Connect => Some(match &model.form.error {
            Some((crate::model::Field::Server, _)) => FieldId::Server,
            Some((crate::model::Field::Port, _)) => FieldId::Port,
            Some((crate::model::Field::Name, _)) => FieldId::Name,
            None if model.form.name.is_empty() => FieldId::Name,
            Some((crate::model::Field::Passkey, _)) | None => FieldId::Passkey,
        }),
        None if window.search.is_some() => Some(FieldId::Panel),
        None => Some(FieldId::Composer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HEIGHT_MIN, Settings, WIDTH_MIN};

    #[test]
    fn the_form_fits_the_smallest_window() {
        for text_size in 9..=28 {
            let model = Model::new(Settings { text_size, ..Settings::default() });
            let it = form_places(&model, (WIDTH_MIN, HEIGHT_MIN));
            assert!(it.connect.bottom() <= HEIGHT_MIN, "{text_size}: {it:?}");
            assert!(it.server.y >= it.label && it.exit.right() <= WIDTH_MIN, "{text_size}: {it:?}");
        }
    }

    #[test]
    fn nothing_overlaps_in_the_chat() {
        let mut model = Model::new(Settings::default());
        model.screen = Screen::Chat;
        let sizes = [(500, 350), (700, 500), (1060, 700), (1900, 1000)];
        for (size, text_size) in sizes.into_iter().flat_map(|size| (9..=28).map(move |it| (size, it))) {
            model.settings.text_size = text_size;
            let it = places(&model, WindowId::MAIN, size, 1);
            let rects = [
                it.side,
                it.header,
                it.banner,
                it.messages,
                it.attach,
                it.frame,
                it.emoji,
                it.send,
                it.status,
                it.panel,
            ];
            for (n, a) in rects.iter().enumerate() {
                assert!(a.right() <= size.0 && a.bottom() <= size.1, "{size:?}: {a:?}");
                for b in rects.iter().skip(n + 1) {
                    assert!(a.intersect(b).is_empty(), "{size:?}: {a:?} {b:?}");
                }
            }
            assert!(it.messages.h > 100 && it.frame.w > 100, "{size:?}: {it:?}");
        }
    }
}
