//! Drawing, and registering zones for the mouse.

use super::rect::Rect;
use super::theme::Colors;
use super::zones::{Role, Scrolled, Zone};
use crate::text::initials;
use crate::update::Msg;
use fltk::draw;
use fltk::enums::{Color, Font};
use std::cell::RefCell;
use std::collections::HashMap;

/// Scroll offsets of lists and their maximum, in pixels.
pub type Offsets = HashMap<Scrolled, (i32, i32)>;

/// The width of a scrollbar.
pub const BAR: i32 = 10;

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The most likely choice.
    Primary,
    Plain,
    /// An action that cannot be undone.
    Danger,
}

/// Draws into a window and registers zones.
pub struct Painter<'a> {
    pub c: Colors,
    /// The size of text, in points.
    pub size: i32,
    pub zones: &'a mut Vec<Zone>,
    /// The mouse position, if it is over this window.
    pub pointer: Option<(i32, i32)>,
    pub offsets: &'a mut Offsets,
    clips: Vec<Rect>,
}

/// Maximum number of cached text widths; the cache is cleared when it is full.
const WIDTHS_MAX: usize = 8192;

thread_local! {
    static WIDTHS: RefCell<HashMap<(i32, i32), HashMap<String, i32>>> = RefCell::new(HashMap::new());
}

/// The width of a text in the current font.
pub fn width_of(text: &str) -> i32 {
    let key = (draw::font().bits(), draw::size());
    WIDTHS.with_borrow_mut(|widths| {
        if let Some(width) = widths.get(&key).and_then(|known| known.get(text)) {
            return *width;
        }
        if widths.values().map(HashMap::len).sum::<usize>() >= WIDTHS_MAX {
            widths.clear();
        }
        #[allow(clippy::cast_possible_truncation)] // single-line texts
        let width = draw::width(text).ceil() as i32;
        widths.entry(key).or_default().insert(text.into(), width);
        width
    })
}

/// Truncates a text to `width` with an ellipsis, in the current font.
pub fn clipped(text: &str, width: i32) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let fits = |text: &str| draw::width(text) <= f64::from(width);
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let keep = ends.partition_point(|end| fits(&format!("{}…", text.get(..*end).unwrap_or_default())));
    ends.truncate(keep);
    format!("{}…", text.get(..ends.last().copied().unwrap_or(0)).unwrap_or_default())
}

#[allow(clippy::unused_self)] // all drawing goes through the painter
impl<'a> Painter<'a> {
    pub fn new(
        c: Colors,
        size: i32,
        zones: &'a mut Vec<Zone>,
        pointer: Option<(i32, i32)>,
        offsets: &'a mut Offsets,
    ) -> Painter<'a> {
        Painter { c, size, zones, pointer, offsets, clips: Vec::new() }
    }

    /// The smaller text size, for secondary text.
    pub fn small(&self) -> i32 {
        (self.size * 6 / 7).max(8)
    }

    pub fn fill(&self, r: Rect, color: Color) {
        draw::draw_rect_fill(r.x, r.y, r.w, r.h, color);
    }

    pub fn round(&self, r: Rect, radius: i32, color: Color) {
        draw::set_draw_color(color);
        draw::draw_rounded_rectf(r.x, r.y, r.w, r.h, radius);
    }

    pub fn outline(&self, r: Rect, radius: i32, color: Color) {
        draw::set_draw_color(color);
        draw::draw_rounded_rect(r.x, r.y, r.w, r.h, radius);
    }

    /// Draws a box with a border, for overlays.
    pub fn raised(&mut self, r: Rect) {
        self.round(r, 6, self.c.raised);
        self.outline(r, 6, self.c.border);
    }

    /// Draws a text from its baseline origin. Returns its width.
    pub fn text(&self, text: &str, (x, base): (i32, i32), font: Font, size: i32, color: Color) -> i32 {
        draw::set_font(font, size);
        draw::set_draw_color(color);
        draw::draw_text(text, x, base);
        width_of(text)
    }

    /// Draws a text in a rectangle, vertically centred and truncated with an ellipsis. Returns its width.
    pub fn text_in(&self, text: &str, r: Rect, font: Font, size: i32, color: Color) -> i32 {
        draw::set_font(font, size);
        let text = clipped(text, r.w);
        self.text(&text, (r.x, r.y + (r.h + size * 7 / 10) / 2), font, size, color)
    }

    /// Like [`text_in`](Self::text_in), horizontally centred too.
    pub fn text_mid(&self, text: &str, r: Rect, font: Font, size: i32, color: Color) {
        draw::set_font(font, size);
        let text = clipped(text, r.w);
        let x = r.x + (r.w - width_of(&text)) / 2;
        self.text(&text, (x, r.y + (r.h + size * 7 / 10) / 2), font, size, color);
    }

    /// Draws a text of one or two lines in a rectangle, vertically centred.
    pub fn text_block(&self, text: &str, r: Rect, size: i32, color: Color) {
        if self.measure(text, Font::Helvetica, size) <= r.w {
            self.text_in(text, r, Font::Helvetica, size, color);
            return;
        }
        let spans = [crate::text::Span::new(text, crate::text::Style::default())];
        let lines = crate::layout::wrap(&spans, r.w, &mut super::rows::Fonts(size));
        let half = r.h / 2;
        for (number, line) in lines.iter().take(2).enumerate() {
            let y = r.y + half * i32::try_from(number).unwrap_or(0);
            let whole: String = line.runs.iter().map(|run| run.text.as_str()).collect();
            let more = number == 1 && lines.len() > 2;
            let whole = if more { format!("{whole}…") } else { whole };
            self.text_in(&whole, Rect::new(r.x, y, r.w, half), Font::Helvetica, size, color);
        }
    }

    pub fn measure(&self, text: &str, font: Font, size: i32) -> i32 {
        draw::set_font(font, size);
        width_of(text)
    }

    pub fn push_clip(&mut self, r: Rect) {
        draw::push_clip(r.x, r.y, r.w, r.h);
        let outer = self.clips.last().copied().unwrap_or(r);
        self.clips.push(r.intersect(&outer));
    }

    pub fn pop_clip(&mut self) {
        draw::pop_clip();
        self.clips.pop();
    }

    /// The upper edge of the clip area.
    pub fn clip_top(&self) -> i32 {
        self.clips.last().map_or(0, |clip| clip.y)
    }

    /// Whether the mouse is over a rectangle.
    pub fn is_over(&self, r: Rect) -> bool {
        let seen = self.clips.last().map_or(r, |clip| r.intersect(clip));
        self.pointer.is_some_and(|at| seen.contains(at))
    }

    /// Registers a zone, clipped to the visible area.
    pub fn zone(&mut self, zone: Zone) {
        let rect = self.clips.last().map_or(zone.rect, |clip| zone.rect.intersect(clip));
        if !rect.is_empty() {
            self.zones.push(Zone { rect, ..zone });
        }
    }

    /// Draws a button with a label.
    pub fn button(&mut self, r: Rect, label: &str, look: Look, msg: Msg) {
        let over = self.is_over(r);
        let (back, ink) = match look {
            Look::Primary => (self.c.accent, self.c.on_accent),
            Look::Danger => (self.c.danger, self.c.on_accent),
            Look::Plain if over => (self.c.active, self.c.text),
            Look::Plain => (self.c.panel, self.c.text),
        };
        self.round(r, 4, back);
        match look {
            Look::Plain => self.outline(r, 4, self.c.border),
            Look::Primary | Look::Danger if over => self.outline(r.inset(1, 1), 3, self.c.on_accent),
            Look::Primary | Look::Danger => {}
        }
        self.text_mid(label, r.inset(4, 0), Font::Helvetica, self.size, ink);
        self.zone(Zone::new(r, Role::Button, label).click(msg));
    }

    /// Draws a small button; `draw` draws its icon, given the centre, size and colour.
    pub fn icon(
        &mut self,
        r: Rect,
        name: &str,
        tip: &str,
        msg: Msg,
        draw: impl FnOnce((i32, i32), i32, Color),
    ) {
        let over = self.is_over(r);
        if over {
            self.round(r, 4, self.c.active);
        }
        let color = if over { self.c.text } else { self.c.faint };
        draw((r.x + r.w / 2, r.y + r.h / 2), self.size, color);
        self.zone(Zone::new(r, Role::Button, name).click(msg).tip(tip));
    }

    /// Draws the avatar of a user: their colour and initials, on this background.
    pub fn avatar(&self, name: &str, r: Rect, back: Color) {
        draw::set_draw_color(self.c.of(name));
        draw::draw_pie(r.x, r.y, r.w, r.w, 0.0, 360.0);
        let letters = initials(name);
        let size = (r.w * 2 / 5).max(7);
        self.text_mid(&letters, Rect::new(r.x - 4, r.y, r.w + 8, r.w), Font::HelveticaBold, size, back);
    }

    /// The scroll offset of a list in a view, clamped to the list's height.
    pub fn scroll(&mut self, list: Scrolled, height: i32, view: i32) -> i32 {
        let max = (height - view).max(0);
        let entry = self.offsets.entry(list).or_default();
        *entry = (entry.0.clamp(0, max), max);
        entry.0
    }

    /// Draws the scrollbar of a list at the right edge of its view, if it does not fit.
    pub fn bar(&mut self, list: Scrolled, view: Rect, height: i32) {
        let Some((offset, max)) = self.offsets.get(&list).copied().filter(|(_, max)| *max > 0) else {
            return;
        };
        let thumb = (view.h * view.h / height.max(1)).clamp(24.min(view.h), view.h);
        let top = view.y + (view.h - thumb) * offset / max;
        let track = Rect::new(view.right() - BAR, view.y, BAR, view.h);
        let over = self.is_over(track);
        let width = if over { 6 } else { 4 };
        let color = if over { self.c.border } else { self.c.line };
        self.round(Rect::new(track.right() - width - 2, top, width, thumb), width / 2, color);
        self.zone(
            Zone::new(track, Role::Area, "scrollbar").drag(super::zones::Drag::Bar(list)).scrolls(list),
        );
    }
}
