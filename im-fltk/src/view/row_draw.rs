//! Drawing one row of the message list.

use super::icons;
use super::paint::{Look, Painter};
use super::rect::Rect;
use super::rows::{Decor, Kind, Mark, Metrics, Pill, Placed, Row};
use super::theme::face;
use super::zones::{Role, Zone};
use crate::model::{About, Deed};
use crate::text::emoji::name_of;
use crate::update::Msg;
use fltk::draw;
use fltk::enums::{Color, Font};

impl Row {
    /// Draws it with its upper left corner at this point. `selected` gives the selected columns of a line.
    pub fn draw(
        &self,
        p: &mut Painter,
        (x, y): (i32, i32),
        m: &Metrics,
        (found, readers): (bool, usize),
        selected: &dyn Fn(usize) -> Option<(i32, i32)>,
    ) {
        let mut at = y;
        if let Some(day) = &self.day {
            rule(p, (x, at + m.line), m, p.c.line, day, p.c.faint);
            at += m.line * 2;
        }
        if self.unread {
            rule(p, (x, at + m.line * 3 / 4), m, p.c.danger, "New messages", p.c.bad);
        }
        let body = Rect::new(x, y + self.above(m), m.width, self.height - self.above(m));
        if !self.rule.is_empty() {
            let mut y = body.y + m.line * 3 / 4;
            for words in &self.rule {
                rule(p, (x, y), m, p.c.line, words, p.c.faint);
                y += m.line;
            }
            return;
        }
        if body.is_empty() {
            return;
        }
        let is_message = matches!(self.kind, Kind::Message(..) | Kind::Pending(..));
        let over = is_message && p.is_over(body);
        if found {
            p.fill(body, p.c.active);
        } else if self.for_me {
            p.fill(body, p.c.mention_back);
        } else if over {
            p.fill(body, p.c.hover);
        }
        if self.for_me {
            p.fill(Rect::new(x, body.y, 3, body.h), p.c.away);
        }
        self.say_zone(p, body);
        let mark = match self.mark {
            Some(Mark::Kept) if readers > 0 => Some(Mark::Read(readers)),
            mark => mark,
        };
        self.draw_head(p, body, m, over, mark);
        let top = Rect::new(x + m.left, y + self.text_top(m), m.text_width(), self.text_height);
        self.draw_text(p, top, m, selected);
        for pill in &self.pills {
            self.draw_pill(p, pill, (top.x, top.bottom() + m.size / 4), m);
        }
        self.draw_buttons(p, top, m);
        if over {
            self.draw_tools(p, body, m);
        }
    }

    /// Registers the zone of the whole row.
    fn say_zone(&self, p: &mut Painter, body: Rect) {
        let text = || self.lines.iter().flat_map(|it| it.line.runs.iter()).map(|run| run.text.as_str());
        let zone = match &self.kind {
            Kind::Message(seq, ..) => {
                let name: String = text().collect();
                Zone::new(body, Role::Message, name).menu(About::Message(Some(*seq), String::new()))
            }
            Kind::Pending(txn_id, _) => {
                let name: String = text().collect();
                Zone::new(body, Role::Message, name).menu(About::Pending(*txn_id))
            }
            Kind::Past => {
                let name: String = text().collect();
                Zone::new(body, Role::Message, name).menu(About::Past(self.source.clone(), String::new()))
            }
            Kind::Divider | Kind::Note => return,
        };
        p.zone(zone);
    }

    fn draw_head(&self, p: &mut Painter, body: Rect, m: &Metrics, over: bool, mark: Option<Mark>) {
        let left = body.x + m.left;
        let small = m.size * 6 / 7;
        let mut base = body.y + m.size / 7;
        let mut after = left;
        if let Some(head) = &self.head {
            base += m.size * 3 / 7;
            let avatar = Rect::new(body.x + m.margin, base + m.size / 6, m.avatar, m.avatar);
            p.avatar(&head.name, avatar, p.c.back);
            let width =
                p.text(&head.name, (left, base + m.size), Font::HelveticaBold, m.size, p.c.of(&head.name));
            if matches!(self.kind, Kind::Message(..)) {
                let card = Msg::Do(Deed::Card(head.author, head.name.clone()));
                let zone = Zone::new(Rect::new(left, base, width, m.line), Role::Button, head.name.clone());
                p.zone(zone.click(card.clone()).menu(About::Person(head.author)));
                p.zone(
                    Zone::new(avatar, Role::Button, format!("about {}", head.name))
                        .click(card)
                        .menu(About::Person(head.author)),
                );
            }
            after += width + m.size / 2;
            let ink = p.c.faint;
            let width = p.text(&self.time, (after, base + m.size), Font::Helvetica, small, ink);
            let place = Rect::new(after, base, width, m.line);
            p.zone(Zone::new(place, Role::Text, self.time.clone()).tip(self.full_time.clone()));
            after += width + m.size / 2;
            base += m.line;
            if let Some(mark) = mark {
                draw_mark(p, mark, (after, base - m.line + m.size), m);
            }
        } else if over || mark.is_some_and(|mark| !matches!(mark, Mark::Kept | Mark::Read(_))) {
            // In place of the avatar.
            let width = p.measure(&self.time, Font::Helvetica, m.size * 5 / 7);
            let x = body.x + m.margin + (m.avatar - width).max(0) / 2;
            if over {
                p.text(&self.time, (x, base + m.size), Font::Helvetica, m.size * 5 / 7, p.c.faint);
                let place = Rect::new(x, base, width, m.line);
                p.zone(Zone::new(place, Role::Text, self.time.clone()).tip(self.full_time.clone()));
            } else if let Some(mark) = mark {
                draw_mark(p, mark, (body.x + m.margin + m.avatar / 3, base + m.size), m);
            }
        }
        if self.head.is_none()
            && let (Some(mark), Some(last)) = (mark, self.lines.last())
            && over
        {
            let x = left + last.x + last.line.width() + m.size / 2;
            draw_mark(p, mark, (x, base + last.y + m.size), m);
        }
        if let Some((seq, words)) = &self.reply {
            let place = Rect::new(left, base, m.text_width(), m.line);
            let over = p.is_over(place);
            p.fill(Rect::new(left, base + 2, 3, m.line - 4), p.c.accent);
            let ink = if over { p.c.text } else { p.c.faint };
            let inner = Rect::new(left + m.size * 5 / 7, base, place.w - m.size, m.line);
            p.text_in(words, inner, Font::HelveticaItalic, small, ink);
            p.zone(
                Zone::new(place, Role::Button, format!("answers {words}"))
                    .click(Msg::GoTo(*seq))
                    .tip("Go to that message"),
            );
        }
    }

    fn draw_text(
        &self,
        p: &mut Painter,
        top: Rect,
        m: &Metrics,
        selected: &dyn Fn(usize) -> Option<(i32, i32)>,
    ) {
        for (decor, from, to) in &self.decor {
            match decor {
                Decor::Quote => p.fill(Rect::new(top.x, top.y + from + 2, 3, to - from - 4), p.c.border),
                Decor::Sign(sign) => {
                    let base = top.y + from + m.size + m.size / 8;
                    p.text(sign, (top.x + m.size / 4, base), Font::Helvetica, m.size, p.c.faint);
                }
                Decor::Code(_) => {
                    let place = Rect::new(top.x, top.y + from, top.w, to - from);
                    p.round(place, 4, p.c.code_back);
                    p.outline(place, 4, p.c.line);
                }
            }
        }
        // Clip combining marks to the message.
        p.push_clip(Rect::new(top.x - m.size, top.y - m.size / 3, top.w + m.size * 2, top.h + m.size / 2));
        for (number, placed) in self.lines.iter().enumerate() {
            self.draw_line(p, placed, (top.x, top.y), m, selected(number));
        }
        p.pop_clip();
        for (decor, from, to) in &self.decor {
            if let Decor::Code(code) = decor {
                let place = Rect::new(top.x, top.y + from, top.w, to - from);
                if p.is_over(place) {
                    let width = m.size * 4;
                    let button = Rect::new(place.right() - width - 4, place.y + 4, width, m.line + 2);
                    p.button(button, "Copy", Look::Plain, Msg::Do(Deed::Copy(code.clone())));
                }
            }
        }
        if let Some((count, open)) = self.fold {
            let words = if open { "Show less".to_owned() } else { format!("Show all {count} lines") };
            let base = top.bottom() - m.line;
            let width = p.text(&words, (top.x, base + m.size), Font::Helvetica, m.size, p.c.link);
            let place = Rect::new(top.x, base, width, m.line);
            p.zone(Zone::new(place, Role::Button, words).click(Msg::Unfold(self.seq, self.stamp)));
        }
    }

    fn draw_line(
        &self,
        p: &mut Painter,
        placed: &Placed,
        (left, top): (i32, i32),
        m: &Metrics,
        selected: Option<(i32, i32)>,
    ) {
        let (x, y) = (left + placed.x, top + placed.y);
        if let Some((from, to)) = selected {
            p.fill(Rect::new(x + from, y, to - from, m.line), p.c.selection);
        }
        for run in &placed.line.runs {
            let place = Rect::new(x + run.x, y, run.width, m.line);
            if run.style.found {
                p.round(place.inset(-1, 1), 2, p.c.found);
            } else if run.style.code && !self.in_code_block(placed.y) {
                p.round(place.inset(-1, 1), 3, p.c.code_back);
            }
            let color = match (run.style.link, run.style.found, self.failed, self.faint) {
                (_, true, ..) => p.c.text,
                (true, ..) => p.c.link,
                (_, _, true, _) => p.c.bad,
                (_, _, _, true) => p.c.faint,
                _ => p.c.text,
            };
            draw::set_font(face(run.style), m.size);
            draw::set_draw_color(color);
            draw::draw_text(&run.text, place.x, y + m.size + m.size / 8);
            if run.style.link {
                draw::draw_xyline(place.x, y + m.size + m.size / 3, place.right());
                let link = run.link.as_deref().unwrap_or(&run.text).to_owned();
                p.zone(
                    Zone::new(place, Role::Link, link.clone())
                        .click(Msg::Do(Deed::OpenLink(link.clone())))
                        .menu(About::Link(link)),
                );
            }
        }
    }

    fn in_code_block(&self, y: i32) -> bool {
        let inside = |from: &i32, to: &i32| (*from..*to).contains(&y);
        self.decor.iter().any(|(decor, from, to)| matches!(decor, Decor::Code(_)) && inside(from, to))
    }

    fn draw_pill(&self, p: &mut Painter, pill: &Pill, (x, y): (i32, i32), m: &Metrics) {
        let Kind::Message(seq, ..) = self.kind else { return };
        let place = Rect::new(x + pill.x, y + pill.y, pill.width, m.line + m.size / 7);
        let over = p.is_over(place);
        let back = if pill.mine { p.c.active } else { p.c.panel };
        p.round(place, place.h / 2, back);
        p.outline(place, place.h / 2, if pill.mine || over { p.c.accent } else { p.c.line });
        p.text_mid(&pill.label, place, Font::Helvetica, m.size * 6 / 7, p.c.text);
        let name = format!("{} {}", name_of(&pill.emoji), pill.label);
        p.zone(
            Zone::new(place, Role::Button, name)
                .click(Msg::Do(Deed::React(seq, pill.emoji.clone())))
                .tip(format!("{} by {}", pill.emoji, pill.names)),
        );
    }

    /// Draws the buttons of an unsent message, or of one about to be deleted.
    fn draw_buttons(&self, p: &mut Painter, top: Rect, m: &Metrics) {
        let (y, height, width) = (top.bottom() + m.size / 4, m.line + m.size / 7, m.size * 6);
        let mut x = top.x;
        let mut button = |p: &mut Painter, label: &str, msg: Msg| {
            p.button(Rect::new(x, y, width, height), label, Look::Plain, msg);
            x += width + m.size / 2;
        };
        match self.kind {
            Kind::Pending(txn_id, true) => {
                button(p, "Try again", Msg::Do(Deed::Retry(txn_id)));
                button(p, "Dismiss", Msg::Do(Deed::Dismiss(txn_id)));
            }
            Kind::Message(seq, ..) if self.deleting => button(p, "Undo", Msg::UndoDelete(seq)),
            Kind::Message(..) | Kind::Pending(..) | Kind::Past | Kind::Divider | Kind::Note => {}
        }
    }

    /// Draws the tools of the message under the mouse.
    fn draw_tools(&self, p: &mut Painter, body: Rect, m: &Metrics) {
        let Kind::Message(seq, _, own) = self.kind else { return };
        if self.deleting || self.faint {
            return;
        }
        let each = m.size * 2;
        let count = if own { 4 } else { 3 };
        let top = (body.y - each / 2).max(p.clip_top());
        let place = Rect::new(body.right() - each * count - m.size - 2, top, each * count + 4, each + 2);
        p.raised(place);
        // The gaps between the buttons belong to the message too.
        p.zone(Zone::new(place, Role::Area, "tools").menu(About::Message(Some(seq), String::new())));
        let mut x = place.x + 2;
        let mut next = || {
            x += each;
            Rect::new(x - each, place.y + 1, each, each)
        };
        p.icon(next(), "react", "React", Msg::Do(Deed::PickReaction(seq)), icons::face);
        p.icon(next(), "reply", "Reply (Ctrl+R)", Msg::Do(Deed::Reply(seq)), icons::reply);
        if own {
            p.icon(next(), "edit", "Edit", Msg::Do(Deed::Edit(seq)), icons::pencil);
        }
        let more = next();
        let open = Msg::OpenMenu(About::Message(Some(seq), String::new()), more.x, more.bottom());
        p.icon(more, "more", "More", open, icons::dots);
    }
}

fn draw_mark(p: &mut Painter, mark: Mark, (x, base): (i32, i32), m: &Metrics) {
    let (text, tip, color) = match mark {
        Mark::Sending => ("…", "On its way to the server".to_owned(), p.c.faint),
        Mark::Kept => ("✓", "The server has it".to_owned(), p.c.faint),
        Mark::Read(1) => ("✓✓", "Read by one".to_owned(), p.c.good),
        Mark::Read(count) => ("✓✓", format!("Read by {count}"), p.c.good),
        Mark::Failed => ("✗", "Not sent".to_owned(), p.c.bad),
    };
    let size = m.size * 5 / 7;
    let width = p.text(text, (x, base), Font::Helvetica, size, color);
    let place = Rect::new(x, base - m.size, width.max(m.size / 2), m.line);
    p.zone(Zone::new(place, Role::Text, text).tip(tip));
}

fn rule(p: &mut Painter, (x, y): (i32, i32), m: &Metrics, line: Color, text: &str, ink: Color) {
    draw::set_draw_color(line);
    draw::draw_xyline(x + m.margin, y, x + m.width - m.margin);
    let size = m.size * 5 / 6;
    let most = m.width - m.margin * 4;
    let width = p.measure(text, Font::HelveticaBold, size).min(most) + m.size;
    let left = x + (m.width - width) / 2;
    p.fill(Rect::new(left, y - m.size, width, m.size * 2), p.c.back);
    let place = Rect::new(left + m.size / 2, y - m.size / 2, width - m.size, m.size);
    p.text_mid(text, place, Font::HelveticaBold, size, ink);
    p.zone(Zone::new(place, Role::Text, text));
}
