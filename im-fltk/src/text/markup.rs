//! *bold*, _italic_, `code`, fenced code and links.

use libim::core::text::cut;

/// Bytes that one mark may emphasise.
const REACH: usize = 400;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent marks
pub struct Style {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
    pub link: bool,
}

/// A piece of text of one look, without its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub style: Style,
}

/// Cuts a text into spans.
pub fn parse(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let parts = text.split("```").count();
    for (at, part) in text.split("```").enumerate() {
        // Every second part stands between two fences, unless the last one is open.
        let fenced = at % 2 == 1 && parts > at + 1;
        if fenced {
            push(&mut spans, part.trim_matches('\n'), Style { code: true, ..Style::default() });
        } else {
            if at % 2 == 1 {
                push(&mut spans, "```", Style::default());
            }
            inline(&mut spans, part, Style::default());
        }
    }
    spans
}

fn push(spans: &mut Vec<Span>, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ => spans.push(Span { text: text.into(), style }),
    }
}

fn inline(spans: &mut Vec<Span>, text: &str, style: Style) {
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let at_word = before.is_none_or(|c| !c.is_alphanumeric());
        let found = match c {
            '`' => closing(text, at, '`').map(|end| (end, Style { code: true, ..style })),
            '*' if at_word => emphasis(text, at, '*').map(|end| (end, Style { bold: true, ..style })),
            '_' if at_word => emphasis(text, at, '_').map(|end| (end, Style { italic: true, ..style })),
            _ => None,
        };
        if let Some((end, inner)) = found {
            links(spans, text.get(plain_from..at).unwrap_or_default(), style);
            let content = text.get(at + 1..end).unwrap_or_default();
            if inner.code {
                push(spans, content, inner);
            } else {
                inline(spans, content, inner);
            }
            at = end + 1;
            plain_from = at;
        } else {
            at += c.len_utf8();
        }
    }
    links(spans, text.get(plain_from..).unwrap_or_default(), style);
}

/// Where a mark that opens at `at` closes, on the same line and with something in between.
fn closing(text: &str, at: usize, mark: char) -> Option<usize> {
    let inside = within_reach(text.get(at + 1..)?);
    let end = inside.find(mark)?;
    let content = inside.get(..end)?;
    (!content.trim().is_empty() && !content.contains('\n')).then_some(at + 1 + end)
}

/// The rest of the line, as far as a mark may reach: so that many marks that never close cost little.
fn within_reach(rest: &str) -> &str {
    let near = cut(rest, REACH);
    near.split('\n').next().unwrap_or(near)
}

/// As [`closing`], for marks that hug the words they emphasise.
fn emphasis(text: &str, at: usize, mark: char) -> Option<usize> {
    let inside = within_reach(text.get(at + 1..)?);
    if inside.starts_with(|c: char| c.is_whitespace() || c == mark) {
        return None;
    }
    let mut from = 0;
    loop {
        let end = from + inside.get(from..)?.find(mark)?;
        let (content, after) = (inside.get(..end)?, inside.get(end + 1..)?);
        if content.contains('\n') {
            return None;
        }
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
        // Punctuation at the end belongs to the sentence.
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        push(spans, before, style);
        push(spans, link, Style { link: true, ..style });
        rest = from.get(link.len()..).unwrap_or(after);
    }
    push(spans, rest, style);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mark = |style: Style| {
            let marks = [(style.bold, 'b'), (style.italic, 'i'), (style.code, 'c'), (style.link, 'l')];
            marks.into_iter().filter(|(on, _)| *on).map(|(_, mark)| mark).collect::<String>()
        };
        parse(text).iter().map(|span| format!("<{}:{}>", mark(span.style), span.text)).collect()
    }

    #[test]
    fn marks_and_links() {
        for (text, expected) in [
            ("plain", "<:plain>"),
            ("a *b c* d", "<:a ><b:b c><: d>"),
            ("*b _bi_*", "<b:b ><bi:bi>"),
            ("`*x*` 2*3*4 snake_case_name", "<c:*x*><: 2*3*4 snake_case_name>"),
            ("* no * and _ no _", "<:* no * and _ no _>"),
            ("see https://a.b/c_d_e.", "<:see ><l:https://a.b/c_d_e><:.>"),
            ("(http://x)", "<:(><l:http://x><:)>"),
            ("a ```\nx *y*\n``` b", "<:a ><c:x *y*><: b>"),
            ("open ``` fence", "<:open ``` fence>"),
            ("*ü*ö", "<:*ü*ö>"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_lost_but_marks() {
        for text in ["*", "**", "`", "``", "_*`", "a*b*c", "http://", "*a\nb*", "```", "```a```b```"] {
            let kept: usize = parse(text).iter().map(|span| span.text.len()).sum();
            assert!(kept <= text.len());
        }
    }
}
