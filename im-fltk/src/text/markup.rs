//! Parses the markup of messages: `**bold**`, `*bold*`, `_italic_`, `` `code` ``, fenced code, lists, quotes and links.

use libim::core::text::truncate;
use std::rc::Rc;

/// Maximum bytes between a mark and its closing mark.
const REACH: usize = 400;

/// The style of a piece of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent marks
pub struct Style {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
    pub link: bool,
    /// It matches the search.
    pub found: bool,
}

/// A piece of text of one style, without its marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub style: Style,
    /// The whole link that it is part of.
    pub link: Option<Rc<str>>,
}

impl Span {
    pub fn new(text: impl Into<String>, style: Style) -> Span {
        Span { text: text.into(), style, link: None }
    }
}

/// A block of lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines as they were typed.
    Text(Vec<Span>),
    /// Lines that started with `>`.
    Quote(Vec<Span>),
    /// A list item, with its bullet or number.
    Item(String, Vec<Span>),
    /// Fenced code.
    Code(String),
}

/// Parses a text into blocks.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let parts = text.split("```").count();
    let mut loose = String::new();
    for (at, part) in text.split("```").enumerate() {
        // Every second part is between fences, unless the last fence is not closed.
        let fenced = at % 2 == 1 && parts > at + 1;
        if fenced {
            lines(&mut blocks, std::mem::take(&mut loose).trim_end_matches('\n'));
            // The first line may name the language.
            let code = match part.split_once('\n') {
                Some((first, rest)) if !first.trim().contains(' ') => rest,
                Some(_) | None => part,
            };
            blocks.push(Block::Code(code.trim_matches('\n').into()));
        } else {
            if at % 2 == 1 {
                loose.push_str("```");
            }
            let after_code = loose.is_empty() && !blocks.is_empty();
            loose.push_str(if after_code { part.strip_prefix('\n').unwrap_or(part) } else { part });
        }
    }
    if !loose.is_empty() || blocks.is_empty() {
        lines(&mut blocks, &loose);
    }
    blocks
}

/// Parses lines outside fences: quotes, list items and text.
fn lines(blocks: &mut Vec<Block>, text: &str) {
    if text.is_empty() && !blocks.is_empty() {
        return;
    }
    for line in text.split('\n') {
        let mut spans = Vec::new();
        if let Some(quoted) = line.strip_prefix("> ").or_else(|| (line == ">").then_some("")) {
            inline(&mut spans, quoted, Style::default());
            match blocks.last_mut() {
                Some(Block::Quote(known)) => join(known, spans),
                Some(_) | None => blocks.push(Block::Quote(spans)),
            }
        } else if let Some((sign, item)) = item(line) {
            inline(&mut spans, item, Style::default());
            blocks.push(Block::Item(sign, spans));
        } else {
            inline(&mut spans, line, Style::default());
            match blocks.last_mut() {
                Some(Block::Text(known)) => join(known, spans),
                Some(_) | None => blocks.push(Block::Text(spans)),
            }
        }
    }
}

/// The bullet or number and the text of a list item.
fn item(line: &str) -> Option<(String, &str)> {
    let bare = line.trim_start_matches(' ');
    if line.len() - bare.len() > 8 {
        return None;
    }
    for sign in ["- ", "* ", "• "] {
        if let Some(rest) = bare.strip_prefix(sign).filter(|rest| !rest.trim().is_empty()) {
            return Some(("•".into(), rest));
        }
    }
    let digits = bare.find(|c: char| !c.is_ascii_digit()).filter(|at| (1..=3).contains(at))?;
    let rest = bare.get(digits..)?.strip_prefix(". ").filter(|rest| !rest.trim().is_empty())?;
    Some((format!("{}.", bare.get(..digits)?), rest))
}

/// Appends a line to a block of the same kind.
fn join(known: &mut Vec<Span>, line: Vec<Span>) {
    push(known, "\n", Style::default());
    for span in line {
        push_linked(known, &span.text, span.style, span.link.as_ref());
    }
}

fn push(spans: &mut Vec<Span>, text: &str, style: Style) {
    push_linked(spans, text, style, None);
}

fn push_linked(spans: &mut Vec<Span>, text: &str, style: Style, link: Option<&Rc<str>>) {
    if text.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.style == style && last.link.as_ref() == link => last.text.push_str(text),
        _ => spans.push(Span { text: text.into(), style, link: link.cloned() }),
    }
}

fn inline(spans: &mut Vec<Span>, text: &str, style: Style) {
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let at_word = before.is_none_or(|c| !c.is_alphanumeric());
        let rest = text.get(at..).unwrap_or_default();
        let found = match c {
            '`' => closing(text, at, '`').map(|end| (end, 1, Style { code: true, ..style })),
            '*' | '_' if at_word && rest.starts_with([c; 2].iter().collect::<String>().as_str()) => {
                double(text, at, c).map(|end| (end, 2, Style { bold: true, ..style }))
            }
            '*' if at_word => emphasis(text, at, '*').map(|end| (end, 1, Style { bold: true, ..style })),
            '_' if at_word => emphasis(text, at, '_').map(|end| (end, 1, Style { italic: true, ..style })),
            _ => None,
        };
        if let Some((end, mark, inner)) = found {
            links(spans, text.get(plain_from..at).unwrap_or_default(), style);
            let content = text.get(at + mark..end).unwrap_or_default();
            if inner.code {
                push(spans, content, inner);
            } else {
                inline(spans, content, inner);
            }
            at = end + mark;
            plain_from = at;
        } else {
            at += c.len_utf8();
        }
    }
    links(spans, text.get(plain_from..).unwrap_or_default(), style);
}

/// The position of the mark that closes the one at `at`; the text between must not be empty.
fn closing(text: &str, at: usize, mark: char) -> Option<usize> {
    let inside = within_reach(text.get(at + 1..)?);
    let end = inside.find(mark)?;
    (!inside.get(..end)?.trim().is_empty()).then_some(at + 1 + end)
}

/// Like [`closing`], for a mark of two characters next to the emphasized text.
fn double(text: &str, at: usize, mark: char) -> Option<usize> {
    let mark = [mark; 2].iter().collect::<String>();
    let inside = within_reach(text.get(at + 2..)?);
    let end = inside.find(&mark)?;
    let content = inside.get(..end)?;
    let hugs = !content.is_empty() && content.trim() == content;
    hugs.then_some(at + 2 + end)
}

/// The text up to [`REACH`], so that many unclosed marks stay cheap.
fn within_reach(rest: &str) -> &str {
    truncate(rest, REACH)
}

/// Like [`closing`], for marks next to the emphasized text.
fn emphasis(text: &str, at: usize, mark: char) -> Option<usize> {
    let inside = within_reach(text.get(at + 1..)?);
    if inside.starts_with(|c: char| c.is_whitespace() || c == mark) {
        return None;
    }
    let mut from = 0;
    loop {
        let end = from + inside.get(from..)?.find(mark)?;
        let (content, after) = (inside.get(..end)?, inside.get(end + 1..)?);
        let closes =
            !content.ends_with(char::is_whitespace) && !after.starts_with(|c: char| c.is_alphanumeric());
        if closes && !content.is_empty() {
            return Some(at + 1 + end);
        }
        from = end + 1;
    }
}

fn links(spans: &mut Vec<Span>, text: &str, style: Style) {
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(start);
        let end =
            from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(from.len());
        let (link, after) = from.split_at(end);
        // Trailing punctuation belongs to the sentence.
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        push(spans, before, style);
        push_linked(spans, link, Style { link: true, ..style }, Some(&link.into()));
        rest = from.get(link.len()..).unwrap_or(after);
    }
    push(spans, rest, style);
}

/// Marks every occurrence of `wanted` (in lower case) as found.
pub fn mark_found(spans: Vec<Span>, wanted: &str) -> Vec<Span> {
    if wanted.is_empty() {
        return spans;
    }
    let mut marked = Vec::new();
    for span in spans {
        let mut rest = span.text.as_str();
        while let Some((from, to)) = super::find_folded(rest, wanted) {
            let (before, found) = (rest.get(..from), rest.get(from..to));
            let (plain, link) = (span.style, span.link.as_ref());
            push_linked(&mut marked, before.unwrap_or_default(), plain, link);
            push_linked(&mut marked, found.unwrap_or_default(), Style { found: true, ..plain }, link);
            rest = rest.get(to..).unwrap_or_default();
        }
        push_linked(&mut marked, rest, span.style, span.link.as_ref());
    }
    marked
}

/// The first link in a text.
pub fn first_link(text: &str) -> Option<String> {
    let blocks = parse(text);
    let mut spans = blocks.iter().flat_map(|block| match block {
        Block::Text(spans) | Block::Quote(spans) | Block::Item(_, spans) => spans.as_slice(),
        Block::Code(_) => &[],
    });
    spans.find_map(|span| span.link.as_ref().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans_shown(spans: &[Span]) -> String {
        let mark = |style: Style| {
            let marks = [
                (style.bold, 'b'),
                (style.italic, 'i'),
                (style.code, 'c'),
                (style.link, 'l'),
                (style.found, 'f'),
            ];
            marks.into_iter().filter(|(on, _)| *on).map(|(_, mark)| mark).collect::<String>()
        };
        spans.iter().map(|span| format!("<{}:{}>", mark(span.style), span.text)).collect()
    }

    fn shown(text: &str) -> String {
        let block = |block: &Block| match block {
            Block::Text(spans) => spans_shown(spans),
            Block::Quote(spans) => format!("quote{}", spans_shown(spans)),
            Block::Item(sign, spans) => format!("item {sign}{}", spans_shown(spans)),
            Block::Code(code) => format!("code<{code}>"),
        };
        parse(text).iter().map(block).collect()
    }

    #[test]
    fn marks_and_links() {
        for (text, expected) in [
            ("plain", "<:plain>"),
            ("a *b c* d", "<:a ><b:b c><: d>"),
            ("a **b c** d", "<:a ><b:b c><: d>"),
            ("**not closed", "<:**not closed>"),
            ("2 ** 3 ** 4", "<:2 ** 3 ** 4>"),
            ("*b _bi_*", "<b:b ><bi:bi>"),
            ("`*x*` 2*3*4 snake_case_name", "<c:*x*><: 2*3*4 snake_case_name>"),
            ("x * no * and _ no _", "<:x * no * and _ no _>"),
            ("see https://a.b/c_d_e.", "<:see ><l:https://a.b/c_d_e><:.>"),
            ("(http://x)", "<:(><l:http://x><:)>"),
            ("open ``` fence", "<:open ``` fence>"),
            ("*ü*ö", "<:*ü*ö>"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_of_one_kind_are_a_block() {
        for (text, expected) in [
            ("a ```\nx *y*\n``` b", "<:a >code<x *y*><: b>"),
            ("look:\n```rust\nfn f() {}\n```\nnice", "<:look:>code<fn f() {}><:nice>"),
            ("> one\n> *two*\nthree", "quote<:one\n><b:two><:three>"),
            ("list:\n- a\n- *b*\n2. c", "<:list:>item •<:a>item •<b:b>item 2.<:c>"),
            ("- ", "<:- >"),
            ("1.5 is a number", "<:1.5 is a number>"),
            ("a\nb\n\nc", "<:a\nb\n\nc>"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_searched_is_marked() {
        let Some(Block::Text(spans)) = parse("Tea or *teapot*").into_iter().next() else { panic!() };
        assert_eq!(spans_shown(&mark_found(spans, "tea")), "<f:Tea><: or ><bf:tea><b:pot>");
        assert_eq!(first_link("see *https://a.b*, or http://c").as_deref(), Some("https://a.b"));
    }

    #[test]
    fn marks_that_never_close_cost_little() {
        for text in ["*", "**", "`", "``", "_*`", "a*b*c", "http://", "*a\nb*", "```", "```a```b```"] {
            parse(&text.repeat(2000));
        }
    }
}
