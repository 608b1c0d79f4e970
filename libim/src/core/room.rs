//! A room and its members.

use crate::wire::{Member, RoomId, RoomInfo, RoomKind, Seq, SmolStr, UserId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A member's delivered and read marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Membership {
    /// The member has received everything up to this sequence number.
    pub delivered: Seq,
    /// The member has read everything up to this sequence number.
    pub read: Seq,
}

/// The two users of a private conversation, with their names.
pub type Pair = [(UserId, SmolStr); 2];

/// The lobby, a room or a private conversation.
#[derive(Debug)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Its kind.
    pub kind: RoomKind,
    /// Its name; for a private conversation both users' names, separated by a space.
    pub name: SmolStr,
    /// Its topic.
    pub topic: SmolStr,
    /// The sequence number of its newest committed entry.
    pub head: Seq,
    /// Its members and their marks.
    pub members: IndexMap<UserId, Membership, FxBuildHasher>,
    /// The two users, if it is a private conversation. They stay here after they leave.
    pub pair: Option<Box<Pair>>,
}

impl Room {
    /// Creates a room without members or entries.
    pub fn new(id: RoomId, kind: RoomKind, name: SmolStr) -> Room {
        Room { id, kind, name, topic: "".into(), head: Seq::ZERO, members: IndexMap::default(), pair: None }
    }

    /// Whether a user is a member.
    pub fn has(&self, user: UserId) -> bool {
        self.members.contains_key(&user)
    }

    /// The room from the point of view of `viewer`.
    pub fn info(&self, viewer: UserId) -> RoomInfo {
        let peer = self.pair.as_ref().and_then(|pair| pair.iter().find(|(user, _)| *user != viewer));
        RoomInfo {
            room: self.id,
            kind: self.kind,
            name: peer.map_or_else(|| self.name.clone(), |(_, name)| name.clone()),
            topic: self.topic.clone(),
            head: self.head,
            members: u32::try_from(self.members.len()).unwrap_or(u32::MAX),
            peer: peer.map(|(user, _)| *user),
            read: self.members.get(&viewer).map_or(Seq::ZERO, |membership| membership.read),
        }
    }

    /// Raises a member's marks, at most to the head; they never decrease. Returns them if they changed.
    pub fn mark(&mut self, user: UserId, delivered: Seq, read: Seq) -> Option<Membership> {
        let head = self.head;
        let membership = self.members.get_mut(&user)?;
        let before = *membership;
        membership.read = before.read.max(read.min(head));
        membership.delivered = before.delivered.max(delivered.min(head)).max(membership.read);
        (membership.read != before.read || membership.delivered != before.delivered).then_some(*membership)
    }

    /// A member as visible to the others; `None` if `user` is not a member.
    pub fn member(&self, user: &super::User) -> Option<Member> {
        let membership = self.members.get(&user.id)?;
        Some(Member {
            user: user.id,
            name: user.name.shown().clone(),
            presence: user.presence,
            delivered: membership.delivered,
            read: membership.read,
        })
    }
}
