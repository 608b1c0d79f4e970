//! One entry of the list of messages, laid out and drawn.

use super::theme::{Colors, draw_avatar, face, width_of};
use crate::layout::{Line, Measure, wrap};
use crate::model::{Entry, Room, What};
use crate::text::{Style, brief, emoticons, parse, plain};
use fltk::draw;
use fltk::enums::{Color, Font};
use jiff::{Timestamp, tz::TimeZone};
use libim::wire::UserId;

/// Messages of one author within this time stand together.
const TOGETHER: u64 = 5 * 60 * 1000;

/// Sizes that follow from the text's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub size: i32,
    pub line: i32,
    pub margin: i32,
    pub avatar: i32,
    /// Where texts begin.
    pub left: i32,
    pub width: i32,
}

impl Metrics {
    pub fn new(size: i32, width: i32) -> Metrics {
        let (line, margin, avatar) = (size * 3 / 2, size, size * 5 / 2);
        Metrics { size, line, margin, avatar, left: margin + avatar + margin * 2 / 3, width }
    }

    fn text_width(&self) -> i32 {
        (self.width - self.left - self.margin).max(self.size * 4)
    }
}

/// Measures with the toolkit's fonts.
pub struct Fonts(pub i32);

impl Measure for Fonts {
    fn width(&mut self, text: &str, style: Style) -> i32 {
        draw::set_font(face(style), self.0);
        #[allow(clippy::cast_possible_truncation)] // widths of lines are small
        let width = draw::width(text).ceil() as i32;
        width
    }
}

/// What is drawn of one entry.
#[allow(clippy::struct_excessive_bools)] // independent facts
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub day: Option<String>,
    pub unread: bool,
    /// The author's name and the time stand above the text.
    pub head: Option<(String, String)>,
    pub reply: Option<String>,
    pub lines: Vec<Line>,
    pub reactions: String,
    /// System and local lines.
    pub system: bool,
    /// Sending, sent, read.
    pub state: &'static str,
    pub faint: bool,
    pub failed: bool,
    pub for_me: bool,
    pub height: i32,
}

fn clock(time: u64) -> jiff::Zoned {
    let millis = i64::try_from(time).unwrap_or(0);
    Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(TimeZone::system())
}

/// Lays out an entry, which follows another.
pub fn entry_row(room: &Room, index: usize, me: UserId, m: &Metrics, measure: &mut dyn Measure) -> Row {
    let Some(entry) = room.entries.get(index) else { return Row::default() };
    let before = index.checked_sub(1).and_then(|at| room.entries.get(at));
    let moment = clock(entry.time);
    let new_day = before.is_none_or(|before| clock(before.time).date() != moment.date());
    let mut row = Row {
        day: new_day.then(|| moment.strftime("%A, %-d %B %Y").to_string()),
        unread: room.unread_from > 0 && is_first_unread(room.unread_from, before, entry),
        ..Row::default()
    };
    match &entry.what {
        What::System(text) | What::Local(text) => {
            row.system = true;
            let text = format!("{}  {}", moment.strftime("%H:%M"), plain(text));
            let spans = [crate::text::Span { text, style: Style { italic: true, ..Style::default() } }];
            row.lines = wrap(&spans, m.text_width(), measure);
        }
        What::Said(said) | What::Past(said) => {
            let together =
                !new_day && !row.unread && before.is_some_and(|before| goes_with(before, entry, said.author));
            if !together || said.reply_to.is_some() {
                row.head = Some((plain(&said.name), moment.strftime("%H:%M").to_string()));
            }
            row.reply = said.reply_to.map(|seq| match room.said(seq) {
                Some(it) => format!("{}: {}", plain(&it.name), brief(&it.text)),
                None => "an earlier message".into(),
            });
            let mut text = if said.deleted { "_taken back_".into() } else { emoticons(&plain(&said.text)) };
            if said.edited && !said.deleted {
                text.push_str(" _(changed)_");
            }
            row.lines = wrap(&parse(&text), m.text_width(), measure);
            row.reactions =
                said.reactions.iter().map(|(emoji, names)| format!("{emoji} {}   ", names.len())).collect();
            row.for_me = said.for_me;
            let past = matches!(entry.what, What::Past(_));
            row.faint = said.old || said.deleted || past;
            if said.author == me && !past {
                row.state = if room.readers(entry.seq, me) > 0 { "✓✓" } else { "✓" };
            }
        }
    }
    row.measure(m);
    row
}

/// Lays out what the server has not answered yet.
pub fn pending_row(room: &Room, index: usize, m: &Metrics, measure: &mut dyn Measure) -> Row {
    let Some(pending) = room.pending.get(index) else { return Row::default() };
    let mut text = emoticons(&plain(&pending.text));
    if let Some(why) = &pending.failed {
        text = format!("{text}\nnot sent: {why}");
    }
    let state = if pending.failed.is_some() { "✗" } else { "…" };
    let lines = wrap(&parse(&text), m.text_width(), measure);
    let mut row = Row { lines, state, faint: true, failed: pending.failed.is_some(), ..Row::default() };
    row.measure(m);
    row
}

fn is_first_unread(from: u64, before: Option<&Entry>, entry: &Entry) -> bool {
    entry.seq >= from && before.is_none_or(|before| before.seq < from)
}

fn goes_with(before: &Entry, entry: &Entry, author: UserId) -> bool {
    matches!(&before.what, What::Said(said) | What::Past(said) if said.author == author)
        && entry.time < before.time + TOGETHER
}

impl Row {
    fn measure(&mut self, m: &Metrics) {
        let count = |it: usize| i32::try_from(it).unwrap_or(0);
        let text = count(self.lines.len()) * m.line;
        let above = self.above(m);
        let small =
            count(usize::from(self.reply.is_some()) + usize::from(!self.reactions.is_empty())) * m.line;
        let head = if self.head.is_some() { m.line + m.size / 3 } else { 0 };
        self.height = above + head + small + text + m.size / 6;
    }

    /// Height of the day line and the line of unread messages.
    fn above(&self, m: &Metrics) -> i32 {
        i32::from(self.day.is_some()) * m.line * 2 + i32::from(self.unread) * m.line * 3 / 2
    }

    /// Where the text begins, from the row's upper edge.
    pub fn text_top(&self, m: &Metrics) -> i32 {
        let head = if self.head.is_some() { m.line + m.size / 3 } else { 0 };
        self.above(m) + head + i32::from(self.reply.is_some()) * m.line
    }

    /// Draws it with its upper left corner there. `selected` gives the selected columns of a line.
    pub fn draw(
        &self,
        x: i32,
        y: i32,
        m: &Metrics,
        c: &Colors,
        selected: &dyn Fn(usize) -> Option<(i32, i32)>,
    ) {
        let mut at = y;
        if let Some(day) = &self.day {
            draw_rule(x, at + m.line, m, c.line, day, c.faint, c.back);
            at += m.line * 2;
        }
        if self.unread {
            draw_rule(x, at + m.line * 3 / 4, m, c.bad, "new", c.bad, c.back);
        }
        let body = y + self.above(m);
        if self.for_me {
            draw::draw_rect_fill(x, body, m.width, y + self.height - body, c.mention_back);
            draw::draw_rect_fill(x, body, 3, y + self.height - body, c.away);
        }
        let left = x + m.left;
        let mut base = body;
        if let Some((name, time)) = &self.head {
            base += m.size / 3;
            let color = c.of(name);
            draw_avatar(name, (x + m.margin, base + m.size / 6, m.avatar), m.size, c, c.back);
            draw::set_font(Font::HelveticaBold, m.size);
            draw::set_draw_color(color);
            draw::draw_text(name, left, base + m.size);
            let after = left + width_of(name) + m.size / 2;
            draw::set_font(Font::Helvetica, m.size * 4 / 5);
            draw::set_draw_color(c.faint);
            draw::draw_text(time, after, base + m.size);
            base += m.line;
        }
        if let Some(reply) = &self.reply {
            draw::draw_rect_fill(left, base + 2, 2, m.line - 4, c.accent);
            draw::set_font(Font::HelveticaItalic, m.size * 9 / 10);
            draw::set_draw_color(c.faint);
            draw::draw_text(reply, left + m.size / 2, base + m.size);
            base += m.line;
        }
        for (number, line) in self.lines.iter().enumerate() {
            if let Some((from, to)) = selected(number) {
                draw::draw_rect_fill(left + from, base, to - from, m.line, c.selection);
            }
            for run in &line.runs {
                self.draw_run(run, left + run.x, base, m, c);
            }
            base += m.line;
        }
        if !self.state.is_empty() {
            draw::set_font(Font::Helvetica, m.size * 3 / 4);
            draw::set_draw_color(if self.failed { c.bad } else { c.faint });
            draw::draw_text(self.state, x + m.width - m.margin - m.size / 3, base - m.line + m.size);
        }
        if !self.reactions.is_empty() {
            draw::set_font(Font::Helvetica, m.size * 9 / 10);
            draw::set_draw_color(c.faint);
            draw::draw_text(&self.reactions, left, base + m.size);
        }
    }

    fn draw_run(&self, run: &crate::layout::Run, x: i32, y: i32, m: &Metrics, c: &Colors) {
        if run.style.code {
            draw::draw_rect_fill(x - 1, y + 1, run.width + 2, m.line - 2, c.code_back);
        }
        draw::set_font(face(run.style), m.size);
        draw::set_draw_color(match (run.style.link, self.failed, self.faint || self.system) {
            (true, _, _) => c.link,
            (false, true, _) => c.bad,
            (false, false, true) => c.faint,
            (false, false, false) => c.text,
        });
        draw::draw_text(&run.text, x, y + m.size + m.size / 8);
        if run.style.link {
            draw::draw_xyline(x, y + m.size + m.size / 3, x + run.width);
        }
    }
}

fn draw_rule(x: i32, y: i32, m: &Metrics, line: Color, text: &str, ink: Color, back: Color) {
    draw::set_draw_color(line);
    draw::draw_xyline(x + m.margin, y, x + m.width - m.margin);
    draw::set_font(Font::HelveticaBold, m.size * 4 / 5);
    let width = width_of(text) + m.size;
    let left = x + (m.width - width) / 2;
    draw::draw_rect_fill(left, y - m.size / 2, width, m.size, back);
    draw::set_draw_color(ink);
    draw::draw_text(text, left + m.size / 2, y + m.size / 4);
}
