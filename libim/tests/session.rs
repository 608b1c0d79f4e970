//! Who comes back after their program has ended without a word.

#![cfg(unix)] // other systems' sockets do not tell a crash at once

use libim::wire::Code;
use libim::{Address, ClientConfig, ClientEvent, ClientId, Event, Loop, ServerConfig, StateDir};
use std::time::{Duration, Instant};

struct Place {
    event_loop: Loop,
    address: Address,
    dir: std::path::PathBuf,
}

impl Place {
    fn new(name: &str) -> Place {
        let mut event_loop = Loop::new().unwrap();
        let server =
            event_loop.serve(ServerConfig { passkey: Some("sesame".into()), ..ServerConfig::default() });
        let address = event_loop.listen(server, &"127.0.0.1:0".parse().unwrap()).unwrap();
        let dir = std::env::temp_dir().join(format!("im-place-{}-{name}", std::process::id()));
        Place { event_loop, address, dir }
    }

    fn dir(&self) -> StateDir {
        StateDir::at(&self.dir)
    }

    /// A program of its own, with a client.
    fn program(&self, name: &str, dir: Option<&StateDir>) -> (Loop, ClientId) {
        let mut event_loop = Loop::new().unwrap();
        let config = ClientConfig { passkey: Some("sesame".into()), ..ClientConfig::new(name) };
        let client = match dir {
            Some(dir) => event_loop.connect_kept(&self.address, config, dir).unwrap(),
            None => event_loop.connect(&self.address, config),
        };
        (event_loop, client)
    }

    /// Runs the server and the program until it is told of this.
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
        panic!("it does not come");
    }

    fn login(&mut self, program: &mut Loop) -> ClientEvent {
        self.until(program, |event| {
            matches!(event, ClientEvent::LoggedIn { .. } | ClientEvent::LoginRefused { .. })
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn who(event: &ClientEvent) -> (u64, bool) {
    let ClientEvent::LoggedIn { user, resumed, .. } = event else { panic!("{event:?}") };
    (user.0, *resumed)
}

#[test]
fn a_program_that_was_killed_is_the_same_person_at_once() {
    let mut place = Place::new("killed");
    let dir = place.dir();
    let (mut first, client) = place.program("Tri", Some(&dir));
    let (tri, resumed) = who(&place.login(&mut first));
    assert!(!resumed);
    first.client_mut(client).unwrap().create_room("lab", "").unwrap();
    let is_lab = |event: &ClientEvent| matches!(event, ClientEvent::Entered(room) if room.name == "lab");
    place.until(&mut first, is_lab);
    drop(first);
    let (mut second, client) = place.program("Tri", Some(&dir));
    assert_eq!(who(&place.login(&mut second)), (tri, true));
    place.until(&mut second, is_lab);
    // Who quits leaves nothing to come back to.
    second.client_mut(client).unwrap().quit("").unwrap();
    place.until(&mut second, |event| matches!(event, ClientEvent::Disconnected { .. }));
    assert_eq!(std::fs::read_dir(&place.dir).unwrap().count(), 0);
    drop(second);
    let (mut third, _) = place.program("Tri", Some(&dir));
    let (new, resumed) = who(&place.login(&mut third));
    assert!(!resumed && new != tri);
}

#[test]
fn being_behind_the_same_address_proves_nothing() {
    let mut place = Place::new("address");
    let (mut first, _) = place.program("Tri", None);
    place.login(&mut first);
    drop(first);
    let (mut other, _) = place.program("Tri", None);
    let refused = place.login(&mut other);
    let ClientEvent::LoginRefused { code: Code::NameTaken, text, retry_after: Some(wait), .. } = refused
    else {
        panic!("{refused:?}")
    };
    assert!(wait > Duration::from_secs(30) && text.contains("wait"), "{wait:?} {text}");
}

#[test]
fn of_two_programs_only_one_is_that_person() {
    let mut place = Place::new("two");
    let dir = place.dir();
    let (mut first, _) = place.program("Tri", Some(&dir));
    place.login(&mut first);
    let (mut second, _) = place.program("Tri", Some(&dir));
    let refused = place.login(&mut second);
    assert!(matches!(refused, ClientEvent::LoginRefused { code: Code::NameTaken, .. }), "{refused:?}");
    first.turn(Some(Duration::ZERO)).unwrap();
    assert!(
        first
            .next_event()
            .is_none_or(|event| !matches!(event, Event::Client(_, ClientEvent::Disconnected { .. })))
    );
}

#[test]
fn a_session_that_the_server_has_ended_is_a_login_by_name() {
    let mut place = Place::new("ended");
    let dir = place.dir();
    let (mut first, _) = place.program("Tri", Some(&dir));
    place.login(&mut first);
    drop(first);
    // Another server at the same address knows nothing of the session.
    place.event_loop = Loop::new().unwrap();
    let server =
        place.event_loop.serve(ServerConfig { passkey: Some("sesame".into()), ..ServerConfig::default() });
    place.event_loop.listen(server, &place.address.clone()).unwrap();
    let (mut second, _) = place.program("Tri", Some(&dir));
    assert!(!who(&place.login(&mut second)).1);
}

#[test]
fn a_directory_that_cannot_be_is_an_error_that_names_it() {
    let mut event_loop = Loop::new().unwrap();
    let dir = StateDir::at("/dev/null/im");
    let error =
        event_loop.connect_kept(&"127.0.0.1:1".parse().unwrap(), ClientConfig::new("Tri"), &dir).unwrap_err();
    assert!(error.to_string().contains("/dev/null/im"), "{error}");
}
