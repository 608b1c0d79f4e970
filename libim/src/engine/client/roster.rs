//! The list of people, which the client keeps by itself.

use super::{Asked, Client, ClientEvent, State};
use crate::wire::limits::ROSTER_HELD_MAX;
use crate::wire::{FromClient, ListUsers, Person, Presence, RoomId, UserId, UserList};

impl Client {
    /// Fetches the list of people, from its beginning.
    pub(super) fn fetch_roster(&mut self) {
        if !self.config.roster || self.state != State::Ready {
            return;
        }
        self.asked.retain(|_, asked| !matches!(asked, Asked::Roster));
        self.roster_fetch = Some((Vec::new(), Vec::new()));
        self.ask(Asked::Roster, |id| FromClient::ListUsers(ListUsers { id, after: UserId::default() }));
    }

    pub(super) fn handle_persons(&mut self, list: UserList) {
        match self.asked.remove(&list.id) {
            Some(Asked::Roster) => {}
            Some(Asked::Program) => {
                let (request, people, more) = (list.id, list.people, list.more);
                return self.emit(ClientEvent::Users { request, people, more });
            }
            Some(Asked::Login | Asked::Backlog(_) | Asked::Range(_) | Asked::Rejoin(..)) | None => return,
        }
        let Some((gathered, _)) = &mut self.roster_fetch else { return };
        gathered.extend(list.people);
        if gathered.len() > ROSTER_HELD_MAX {
            // There are more people than are reported one by one.
            self.roster_fetch = None;
            return;
        }
        let last = gathered.last().map(|person| person.user);
        if let (true, Some(after)) = (list.more, last) {
            self.ask(Asked::Roster, |id| FromClient::ListUsers(ListUsers { id, after }));
            return;
        }
        let Some((gathered, changes)) = self.roster_fetch.take() else { return };
        self.people = gathered.into_iter().map(|person| (person.user, person)).collect();
        for person in changes {
            let _ = self.apply_presence(&person);
        }
        let people: Vec<Person> = self.people.values().cloned().collect();
        self.set_count(u32::try_from(people.len()).unwrap_or(u32::MAX));
        for person in &people {
            self.peer_returned(&person.name);
        }
        self.emit(ClientEvent::People(people));
    }

    /// Sets the lobby's member count: everybody online is in it, and joining it makes no entry.
    pub(super) fn set_count(&mut self, people: u32) {
        if let Some(lobby) = self.rooms.get_mut(&RoomId::LOBBY) {
            lobby.info.members = people;
        }
    }

    pub(super) fn handle_presence(&mut self, people: Vec<Person>) {
        if let Some((_, changes)) = &mut self.roster_fetch {
            changes.extend(people);
            if changes.len() > ROSTER_HELD_MAX {
                self.fetch_roster();
            }
            return;
        }
        for person in people {
            if self.people.len() > ROSTER_HELD_MAX {
                self.people.clear();
                return self.emit(ClientEvent::People(Vec::new()));
            }
            let was = self.apply_presence(&person);
            let told = was.is_some() || person.presence != Presence::Offline;
            if person.presence == Presence::Online && was.is_none() {
                self.peer_returned(&person.name);
            }
            if told {
                self.emit(ClientEvent::Presence { person, was });
            }
        }
    }

    fn apply_presence(&mut self, person: &Person) -> Option<Presence> {
        let before = if person.presence == Presence::Offline {
            self.people.remove(&person.user)
        } else {
            self.people.insert(person.user, person.clone())
        };
        before.map(|person| person.presence)
    }
}
