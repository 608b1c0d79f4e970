//! The bar above the messages: the room, and the state of the connection.

use super::icons;
use super::paint::{Look, Painter};
use super::places::{Places, is_narrow};
use super::rect::Rect;
use super::zones::{Role, Zone};
use crate::model::{About, Asked, Deed, Life, Link, Model, WindowId};
use crate::text::{isolated, plain};
use crate::update::Msg;
use fltk::enums::Font;
use libim::wire::Code;

pub fn draw(p: &mut Painter, model: &Model, at: WindowId, it: &Places) {
    let place = it.header;
    p.fill(place, p.c.back);
    p.fill(Rect::new(place.x, place.bottom() - 1, place.w, 1), p.c.line);
    let each = p.size * 2 + 4;
    let mut right = place.right() - p.size / 2;
    let mut next = || {
        right -= each;
        Rect::new(right, place.y + (place.h - each) / 2, each, each)
    };
    if at == WindowId::MAIN {
        let bars = next();
        let open = Msg::OpenMenu(About::Program, bars.x, bars.bottom() + 2);
        p.icon(bars, "menu", "Menu (F10)", open, icons::bars);
    }
    p.icon(next(), "search", "Search in this room (Ctrl+F)", Msg::OpenSearch, icons::glass);
    if at != WindowId::MAIN || is_narrow(it.whole.w, p.size) {
        p.icon(next(), "people", "People", Msg::OpenPeople, icons::people);
    }
    right -= p.size / 2;
    if at == WindowId::MAIN && model.link == Link::On && place.w > p.size * 30 {
        let words = plain(&model.server);
        let width = (p.measure(&words, Font::Helvetica, p.small()) + p.size * 2).min(p.size * 12);
        right -= width;
        let text = Rect::new(right + p.size, place.y, width - p.size, place.h - 1);
        let dot = p.size / 2;
        fltk::draw::set_draw_color(p.c.good);
        fltk::draw::draw_pie(right, place.y + (place.h - dot) / 2, dot, dot, 0.0, 360.0);
        p.text_in(&words, text, Font::Helvetica, p.small(), p.c.faint);
        let tip = format!(
            "Connected to {} as {}",
            plain(&model.form.connecting),
            plain(model.me.as_ref().map_or("", |(_, name)| name))
        );
        p.zone(Zone::new(Rect::new(right, place.y, width, place.h), Role::Text, words).tip(tip));
        right -= p.size / 2;
    }
    draw_room(p, model, at, Rect::new(place.x + p.size, place.y, right - place.x - p.size, place.h - 1));
    draw_banner(p, model, it.banner);
}

fn draw_room(p: &mut Painter, model: &Model, at: WindowId, place: Rect) {
    let Some(room) = model.room_of(at) else { return };
    let label = plain(&room.label());
    let size = p.size * 8 / 7;
    let width =
        p.text_in(&label, Rect::new(place.x, place.y, place.w, place.h), Font::HelveticaBold, size, p.c.text);
    let name = Rect::new(place.x, place.y, width, place.h);
    p.zone(
        Zone::new(name, Role::Button, label)
            .click(Msg::OpenMenu(About::Room(room.id), place.x, place.bottom()))
            .menu(About::Room(room.id)),
    );
    let rest = Rect::new(place.x + width + p.size, place.y, place.w - width - p.size, place.h);
    if rest.w < p.size * 4 {
        return;
    }
    if room.is_direct() {
        let person = model.person_named(&room.name);
        let words = match (room.life, person) {
            (_, Some(person)) if !person.status.is_empty() => plain(&person.status),
            (Life::Open, _) => "Only you two read this".into(),
            (Life::Closed, Some(_)) => "Opens again with your next message".into(),
            (Life::Closed, None) => "Not here at the moment".into(),
        };
        p.text_in(&words, rest, Font::Helvetica, p.size, p.c.faint);
        return;
    }
    let over = p.is_over(rest);
    let empty = room.topic.is_empty();
    let words = if empty { "Add a topic".to_owned() } else { plain(&room.topic) };
    if !empty || over {
        let ink = if over { p.c.text } else { p.c.faint };
        p.text_in(&words, rest, Font::Helvetica, p.size, ink);
    }
    let tip = if empty {
        "Say what this room is about".into()
    } else {
        format!("{}\nClick to change the topic", isolated(&room.topic))
    };
    p.zone(Zone::new(rest, Role::Button, "topic").click(Msg::OpenPrompt(Asked::Topic(room.id))).tip(tip));
}

/// Draws the connection banner, with its actions.
fn draw_banner(p: &mut Painter, model: &Model, place: Rect) {
    if place.is_empty() {
        return;
    }
    p.fill(place, p.c.mention_back);
    p.fill(Rect::new(place.x, place.bottom() - 1, place.w, 1), p.c.line);
    let elsewhere = ("Another server", Msg::Do(Deed::Elsewhere));
    let (words, buttons) = match &model.link {
        Link::On => return,
        Link::Off => ("Not connected.".to_owned(), vec![("Connect", Msg::Again), elsewhere]),
        Link::Connecting => ("Connecting…".into(), vec![elsewhere]),
        Link::Broken(why) => (format!("Connection lost: {}. Reconnecting…", plain(why)), vec![elsewhere]),
        Link::Refused(Code::Passkey, _) => (
            "The server's passkey has changed.".into(),
            vec![("Enter passkey… (F2)", Msg::OpenPrompt(Asked::Passkey)), elsewhere],
        ),
        Link::Refused(Code::NameTaken | Code::NameInvalid, why) => (
            format!("Your name is not available: {}.", plain(why)),
            vec![("Another name… (F2)", Msg::OpenPrompt(Asked::Name)), ("Try again", Msg::Again), elsewhere],
        ),
        Link::Refused(_, why) => (
            format!("The server refuses the login: {}.", plain(why)),
            vec![("Try again", Msg::Again), elsewhere],
        ),
        Link::Ended(why) => (
            format!("The server has ended the connection: {}.", plain(why)),
            vec![("Connect again (F2)", Msg::Again), elsewhere],
        ),
    };
    let mut right = place.right() - p.size / 2;
    let height = p.size * 2;
    for (label, msg) in buttons.into_iter().rev() {
        let width = p.measure(label, Font::Helvetica, p.size) + p.size * 3 / 2;
        if right - width < place.x + p.size * 6 {
            break;
        }
        right -= width;
        let button = Rect::new(right, place.y + (place.h - height) / 2, width, height);
        p.button(button, label, Look::Plain, msg);
        right -= p.size / 2;
    }
    let text = Rect::new(place.x + p.size, place.y, right - place.x - p.size * 3 / 2, place.h);
    p.text_block(&words, text, p.small(), p.c.text);
    p.zone(Zone::new(text, Role::Text, words.clone()).tip(words));
}
