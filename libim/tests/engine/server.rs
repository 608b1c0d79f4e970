//! The server's engine: protocol violations, names, sessions, approvals.

use crate::stage::{Stage, answers, approvals, create, post, post_in, refusal, room_of};
use libim::engine::{ConnId, Machine};
use libim::wire::{
    Code, Create, Delete, Edit, Fetch, FromClient, FromServer, Join, Login, Ping, Presence, Quit, React,
    RequestId, RoomId, Seq, SetStatus, SetTopic, Timestamp, TxnId,
};
use libim::{ApprovalPolicy, OperatorError, ServerConfig, ServerEvent};
use std::time::Duration;

#[test]
fn a_bye_is_the_last_frame() {
    let mut stage = Stage::new(ServerConfig::default());
    let (conn, _) = stage.logs_in("anna");
    let mut bytes = Vec::new();
    post(2, "one").encode(&mut bytes).unwrap();
    post(3, "two").encode(&mut bytes).unwrap();
    bytes.extend([0, 0, 0, 1, 0xc1]);
    let heard = stage.sends(conn, &bytes);
    assert!(matches!(heard.last(), Some(FromServer::Bye(bye)) if bye.code == Code::Malformed), "{heard:?}");
    assert!(stage.hears(conn).is_empty());
}

#[test]
fn a_client_that_pings_stays_connected_and_a_silent_one_times_out() {
    let mut stage = Stage::new(ServerConfig::default());
    let (lurker, _) = stage.logs_in("lurker");
    let (silent, _) = stage.logs_in("silent");
    for _ in 0..10 {
        stage.passes(Duration::from_secs(30));
        stage.says(lurker, &[FromClient::Ping(Ping {})]);
    }
    assert!(stage.server.wants_bytes(lurker));
    assert!(!stage.server.wants_bytes(silent));
}

#[test]
fn a_name_is_held_until_its_session_ends() {
    let mut stage = Stage::new(ServerConfig::default());
    stage.logs_in("alice");
    let (own, _) = stage.logs_in("aiice");
    stage.server.handle_closed(stage.now, own, "cut");
    // It collides with both: by its case fold with the disconnected user, by its skeleton with the connected one.
    let (_, heard) = stage.logs_in("aIice");
    assert_eq!(refusal(&heard), Some(Code::NameTaken), "{heard:?}");
    // The same address does not prove that it is the same user.
    let (_, heard) = stage.logs_in("aiice");
    assert_eq!(refusal(&heard), Some(Code::NameTaken));
    stage.passes(Duration::from_secs(61));
    let (_, heard) = stage.logs_in("aiice");
    assert_eq!(refusal(&heard), None);
}

#[test]
fn the_number_of_users_is_bounded() {
    let mut stage = Stage::new(ServerConfig { people_max: 3, ..ServerConfig::default() });
    for name in ["one", "two", "three"] {
        let (conn, _) = stage.logs_in(name);
        stage.server.handle_closed(stage.now, conn, "cut");
    }
    // A new user evicts the session that has waited longest, but no connected user.
    let (_, heard) = stage.logs_in("four");
    assert_eq!(refusal(&heard), None);
    let mut names: Vec<String> = stage.server.people().map(|person| person.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["four", "three", "two"]);
    stage.logs_in("five");
    stage.logs_in("six");
    let (_, heard) = stage.logs_in("seven");
    assert_eq!(refusal(&heard), Some(Code::Full));
}

#[test]
fn requests_of_unknown_kinds_count_against_the_rate_limit() {
    let mut stage = Stage::new(ServerConfig::default());
    let (conn, _) = stage.logs_in("anna");
    let unknown = [0, 0, 0, 7, 0x92, 0xcd, 0x12, 0x34, 0x81, 0xa1, b'i'];
    let frame = [&[0, 0, 0, 8][..], &unknown[4..], &[5]].concat();
    let heard = stage.sends(conn, &frame.repeat(2_000));
    let refusals = heard.iter().filter(|message| matches!(message, FromServer::ErrorReply(_))).count();
    assert!((400..600).contains(&refusals), "{refusals}");
    assert!(!stage.server.wants_bytes(conn), "throttled");
}

#[test]
fn two_joins_in_one_turn_are_one_join() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let create = libim::wire::Create { id: RequestId(2), name: "tea".into(), topic: String::new() };
    stage.says(anna, &[FromClient::Create(create)]);
    let (bert, _) = stage.logs_in("bert");
    let join = |id| FromClient::Join(Join { id: RequestId(id), name: "tea".into() });
    let heard = stage.says_all(bert, &[join(2), join(3)]);
    assert_eq!(refusal(&heard), None);
    let tea = stage.server.rooms().find(|room| &*room.name == "tea").unwrap();
    assert_eq!((tea.members, tea.head), (2, Seq(2)));
}

#[test]
fn a_deleted_text_cannot_be_fetched() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (room, target) = (RoomId::LOBBY, Seq(1));
    let edit = Edit { id: RequestId(3), room, txn_id: TxnId([3; 16]), target, text: "secret two".into() };
    let delete = Delete { id: RequestId(4), room, txn_id: TxnId([4; 16]), target };
    stage.says(anna, &[post(2, "secret one"), FromClient::Edit(edit), FromClient::Delete(delete)]);
    let (after, before) = (Seq(0), Seq(0));
    let id = RequestId(5);
    let fetch =
        Fetch { id, room, after, before, since: Timestamp(0), limit: 0, upward: true, messages_only: false };
    let heard = stage.says(anna, &[FromClient::Fetch(fetch)]);
    let Some(FromServer::History(history)) = heard.first() else { panic!("{heard:?}") };
    assert_eq!(history.entries.len(), 3);
    assert!(!format!("{history:?}").contains("secret"), "{history:?}");
}

/// While a request waits for approval, those after it wait too, and are then handled in order.
#[test]
fn the_program_resolves_approvals() {
    let policy = ApprovalPolicy { logins: true, posts: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (conn, heard) = stage.logs_in("mallory");
    assert_eq!(heard, vec![], "the login waits");
    let asked = approvals(&mut stage.server);
    assert_eq!((asked.len(), asked[0].kind, &*asked[0].name), (1, libim::ApprovalKind::LogIn, "mallory"));
    stage.server.at(stage.now).resolve(asked[0].id, false, "not today").unwrap();
    let twice = stage.server.resolve(asked[0].id, true, "");
    assert_eq!(twice, Err(OperatorError::NoApproval), "an approval is resolved once");
    assert!(
        matches!(&stage.hears(conn)[..], [FromServer::ErrorReply(r)] if r.code == Code::Forbidden && r.text == "not today")
    );

    let login = Login { id: RequestId(2), name: "anna".into(), passkey: None, token: None };
    stage.says(conn, &[FromClient::Login(login)]);
    let asked = approvals(&mut stage.server);
    stage.server.resolve(asked[0].id, true, "").unwrap();
    let heard = stage.hears(conn);
    assert!(matches!(&heard[..], [FromServer::Welcome(_), ..]), "{heard:?}");
    while stage.server.poll_action().is_some() {}

    let heard = stage.says(conn, &[post(3, "one"), post(4, "two"), FromClient::Ping(Ping {})]);
    assert_eq!(heard, vec![], "the requests after it wait too");
    let asked = approvals(&mut stage.server);
    assert_eq!((asked.len(), asked[0].kind, asked[0].text.as_str()), (1, libim::ApprovalKind::Post, "one"));
    stage.server.resolve(asked[0].id, true, "").unwrap();
    // The server asks the driver to resume reading.
    assert!(matches!(stage.server.poll_action(), Some(libim::engine::Action::Resume(_))));
    let heard = stage.sends(conn, &[]);
    assert!(matches!(&heard[..], [FromServer::Posted(posted)] if posted.id == RequestId(3)), "{heard:?}");
    let asked = approvals(&mut stage.server);
    assert_eq!(asked[0].text, "two");
    let end = stage.now.mono + libim::wire::limits::DECISION_TIME_MAX;
    while stage.now.mono < end {
        stage.now.mono += Duration::from_secs(5);
        stage.server.handle_timeout(stage.now);
    }
    let heard = stage.sends(conn, &[]);
    let pong = |message: &&FromServer| matches!(message, FromServer::Pong(_));
    assert_eq!(heard.iter().take_while(pong).count(), 3, "Pongs while it waits: {heard:?}");
    assert!(
        matches!(&heard[3..], [FromServer::ErrorReply(r), FromServer::Pong(_)] if r.id == RequestId(4) && r.code == Code::TimedOut),
        "{heard:?}"
    );
}

/// If the answer was lost with the connection, the retry needs no new approval and is the same post.
#[test]
fn a_retry_of_an_approved_post_needs_no_approval() {
    let policy = ApprovalPolicy { posts: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (conn, _) = stage.logs_in("anna");
    stage.says(conn, &[post(3, "one")]);
    let asked = approvals(&mut stage.server);
    stage.server.resolve(asked[0].id, true, "").unwrap();
    stage.hears(conn);
    while stage.server.poll_action().is_some() {}
    let heard = stage.says(conn, &[post(3, "one")]);
    assert_eq!(approvals(&mut stage.server), vec![]);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Posted(posted) if posted.duplicate)), "{heard:?}");
}

#[test]
fn batching_is_preferred_when_many_post_in_one_room() {
    let mut stage = Stage::new(ServerConfig::default());
    let conns: Vec<ConnId> =
        ["anna", "bert", "cora", "dora"].iter().map(|name| stage.logs_in(name).0).collect();
    for speakers in [1, 4, 2, 3] {
        for (number, conn) in (0..speakers).zip(&conns) {
            let mut bytes = Vec::new();
            post(number + 10 * speakers, "hello").encode(&mut bytes).unwrap();
            stage.server.handle_bytes(stage.now, *conn, &bytes);
        }
        stage.hears(conns[0]);
        assert_eq!(stage.server.prefers_batching(), Some(speakers > 2));
        stage.hears(conns[0]);
        assert_eq!(
            stage.server.prefers_batching(),
            Some(speakers > 2),
            "a turn without new entries does not change it"
        );
    }
}

fn react(id: u32, on: bool) -> FromClient {
    let txn_id = TxnId([u8::try_from(id).unwrap(); 16]);
    FromClient::React(React {
        id: RequestId(id),
        room: RoomId::LOBBY,
        txn_id,
        target: Seq(1),
        emoji: "+".into(),
        on,
    })
}

#[test]
fn removing_a_reaction_needs_no_approval() {
    let policy = ApprovalPolicy { reactions: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    stage.says(anna, &[post(2, "hello"), react(3, true)]);
    let request = approvals(&mut stage.server).remove(0);
    stage.server.resolve(request.id, true, "").unwrap();
    stage.hears(anna);
    while stage.server.poll_action().is_some() {}
    assert_eq!(answers(&stage.says(anna, &[react(4, false)])), [(4, false)]);
    assert!(approvals(&mut stage.server).is_empty());
}

#[test]
fn nobody_mentions_themselves_or_who_is_not_in_the_room() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.logs_in("bert");
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    let mut mentions = |id, room| {
        let heard = stage.says(anna, &[post_in(id, room, "@anna and @bert", None)]);
        heard.iter().find_map(|it| match it {
            FromServer::Posted(posted) => Some(posted.mentions.len()),
            _ => None,
        })
    };
    assert_eq!(mentions(3, RoomId::LOBBY), Some(1));
    assert_eq!(mentions(4, tea), Some(0));
}

#[test]
fn topics_and_statuses_are_one_line() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    for bad in ["a\nb", "\u{202e}", "\u{7}"] {
        let text = bad.to_owned();
        let status = SetStatus { id: RequestId(2), presence: Presence::Online, text: text.clone() };
        let topic = SetTopic { id: RequestId(3), room: RoomId::LOBBY, topic: text.clone() };
        let create = Create { id: RequestId(4), name: "tea".into(), topic: text };
        for request in
            [FromClient::SetStatus(status), FromClient::SetTopic(topic), FromClient::Create(create)]
        {
            assert_eq!(refusal(&stage.says(anna, &[request])), Some(Code::Invalid), "{bad:?}");
        }
    }
}

#[test]
fn an_approved_post_is_refused_if_its_author_has_left_meanwhile() {
    let policy = ApprovalPolicy { posts: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(anna, &[post_in(3, tea, "may I?", None)]);
    let request = approvals(&mut stage.server).remove(0);
    let user = request.user.unwrap();
    stage.server.remove_from_room(tea, user, "").unwrap();
    stage.hears(anna);
    stage.server.resolve(request.id, true, "").unwrap();
    assert_eq!(refusal(&stage.hears(anna)), Some(Code::NotMember));
}

#[test]
fn without_a_resume_window_a_broken_connection_ends_the_session() {
    let mut stage = Stage::new(ServerConfig { resume_window: Duration::ZERO, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    stage.server.handle_closed(stage.now, anna, "cut");
    stage.hears(anna);
    assert_eq!(stage.server.people().count(), 0);
}

#[test]
fn an_entry_has_the_name_of_its_author() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    stage.puts(anna, &[post(2, "hello")]);
    let heard = stage.hears(bert);
    let name = heard.iter().find_map(|message| match message {
        FromServer::Entry(entry) => Some(entry.name.as_str()),
        _ => None,
    });
    assert_eq!(name, Some("anna"));
}

#[test]
fn an_approval_ends_with_its_connection() {
    let policy = ApprovalPolicy { posts: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    stage.says(anna, &[post(2, "hello")]);
    let waiting = approvals(&mut stage.server);
    stage.server.handle_closed(stage.now, anna, "cut");
    assert_eq!(stage.server.resolve(waiting[0].id, true, ""), Err(OperatorError::NoApproval));
}

#[test]
fn the_program_is_told_names() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, heard) = stage.logs_in("anna");
    let token = crate::stage::token(&heard);
    stage.server.handle_closed(stage.now, anna, "cut");
    let (anna, _) = stage.resumes(token);
    stage.says(anna, &[FromClient::Quit(Quit { reason: String::new() })]);
    let named = |event| match event {
        ServerEvent::Entered { name, .. }
        | ServerEvent::Detached { name, .. }
        | ServerEvent::Resumed { name, .. }
        | ServerEvent::Left { name, .. } => Some(name),
        _ => None,
    };
    let names: Vec<_> = std::iter::from_fn(|| stage.server.poll_event()).filter_map(named).collect();
    assert_eq!(names, ["anna"; 4]);
}
