//! Laying out rows of the message list.

use super::rows::{Decor, Fonts, Head, Kind, Mark, Metrics, Pill, Placed, Row, clock};
use crate::layout::{Line, Measure, Run, wrap};
use crate::model::{Entry, Model, Move, PendingState, Room, Said, What};
use crate::text::{Block, Span, Style, brief, emoticons, isolated, mark_found, parse, plain, sentence};
use libim::wire::UserId;

/// Messages of one author within this time, in milliseconds, share a header.
const TOGETHER: u64 = 5 * 60 * 1000;
/// A message with more lines is folded, and the number of lines shown then.
const LINES_MAX: usize = 40;
const LINES_FOLDED: usize = 24;
/// Names shown in the line about joins and leaves.
const NAMES_SHOWN: usize = 4;

/// Lays out the rows of a room.
pub struct RowMaker<'a> {
    pub model: &'a Model,
    pub room: &'a Room,
    pub m: Metrics,
    /// The search text in lower case.
    pub wanted: &'a str,
    pub fonts: &'a mut dyn Measure,
}

impl RowMaker<'_> {
    /// Lays out an entry of the room, or (after the entries) a pending message.
    pub fn row(&mut self, index: usize) -> Row {
        match index.checked_sub(self.room.entries.len()) {
            None => self.entry(index),
            Some(pending) => self.pending(pending),
        }
    }

    fn entry(&mut self, index: usize) -> Row {
        let (room, me) = (self.room, self.model.my_id());
        let Some(entry) = room.entries.get(index) else { return Row::default() };
        let before = index.checked_sub(1).and_then(|at| room.entries.get(at));
        let moment = clock(entry.time);
        let shown = self.last_shown(index);
        let new_day = shown.is_none_or(|before| clock(before.time).date() != moment.date());
        let mut row = Row {
            seq: entry.seq,
            stamp: entry.time,
            day: new_day.then(|| moment.strftime("%A, %-d %B %Y").to_string()),
            unread: room.unread_from > 0 && is_first_unread(room.unread_from, before, entry),
            time: moment.strftime("%H:%M").to_string(),
            full_time: moment.strftime("%A, %-d %B %Y, %H:%M:%S").to_string(),
            ..Row::default()
        };
        match &entry.what {
            What::System(text) | What::Local(text) => self.note(&mut row, text),
            What::Moves(moves) if self.model.settings.show_moves => {
                self.note(&mut row, &moves_in_words(moves));
            }
            // Hidden: the row has no height, date line or unread line.
            What::Moves(_) => {
                row.day = None;
                row.unread = false;
                return row;
            }
            What::Divider(text) => {
                row.kind = Kind::Divider;
                row.rule = self.in_lines(&sentence(text));
            }
            What::Said(said) | What::Past(said) => {
                let past = matches!(entry.what, What::Past(_));
                row.kind =
                    if past { Kind::Past } else { Kind::Message(entry.seq, said.author, said.author == me) };
                let together = !new_day
                    && !row.unread
                    && shown.is_some_and(|before| goes_with(before, entry, said.author));
                if !together || said.reply_to.is_some() {
                    row.head = Some(Head { name: plain(&said.name), author: said.author });
                }
                self.said(&mut row, said, past, me);
            }
        }
        row.measure(&self.m);
        row
    }

    /// The visible entry before this one.
    fn last_shown(&self, index: usize) -> Option<&Entry> {
        let shown = |entry: &&Entry| self.model.settings.show_moves || !matches!(entry.what, What::Moves(_));
        (0..index).rev().take(50).filter_map(|at| self.room.entries.get(at)).find(shown)
    }

    /// Breaks a divider's text into lines.
    fn in_lines(&self, text: &str) -> Vec<String> {
        let style = Style { bold: true, ..Style::default() };
        let width = self.m.width - self.m.margin * 6;
        let lines = wrap(&[Span::new(text, style)], width, &mut Fonts(self.m.size * 5 / 6));
        lines.iter().map(|line| line.runs.iter().map(|run| run.text.trim_end()).collect()).collect()
    }

    fn note(&mut self, row: &mut Row, text: &str) {
        row.faint = true;
        let style = Style { italic: true, ..Style::default() };
        let spans = [Span::new(sentence(text), style)];
        let lines = wrap(&spans, self.m.text_width(), self.fonts);
        self.place(row, lines, 0);
    }

    fn said(&mut self, row: &mut Row, said: &Said, past: bool, me: UserId) {
        row.reply = said.reply_to.map(|seq| {
            let words = match self.room.said(seq) {
                Some(it) if it.deleted => format!("{}: deleted", plain(&it.name)),
                Some(it) => format!("{}: {}", plain(&it.name), brief(&it.text)),
                None => "an earlier message".into(),
            };
            (seq, words)
        });
        row.for_me = said.for_me;
        row.faint = said.deleted;
        row.deleting = !past && self.model.is_deleting(self.room.id, row.seq);
        if row.deleting || said.deleted {
            let words = if row.deleting { "Deleting this message" } else { "This message was deleted" };
            let style = Style { italic: true, ..Style::default() };
            let lines = wrap(&[Span::new(words, style)], self.m.text_width(), self.fonts);
            row.faint = true;
            self.place(row, lines, 0);
            return;
        }
        if past {
            row.source.clone_from(&said.text);
        }
        self.text(row, &said.text);
        if said.edited {
            self.append_edited(row);
        }
        if !past {
            self.pills(row, said);
            if said.author == me {
                row.mark = Some(Mark::Kept);
            }
        }
    }

    fn pending(&mut self, index: usize) -> Row {
        let Some(pending) = self.room.pending.get(index) else { return Row::default() };
        let moment = clock(pending.time);
        let failed = matches!(pending.state, PendingState::Failed(_));
        let name = self.model.me.as_ref().map_or("", |(_, name)| name.as_str());
        let before = match index.checked_sub(1) {
            Some(_) => true,
            None => self.room.entries.back().is_some_and(|entry| {
                matches!(&entry.what, What::Said(said) if said.author == self.model.my_id()
                    && pending.time < entry.time + TOGETHER)
            }),
        };
        let mut row = Row {
            kind: Kind::Pending(pending.txn_id, failed),
            stamp: pending.time,
            time: moment.strftime("%H:%M").to_string(),
            full_time: moment.strftime("%A, %-d %B %Y, %H:%M:%S").to_string(),
            head: (!before).then(|| Head { name: plain(name), author: self.model.my_id() }),
            mark: Some(if failed { Mark::Failed } else { Mark::Sending }),
            faint: true,
            failed,
            ..Row::default()
        };
        self.text(&mut row, &pending.text);
        if let PendingState::Failed(why) = &pending.state {
            let style = Style { italic: true, ..Style::default() };
            let span = Span::new(format!("Not sent: {}", sentence(why)), style);
            let (lines, top) = (wrap(&[span], self.m.text_width(), self.fonts), row.text_height);
            self.place(&mut row, lines, top);
        }
        row.measure(&self.m);
        row
    }

    /// Lays out the blocks of a message, top to bottom.
    fn text(&mut self, row: &mut Row, text: &str) {
        let width = self.m.text_width();
        let indent = self.m.size;
        for block in parse(&emoticons(&plain(text.trim_end()))) {
            let top = row.text_height;
            let gap = self.m.size / 3;
            match block {
                Block::Text(spans) => {
                    let lines = wrap(&mark_found(spans, self.wanted), width, self.fonts);
                    self.place(row, lines, top);
                }
                Block::Quote(spans) => {
                    let lines = wrap(&mark_found(spans, self.wanted), width - indent, self.fonts);
                    self.place_at(row, lines, indent, top);
                    row.decor.push((Decor::Quote, top, row.text_height));
                }
                Block::Item(sign, spans) => {
                    let lines = wrap(&mark_found(spans, self.wanted), width - indent * 3 / 2, self.fonts);
                    self.place_at(row, lines, indent * 3 / 2, top);
                    row.decor.push((Decor::Sign(sign), top, row.text_height));
                }
                Block::Code(code) => {
                    let style = Style { code: true, ..Style::default() };
                    let spans = mark_found(vec![Span::new(code.replace('\t', "    "), style)], self.wanted);
                    let lines = wrap(&spans, width - indent * 2, self.fonts);
                    self.place_at(row, lines, indent, top + gap * 2);
                    row.text_height += gap * 2;
                    row.decor.push((Decor::Code(code), top + gap / 2, row.text_height - gap / 2));
                }
            }
        }
        let count = row.lines.len();
        if count > LINES_MAX {
            let open = self.room.unfolded.contains(&(row.seq, row.stamp));
            row.fold = Some((count, open));
            if !open {
                let cut = row.lines.get(LINES_FOLDED).map_or(row.text_height, |line| line.y);
                row.lines.truncate(LINES_FOLDED);
                row.decor.retain(|(_, from, _)| *from < cut);
                for (_, _, to) in &mut row.decor {
                    *to = (*to).min(cut);
                }
                row.text_height = cut;
            }
            row.text_height += self.m.line;
        }
    }

    fn place(&self, row: &mut Row, lines: Vec<Line>, top: i32) {
        self.place_at(row, lines, 0, top);
    }

    fn place_at(&self, row: &mut Row, lines: Vec<Line>, x: i32, top: i32) {
        let mut y = top;
        for line in lines {
            row.lines.push(Placed { line, x, y });
            y += self.m.line;
        }
        row.text_height = y;
    }

    /// Appends a note to the last line that the message was edited.
    fn append_edited(&mut self, row: &mut Row) {
        let style = Style { italic: true, ..Style::default() };
        let text = " (edited)".to_owned();
        let width = self.fonts.width(&text, style);
        if let Some(last) = row.lines.last_mut().filter(|_| row.fold.is_none()) {
            let (x, order) = (last.line.width(), usize::MAX);
            last.line.runs.push(Run { text, style, x, width, order, link: None });
        }
    }

    fn pills(&mut self, row: &mut Row, said: &Said) {
        let me = self.model.me.as_ref().map(|(user, _)| *user);
        let (mut x, mut y) = (0, 0);
        let (gap, pad, step) = (self.m.size * 2 / 7, self.m.size * 4 / 7, self.m.line + self.m.size / 3);
        for (emoji, people) in &said.reactions {
            let label = format!("{} {}", plain(emoji), people.len());
            let width = self.fonts.width(&label, Style::default()) + 2 * pad;
            if x > 0 && x + width > self.m.text_width() {
                (x, y) = (0, y + step);
            }
            let mine = me.is_some_and(|me| people.iter().any(|(user, _)| *user == me));
            row.pills.push(Pill {
                emoji: emoji.clone(),
                label,
                mine,
                names: people.iter().take(30).map(|(_, name)| plain(name)).collect::<Vec<_>>().join(", "),
                x,
                y,
                width,
            });
            x += width + gap;
        }
    }
}

/// Describes joins and leaves.
fn moves_in_words(moves: &[Move]) -> String {
    let part = |left: bool| {
        let those: Vec<&Move> = moves.iter().filter(|it| it.left.is_some() == left).collect();
        let verb = if left { "left" } else { "joined" };
        match those.as_slice() {
            [] => None,
            [one] => {
                let reason = one.left.as_deref().unwrap_or_default();
                let name = isolated(&one.name);
                Some(if reason.is_empty() {
                    format!("{name} {verb}")
                } else {
                    format!("{name} {verb} ({})", isolated(reason))
                })
            }
            many if many.len() <= NAMES_SHOWN => {
                let names: Vec<String> = many.iter().map(|it| isolated(&it.name)).collect();
                Some(format!("{} {verb}", names.join(", ")))
            }
            many => Some(format!("{} {verb}", many.len())),
        }
    };
    [part(false), part(true)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn is_first_unread(from: u64, before: Option<&Entry>, entry: &Entry) -> bool {
    entry.seq >= from && before.is_none_or(|before| before.seq < from)
}

fn goes_with(before: &Entry, entry: &Entry, author: UserId) -> bool {
    matches!(&before.what, What::Said(said) | What::Past(said) if said.author == author)
        && entry.time < before.time + TOGETHER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_leaves_are_put_together() {
        let joined = |name: &str| Move::joined(&name.into());
        let left = |name: &str, why: &str| Move { name: name.into(), left: Some(why.into()) };
        let bare = |moves: &[Move]| moves_in_words(moves).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(bare(&[joined("anna")]), "anna joined");
        assert_eq!(
            bare(&[joined("anna"), left("bert", "removed: spam")]),
            "anna joined; bert left (removed: spam)"
        );
        let many: Vec<Move> =
            (0..12).map(|n| joined(&n.to_string())).chain([left("x", ""), left("y", "")]).collect();
        assert_eq!(bare(&many), "12 joined; x, y left");
    }
}
