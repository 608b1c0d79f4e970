//! Presence: which people are connected to this server process, and what they have set. It is not kept.

use super::Server;
use crate::core::{self, Room};
use crate::wire::{Member, Person, Presence, SmolStr, UserId};
use rustc_hash::FxHashMap;

/// What people have set, if it is not the default: online, without a status text.
#[derive(Debug, Default)]
pub(super) struct Presences(FxHashMap<UserId, (Presence, SmolStr)>);

impl Presences {
    /// Somebody has set their presence and status text.
    pub(super) fn set(&mut self, user: UserId, presence: Presence, status: SmolStr) {
        if presence == Presence::Online && status.is_empty() {
            self.0.remove(&user);
        } else {
            self.0.insert(user, (presence, status));
        }
    }

    /// Somebody is gone.
    pub(super) fn forget(&mut self, user: UserId) {
        self.0.remove(&user);
    }

    fn get(&self, user: UserId) -> (Presence, SmolStr) {
        self.0.get(&user).cloned().unwrap_or((Presence::Online, SmolStr::default()))
    }
}

impl Server {
    /// The best presence of a person's sessions. Those of other server processes count as online.
    fn presence_of(&self, user: UserId, chosen: Presence) -> Presence {
        let away = |session: core::Session| {
            session.instance == self.config.instance && self.attachments.conn(session.id).is_none()
        };
        if self.state.sessions_of(user).all(away) { Presence::Reconnecting } else { chosen }
    }

    /// A person as visible to others.
    pub(super) fn shown(&self, person: &core::Person) -> Person {
        let (chosen, status) = self.presences.get(person.id);
        let (user, name) = (person.id, person.name.shown().clone());
        Person { user, name, presence: self.presence_of(user, chosen), status, reason: None }
    }

    /// A member of a room as visible to the others.
    pub(super) fn shown_member(&self, room: &Room, user: UserId) -> Option<Member> {
        let membership = room.members.get(user)?;
        let Person { name, presence, .. } = self.shown(self.state.person(user)?);
        Some(Member { user, name, presence, delivered: membership.delivered, read: membership.read })
    }
}
