//! A place where entries happen.

use crate::wire::{Member, RoomId, RoomInfo, RoomKind, Seq, SmolStr, UserId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Up to where a member has received and read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Membership {
    /// Everything up to here has arrived.
    pub delivered: Seq,
    /// Everything up to here has been read.
    pub read: Seq,
}

/// The two of a private conversation, with their names.
pub type Pair = [(UserId, SmolStr); 2];

/// A lobby, a room or a private conversation.
#[derive(Debug)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Its kind.
    pub kind: RoomKind,
    /// Its name; of a private conversation both names, joined by a blank.
    pub name: SmolStr,
    /// Its topic.
    pub topic: SmolStr,
    /// The place of its newest committed entry.
    pub head: Seq,
    /// Who is in it.
    pub members: IndexMap<UserId, Membership, FxBuildHasher>,
    /// The two whose private conversation it is, with their names.
    pub pair: Option<Box<Pair>>,
}

impl Room {
    /// A room without members.
    pub fn new(id: RoomId, kind: RoomKind, name: SmolStr) -> Room {
        Room { id, kind, name, topic: "".into(), head: Seq::ZERO, members: IndexMap::default(), pair: None }
    }

    /// Whether somebody is a member.
    pub fn has(&self, user: UserId) -> bool {
        self.members.contains_key(&user)
    }

    /// As `viewer` sees it.
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

    /// Moves a member's marks forward, never beyond the head or back. Returns them when they moved.
    pub fn mark(&mut self, user: UserId, delivered: Seq, read: Seq) -> Option<Membership> {
        let head = self.head;
        let membership = self.members.get_mut(&user)?;
        let before = *membership;
        membership.read = before.read.max(read.min(head));
        membership.delivered = before.delivered.max(delivered.min(head)).max(membership.read);
        (membership.read != before.read || membership.delivered != before.delivered).then_some(*membership)
    }

    /// A member as the others see them, given how the hub knows them.
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
