//! Menus: opened, gone through, and carried out.

use super::{Effect, chat};
use crate::model::{Deed, Model, Search};

/// Does what the chosen entry says.
pub fn take(model: &mut Model, index: usize) -> Vec<Effect> {
    let Some(menu) = model.menu.take() else { return Vec::new() };
    let Some((_, deed)) = menu.items.into_iter().nth(index) else { return Vec::new() };
    match deed {
        Deed::Copy(text) => vec![Effect::Copy(text)],
        Deed::Reply(seq) => chat::reply(model, seq),
        Deed::Change(seq) => chat::edit(model, seq),
        Deed::TakeBack(seq) => vec![Effect::Delete(model.current, seq)],
        Deed::React(seq, emoji) => chat::react(model, seq, emoji),
        Deed::Talk(user) => chat::direct(model, user),
        Deed::Name(name) => vec![Effect::Insert(format!("@{name} "))],
        Deed::Mute(room) => chat::mute(model, room),
        Deed::Leave(room) => vec![Effect::Leave(room)],
        Deed::Server(server) => {
            model.form.server = server;
            Vec::new()
        }
        Deed::GoTo => super::open_switcher(model),
        Deed::Search => {
            model.search = Some(Search::default());
            Vec::new()
        }
        Deed::Theme => super::toggle_theme(model),
        Deed::Zoom(by) => super::zoom(model, by),
        Deed::Away(away) => chat::status(model, away, String::new()),
        Deed::Elsewhere => super::disconnect(model),
        Deed::Quit => vec![Effect::Save, Effect::Quit],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ME, TEA, chatting, said};
    use super::super::{Msg, update};
    use super::*;
    use crate::model::About;
    use libim::wire::{RoomId, UserId};

    fn open(model: &mut Model, about: About) -> Vec<String> {
        update(model, 0, Msg::OpenMenu(about, 10, 20));
        model.menu.as_ref().map_or_else(Vec::new, |menu| menu.items.iter().map(|it| it.0.clone()).collect())
    }

    fn choose(model: &mut Model, about: About, label: &str) -> Vec<Effect> {
        let index = open(model, about).iter().position(|it| it == label).unwrap();
        let effects = update(model, 0, Msg::MenuTake(index));
        assert!(model.menu.is_none());
        effects
    }

    #[test]
    fn a_message_is_copied_answered_changed_and_taken_back() {
        let mut model = chatting();
        said(&mut model, RoomId::LOBBY, 1, 2, "theirs");
        said(&mut model, RoomId::LOBBY, 2, 1, "mine");
        let about = |seq| About::Message(Some(seq), String::new());
        let labels = open(&mut model, about(1));
        assert!(!labels.contains(&"Change".into()) && !labels.contains(&"Copy the selection".into()));
        assert_eq!(choose(&mut model, about(1), "Copy the message"), [Effect::Copy("theirs".into())]);
        assert_eq!(
            choose(&mut model, about(1), "React 👍"),
            [Effect::React(RoomId::LOBBY, 1, "👍".into(), true)]
        );
        assert_eq!(choose(&mut model, about(2), "Take back"), [Effect::Delete(RoomId::LOBBY, 2)]);
        assert_eq!(choose(&mut model, about(2), "Change"), [Effect::SetInput("mine".into())]);
        assert_eq!(model.editing, Some(2));
        assert_eq!(choose(&mut model, about(1), "Reply"), [Effect::SetInput(String::new())]);
        assert_eq!((model.editing, model.replying), (None, Some(1)), "one or the other");
        let effects = update(&mut model, 0, Msg::Send("indeed".into()));
        assert_eq!(effects[0], Effect::Post(RoomId::LOBBY, "indeed".into(), Some(1)));
        assert_eq!(model.replying, None);
        choose(&mut model, about(1), "Reply");
        update(&mut model, 0, Msg::Cancel);
        assert_eq!(model.replying, None);
        let selected = About::Message(None, "part".into());
        assert_eq!(choose(&mut model, selected, "Copy the selection"), [Effect::Copy("part".into())]);
        assert!(open(&mut model, About::Message(Some(99), String::new())).is_empty(), "nothing to choose");
    }

    #[test]
    fn rooms_people_and_servers_have_menus() {
        let mut model = chatting();
        assert_eq!(open(&mut model, About::Room(RoomId::LOBBY)), ["Mute"]);
        assert_eq!(choose(&mut model, About::Room(TEA), "Leave #tea"), [Effect::Leave(TEA)]);
        let person = About::Person(UserId(2));
        assert_eq!(
            choose(&mut model, person.clone(), "Private conversation"),
            [Effect::Direct("person2".into(), String::new())]
        );
        assert_eq!(choose(&mut model, person, "Write @person2"), [Effect::Insert("@person2 ".into())]);
        assert_eq!(open(&mut model, About::Person(ME)), ["I am away", "Copy the name"]);
        assert_eq!(choose(&mut model, About::Program, "I am away"), [Effect::Status(true, String::new())]);
        assert_eq!(choose(&mut model, About::Program, "Quit   Ctrl+Q"), [Effect::Save, Effect::Quit]);
        choose(&mut model, About::Program, "Search…   Ctrl+F");
        assert!(model.search.is_some());
        model.settings.servers = vec!["one".into(), "two".into()];
        update(&mut model, 0, Msg::OpenMenu(About::Servers, 0, 0));
        update(&mut model, 0, Msg::MenuStep(5));
        assert_eq!(model.menu.as_ref().map(|it| it.selected), Some(1));
        update(&mut model, 0, Msg::MenuTake(1));
        assert_eq!(model.form.server, "two");
        open(&mut model, About::Servers);
        update(&mut model, 0, Msg::Cancel);
        assert!(model.menu.is_none());
    }
}
