//! The program's icon: two speech bubbles.

use super::paint::Painter;
use super::rect::Rect;
use fltk::draw;
use fltk::image::{RgbImage, SvgImage};
use fltk::prelude::ImageExt as _;

/// The icon for windows and notifications.
pub const SVG: &str = include_str!("../../icon.svg");

/// The icon in pixels, for a window.
pub fn image(size: i32) -> Option<RgbImage> {
    let mut svg = SvgImage::from_data(SVG).ok()?;
    svg.scale(size, size, true, true);
    svg.normalize();
    svg.to_rgb().ok()
}

/// Draws the icon in a window.
pub fn draw(p: &Painter, r: Rect) {
    p.round(r, r.w / 5, p.c.accent);
    let bubble = |x: i32, y: i32, w: i32, h: i32, color| {
        let part = Rect::new(r.x + r.w * x / 64, r.y + r.h * y / 64, r.w * w / 64, r.h * h / 64);
        p.round(part, part.h / 3, color);
        part
    };
    let back = bubble(24, 26, 28, 20, p.c.active);
    draw::set_draw_color(p.c.active);
    draw::draw_polygon(
        back.right() - back.w / 3,
        back.bottom() - 1,
        back.right() - back.w / 8,
        back.bottom() - 1,
        back.right() - back.w / 10,
        back.bottom() + back.h / 3,
    );
    let front = bubble(12, 14, 30, 20, p.c.on_accent);
    draw::set_draw_color(p.c.on_accent);
    draw::draw_polygon(
        front.x + front.w / 8,
        front.bottom() - 1,
        front.x + front.w / 3,
        front.bottom() - 1,
        front.x + front.w / 10,
        front.bottom() + front.h / 3,
    );
}
