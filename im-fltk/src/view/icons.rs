//! Small icons drawn with lines, since fonts do not have all of them.

use fltk::draw::{self, LineStyle};
use fltk::enums::Color;

type Middle = (i32, i32);

fn pen(color: Color, size: i32) {
    draw::set_draw_color(color);
    draw::set_line_style(LineStyle::CapRound, (size / 9).max(1));
}

fn done() {
    draw::set_line_style(LineStyle::Solid, 0);
}

fn circle((x, y): Middle, radius: i32) {
    draw::draw_arc(x - radius, y - radius, radius * 2, radius * 2, 0.0, 360.0);
}

/// Three bars: the program's menu.
pub fn bars((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let (half, step) = (size * 4 / 10, size * 3 / 10);
    for line in -1..=1 {
        draw::draw_line(x - half, y + line * step, x + half, y + line * step);
    }
    done();
}

/// A magnifying glass: the search.
pub fn glass((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let radius = size * 3 / 10;
    circle((x - size / 12, y - size / 12), radius);
    draw::draw_line(x + size * 2 / 12, y + size * 2 / 12, x + size * 5 / 12, y + size * 5 / 12);
    done();
}

/// Two people.
pub fn people((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    circle((x - size / 6, y - size / 5), size / 5);
    draw::draw_arc(x - size / 2, y + size / 12, size * 2 / 3, size * 2 / 3, 0.0, 180.0);
    draw::draw_arc(x + size / 12, y - size * 2 / 5, size * 2 / 5, size * 2 / 5, -90.0, 120.0);
    draw::draw_arc(x, y + size / 12, size / 2, size * 2 / 3, 0.0, 90.0);
    done();
}

/// A plus.
pub fn plus((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let half = size * 4 / 10;
    draw::draw_line(x - half, y, x + half, y);
    draw::draw_line(x, y - half, x, y + half);
    done();
}

/// A cross: close.
pub fn cross((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let half = size * 3 / 10;
    draw::draw_line(x - half, y - half, x + half, y + half);
    draw::draw_line(x - half, y + half, x + half, y - half);
    done();
}

/// A face: emoji.
pub fn face((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    circle((x, y), size * 9 / 20);
    let eye = (size / 10).max(1);
    for side in [-1, 1] {
        draw::draw_pie(x + side * size / 6 - eye, y - size / 8 - eye, eye * 2, eye * 2, 0.0, 360.0);
    }
    draw::draw_arc(x - size / 4, y - size / 5, size / 2, size * 9 / 20, 200.0, 340.0);
    done();
}

/// An arrow back: reply.
pub fn reply((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let (half, wing) = (size * 4 / 10, size / 4);
    draw::draw_line(x - half, y - wing / 2, x - half + wing, y - wing / 2 - wing);
    draw::draw_line(x - half, y - wing / 2, x - half + wing, y - wing / 2 + wing);
    draw::draw_line(x - half, y - wing / 2, x + wing / 2, y - wing / 2);
    draw::draw_arc(x - wing / 2, y - wing / 2, size / 2, size * 3 / 5, 0.0, 90.0);
    done();
}

/// A pencil: edit.
pub fn pencil((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let half = size * 3 / 10;
    draw::draw_line(x - half, y + half, x + half, y - half);
    draw::draw_line(x - half - size / 12, y + half + size / 12, x - half + size / 6, y + half - size / 24);
    draw::draw_line(x + half - size / 6, y - half, x + half, y - half + size / 6);
    done();
}

/// Three dots: more.
pub fn dots((x, y): Middle, size: i32, color: Color) {
    draw::set_draw_color(color);
    let dot = (size / 5).max(2);
    for place in -1..=1 {
        draw::draw_pie(x + place * size * 3 / 10 - dot / 2, y - dot / 2, dot, dot, 0.0, 360.0);
    }
}

/// A sheet with a folded corner: files.
pub fn sheet((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    let (w, h) = (size * 3 / 10, size * 4 / 10);
    draw::draw_line(x - w, y - h, x + w / 3, y - h);
    draw::draw_line(x + w / 3, y - h, x + w, y - h / 3);
    draw::draw_line(x + w, y - h / 3, x + w, y + h);
    draw::draw_line(x + w, y + h, x - w, y + h);
    draw::draw_line(x - w, y + h, x - w, y - h);
    draw::draw_line(x + w / 3, y - h, x + w / 3, y - h / 3);
    draw::draw_line(x + w / 3, y - h / 3, x + w, y - h / 3);
    done();
}

/// A chevron, pointing down (1) or up (-1).
pub fn chevron((x, y): Middle, size: i32, color: Color, way: i32) {
    pen(color, size);
    let (w, h) = (size * 3 / 10, size * 3 / 20);
    draw::draw_line(x - w, y - h * way, x, y + h * way);
    draw::draw_line(x, y + h * way, x + w, y - h * way);
    done();
}

/// A crossed-out bell: muted.
pub fn muted((x, y): Middle, size: i32, color: Color) {
    pen(color, size);
    draw::draw_arc(x - size / 4, y - size * 2 / 5, size / 2, size * 3 / 5, 0.0, 180.0);
    draw::draw_line(x - size / 4, y - size / 10, x - size * 3 / 10, y + size / 4);
    draw::draw_line(x + size / 4, y - size / 10, x + size * 3 / 10, y + size / 4);
    draw::draw_line(x - size * 3 / 10, y + size / 4, x + size * 3 / 10, y + size / 4);
    draw::draw_line(x - size * 2 / 5, y + size * 2 / 5, x + size * 2 / 5, y - size * 2 / 5);
    done();
}
