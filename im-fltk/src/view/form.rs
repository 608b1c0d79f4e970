//! The connection form.

use super::icons;
use super::paint::{Look, Painter};
use super::places::{FormPlaces, form_places};
use super::rect::Rect;
use super::zones::{Role, Zone};
use crate::model::{About, Deed, Field, FieldId, Model};
use crate::update::Msg;
use fltk::enums::Font;

pub fn draw(p: &mut Painter, model: &Model, size: (i32, i32), focused: Option<FieldId>) {
    p.fill(Rect::new(0, 0, size.0, size.1), p.c.panel);
    let it = form_places(model, size);
    if !it.title.is_empty() {
        super::icon::draw(p, it.icon);
        p.text_in("libim", it.title, Font::HelveticaBold, p.size * 2, p.c.text);
        p.text_in("Private chat on your own network", it.subtitle, Font::Helvetica, p.size, p.c.faint);
    }
    let form = &model.form;
    label(p, &it, it.server, "Server, or an invite");
    label(p, &it, it.port, "Port");
    label(p, &it, it.name, "Your name");
    label(p, &it, it.passkey, "Passkey");
    let wrong = form.error.as_ref().map(|(field, _)| *field);
    for (rect, id, field) in [
        (it.server, FieldId::Server, Field::Server),
        (it.port, FieldId::Port, Field::Port),
        (it.name, FieldId::Name, Field::Name),
        (it.passkey, FieldId::Passkey, Field::Passkey),
    ] {
        frame(p, rect, focused == Some(id), wrong == Some(field));
    }
    if let Some((field, text)) = &form.error {
        let below = match field {
            Field::Server | Field::Port => it.server,
            Field::Name => it.name,
            Field::Passkey => it.passkey,
        };
        error(p, &it, below, text);
    }
    if !model.settings.servers.is_empty() {
        let open = Msg::OpenMenu(About::Servers, it.server.x, it.server.bottom() + 2);
        p.icon(it.recent.inset(3, 3), "recent servers", "Recent servers", open, |at, size, color| {
            icons::chevron(at, size, color, 1);
        });
    }
    let words = if form.show_passkey { "Hide" } else { "Show" };
    let show = it.show.inset(4, 5);
    let over = p.is_over(show);
    p.text_mid(words, show, Font::Helvetica, p.small(), if over { p.c.text } else { p.c.link });
    p.zone(Zone::new(show, Role::Button, words).click(Msg::ShowPasskey(!form.show_passkey)));
    if form.busy {
        p.button(it.connect, "Cancel — connecting…", Look::Plain, Msg::Cancel);
    } else {
        p.button(it.connect, "Connect", Look::Primary, Msg::Connect);
    }
    p.button(it.exit, "Exit", Look::Plain, Msg::Do(Deed::Quit));
}

/// Draws the frame of a field.
pub fn frame(p: &mut Painter, r: Rect, focused: bool, wrong: bool) {
    p.round(r, 4, p.c.field);
    let color = match (wrong, focused) {
        (true, _) => p.c.bad,
        (false, true) => p.c.accent,
        (false, false) => p.c.border,
    };
    p.outline(r, 4, color);
    if focused || wrong {
        p.outline(r.inset(1, 1), 3, color);
    }
}

fn label(p: &mut Painter, it: &FormPlaces, field: Rect, text: &str) {
    let place = Rect::new(field.x, field.y - it.label, field.w, it.label);
    p.text_in(text, place, Font::Helvetica, p.small(), p.c.faint);
}

/// Draws an error below its field, in one or two lines.
fn error(p: &mut Painter, it: &FormPlaces, field: Rect, text: &str) {
    let width = it.exit.right() - field.x;
    let size = p.small();
    let mut fonts = super::rows::Fonts(size);
    let spans = [crate::text::Span::new(crate::text::plain(text), crate::text::Style::default())];
    let lines = crate::layout::wrap(&spans, width, &mut fonts);
    let height = size * 5 / 4;
    // If there is no room below, it covers what follows.
    let count = i32::try_from(lines.len()).unwrap_or(1);
    let place = Rect::new(field.x, field.bottom() + 2, width, height * count + 2);
    p.fill(place, p.c.panel);
    let mut base = place.y + size;
    for line in lines {
        for run in line.runs {
            p.text(&run.text, (place.x + run.x, base), Font::Helvetica, size, p.c.bad);
        }
        base += height;
    }
    p.zone(Zone::new(place, Role::Text, text));
}
