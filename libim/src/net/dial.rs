//! Opening connections. Host names are resolved, and a server's addresses are tried side by side (RFC 8305): the next attempt
//! starts when the previous one has failed or has had no answer for [`ATTEMPT_DELAY`]; the first that succeeds wins.

use super::address::Address;
use super::endpoint::EndpointKey;
use super::event_loop::Loop;
use super::link::{Link, Stage};
use super::reason::{of_connecting, of_look_up};
use super::resolver::{self, Answer, LookUpError, Resolved};
use super::sources::{LOOK_UP_TIME_MAX, OPEN_TIME_MAX, Timer};
use super::transport::{AnyTransport, Memory, Socket};
use crate::core::Now;
use crate::engine::Peer;
use mio::Token;
use mio::net::TcpStream;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The wait for an answer before the next address is tried as well (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// How many addresses of one server are tried.
const ADDRESSES_MAX: usize = 16;

/// The attempts to open one connection.
#[derive(Debug, Default)]
pub(super) struct Race {
    /// Addresses not tried yet.
    left: VecDeque<SocketAddr>,
    /// Attempts in progress: their tokens and addresses.
    open: Vec<(usize, Option<SocketAddr>)>,
    /// Why the others failed.
    problems: Vec<String>,
}

impl Race {
    pub(super) fn has_more(&self) -> bool {
        !self.left.is_empty()
    }

    /// The error to report when every attempt has failed.
    fn outcome(&self) -> String {
        match self.problems.as_slice() {
            [] => "the server has no address".into(),
            [only] => only.clone(),
            several => format!("none of the server's addresses answers: {}", several.join("; ")),
        }
    }
}

impl Loop {
    /// Opens a client's connection.
    pub(super) fn dial(&mut self, now: Now, key: EndpointKey) {
        let Some(address) = self.endpoint(key).and_then(|endpoint| endpoint.address.clone()) else { return };
        if let Err(why) = self.check_address(&address) {
            return self.fail(now, key, &why.to_string());
        }
        match address {
            Address::Tcp(..) | Address::Any(_) => match resolver::ask(&self.workers, key, &address.hosts()) {
                Answer::Now(found) => self.race(now, key, found),
                Answer::Later(look_up) => {
                    let deadline = now.mono + LOOK_UP_TIME_MAX;
                    if let Some(endpoint) = self.endpoint(key) {
                        endpoint.look_up = Some((look_up, deadline));
                    }
                    self.timers.push(Reverse((deadline, Timer::LookUp(key))));
                }
            },
            #[cfg(not(unix))]
            Address::Unix(_) => debug_assert!(false, "such an address is refused above"),
            #[cfg(unix)]
            Address::Unix(path) => match open_unix(&path) {
                Ok(transport) => {
                    self.set_race(key, Some(Race::default()));
                    self.watch_opening(now, key, transport, None);
                }
                Err(error) => {
                    let why = of_connecting(&error);
                    self.fail(now, key, &format!("cannot connect to unix:{}: {why}", path.display()));
                }
            },
            Address::Memory(_) => match self.find_memory(&address) {
                Some(server) => {
                    let (ours, theirs) = Memory::pair();
                    self.accepted(now, server, theirs, Peer::Program);
                    self.set_race(key, Some(Race::default()));
                    self.watch_opening(now, key, ours, None);
                }
                None => self.fail(now, key, &format!("no server listens at {address}")),
            },
        }
    }

    /// Continues after a look-up, unless its client waits for it no more.
    pub(super) fn handle_resolved(&mut self, now: Now, (key, which, found): Resolved) {
        let Some(endpoint) = self.endpoint(key) else { return };
        if endpoint.look_up.take_if(|(look_up, _)| look_up.is(&which)).is_some() {
            self.race(now, key, found);
        }
    }

    /// Whether a client waits for a look-up, with this deadline.
    pub(super) fn is_looking_up(&self, key: EndpointKey, deadline: Duration) -> bool {
        let look_up = self.find_endpoint(key).and_then(|endpoint| endpoint.look_up.as_ref());
        look_up.is_some_and(|(_, until)| *until == deadline)
    }

    pub(super) fn give_up_looking_up(&mut self, now: Now, key: EndpointKey) {
        if let Some(endpoint) = self.endpoint(key) {
            endpoint.look_up = None;
            self.race(now, key, Err(LookUpError::TimedOut));
        }
    }

    /// Tries the addresses that were found.
    fn race(&mut self, now: Now, key: EndpointKey, found: Result<Vec<SocketAddr>, LookUpError>) {
        let Some(host) =
            self.endpoint(key).and_then(|endpoint| endpoint.address.as_ref()).map(ToString::to_string)
        else {
            return;
        };
        match found {
            Ok(addresses) => {
                let left = by_turns(addresses);
                self.set_race(key, Some(Race { left, ..Race::default() }));
                self.try_next(now, key);
            }
            Err(error) => self.fail(now, key, &format!("cannot find {host}: {}", of_look_up(&error))),
        }
    }

    fn set_race(&mut self, key: EndpointKey, race: Option<Race>) {
        if let Some(endpoint) = self.endpoint(key) {
            endpoint.race = race;
        }
    }

    fn race_of(&mut self, key: EndpointKey) -> Option<&mut Race> {
        self.endpoint(key)?.race.as_mut()
    }

    /// Tries the next address, if any; fails when there is none and no attempt is in progress.
    pub(super) fn try_next(&mut self, now: Now, key: EndpointKey) {
        while let Some(address) = self.race_of(key).and_then(|race| race.left.pop_front()) {
            match TcpStream::connect(address).and_then(Socket::dialled) {
                Ok(tcp) => {
                    let opening = self.watch_opening(now, key, AnyTransport::Tcp(tcp), Some(address));
                    if opening && self.race_of(key).is_some_and(|race| race.has_more()) {
                        self.timers.push(Reverse((now.mono + ATTEMPT_DELAY, Timer::NextAddress(key))));
                    }
                    return;
                }
                Err(error) => self.note_problem(key, &address.to_string(), &of_connecting(&error)),
            }
        }
        if self.race_of(key).is_some_and(|race| race.open.is_empty()) {
            let outcome = self.race_of(key).map(|race| race.outcome()).unwrap_or_default();
            self.set_race(key, None);
            self.fail(now, key, &outcome);
        }
    }

    fn note_problem(&mut self, key: EndpointKey, place: &str, why: &str) {
        let problem = format!("cannot connect to {place}: {why}");
        if let Some(race) = self.race_of(key) {
            race.problems.push(problem);
        }
    }

    /// Returns whether it is still opening.
    fn watch_opening(
        &mut self,
        now: Now,
        key: EndpointKey,
        transport: AnyTransport,
        to: Option<SocketAddr>,
    ) -> bool {
        let transport = match self.layer {
            // It learns its token when it is registered.
            Some(layer) => layer.over(transport, Token(usize::MAX), &[]),
            None => transport,
        };
        let added = self.sources.add_link(self.poll.registry(), key, transport, Stage::Connecting);
        match added {
            Ok(token) => {
                let serial = self.sources.serial_of(token).unwrap_or_default();
                if let Some(race) = self.race_of(key) {
                    race.open.push((token, to));
                }
                self.handle_connecting(now, token);
                // Inside the program and on unix sockets it is open at once.
                let opening = self.is_opening(token, serial);
                if opening {
                    self.timers.push(Reverse((now.mono + OPEN_TIME_MAX, Timer::Open(token, serial))));
                }
                opening
            }
            Err(error) => {
                self.note_problem(key, "the server", &of_connecting(&error));
                self.try_next(now, key);
                false
            }
        }
    }

    /// Continues with a connection that may be connected by now: the handshakes of its layers follow.
    pub(super) fn handle_connecting(&mut self, now: Now, token: usize) {
        match self.sources.link(token).and_then(|link| link.transport().connected()) {
            None => {}
            Some(Ok(())) => {
                self.set_stage(token, Stage::Handshaking);
                self.handle_writable(now, token);
                // The poll may have reported input together with the connection.
                self.read_again(token);
            }
            Some(Err(error)) => self.abandon_opening(now, token, &of_connecting(&error)),
        }
    }

    /// Ends the other attempts after one has succeeded.
    pub(super) fn end_race(&mut self, winner: usize) {
        let Some(key) = self.sources.slab.get(winner).map(|source| source.owner) else { return };
        let others = self
            .endpoint(key)
            .and_then(|endpoint| endpoint.race.take())
            .map(|race| race.open)
            .unwrap_or_default();
        for (token, _) in others.into_iter().filter(|(token, _)| *token != winner) {
            self.sources.remove(self.poll.registry(), token);
        }
    }

    pub(super) fn give_up_opening(&mut self, now: Now, token: usize) {
        if self.sources.link(token).is_some_and(Link::is_opening) {
            self.abandon_opening(now, token, &of_connecting(&io::ErrorKind::TimedOut.into()));
        }
    }

    pub(super) fn abandon_opening(&mut self, now: Now, token: usize, why: &str) {
        let Some(source) = self.sources.remove(self.poll.registry(), token) else { return };
        let shown = self
            .endpoint(source.owner)
            .and_then(|endpoint| endpoint.address.as_ref())
            .map(ToString::to_string);
        let mut place = shown.unwrap_or_default();
        if let Some(race) = self.race_of(source.owner) {
            let found = race.open.iter().position(|(open, _)| *open == token);
            let to = found.and_then(|at| race.open.swap_remove(at).1);
            place = to.map_or(place, |to| to.to_string());
        }
        self.note_problem(source.owner, &place, why);
        self.try_next(now, source.owner);
    }

    fn fail(&mut self, now: Now, key: EndpointKey, why: &str) {
        let why = why.to_owned();
        self.with_machine(key, |machine| machine.handle_unopened(now, why));
    }
}

/// The addresses in the order in which they are tried: the two families alternate, starting with that of the first address;
/// duplicates are removed.
fn by_turns(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut ours, mut others): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = VecDeque::new();
    while order.len() < ADDRESSES_MAX {
        let next = [ours.pop_front(), others.pop_front()];
        if next == [None, None] {
            break;
        }
        for address in next.into_iter().flatten() {
            if !order.contains(&address) {
                order.push_back(address);
            }
        }
    }
    order
}

#[cfg(unix)]
fn open_unix(path: &std::path::Path) -> io::Result<AnyTransport> {
    mio::net::UnixStream::connect(path).and_then(Socket::dialled).map(AnyTransport::Unix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns() {
        let addresses = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "[::1]:1", "2.2.2.2:1"];
        let order = by_turns(addresses.iter().map(|address| address.parse().unwrap()).collect());
        let order: Vec<String> = order.iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]);
    }
}
