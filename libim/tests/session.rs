//! Resuming a session after the client's program was killed.

#![cfg(unix)] // elsewhere sockets do not report a crash at once

use libim::wire::Code;
use libim::{Address, ClientConfig, ClientEvent, ClientId, Event, Loop, ServerConfig, StateDir};
use std::time::{Duration, Instant};

struct Setup {
    event_loop: Loop,
    address: Address,
    dir: std::path::PathBuf,
}

impl Setup {
    fn new(name: &str) -> Setup {
        let mut event_loop = Loop::new().unwrap();
        let server =
            event_loop.serve(ServerConfig { passkey: Some("sesame".into()), ..ServerConfig::default() });
        let address = event_loop.listen(server, &"127.0.0.1:0".parse().unwrap()).unwrap();
        let dir = std::env::temp_dir().join(format!("im-place-{}-{name}", std::process::id()));
        Setup { event_loop, address, dir }
    }

    fn dir(&self) -> StateDir {
        StateDir::at(&self.dir)
    }

    /// Another program, with a client.
    fn program(&self, name: &str, dir: Option<&StateDir>) -> (Loop, ClientId) {
        let mut event_loop = Loop::new().unwrap();
        let config = ClientConfig { passkey: Some("sesame".into()), ..ClientConfig::new(name) };
        let client = match dir {
            Some(dir) => event_loop.connect_kept(&self.address, config, dir).unwrap(),
            None => event_loop.connect(&self.address, config),
        };
        (event_loop, client)
    }

    /// Runs the server and the program until it has an event that is `wanted`.
    fn until(&mut self, program: &mut Loop, wanted: impl Fn(&ClientEvent) -> bool) -> ClientEvent {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            self.event_loop.turn(Some(Duration::from_millis(1))).unwrap();
            while self.event_loop.next_event().is_some() {}
            program.turn(Some(Duration::from_millis(1))).unwrap();
            while let Some(event) = program.next_event() {
                if let Event::Client(_, event) = event
                    && wanted(&event)
                {
                    return event;
                }
            }
        }
        panic!("no such event");
    }

    fn login(&mut self, program: &mut Loop) -> ClientEvent {
        self.until(program, |event| {
            matches!(event, ClientEvent::LoggedIn { .. } | ClientEvent::LoginRefused { .. })
        })
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn who(event: &ClientEvent) -> (u64, bool) {
    let ClientEvent::LoggedIn { user, resumed, .. } = event else { panic!("{event:?}") };
    (user.0, *resumed)
}

#[test]
fn a_killed_program_resumes_its_session_at_once() {
    let mut setup = Setup::new("killed");
    let dir = setup.dir();
    let (mut first, client) = setup.program("Tri", Some(&dir));
    let (tri, resumed) = who(&setup.login(&mut first));
    assert!(!resumed);
    first.client_mut(client).unwrap().create_room("lab", "").unwrap();
    let is_lab = |event: &ClientEvent| matches!(event, ClientEvent::Entered(room) if room.name == "lab");
    setup.until(&mut first, is_lab);
    drop(first);
    let (mut second, client) = setup.program("Tri", Some(&dir));
    assert_eq!(who(&setup.login(&mut second)), (tri, true));
    setup.until(&mut second, is_lab);
    // Quitting removes the session file.
    second.client_mut(client).unwrap().quit("").unwrap();
    setup.until(&mut second, |event| matches!(event, ClientEvent::Disconnected { .. }));
    assert_eq!(std::fs::read_dir(&setup.dir).unwrap().count(), 0);
    drop(second);
    let (mut third, _) = setup.program("Tri", Some(&dir));
    let (new, resumed) = who(&setup.login(&mut third));
    assert!(!resumed && new != tri);
}

#[test]
fn the_same_address_does_not_prove_identity() {
    let mut setup = Setup::new("address");
    let (mut first, _) = setup.program("Tri", None);
    setup.login(&mut first);
    drop(first);
    let (mut other, _) = setup.program("Tri", None);
    let refused = setup.login(&mut other);
    let ClientEvent::LoginRefused { code: Code::NameTaken, text, retry_after: Some(wait), .. } = refused
    else {
        panic!("{refused:?}")
    };
    assert!(wait > Duration::from_secs(30) && text.contains("wait"), "{wait:?} {text}");
}

#[test]
fn a_session_is_used_by_one_program_at_a_time() {
    let mut setup = Setup::new("two");
    let dir = setup.dir();
    let (mut first, _) = setup.program("Tri", Some(&dir));
    setup.login(&mut first);
    let (mut second, _) = setup.program("Tri", Some(&dir));
    let refused = setup.login(&mut second);
    assert!(matches!(refused, ClientEvent::LoginRefused { code: Code::NameTaken, .. }), "{refused:?}");
    first.turn(Some(Duration::ZERO)).unwrap();
    assert!(
        first
            .next_event()
            .is_none_or(|event| !matches!(event, Event::Client(_, ClientEvent::Disconnected { .. })))
    );
}

#[test]
fn an_ended_session_becomes_a_login_by_name() {
    let mut setup = Setup::new("ended");
    let dir = setup.dir();
    let (mut first, _) = setup.program("Tri", Some(&dir));
    setup.login(&mut first);
    drop(first);
    // Another server at the same address does not know the session.
    setup.event_loop = Loop::new().unwrap();
    let server =
        setup.event_loop.serve(ServerConfig { passkey: Some("sesame".into()), ..ServerConfig::default() });
    setup.event_loop.listen(server, &setup.address.clone()).unwrap();
    let (mut second, _) = setup.program("Tri", Some(&dir));
    assert!(!who(&setup.login(&mut second)).1);
}

#[test]
fn an_error_names_a_directory_that_cannot_be_created() {
    let mut event_loop = Loop::new().unwrap();
    let dir = StateDir::at("/dev/null/im");
    let error =
        event_loop.connect_kept(&"127.0.0.1:1".parse().unwrap(), ClientConfig::new("Tri"), &dir).unwrap_err();
    assert!(error.to_string().contains("/dev/null/im"), "{error}");
}
