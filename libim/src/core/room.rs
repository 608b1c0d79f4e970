//! A room.

use super::members::{Members, Membership};
use super::name::Name;
use crate::wire::{RoomId, RoomInfo, RoomKind, Seq, SmolStr, UserId};
use std::sync::Arc;

/// The two people of a private conversation, with their names; first the one who opened it.
pub type Pair = [(UserId, SmolStr); 2];

/// The lobby, a room or a private conversation. The fields that every post needs come first, in few cache lines.
#[derive(Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// The sequence number of its newest committed entry.
    pub head: Seq,
    /// Its kind.
    pub kind: RoomKind,
    /// Its members and their marks.
    pub members: Members,
    /// Its title: its name, or for a private conversation both people's names, separated by a space.
    pub title: SmolStr,
    /// The name with its collision keys, unless it is a private conversation.
    pub name: Option<Arc<Name>>,
    /// Its topic.
    pub topic: SmolStr,
    /// The two people, if it is a private conversation. They stay here after they leave.
    pub pair: Option<Box<Pair>>,
}

impl Room {
    /// Creates a room without members or entries, whose title is valid as the name of a room unless it is a private conversation.
    pub fn new(id: RoomId, kind: RoomKind, title: SmolStr) -> Room {
        let name = match kind {
            RoomKind::Direct => None,
            RoomKind::Lobby | RoomKind::Public | RoomKind::Other(_) => Some(Arc::new(Name::stored(&title))),
        };
        let (head, members, topic, pair) = (Seq::ZERO, Members::default(), SmolStr::default(), None);
        Room { id, head, kind, members, title, name, topic, pair }
    }

    /// Adds a member as stored, with their marks, to a room that is being loaded.
    #[must_use]
    pub fn with_member(mut self, user: UserId, membership: Membership) -> Room {
        self.members.insert(user, membership);
        self
    }

    /// Whether a person is a member.
    pub fn has(&self, user: UserId) -> bool {
        self.members.has(user)
    }

    /// The room from the point of view of `viewer`.
    pub fn info(&self, viewer: UserId) -> RoomInfo {
        let peer = self.pair.as_ref().and_then(|pair| pair.iter().find(|(user, _)| *user != viewer));
        RoomInfo {
            room: self.id,
            kind: self.kind,
            name: peer.map_or_else(|| self.title.clone(), |(_, name)| name.clone()),
            topic: self.topic.clone(),
            head: self.head,
            members: u32::try_from(self.members.len()).unwrap_or(u32::MAX),
            peer: peer.map(|(user, _)| *user),
            read: self.members.get(viewer).map_or(Seq::ZERO, |membership| membership.read),
        }
    }

    /// A member's marks after raising them to these, at most to the head; they never decrease. `None` if nothing changes or
    /// `user` is not a member.
    pub fn raised(&self, user: UserId, delivered: Seq, read: Seq) -> Option<Membership> {
        let before = self.members.get(user)?;
        let read = before.read.max(read.min(self.head));
        let delivered = before.delivered.max(delivered.min(self.head)).max(read);
        let raised = Membership { delivered, read };
        (raised != before).then_some(raised)
    }
}
