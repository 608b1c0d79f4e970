//! Deadlines after a pause of the process: what has arrived meanwhile is read before anybody is judged.

use crate::stage::{Stage, approvals, post, token};
use libim::engine::Machine;
use libim::wire::{FromClient, FromServer, Login, RequestId};
use libim::{ApprovalPolicy, ClientConfig, ClientEvent, Event, Loop, LoopConfig, ServerConfig};
use std::time::Duration;

#[test]
fn after_a_pause_of_the_server_no_deadline_applies_before_the_input_is_read() {
    let policy = ApprovalPolicy { posts: true, ..ApprovalPolicy::default() };
    let mut stage = Stage::new(ServerConfig { approvals: policy, ..ServerConfig::default() });
    let (cut, heard) = stage.logs_in("cut");
    let token = token(&heard);
    stage.server.handle_closed(stage.now, cut, "cut");
    let (slow, _) = stage.logs_in("slow");
    stage.server.handle_blocked(stage.now, slow);
    let (asking, _) = stage.logs_in("asking");
    stage.says(asking, &[post(2, "may I?")]);
    let request = approvals(&mut stage.server).remove(0);
    let late = stage.connect();
    while stage.server.poll_action().is_some() {}
    stage.sleeps(Duration::from_secs(90));
    stage.server.handle_timeout(stage.now);
    // Their input has been waiting in the sockets.
    let login = |name: &str, token| {
        FromClient::Login(Login { id: RequestId(9), name: name.into(), passkey: None, token })
    };
    let heard = stage.says(late, &[login("late", None)]);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Welcome(_))), "login: {heard:?}");
    let conn = stage.connect();
    let heard = stage.says(conn, &[login("cut", Some(token))]);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Welcome(it) if it.resumed)), "session: {heard:?}");
    assert_eq!(stage.server.resolve(request.id, true, ""), Ok(()), "approval");
    assert!(stage.server.wants_bytes(slow), "stall");
}

#[test]
fn a_server_that_is_always_late_still_closes_silent_connections() {
    let mut stage = Stage::new(ServerConfig::default());
    let (silent, _) = stage.logs_in("silent");
    for _ in 0..60 {
        stage.sleeps(Duration::from_secs(7));
        stage.server.handle_timeout(stage.now);
    }
    assert!(!stage.server.wants_bytes(silent));
}

#[test]
fn a_client_reads_before_it_gives_up_after_a_pause() {
    let mut stage = Stage::new(ServerConfig::default());
    let (mut client, _) = stage.has_client("anna");
    assert!(client.is_ready());
    stage.sleeps(Duration::from_secs(31));
    client.handle_timeout(stage.now); // sends a Ping
    stage.sleeps(Duration::from_secs(60));
    client.handle_timeout(stage.now);
    assert!(client.is_ready(), "the Pong may be in the socket");
    stage.sleeps(Duration::from_secs(60));
    client.handle_timeout(stage.now);
    assert!(!client.is_ready(), "but it is not waited for twice");
}

#[test]
fn a_turn_reads_before_it_judges_deadlines() {
    let config = LoopConfig { virtual_clock: true, workers_max: 0, seed: Some([3; 32]) };
    let mut event_loop = Loop::with(&config).unwrap();
    let server = event_loop.serve(ServerConfig::default());
    let address = event_loop.listen(server, &"mem:a".parse().unwrap()).unwrap();
    let anna = event_loop.connect(&address, ClientConfig::new("anna"));
    for _ in 0..100 {
        event_loop.turn(None).unwrap();
        while event_loop.next_event().is_some() {}
    }
    assert!(event_loop.client(anna).unwrap().is_ready());
    // The client's Ping is in the pipe when the server's deadline for it comes.
    for millis in [1_000, 30_000] {
        event_loop.advance(Duration::from_millis(millis)).unwrap();
        event_loop.turn(None).unwrap();
    }
    event_loop.advance(Duration::from_millis(44_500)).unwrap();
    for _ in 0..100 {
        event_loop.turn(None).unwrap();
        while let Some(event) = event_loop.next_event() {
            assert!(!matches!(event, Event::Client(_, ClientEvent::Disconnected { .. })), "{event:?}");
        }
    }
}
