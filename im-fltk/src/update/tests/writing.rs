//! Writing, sending, editing and deleting.

use super::*;

#[test]
fn a_message_is_sending_sent_and_read() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "  \n "), [], "nothing to say");
    assert_eq!(send(&mut model, "hello")[0], Effect::Post(LOBBY, "hello".into(), None));
    let txn_id = TxnId([7; 16]);
    tell(&mut model, Msg::Posted(LOBBY, "hello".into(), None, Ok(txn_id)));
    assert_eq!(room(&model).pending.len(), 1);
    let own = event(LOBBY, 1, 1, Body::message("hello"));
    net(&mut model, ClientEvent::Entry { entry: own, txn_id: Some(txn_id) });
    assert_eq!(
        (room(&model).pending.len(), room(&model).entries.len(), room(&model).readers(1, ME)),
        (0, 1, 0)
    );
    let (delivered, read) = (Seq(1), Seq(1));
    net(&mut model, ClientEvent::Receipt { room: LOBBY, user: UserId(2), delivered, read });
    assert_eq!(room(&model).readers(1, ME), 1);
    tell(&mut model, Msg::Posted(LOBBY, "again".into(), None, Err("no".into())));
    let pending = &room(&model).pending[0];
    assert_eq!(
        (pending.text.as_str(), &pending.state),
        ("again", &PendingState::Failed("no".into())),
        "it is not lost"
    );
}

#[test]
fn a_pending_message_goes_however_its_post_ends() {
    let mut model = chatting();
    let posted = |model: &mut Model, n: u8| {
        let txn_id = TxnId([n; 16]);
        tell(model, Msg::Posted(LOBBY, "x".into(), None, Ok(txn_id)));
        txn_id
    };
    let stored = |txn_id, seq| ClientEvent::Posted { txn_id, room: LOBBY, seq: Seq(seq) };
    // The entry arrives before the acknowledgement.
    let txn_id = posted(&mut model, 1);
    said(&mut model, LOBBY, 1, 1, "x");
    assert_eq!(room(&model).pending.len(), 1, "nobody can know yet whose it is");
    net(&mut model, stored(txn_id, 1));
    assert!(room(&model).pending.is_empty());
    // The acknowledgement comes first.
    let txn_id = posted(&mut model, 2);
    net(&mut model, stored(txn_id, 2));
    assert_eq!(room(&model).pending.len(), 1, "it is not to be seen yet");
    said(&mut model, LOBBY, 2, 1, "x");
    assert!(room(&model).pending.is_empty());
    // The entry is not available any more.
    let txn_id = posted(&mut model, 3);
    net(&mut model, stored(txn_id, 5));
    net(&mut model, ClientEvent::Missed { room: LOBBY, from: Seq(3), to: Seq(9) });
    assert!(room(&model).pending.is_empty());
    // A rejected message stays, shows the reason, and can be sent again or dismissed.
    let txn_id = posted(&mut model, 4);
    net(
        &mut model,
        ClientEvent::PostFailed {
            txn_id,
            room: LOBBY,
            code: Code::Forbidden,
            text: "no".into(),
            retry_after: None,
        },
    );
    assert_eq!(room(&model).pending[0].state, PendingState::Failed("no".into()));
    let effects = tell(&mut model, Msg::Do(crate::model::Deed::Retry(txn_id)));
    assert_eq!(effects[0], Effect::Post(LOBBY, "x".into(), None));
    assert!(room(&model).pending.is_empty());
    let txn_id = posted(&mut model, 5);
    tell(&mut model, Msg::Do(crate::model::Deed::Dismiss(txn_id)));
    assert!(room(&model).pending.is_empty());
}

#[test]
fn a_long_message_is_not_sent_and_notes_stay_in_their_room() {
    let mut model = chatting();
    let long = "x".repeat(64 * 1024);
    assert_eq!(send(&mut model, &long), [Effect::SetInput(MAIN, long.clone())], "it comes back");
    assert!(note(&model).contains("longer than the server takes (16384)"), "{}", note(&model));
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(note(&model), "", "it was about another room");
    send(&mut model, "/nonsense");
    assert!(note(&model).contains("no command /nonsense"));
    tell_at(&mut model, NOW + 20_000, MAIN, Msg::Tick);
    assert_eq!(note(&model), "", "it is old by now");
}

#[test]
fn edits_deletions_and_reactions_change_what_was_said() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "one");
    said(&mut model, LOBBY, 2, 1, "mine");
    happens(&mut model, LOBBY, 3, 2, Body::Edited { target: Seq(1), text: "uno".into(), mentions: vec![] });
    happens(&mut model, LOBBY, 4, 3, Body::Reacted { target: Seq(1), emoji: "👍".into(), on: true });
    let one = room(&model).said(1).unwrap();
    assert_eq!((one.text.as_str(), one.edited, one.reactions.len()), ("uno", true, 1));
    let react = Msg::Do(crate::model::Deed::React(1, "👍".into()));
    assert!(tell(&mut model, react).contains(&Effect::React(LOBBY, 1, "👍".into(), true)));
    assert_eq!(model.settings.emoji, ["👍"]);
    happens(&mut model, LOBBY, 5, 2, Body::Deleted { target: Seq(1) });
    assert!(room(&model).said(1).unwrap().deleted);
    assert_eq!(tell(&mut model, Msg::EditLast)[0], Effect::SetInput(MAIN, "mine".into()));
    assert_eq!(send(&mut model, "mine!")[0], Effect::Edit(LOBBY, 2, "mine!".into()));
    let txn_id = TxnId([9; 16]);
    tell(&mut model, Msg::Editing(txn_id, LOBBY, 2, "mine!".into()));
    let refused = ClientEvent::PostFailed {
        txn_id,
        room: LOBBY,
        code: Code::Forbidden,
        text: "no".into(),
        retry_after: None,
    };
    assert_eq!(
        net(&mut model, refused),
        [Effect::SetInput(MAIN, "mine!".into())],
        "an edit that fails comes back"
    );
    assert_eq!(model.window(MAIN).unwrap().editing, Some(2));
    tell(&mut model, Msg::Cancel);
    tell(&mut model, Msg::EditLast);
    assert_eq!(tell(&mut model, Msg::Cancel)[0], Effect::SetInput(MAIN, String::new()));
}

#[test]
fn a_deletion_is_asked_once_and_can_be_undone() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 1, "a slip");
    let delete = || Msg::Do(crate::model::Deed::Delete(1));
    tell(&mut model, delete());
    assert!(matches!(model.window(MAIN).unwrap().overlay, Some(Overlay::Confirm(_))));
    tell(&mut model, Msg::Cancel);
    assert!(model.deleting.is_empty(), "not meant");
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert!(model.is_deleting(LOBBY, 1));
    tell(&mut model, Msg::UndoDelete(1));
    assert_eq!(tell_at(&mut model, NOW + 10_000, MAIN, Msg::Tick), [], "undone");
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert_eq!(tell_at(&mut model, NOW + 10_000, MAIN, Msg::Tick), [Effect::Delete(LOBBY, 1)]);
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert!(tell(&mut model, Msg::Quit).contains(&Effect::Delete(LOBBY, 1)), "not lost by leaving");
}

#[test]
fn drafts_are_kept_for_each_room() {
    let mut model = chatting();
    let typed = |text: &str| Msg::Typed(FieldId::Composer, text.into(), text.len());
    assert!(tell(&mut model, typed("half a th")).contains(&Effect::Typing(LOBBY)));
    assert!(
        !tell(&mut model, typed("half a thought")).contains(&Effect::Typing(LOBBY)),
        "told once in a while"
    );
    assert_eq!(tell(&mut model, Msg::Select(TEA))[0], Effect::SetInput(MAIN, String::new()));
    assert_eq!(tell(&mut model, Msg::Select(LOBBY))[0], Effect::SetInput(MAIN, "half a thought".into()));
}

#[test]
fn words_are_completed_from_a_list() {
    let mut model = chatting();
    tell(&mut model, Msg::Typed(FieldId::Composer, "hi @per".into(), 7));
    let shown =
        |model: &Model| model.window(MAIN).unwrap().completion.as_ref().map_or(0, |it| it.candidates.len());
    assert_eq!(shown(&model), 2);
    tell(&mut model, Msg::CompleteStep(1));
    let effects = tell(&mut model, Msg::CompleteTake(1, "hi @per".into()));
    assert_eq!(effects[0], Effect::SetInputAt(MAIN, "hi @person3 ".into(), 12));
    assert_eq!(shown(&model), 0);
    let effects = tell(&mut model, Msg::Complete("person2".into(), 7));
    assert_eq!(effects[0], Effect::SetInputAt(MAIN, "@person2 ".into(), 9), "only one fits");
    tell(&mut model, Msg::Typed(FieldId::Composer, "#t".into(), 2));
    assert_eq!(shown(&model), 1, "rooms too");
    tell(&mut model, Msg::Cancel);
    assert_eq!(shown(&model), 0);
}

#[test]
fn commands_are_not_said() {
    let mut model = chatting();
    let run = |model: &mut Model, text: &str| send(model, text).into_iter().next();
    assert_eq!(run(&mut model, "/join #cake"), Some(Effect::Join("cake".into(), true)));
    assert_eq!(run(&mut model, "/topic hot"), Some(Effect::Topic(LOBBY, "hot".into())));
    assert_eq!(run(&mut model, "/msg person2 hi"), Some(Effect::Direct("person2".into(), "hi".into(), true)));
    assert_eq!(run(&mut model, "/away lunch"), Some(Effect::Status(true, "lunch".into())));
    assert_eq!(run(&mut model, "//etc"), Some(Effect::Post(LOBBY, "/etc".into(), None)));
    assert_eq!(run(&mut model, "/nonsense"), None);
    send(&mut model, "/help");
    assert_eq!(model.window(MAIN).unwrap().overlay, Some(Overlay::Help));
}
