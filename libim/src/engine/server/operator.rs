//! What the program that runs the server can do.

use super::timeouts::Timeout;
use super::{Asker, Draining, Reply, Server, ServerEvent, Settings};
use crate::core::{Name, Now, Room, text::is_blank};
use crate::engine::Action;
use crate::wire::limits::{DRAIN_TIME_MAX, REASON_BYTES_MAX};
use crate::wire::{
    Body, Code, Entry, LeaveReason, Member, MessageBody, Notice, Person, RoomId, RoomInfo, RoomKind,
    RoomLeft, Seq, UserId,
};
use std::fmt;
use std::time::Duration;

/// Why the program's wish was not carried out. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperatorError {
    /// The server closes or has closed.
    Drained,
    /// The text is empty.
    Empty,
    /// The text is longer than it may be.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        max: u32,
    },
    /// Nobody of that name or id is there.
    NoPerson,
    /// There is no such room.
    NoRoom,
    /// The lobby and private conversations have no other members than they have.
    NotPublic,
    /// A request of theirs to enter or leave is under way; try again.
    UnderWay,
    /// Nobody waits for an answer to that request any more.
    NoApproval,
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OperatorError::Drained => "the server is closing or closed",
            OperatorError::Empty => "the text is empty",
            OperatorError::TooLong { len, max } => {
                return write!(f, "the text is {len} bytes long; the limit is {max} bytes");
            }
            OperatorError::NoPerson => "nobody of that name or id is there",
            OperatorError::NoRoom => "there is no such room",
            OperatorError::NotPublic => {
                "that can be done with rooms only, not with the lobby or a private conversation"
            }
            OperatorError::UnderWay => {
                "their own request to enter or leave that room is under way; try again"
            }
            OperatorError::NoApproval => "nobody waits for an answer to that request",
        })
    }
}

impl std::error::Error for OperatorError {}

pub(super) fn check_reason(text: &str) -> Result<(), OperatorError> {
    check_length(text, u32::try_from(REASON_BYTES_MAX).unwrap_or(u32::MAX))
}

fn check_length(text: &str, max: u32) -> Result<(), OperatorError> {
    let len = text.len();
    if len > max as usize { Err(OperatorError::TooLong { len, max }) } else { Ok(()) }
}

impl Server {
    /// The server at this time: what is done counts from it. The loop does this.
    pub fn at(&mut self, now: Now) -> &mut Server {
        self.now = now;
        self
    }

    /// Removes somebody from the server at once: their session ends, and everybody sees them kicked for this reason.
    pub fn kick(&mut self, name: &str, reason: &str) -> Result<(), OperatorError> {
        let named = Name::of_person(name, self.config.limits.name_bytes).ok();
        let user = named.and_then(|name| self.hub.holder(&name)).ok_or(OperatorError::NoPerson)?;
        self.kick_user(user, reason)
    }

    /// As [`kick`](Self::kick), by id.
    pub fn kick_user(&mut self, user: UserId, reason: &str) -> Result<(), OperatorError> {
        check_reason(reason)?;
        if self.hub.user(user).is_none() {
            return Err(OperatorError::NoPerson);
        }
        let now = self.now;
        let conn = self.conn_of(user);
        if let Some(session) = self.attached.get(&user).and_then(|key| self.sessions.get_mut(*key)) {
            // It ends by this, not by the goodbye to its connection.
            session.conn = None;
        }
        if let Some(conn) = conn {
            let text = if reason.is_empty() {
                "you were removed".into()
            } else {
                format!("you were removed: {reason}")
            };
            self.close_with(now, conn, Code::Kicked, text, Duration::ZERO);
        }
        self.end_session(now, user, LeaveReason::Kicked, reason);
        Ok(())
    }

    /// Removes somebody from a room, for this reason. Nothing keeps them from joining it again, unless joins are asked about.
    pub fn remove_from_room(
        &mut self,
        room: RoomId,
        user: UserId,
        reason: &str,
    ) -> Result<(), OperatorError> {
        check_reason(reason)?;
        let found = self.public_room(room)?;
        if !found.has(user) {
            return Err(OperatorError::NoPerson);
        }
        self.begin_membership_change(user, room).map_err(|_| OperatorError::UnderWay)?;
        let body = Body::Left { reason: LeaveReason::Kicked, text: reason.into() };
        self.append(self.now, Asker { reply: Reply::Leave(room), ..Asker::NOBODY }, user, room, body);
        Ok(())
    }

    /// Ends a room with all that was said in it; its members are told the reason, and its name is free again.
    pub fn close_room(&mut self, room: RoomId, reason: &str) -> Result<(), OperatorError> {
        check_reason(reason)?;
        let members: Vec<UserId> = self.public_room(room)?.members.keys().copied().collect();
        for user in members {
            if let Some(conn) = self.conn_of(user) {
                self.send(conn, &RoomLeft { room, text: reason.into() });
            }
        }
        self.forget_room(room);
        Ok(())
    }

    fn public_room(&self, room: RoomId) -> Result<&Room, OperatorError> {
        match self.hub.room(room) {
            Some(found) if found.kind == RoomKind::Public => Ok(found),
            Some(_) => Err(OperatorError::NotPublic),
            None => Err(OperatorError::NoRoom),
        }
    }

    /// Posts a message in the server's own name ([`UserId::SERVER`]).
    pub fn post(&mut self, room: RoomId, text: &str) -> Result<(), OperatorError> {
        self.check_text(text)?;
        let mentions = self.mentions(text, room, UserId::SERVER);
        self.append_own(
            room,
            Body::Message(MessageBody { text: text.into(), mentions, ..MessageBody::default() }),
        )
    }

    /// Takes back anybody's message: its text is gone for everybody. Nothing happens where there is no such message.
    pub fn delete(&mut self, room: RoomId, target: Seq) -> Result<(), OperatorError> {
        self.append_own(room, Body::Deleted { target })
    }

    fn append_own(&mut self, room: RoomId, body: Body) -> Result<(), OperatorError> {
        if self.draining != Draining::No {
            return Err(OperatorError::Drained);
        }
        if self.hub.room(room).is_none() {
            return Err(OperatorError::NoRoom);
        }
        let (author, name) = (UserId::SERVER, self.config.name.as_str().into());
        let event = Entry { room, seq: Seq::ZERO, time: self.now.wall, author, name, body };
        self.append_entry(Asker::NOBODY, event, None);
        Ok(())
    }

    /// Says a word to everybody who is here now. It is not kept.
    pub fn broadcast(&mut self, text: &str) -> Result<(), OperatorError> {
        if self.draining != Draining::No {
            return Err(OperatorError::Drained);
        }
        self.check_text(text)?;
        self.feeds.ephemeral(RoomId::LOBBY, &Notice { text: text.into() });
        Ok(())
    }

    fn check_text(&self, text: &str) -> Result<(), OperatorError> {
        if is_blank(text) {
            return Err(OperatorError::Empty);
        }
        check_length(text, self.config.limits.text_bytes)
    }

    /// Replaces the passkey, or opens the server. People already inside stay.
    pub fn set_passkey(&mut self, passkey: Option<String>) {
        self.config.passkey = passkey;
    }

    /// What can be changed while the server runs; it counts from now on, for those who are here as well. Clients learn of other limits
    /// when they connect the next time; until then they may be refused what they take for allowed.
    pub fn settings(&mut self) -> Settings<'_> {
        self.config.settings()
    }

    /// A room's members, in no order.
    pub fn members(&self, room: RoomId) -> impl Iterator<Item = Member> {
        let room = self.hub.room(room);
        room.into_iter()
            .flat_map(|room| room.members.keys().filter_map(|user| room.member(self.hub.user(*user)?)))
    }

    /// The member after this one, by id, of a room. Looks at all its members.
    pub fn member_after(&self, room: RoomId, after: UserId) -> Option<Member> {
        let room = self.hub.room(room)?;
        let next = room.members.keys().filter(|id| **id > after).min()?;
        room.member(self.hub.user(*next)?)
    }

    /// Everybody who is here, in no order.
    pub fn people(&self) -> impl Iterator<Item = Person> {
        self.hub.users().map(crate::core::User::person)
    }

    /// The person after this one, by id, among those who are here.
    pub fn person_after(&self, after: UserId) -> Option<Person> {
        let next = self.hub.users().map(|user| user.id).filter(|id| *id > after).min()?;
        self.hub.user(next).map(crate::core::User::person)
    }

    /// The lobby and the rooms that can be joined, in no order.
    pub fn rooms(&self) -> impl Iterator<Item = RoomInfo> {
        let public = |room: &&Room| room.kind != RoomKind::Direct;
        self.hub.rooms().filter(public).map(|room| room.info(UserId::default()))
    }

    /// How many connections are open, logged in or not.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Begins to close: newcomers are refused, posts that were taken are still kept and answered, then everybody is told
    /// and disconnected. Ends with [`ServerEvent::Drained`], within [`DRAIN_TIME_MAX`] twice.
    pub fn drain(&mut self) {
        let now = self.now;
        if self.draining == Draining::No {
            self.draining = Draining::Waiting;
            self.actions.push_back(Action::StopListening);
            self.timers.add(now.mono + DRAIN_TIME_MAX, Timeout::Drain);
        }
    }

    /// Whether the server closes or has closed.
    pub fn is_closing(&self) -> bool {
        self.draining != Draining::No
    }

    /// Whether [`ServerEvent::Drained`] has been told.
    pub fn is_drained(&self) -> bool {
        self.draining == Draining::Done
    }

    pub(super) fn go_on_draining(&mut self, now: Now) {
        if self.draining == Draining::Waiting && self.in_flight.is_empty() {
            self.say_goodbye(now);
        }
        if self.draining == Draining::Leaving && self.connections.len() == 0 {
            self.draining = Draining::Done;
            self.emit(ServerEvent::Drained);
        }
    }

    /// The store did not answer in time: those posts stay undecided, which their senders know.
    pub(super) fn give_up_waiting(&mut self, now: Now) {
        if self.draining == Draining::Waiting {
            self.say_goodbye(now);
        }
    }

    fn say_goodbye(&mut self, now: Now) {
        self.draining = Draining::Leaving;
        for conn in self.connections.ids() {
            let retry = Duration::from_secs(1) + self.random.up_to(Duration::from_secs(2));
            self.close_with(now, conn, Code::Shutdown, "the server is closing", retry);
        }
    }
}
