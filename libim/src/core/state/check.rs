//! Which drafts are allowed in a state. The server checks them when a request comes, to give a precise reason, and stores check them
//! again when they commit, because other drafts may have come first.

use super::State;
use crate::core::change::Draft;
use crate::core::name::Name;
use crate::wire::{Body, Code, Entry, RoomId, RoomKind, Seq, UserId};

impl State {
    /// Whether a draft is allowed, apart from the current state of the message that it changes, which only the store knows.
    pub fn check(&self, draft: &Draft) -> Result<(), Code> {
        match draft {
            Draft::Entry { entry, .. } => self.check_entry(entry),
            Draft::Room(entry) => self.check_room(entry),
            Draft::Person { name, .. } => no(self.holder(name).is_some(), Code::NameTaken),
            Draft::Session { user, .. } => no(!self.people.contains_key(user), Code::NotFound),
            Draft::Move { session, .. } => no(!self.sessions.contains_key(session), Code::SessionEnded),
            Draft::EndSession(id) => {
                no(!self.sessions.contains_key(id), Code::SessionEnded)?;
                no(self.sessions_of(id.user).nth(1).is_none(), Code::Conflict)
            }
            Draft::End { user, .. } => {
                no(!self.people.contains_key(user), Code::NotFound)?;
                no(!self.memberships(*user).is_empty(), Code::Conflict)
            }
            Draft::Mark { room, user, .. } => {
                no(!self.room(*room).is_some_and(|room| room.has(*user)), Code::NotMember)
            }
            Draft::CloseRoom { room, if_empty, .. } => {
                let room = self.room(*room).ok_or(Code::NotFound)?;
                no(room.kind == RoomKind::Lobby, Code::Forbidden)?;
                no(*if_empty && !room.members.is_empty(), Code::Conflict)
            }
        }
    }

    fn check_entry(&self, entry: &Entry) -> Result<(), Code> {
        let (author, own) = (entry.author, entry.author == UserId::SERVER);
        let Some(room) = self.room(entry.room) else {
            return Err(if own || entry.body == Body::Joined { Code::NotFound } else { Code::NotMember });
        };
        if entry.body == Body::Joined {
            no(room.kind != RoomKind::Public, Code::Forbidden)?;
            no(!self.people.contains_key(&author), Code::NotFound)?;
            return no(room.has(author), Code::Exists);
        }
        no(!own && !room.has(author), Code::NotMember)?;
        match &entry.body {
            Body::Message(message) => {
                let alone = room.kind == RoomKind::Direct && room.members.len() < 2;
                no(alone && !own, Code::PeerGone)?;
                let is_there = |target: Seq| target > Seq::ZERO && target <= room.head;
                no(!message.reply_to.is_none_or(is_there), Code::NotFound)
            }
            Body::Left { .. } => no(own || room.id == RoomId::LOBBY, Code::Forbidden),
            Body::Topic { .. } => no(room.kind == RoomKind::Direct, Code::Forbidden),
            Body::Edited { .. } | Body::Deleted { .. } | Body::Reacted { .. } => Ok(()),
            Body::Joined | Body::Created { .. } | Body::Other(_) => Err(Code::Invalid),
        }
    }

    fn check_room(&self, entry: &Entry) -> Result<(), Code> {
        let Body::Created { title, kind, members, .. } = &entry.body else { return Err(Code::Invalid) };
        no(members.iter().any(|member| !self.people.contains_key(member)), Code::NotFound)?;
        match (kind, members.as_slice()) {
            (RoomKind::Direct, [a, b]) if a != b => no(self.find_pair(*a, *b).is_some(), Code::Exists),
            (RoomKind::Public, _) => {
                let name = Name::of_room(title, u32::MAX).map_err(|_| Code::NameInvalid)?;
                no(self.find_room(&name).is_some(), Code::Exists)
            }
            (RoomKind::Direct | RoomKind::Lobby | RoomKind::Other(_), _) => Err(Code::Invalid),
        }
    }
}

/// Refuses if a condition holds.
fn no(condition: bool, code: Code) -> Result<(), Code> {
    if condition { Err(code) } else { Ok(()) }
}
