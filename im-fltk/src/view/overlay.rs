//! Overlays: menus, the switcher, the picker, cards, confirmations, prompts, lists, help; and tooltips. None of them is the
//! toolkit's own, since those run a nested event loop in which the library is not polled.

use super::help;
use super::icons;
use super::paint::{Look, Painter};
use super::panel::draw_people;
use super::picker_view;
use super::places::{field_height, letter};
use super::rect::Rect;
use super::sidebar::presence_dot;
use super::zones::{Role, Scrolled, Zone};
use crate::model::{COLUMNS, Card, Confirm, Deed, Menu, Model, Overlay, Prompt, Switcher, WindowId};
use crate::text::{plain, sentence};
use crate::update::Msg;
use fltk::enums::Font;
use libim::wire::Presence;

/// Visible rows of emoji.
const EMOJI_ROWS: i32 = 6;

/// The rectangle of an overlay in a window of this size.
fn frame(p: &Painter, model: &Model, overlay: &Overlay, (w, h): (i32, i32)) -> Rect {
    match overlay {
        Overlay::Menu(menu) => {
            let size = p.size;
            let wide = |item: &crate::model::Item| {
                p.measure(&item.label, Font::Helvetica, size)
                    + p.measure(item.key, Font::Helvetica, p.small())
            };
            let widest = menu.items.iter().map(wide).max().unwrap_or(0);
            let height: i32 = menu.items.iter().map(|item| menu_row(size, item.begins_group)).sum();
            // A menu higher than the window scrolls.
            let height = (height + 8).min(h - 4);
            let place = Rect::new(menu.at.0, menu.at.1, (widest + size * 5).min(w), height);
            place.within(&Rect::new(2, 2, w - 4, h - 4))
        }
        Overlay::Switcher(_)
        | Overlay::Picker(_)
        | Overlay::Card(_)
        | Overlay::Confirm(_)
        | Overlay::Prompt(_)
        | Overlay::People
        | Overlay::Help => fixed_frame(model, overlay, (w, h)),
    }
}

/// Like [`frame`], for overlays that need no text measuring.
fn fixed_frame(model: &Model, overlay: &Overlay, (w, h): (i32, i32)) -> Rect {
    let size = letter(model, (w, h));
    let field = field_height(size);
    let outer = Rect::new(2, 2, w - 4, h - 4);
    let middle = |width: i32, height: i32| {
        let width = width.min(w - size * 2);
        Rect::new((w - width) / 2, ((h - height) / 3).max(size), width, height.min(h - size)).within(&outer)
    };
    match overlay {
        Overlay::Menu(menu) => Rect::new(menu.at.0, menu.at.1, 0, 0),
        Overlay::Switcher(switcher) => {
            let rows = i32::try_from(switcher.choices.len()).unwrap_or(0).max(1);
            let width = (size * 34).min(w - size * 2);
            let height = (field + size * 2 + rows * size * 2).min(h - size * 2);
            Rect::new((w - width) / 2, (size * 3).min(h / 10), width, height)
        }
        Overlay::Picker(_) => {
            let each = size * 5 / 2;
            let width = each * i32::try_from(COLUMNS).unwrap_or(9) + size * 2;
            let height = field + size * 2 + each * EMOJI_ROWS + size * 5 + size * 5 / 2;
            Rect::new(w - width - size * 3, h - height - size * 6, width, height.min(h - 8)).within(&outer)
        }
        Overlay::Card(card) => Rect::new(card.at.0, card.at.1, size * 20, size * 16).within(&outer),
        Overlay::Confirm(_) => middle(size * 28, size * 9),
        Overlay::Prompt(_) => middle(size * 30, size * 6 + field),
        Overlay::People => {
            let width = (size * 20).min(w - size * 2);
            let top = size * 7 / 2;
            Rect::new(w - width - 4, top, width, h - top - size * 4)
        }
        Overlay::Help => middle(size * 46, size * 38),
    }
}

/// The rectangle of the overlay's field.
pub fn field(model: &Model, at: WindowId, size: (i32, i32)) -> Option<Rect> {
    let overlay = model.window(at)?.overlay.as_ref()?;
    let text = letter(model, size);
    let place = fixed_frame(model, overlay, size);
    let height = field_height(text);
    let gap = text * 5 / 7;
    match overlay {
        Overlay::Switcher(_) | Overlay::Picker(_) => {
            Some(Rect::new(place.x + gap, place.y + gap, place.w - gap * 2, height))
        }
        Overlay::People => Some(Rect::new(place.x + gap, place.y + text * 5 / 2, place.w - gap * 2, height)),
        Overlay::Prompt(_) => {
            Some(Rect::new(place.x + text, place.y + text * 5 / 2, place.w - text * 2, height))
        }
        Overlay::Menu(_) | Overlay::Card(_) | Overlay::Confirm(_) | Overlay::Help => None,
    }
}

/// Draws the overlay.
pub fn draw(p: &mut Painter, model: &Model, at: WindowId, size: (i32, i32), focused: bool) {
    let Some(overlay) = model.window(at).and_then(|window| window.overlay.as_ref()) else { return };
    let place = frame(p, model, overlay, size);
    p.raised(place);
    p.zone(Zone::new(place, Role::Area, "overlay").scrolls(Scrolled::Overlay));
    if let Some(field) = field(model, at, size) {
        super::form::frame(p, field, focused, false);
    }
    match overlay {
        Overlay::Menu(menu) => draw_menu(p, menu, place),
        Overlay::Switcher(switcher) => draw_switcher(p, switcher, place),
        Overlay::Picker(picker) => picker_view::draw(p, picker, place),
        Overlay::Card(card) => draw_card(p, model, card, place),
        Overlay::Confirm(confirm) => draw_confirm(p, confirm, place),
        Overlay::Prompt(prompt) => draw_prompt(p, prompt, place),
        Overlay::People => {
            let words = format!("People — {}", model.member_count(at));
            let title = Rect::new(place.x + p.size, place.y, place.w - p.size * 4, p.size * 5 / 2);
            p.text_in(&words, title, Font::HelveticaBold, p.small(), p.c.faint);
            close(p, place);
            let top = place.y + p.size * 5 / 2 + field_height(p.size) + p.size / 2;
            let list = Rect::new(place.x + 2, top, place.w - 4, place.bottom() - top - 4);
            draw_people(p, model, at, list, Scrolled::Overlay, focused);
        }
        Overlay::Help => help::draw(p, place),
    }
}

pub fn close(p: &mut Painter, place: Rect) {
    let side = p.size * 2;
    let cross = Rect::new(place.right() - side - p.size / 3, place.y + 4, side, side);
    p.icon(cross, "close", "Close (Escape)", Msg::Cancel, icons::cross);
}

fn menu_row(size: i32, begins_group: bool) -> i32 {
    size * 2 + if begins_group { size * 4 / 7 } else { 0 }
}

fn draw_menu(p: &mut Painter, menu: &Menu, place: Rect) {
    let all: i32 = menu.items.iter().map(|item| menu_row(p.size, item.begins_group)).sum::<i32>() + 8;
    let offset = p.scroll(Scrolled::Overlay, all, place.h);
    p.push_clip(place.inset(1, 1));
    let mut y = place.y + 4 - offset;
    for (index, item) in menu.items.iter().enumerate() {
        if item.begins_group {
            y += p.size * 4 / 7;
            p.fill(Rect::new(place.x + 1, y - p.size * 2 / 7, place.w - 2, 1), p.c.line);
        }
        let row = Rect::new(place.x + 4, y, place.w - 8, p.size * 2);
        y += row.h;
        if menu.selected == Some(index) || p.is_over(row) {
            p.round(row, 4, p.c.active);
        }
        let inner = row.inset(p.size * 5 / 7, 0);
        let width = p.measure(item.key, Font::Helvetica, p.small());
        let ink = if item.dangerous { p.c.bad } else { p.c.text };
        let label = Rect::new(inner.x, inner.y, inner.w - width, inner.h);
        p.text_in(&item.label, label, Font::Helvetica, p.size, ink);
        let key = Rect::new(inner.right() - width, inner.y, width + 2, inner.h);
        p.text_in(item.key, key, Font::Helvetica, p.small(), p.c.faint);
        p.zone(
            Zone::new(row, Role::Item, item.label.clone())
                .click(Msg::MenuTake(index))
                .scrolls(Scrolled::Overlay),
        );
    }
    p.bar(Scrolled::Overlay, place, all);
    p.pop_clip();
}

fn draw_switcher(p: &mut Painter, switcher: &Switcher, place: Rect) {
    let gap = p.size * 5 / 7;
    let top = place.y + gap + field_height(p.size) + p.size / 2;
    let list = Rect::new(place.x + 4, top, place.w - 8, place.bottom() - top - 4);
    p.push_clip(list);
    if switcher.choices.is_empty() {
        let words = "Type a name of a room or of somebody";
        p.text_in(
            words,
            Rect::new(list.x + gap, top, list.w - gap, p.size * 2),
            Font::HelveticaItalic,
            p.small(),
            p.c.faint,
        );
    }
    for (index, choice) in switcher.choices.iter().enumerate() {
        let row = Rect::new(list.x, top + p.size * 2 * i32::try_from(index).unwrap_or(0), list.w, p.size * 2);
        if index == switcher.selected {
            p.round(row, 4, p.c.active);
        } else if p.is_over(row) {
            p.round(row, 4, p.c.line);
        }
        let inner = row.inset(gap, 0);
        let used = p.text_in(&plain(&choice.label()), inner, Font::Helvetica, p.size, p.c.text) + p.size;
        let hint = Rect::new(inner.x + used, inner.y, inner.w - used, inner.h);
        if hint.w > p.size * 4 {
            p.text_in(&choice.hint(), hint, Font::Helvetica, p.small(), p.c.faint);
        }
        p.zone(Zone::new(row, Role::Item, choice.label()).click(Msg::SwitchTo(index)));
    }
    p.pop_clip();
}

fn draw_card(p: &mut Painter, model: &Model, card: &Card, place: Rect) {
    let person = model.person(card.user);
    let me = card.user == model.my_id();
    let side = p.size * 4;
    let avatar = Rect::new(place.x + p.size, place.y + p.size, side, side);
    p.avatar(&card.name, avatar, p.c.raised);
    presence_dot(p, model, person.map(|it| it.presence), avatar, p.c.raised);
    let text =
        Rect::new(avatar.right() + p.size, avatar.y, place.right() - avatar.right() - p.size * 3, side / 2);
    p.text_in(&plain(&card.name), text, Font::HelveticaBold, p.size * 8 / 7, p.c.text);
    let state = match person.map(|it| it.presence) {
        Some(Presence::Online) => "online",
        Some(Presence::Away) => "away",
        Some(Presence::Reconnecting) => "reconnecting",
        Some(Presence::Offline | Presence::Other(_)) | None => "not here",
    };
    let state = if me { format!("{state} — this is you") } else { state.to_owned() };
    let below = Rect::new(text.x, text.bottom(), text.w, side / 2);
    p.text_in(&state, below, Font::Helvetica, p.small(), p.c.faint);
    close(p, place);
    let line = p.size * 3 / 2;
    let mut y = avatar.bottom() + p.size / 2;
    let status = person.map_or_else(String::new, |it| plain(&it.status));
    let words = if status.is_empty() { "No status".to_owned() } else { status };
    p.text_in(&words, Rect::new(avatar.x, y, place.w - p.size * 2, line), Font::Helvetica, p.size, p.c.text);
    y += line;
    let since = match model.arrived.get(&card.user) {
        Some(time) => format!("Here since {}", super::rows::clock(*time).strftime("%H:%M, %-d %B")),
        None if person.is_some() => "Was here before you connected".into(),
        None => String::new(),
    };
    p.text_in(
        &since,
        Rect::new(avatar.x, y, place.w - p.size * 2, line),
        Font::Helvetica,
        p.small(),
        p.c.faint,
    );
    y += line;
    let guest = "A guest: a name alone proves nothing";
    p.text_in(
        guest,
        Rect::new(avatar.x, y, place.w - p.size * 2, line),
        Font::Helvetica,
        p.small(),
        p.c.faint,
    );
    let height = p.size * 16 / 7;
    let bottom = place.bottom() - height - p.size;
    let half = (place.w - p.size * 3) / 2;
    let left = Rect::new(avatar.x, bottom, half, height);
    let right = Rect::new(left.right() + p.size, bottom, half, height);
    if me {
        p.button(left, "Set status…", Look::Primary, Msg::Do(Deed::Status));
        let words = if model.away { "I am back" } else { "I am away" };
        p.button(right, words, Look::Plain, Msg::Do(Deed::Away(!model.away)));
    } else {
        p.button(left, "Message", Look::Primary, Msg::Do(Deed::Talk(card.user)));
        p.button(right, "Mention", Look::Plain, Msg::Do(Deed::Mention(card.name.to_string())));
    }
}

fn draw_confirm(p: &mut Painter, confirm: &Confirm, place: Rect) {
    let inner = place.inset(p.size, p.size);
    let line = p.size * 2;
    p.text_in(
        &confirm.title,
        Rect::new(inner.x, inner.y, inner.w, line),
        Font::HelveticaBold,
        p.size * 8 / 7,
        p.c.text,
    );
    p.text_in(
        &confirm.text,
        Rect::new(inner.x, inner.y + line, inner.w, line),
        Font::Helvetica,
        p.size,
        p.c.faint,
    );
    buttons(p, inner, &confirm.action, Look::Danger, Msg::Confirmed);
}

/// Draws the confirming button and Cancel at the lower edge.
fn buttons(p: &mut Painter, inner: Rect, action: &str, look: Look, msg: Msg) {
    let (width, height) = (p.size * 8, p.size * 16 / 7);
    let y = inner.bottom() - height;
    let right = Rect::new(inner.right() - width, y, width, height);
    let left = Rect::new(right.x - width - p.size, y, width, height);
    p.button(left, "Cancel", Look::Plain, Msg::Cancel);
    p.button(right, action, look, msg);
}

fn draw_prompt(p: &mut Painter, prompt: &Prompt, place: Rect) {
    let title = Rect::new(place.x + p.size, place.y + p.size / 2, place.w - p.size * 2, p.size * 2);
    p.text_in(&prompt.title, title, Font::HelveticaBold, p.size, p.c.text);
    buttons(p, place.inset(p.size, p.size * 5 / 7), &prompt.action, Look::Primary, Msg::PromptDone);
}

/// Draws a tooltip.
pub fn draw_tip(p: &mut Painter, tip: &str, (x, y): (i32, i32), (w, h): (i32, i32)) {
    let size = p.small();
    let lines: Vec<String> =
        sentence(tip).split('\n').take(4).map(|line| line.chars().take(160).collect()).collect();
    let widest = lines.iter().map(|line| p.measure(line, Font::Helvetica, size)).max().unwrap_or(0);
    let (width, line) = ((widest + size * 3 / 2).min(w - 8), size * 3 / 2);
    let height = line * i32::try_from(lines.len()).unwrap_or(1) + size / 2;
    let below = Rect::new(x + 6, y + size * 3 / 2, width, height);
    let place = if below.bottom() > h { Rect::new(x + 6, y - height - 6, width, height) } else { below };
    let place = place.within(&Rect::new(4, 4, w - 8, h - 8));
    p.raised(place);
    for (index, text) in lines.iter().enumerate() {
        let top = place.y + size / 4 + line * i32::try_from(index).unwrap_or(0);
        let inner = Rect::new(place.x + size * 3 / 4, top, place.w - size * 3 / 2, line);
        p.text_in(text, inner, Font::Helvetica, size, p.c.text);
    }
}
