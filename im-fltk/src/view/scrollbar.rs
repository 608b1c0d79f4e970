//! Beside and above the list of messages: the bar, and the way to the newest.

use super::rows::Metrics;
use super::theme::{Colors, width_of};
use crate::layout::Scroll;
use fltk::draw;
use fltk::enums::Font;

/// The bar's width.
pub const BAR: i32 = 10;

pub fn draw_bar(scroll: &Scroll, count: usize, (x, y, h): (i32, i32, i32), c: &Colors) {
    if *scroll == Scroll::default() {
        // Everything is in sight.
        return;
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    let thumb = (i64::from(h) * 20 / (count + 20)).max(24).min(i64::from(h.max(0)));
    let room = i64::from(h) - thumb;
    let top = i64::try_from(scroll.top).unwrap_or(0);
    let at = if scroll.follow { room } else { (room * top / count).min(room) };
    if thumb < i64::from(h) - 4 {
        let (at, thumb) = (i32::try_from(at).unwrap_or(0), i32::try_from(thumb).unwrap_or(24));
        draw::draw_rect_fill(x + 3, y + at, BAR - 5, thumb, c.line);
    }
}

pub fn draw_newer(fresh: usize, (x, y, w, h): (i32, i32, i32, i32), m: &Metrics, c: &Colors) {
    let text = format!("{fresh} new below");
    draw::set_font(Font::HelveticaBold, m.size);
    draw::draw_rect_fill(x + w / 2 - 85, y + h - 40, 170, 30, c.accent);
    draw::set_draw_color(c.on_accent);
    let width = width_of(&text);
    draw::draw_text(&text, x + (w - width) / 2, y + h - 25 + m.size / 3);
}

pub fn open_link(link: &str) {
    // Whatever the desktop opens links with; without one nothing happens.
    if let Ok(mut child) = std::process::Command::new("xdg-open").arg(link).spawn() {
        std::thread::spawn(move || child.wait());
    }
}
