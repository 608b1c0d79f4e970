//! The server's engine: retries of posts, edits, deletions and reactions.

use crate::stage::{Stage, create, direct, join, leave, post_in, refusal, room_of, token};
use libim::ServerConfig;
use libim::engine::Machine;
use libim::wire::{Code, Edit, FromClient, FromServer, Posted, Quit, RequestId, RoomId, Seq};

fn posted(heard: &[FromServer]) -> Posted {
    let found = heard.iter().find_map(|message| match message {
        FromServer::Posted(posted) => Some(posted.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{heard:?}"))
}

#[test]
fn a_retry_is_detected_after_the_other_user_has_left() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, heard) = stage.logs_in("anna");
    let token = token(&heard);
    let (bert, _) = stage.logs_in("bert");
    let room = room_of(&stage.says(anna, &[direct(2, "bert")]));
    let important = post_in(3, room, "important", None);
    let seq = posted(&stage.says(anna, std::slice::from_ref(&important))).seq;
    // The answer is lost, and then the other user leaves.
    stage.server.handle_closed(stage.now, anna, "cut");
    stage.says(bert, &[FromClient::Quit(Quit { reason: String::new() })]);
    let anna = stage.resumes(token).0;
    let again = posted(&stage.says(anna, &[important]));
    assert!(again.duplicate && again.seq == seq, "{again:?}");
    // The same transaction id with different content, and a post that was never stored.
    assert_eq!(refusal(&stage.says(anna, &[post_in(3, room, "other", None)])), Some(Code::Conflict));
    assert_eq!(refusal(&stage.says(anna, &[post_in(4, room, "new", None)])), Some(Code::PeerGone));
}

#[test]
fn a_retry_is_detected_after_leaving_the_room() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let room = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(bert, &[join(2, "tea")]);
    let post = post_in(3, room, "hot", None);
    let seq = posted(&stage.says(anna, std::slice::from_ref(&post))).seq;
    let txn_id = libim::wire::TxnId([7; 16]);
    let edit = FromClient::Edit(Edit { id: RequestId(4), room, txn_id, target: seq, text: "hotter".into() });
    let edited = posted(&stage.says(anna, std::slice::from_ref(&edit))).seq;
    stage.says(anna, &[leave(5, room)]);
    assert_eq!(posted(&stage.says(anna, &[post])).seq, seq);
    assert_eq!(posted(&stage.says(anna, &[edit])).seq, edited);
    assert_eq!(refusal(&stage.says(anna, &[post_in(6, room, "new", None)])), Some(Code::NotMember));
    // The answer does not reveal whether a room exists.
    assert_eq!(refusal(&stage.says(anna, &[post_in(6, RoomId(99), "new", None)])), Some(Code::NotMember));
}

#[test]
fn the_same_transaction_id_of_two_users_is_two_posts() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let post = post_in(3, RoomId::LOBBY, "hello", None);
    assert_eq!(posted(&stage.says(anna, std::slice::from_ref(&post))).seq, Seq(1));
    let own = posted(&stage.says(bert, std::slice::from_ref(&post)));
    assert!(own.seq == Seq(2) && !own.duplicate, "{own:?}");
    assert_eq!(posted(&stage.says(bert, std::slice::from_ref(&post))).seq, Seq(2));
    assert_eq!(posted(&stage.says(anna, &[post])).seq, Seq(1));
}

#[test]
fn mentions_are_in_the_entry_not_in_the_answer_to_a_retry() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let post = post_in(3, RoomId::LOBBY, "hello @bert", None);
    assert!(posted(&stage.says(anna, std::slice::from_ref(&post))).mentions.is_empty());
    stage.logs_in("bert");
    let again = posted(&stage.says(anna, &[post]));
    assert!(again.duplicate && again.mentions.is_empty(), "{again:?}");
    let now = stage.says(anna, &[post_in(4, RoomId::LOBBY, "now @bert", None)]);
    assert_eq!(posted(&now).mentions.len(), 1);
}
