//! Menus, the picker, cards and confirmations.

use super::*;
use crate::model::{About, Asked, Deed, FieldDeed, PickFor};

fn labels(model: &Model) -> Vec<String> {
    match &model.window(MAIN).unwrap().overlay {
        Some(Overlay::Menu(menu)) => menu.items.iter().map(|it| it.label.clone()).collect(),
        _ => Vec::new(),
    }
}

fn open(model: &mut Model, about: About) -> Vec<String> {
    tell(model, Msg::OpenMenu(about, 10, 20));
    labels(model)
}

fn choose(model: &mut Model, about: About, label: &str) -> Vec<Effect> {
    let index = open(model, about).iter().position(|it| it == label).unwrap();
    let effects = tell(model, Msg::MenuTake(index));
    effects
        .into_iter()
        .filter(|it| !matches!(it, Effect::Focus(_) | Effect::FocusField(..) | Effect::SetField(..)))
        .collect()
}

#[test]
fn a_message_is_copied_answered_edited_and_deleted() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "theirs: https://a.b");
    said(&mut model, LOBBY, 2, 1, "mine");
    let about = |seq| About::Message(Some(seq), String::new());
    let theirs = open(&mut model, about(1));
    assert!(!theirs.contains(&"Edit".into()) && !theirs.contains(&"Copy selection".into()));
    assert_eq!(choose(&mut model, about(1), "Copy message"), [Effect::Copy("theirs: https://a.b".into())]);
    assert_eq!(choose(&mut model, about(1), "Copy link"), [Effect::Copy("https://a.b".into())]);
    let effects = choose(&mut model, about(1), "React 👍");
    assert!(effects.contains(&Effect::React(LOBBY, 1, "👍".into(), true)));
    choose(&mut model, about(2), "Delete…");
    assert!(matches!(model.window(MAIN).unwrap().overlay, Some(Overlay::Confirm(_))));
    assert_eq!(choose(&mut model, about(2), "Edit"), [Effect::SetInput(MAIN, "mine".into())]);
    assert_eq!(model.window(MAIN).unwrap().editing, Some(2));
    assert_eq!(choose(&mut model, about(1), "Reply"), [Effect::SetInput(MAIN, String::new())]);
    let window = model.window(MAIN).unwrap();
    assert_eq!((window.editing, window.replying), (None, Some(1)), "one or the other");
    assert_eq!(send(&mut model, "indeed")[0], Effect::Post(LOBBY, "indeed".into(), Some(1)));
    assert_eq!(model.window(MAIN).unwrap().replying, None);
    let selected = About::Message(None, "part".into());
    assert_eq!(choose(&mut model, selected, "Copy selection"), [Effect::Copy("part".into())]);
    assert!(open(&mut model, About::Message(Some(99), String::new())).is_empty(), "nothing to choose");
    assert_eq!(
        choose(&mut model, About::Link("http://x".into()), "Copy link"),
        [Effect::Copy("http://x".into())]
    );
}

#[test]
fn rooms_people_servers_and_fields_have_menus() {
    let mut model = chatting();
    assert_eq!(open(&mut model, About::Room(LOBBY)), ["Mute", "Set the topic…"]);
    assert_eq!(choose(&mut model, About::Room(TEA), "Leave #tea"), [Effect::Leave(TEA)]);
    let person = About::Person(UserId(2));
    let direct = Effect::Direct("person2".into(), String::new(), true);
    assert_eq!(choose(&mut model, person.clone(), "Private conversation"), [direct]);
    assert_eq!(choose(&mut model, person, "Mention @person2"), [Effect::Insert(MAIN, "@person2 ".into())]);
    assert_eq!(open(&mut model, About::Person(ME))[0], "I am away");
    assert_eq!(choose(&mut model, About::Program, "I am away"), [Effect::Status(true, String::new())]);
    assert_eq!(choose(&mut model, About::Program, "Exit"), [Effect::Save, Effect::Quit]);
    choose(&mut model, About::Program, "Search…");
    assert!(model.window(MAIN).unwrap().search.is_some());
    choose(&mut model, About::Program, "Hide joins and leaves");
    assert!(!model.settings.show_moves);
    model.settings.servers = vec!["one:1".into(), "two:2".into()];
    tell(&mut model, Msg::OpenMenu(About::Servers, 0, 0));
    for _ in 0..5 {
        tell(&mut model, Msg::MenuStep(1));
    }
    tell(&mut model, Msg::MenuTake(1));
    assert_eq!((model.form.server.as_str(), model.form.port.as_str()), ("two", "2"));
    let field = About::Field(FieldId::Composer, true, true);
    assert_eq!(open(&mut model, field.clone()), ["Undo", "Cut", "Copy", "Paste", "Select all"]);
    let effects = choose(&mut model, field, "Paste");
    assert_eq!(effects, [Effect::Field(MAIN, FieldId::Composer, FieldDeed::Paste)]);
    let secret = About::Field(FieldId::Passkey, true, false);
    assert_eq!(open(&mut model, secret), ["Undo", "Paste", "Select all"], "a hidden passkey is not copied");
    tell(&mut model, Msg::Cancel);
    assert!(model.window(MAIN).unwrap().overlay.is_none());
}

#[test]
fn an_emoji_is_picked_for_a_text_or_a_message() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "hello");
    tell(&mut model, Msg::OpenPicker(PickFor::Text));
    tell(&mut model, Msg::Typed(FieldId::Overlay, "tada".into(), 4));
    let effects = tell(&mut model, Msg::PickTake(0));
    assert!(effects.contains(&Effect::Insert(MAIN, "🎉".into())));
    tell(&mut model, Msg::OpenPicker(PickFor::Reaction(1)));
    let effects = tell(&mut model, Msg::PickTake(0));
    assert!(
        effects.contains(&Effect::React(LOBBY, 1, "🎉".into(), true)),
        "used last, shown first: {effects:?}"
    );
    tell(&mut model, Msg::OpenPicker(PickFor::Text));
    tell(&mut model, Msg::PickTone(5));
    tell(&mut model, Msg::Typed(FieldId::Overlay, "wave".into(), 4));
    assert!(tell(&mut model, Msg::PickTake(0)).contains(&Effect::Insert(MAIN, "👋🏿".into())));
    assert_eq!(model.settings.tone, 5);
}

#[test]
fn a_line_is_filled_in() {
    let mut model = chatting();
    let effects = tell(&mut model, Msg::OpenPrompt(Asked::Topic(TEA)));
    assert_eq!(effects[0], Effect::SetField(MAIN, FieldId::Overlay, String::new()));
    tell(&mut model, Msg::Typed(FieldId::Overlay, " hot ".into(), 0));
    assert!(tell(&mut model, Msg::PromptDone).contains(&Effect::Topic(TEA, "hot".into())));
    tell(&mut model, Msg::Do(Deed::Status));
    tell(&mut model, Msg::Typed(FieldId::Overlay, "busy".into(), 0));
    assert!(tell(&mut model, Msg::PromptDone).contains(&Effect::Status(false, "busy".into())));
    tell(&mut model, Msg::OpenCard(UserId(2), "person2".into(), 5, 5));
    assert!(
        matches!(&model.window(MAIN).unwrap().overlay, Some(Overlay::Card(card)) if card.name == "person2")
    );
    tell(&mut model, Msg::OpenCard(UserId(99), "gone".into(), 5, 5));
    assert!(matches!(model.window(MAIN).unwrap().overlay, Some(Overlay::Card(_))), "also of one who left");
    tell(&mut model, Msg::OpenPeople);
    tell(&mut model, Msg::PeopleStep(1));
    tell(&mut model, Msg::PeopleTake);
    assert!(
        matches!(&model.window(MAIN).unwrap().overlay, Some(Overlay::Card(card)) if card.name == "person2")
    );
}
