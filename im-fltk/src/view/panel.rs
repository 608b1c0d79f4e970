//! The panel at the right: the members of the room, or the search.

use super::icons;
use super::paint::{Look, Painter};
use super::places::Places;
use super::rect::Rect;
use super::sidebar::presence_dot;
use super::zones::{Role, Scrolled, Zone};
use crate::model::{About, Model, Room, Search, WindowId};
use crate::text::{find_folded, plain};
use crate::update::Msg;
use fltk::enums::Font;
use libim::wire::{Person, Presence};

pub fn draw(p: &mut Painter, model: &Model, at: WindowId, it: &Places, focused: bool) {
    if it.panel.is_empty() {
        return;
    }
    p.fill(it.panel, p.c.panel);
    p.fill(Rect::new(it.panel.x, it.panel.y, 1, it.panel.h), p.c.line);
    super::form::frame(p, it.panel_field, focused, false);
    let Some(window) = model.window(at) else { return };
    let top = it.panel_field.bottom() + p.size / 2;
    let list = Rect::new(it.panel.x + 1, top, it.panel.w - 1, it.panel.bottom() - top);
    if let (Some(search), Some(room)) = (&window.search, model.room_of(at)) {
        draw_search(p, search, room, it, list);
    } else {
        heading(p, it, &format!("People — {}", model.member_count(at)));
        draw_people(p, model, at, list, Scrolled::Panel, focused);
    }
}

fn heading(p: &mut Painter, it: &Places, text: &str) {
    let place = Rect::new(it.panel.x + p.size, it.panel.y, it.panel.w - p.size * 4, it.panel_field.y);
    p.text_in(text, place, Font::HelveticaBold, p.small(), p.c.faint);
    p.zone(Zone::new(place, Role::Text, text));
}

/// Draws the filtered people list. `by_keys`: the list has the focus.
pub fn draw_people(
    p: &mut Painter,
    model: &Model,
    at: WindowId,
    list: Rect,
    scrolled: Scrolled,
    by_keys: bool,
) {
    let Some(window) = model.window(at) else { return };
    let people = window.members.filtered(&window.filter);
    let row = p.size * 5 / 2;
    let all = i32::try_from(people.len()).unwrap_or(i32::MAX / row).saturating_mul(row) + p.size / 2;
    let mut offset = p.scroll(scrolled, all, list.h);
    if by_keys {
        // Keep the selected one visible.
        let chosen = i32::try_from(window.chosen).unwrap_or(0).saturating_mul(row);
        offset = offset.clamp((chosen + row - list.h).max(0), chosen.max(0));
        p.offsets.entry(scrolled).and_modify(|it| it.0 = offset);
    }
    p.push_clip(list);
    p.zone(Zone::new(list, Role::Area, "people").scrolls(scrolled));
    if people.is_empty() {
        let words = match (window.filter.is_empty(), model.listing.is_some() || window.listing) {
            (_, true) => "Loading…",
            (true, false) => "Nobody is here",
            (false, false) => "Nobody of that name",
        };
        let place = Rect::new(list.x + p.size, list.y, list.w - p.size * 2, row);
        p.text_in(words, place, Font::HelveticaItalic, p.small(), p.c.faint);
    }
    let first = usize::try_from(offset / row).unwrap_or(0);
    let mut y = list.y - offset % row;
    for (index, person) in people.into_iter().enumerate().skip(first) {
        if y > list.bottom() {
            break;
        }
        let place = Rect::new(list.x, y, list.w, row);
        if by_keys && index == window.chosen {
            p.round(place.inset(4, 0), 4, p.c.active);
        }
        draw_person(p, model, person, place, scrolled);
        y += row;
    }
    p.bar(scrolled, list, all);
    p.pop_clip();
}

fn draw_person(p: &mut Painter, model: &Model, person: &Person, place: Rect, scrolled: Scrolled) {
    let me = person.user == model.my_id();
    if p.is_over(place) {
        p.round(place.inset(4, 0), 4, p.c.line);
    }
    let side = p.size * 2;
    let avatar = Rect::new(place.x + p.size * 6 / 7, place.y + (place.h - side) / 2, side, side);
    p.avatar(&person.name, avatar, p.c.panel);
    presence_dot(p, model, Some(person.presence), avatar, p.c.panel);
    let left = avatar.right() + p.size * 4 / 7;
    let text = Rect::new(left, place.y, place.right() - left - p.size, place.h);
    let ink = if person.presence == Presence::Online { p.c.text } else { p.c.faint };
    let name = format!("{}{}", plain(&person.name), if me { " (you)" } else { "" });
    let words = match (person.status.is_empty(), person.presence) {
        (false, _) => plain(&person.status),
        (true, Presence::Away) => "away".into(),
        (true, Presence::Reconnecting) => "reconnecting".into(),
        (true, Presence::Online | Presence::Offline | Presence::Other(_)) => String::new(),
    };
    if words.is_empty() {
        p.text_in(&name, text, Font::Helvetica, p.size, ink);
    } else {
        let half = place.h / 2;
        let upper = Rect::new(text.x, place.y + 1, text.w, half);
        p.text_in(&name, upper, Font::Helvetica, p.size, ink);
        let lower = Rect::new(text.x, place.y + half, text.w, half - 1);
        p.text_in(&words, lower, Font::Helvetica, p.size * 5 / 7, p.c.faint);
    }
    let (x, y) = (place.x, place.bottom());
    p.zone(
        Zone::new(place, Role::Item, format!("@{}", person.name))
            .click(Msg::OpenCard(person.user, person.name.to_string(), x, y))
            .double(Msg::Do(crate::model::Deed::Talk(person.user)))
            .menu(About::Person(person.user))
            .scrolls(scrolled),
    );
}

fn draw_search(p: &mut Painter, search: &Search, room: &Room, it: &Places, list: Rect) {
    let words = match (search.wanted().is_empty(), search.hits.len()) {
        (true, _) => "Search this room".to_owned(),
        (false, 0) => "Nothing found".into(),
        (false, 1) => "1 message".into(),
        (false, count) => format!("{count} messages"),
    };
    heading(p, it, &words);
    let side = p.size * 2;
    let close = Rect::new(it.panel.right() - side - p.size / 2, it.panel.y + 3, side, side);
    p.icon(close, "close search", "Close (Escape)", Msg::CloseSearch, icons::cross);
    if !search.hits.is_empty() {
        let up = Rect::new(close.x - side * 2 - 4, close.y, side, side);
        let down = Rect::new(close.x - side - 2, close.y, side, side);
        p.icon(up, "older", "Older (Enter)", Msg::SearchStep(1), |at, s, c| icons::chevron(at, s, c, -1));
        p.icon(down, "newer", "Newer (Shift+Enter)", Msg::SearchStep(-1), |at, s, c| {
            icons::chevron(at, s, c, 1);
        });
    }
    let row = p.size * 4;
    let more = if room.more && !search.wanted().is_empty() { p.size * 3 } else { 0 };
    let count = i32::try_from(search.hits.len()).unwrap_or(0);
    let all = count * row + more + p.size / 2;
    let offset = p.scroll(Scrolled::Panel, all, list.h);
    p.push_clip(list);
    p.zone(Zone::new(list, Role::Area, "hits").scrolls(Scrolled::Panel));
    let wanted = search.wanted();
    for (index, seq) in search.hits.iter().enumerate() {
        let y = list.y - offset + row * i32::try_from(index).unwrap_or(0);
        if y + row < list.y || y > list.bottom() {
            continue;
        }
        let place = Rect::new(list.x, y, list.w, row);
        draw_hit(p, room, *seq, index, &wanted, search.selected == Some(index), place);
    }
    if more > 0 {
        let y = list.y - offset + count * row + p.size / 2;
        let place = Rect::new(list.x + p.size, y, list.w - p.size * 2, p.size * 2);
        let words = if search.reaching_back { "Searching further back…" } else { "Search further back" };
        p.button(place, words, Look::Plain, Msg::SearchBack);
    }
    p.bar(Scrolled::Panel, list, all);
    p.pop_clip();
}

fn draw_hit(p: &mut Painter, room: &Room, seq: u64, index: usize, wanted: &str, selected: bool, place: Rect) {
    let Some(said) = room.said(seq) else { return };
    let row = place.inset(4, 2);
    if selected {
        p.round(row, 4, p.c.active);
    } else if p.is_over(place) {
        p.round(row, 4, p.c.line);
    }
    let time = room.index_of(seq).and_then(|at| room.entries.get(at)).map_or(0, |entry| entry.time);
    let when = super::rows::clock(time).strftime("%-d %b %H:%M").to_string();
    let line = p.size * 3 / 2;
    let inner = row.inset(p.size * 4 / 7, p.size / 4);
    let width = p.measure(&when, Font::Helvetica, p.size * 5 / 7);
    let name = Rect::new(inner.x, inner.y, inner.w - width - p.size, line);
    p.text_in(&plain(&said.name), name, Font::HelveticaBold, p.small(), p.c.text);
    let date = Rect::new(inner.right() - width - 2, inner.y, width + 2, line);
    p.text_in(&when, date, Font::Helvetica, p.size * 5 / 7, p.c.faint);
    let (before, found, after) = context(&plain(&said.text), wanted);
    let y = inner.y + line;
    let base = y + p.size + 1;
    p.push_clip(Rect::new(inner.x, y, inner.w, line));
    let mut x = inner.x;
    x += p.text(&before, (x, base), Font::Helvetica, p.small(), p.c.faint);
    let wide = p.measure(&found, Font::HelveticaBold, p.small());
    p.round(Rect::new(x - 1, y + 2, wide + 2, line - 4), 2, p.c.found);
    x += p.text(&found, (x, base), Font::HelveticaBold, p.small(), p.c.text);
    p.text(&after, (x, base), Font::Helvetica, p.small(), p.c.faint);
    p.pop_clip();
    let name = format!("{}: {before}{found}{after}", said.name);
    p.zone(Zone::new(place, Role::Item, name).click(Msg::SearchTo(index)).scrolls(Scrolled::Panel));
}

/// Characters shown before a hit.
const BEFORE: usize = 14;

/// The text around a hit, in one line.
fn context(text: &str, wanted: &str) -> (String, String, String) {
    let text = text.replace('\n', " ");
    let (from, to) = find_folded(&text, wanted).unwrap_or((0, 0));
    let head = text.get(..from).unwrap_or_default();
    let start = head.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let dots = if start > 0 { "…" } else { "" };
    let before = format!("{dots}{}", head.get(start..).unwrap_or_default());
    let after: String = text.get(to..).unwrap_or_default().chars().take(120).collect();
    (before, text.get(from..to).unwrap_or_default().to_owned(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_shown_with_what_stands_around_it() {
        let (before, found, after) = context("a long line before the word Tea\nand more", "tea");
        assert_eq!(
            (before.as_str(), found.as_str(), after.as_str()),
            ("…fore the word ", "Tea", " and more")
        );
        assert_eq!(context("Tea", "tea"), (String::new(), "Tea".into(), String::new()));
    }
}
