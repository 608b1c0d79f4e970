//! The emoji picker, drawn.

use super::paint::Painter;
use super::places::field_height;
use super::rect::Rect;
use super::zones::{Role, Scrolled, Zone};
use crate::model::{COLUMNS, Picker};
use crate::text::emoji;
use crate::update::Msg;
use fltk::enums::Font;

pub fn draw(p: &mut Painter, picker: &Picker, place: Rect) {
    let gap = p.size * 5 / 7;
    let each = p.size * 5 / 2;
    let tabs = place.y + gap + field_height(p.size) + 4;
    let columns = i32::try_from(COLUMNS).unwrap_or(9);
    // The tabs: recently used first, then the groups.
    let tab = (place.w - gap * 2) / (i32::try_from(emoji::GROUPS.len()).unwrap_or(9) + 1);
    let groups = std::iter::once("🕘").chain(emoji::GROUPS.iter().map(|(_, sign)| *sign));
    for (index, sign) in groups.enumerate() {
        let x = place.x + gap + tab * i32::try_from(index).unwrap_or(0);
        let cell = Rect::new(x, tabs, tab, p.size * 2);
        if picker.group == index && picker.text.trim().is_empty() {
            p.round(cell, 4, p.c.active);
        } else if p.is_over(cell) {
            p.round(cell, 4, p.c.line);
        }
        p.text_mid(sign, cell, Font::Helvetica, p.size, p.c.text);
        let name = if index == 0 { "used last".to_owned() } else { format!("group {index}") };
        p.zone(Zone::new(cell, Role::Button, name).click(Msg::PickGroup(index)));
    }
    let top = tabs + p.size * 2 + 6;
    let bottom = place.bottom() - p.size * 5 / 2 - 4;
    let grid = Rect::new(place.x + gap, top, place.w - gap * 2 + 6, bottom - top);
    let rows = i32::try_from(picker.len().div_ceil(COLUMNS)).unwrap_or(0);
    // Keep the selected emoji visible.
    let chosen = i32::try_from(picker.selected / COLUMNS).unwrap_or(0);
    let all = rows * each;
    let offset = p.scroll(Scrolled::Overlay, all, grid.h);
    let offset = if picker.selected > 0 {
        offset.clamp((chosen * each + each - grid.h).max(0), (chosen * each).max(0))
    } else {
        offset
    };
    p.push_clip(grid);
    if picker.len() == 0 {
        p.text_mid(
            "No emoji of that name",
            Rect::new(grid.x, grid.y, grid.w, each),
            Font::Helvetica,
            p.small(),
            p.c.faint,
        );
    }
    let mut hint = picker.get(picker.selected).map(str::to_owned);
    for index in 0..picker.len() {
        let number = i32::try_from(index).unwrap_or(0);
        let cell = Rect::new(
            grid.x + number % columns * each,
            grid.y + number / columns * each - offset,
            each,
            each,
        );
        if cell.bottom() < grid.y || cell.y > grid.bottom() {
            continue;
        }
        let Some(sign) = picker.get(index) else { continue };
        let over = p.is_over(cell);
        if over {
            hint = Some(sign.to_owned());
        }
        if over || index == picker.selected {
            p.round(cell, 4, p.c.active);
        }
        p.text_mid(sign, cell, Font::Helvetica, p.size * 11 / 7, p.c.text);
        p.zone(
            Zone::new(cell, Role::Item, emoji::name_of(sign))
                .click(Msg::PickTake(index))
                .scrolls(Scrolled::Overlay),
        );
    }
    p.bar(Scrolled::Overlay, grid, all);
    p.pop_clip();
    draw_tones(p, picker, place, hint);
}

/// Draws the name of the emoji under the mouse, and the skin tones.
fn draw_tones(p: &mut Painter, picker: &Picker, place: Rect, hint: Option<String>) {
    let foot = Rect::new(
        place.x + p.size * 5 / 7,
        place.bottom() - p.size * 5 / 2,
        place.w - p.size * 10 / 7,
        p.size * 5 / 2 - 4,
    );
    p.fill(Rect::new(place.x + 1, foot.y, place.w - 2, 1), p.c.line);
    let side = p.size * 2;
    let count = i32::try_from(emoji::TONES.len()).unwrap_or(6);
    let tones = foot.right() - side * count;
    for (index, hand) in ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"].into_iter().enumerate()
    {
        let cell = Rect::new(tones + side * i32::try_from(index).unwrap_or(0), foot.y + 3, side, foot.h - 3);
        if picker.tone == index {
            p.round(cell, 4, p.c.active);
        } else if p.is_over(cell) {
            p.round(cell, 4, p.c.line);
        }
        p.text_mid(hand, cell, Font::Helvetica, p.size, p.c.text);
        p.zone(Zone::new(cell, Role::Button, format!("skin tone {index}")).click(Msg::PickTone(index)));
    }
    if let Some(hint) = hint {
        let text = Rect::new(foot.x, foot.y, tones - foot.x - 4, foot.h);
        p.text_in(emoji::name_of(&hint), text, Font::Helvetica, p.small(), p.c.faint);
    }
}
