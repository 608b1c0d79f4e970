//! The operations of the program that runs the server.

use super::timeouts::Timeout;
use super::{Asker, Draining, Server, ServerEvent, Settings};
use crate::core::{Draft, Name, Now, Room, SessionId, text::is_blank};
use crate::engine::Action;
use crate::wire::limits::{DRAIN_TIME_MAX, REASON_BYTES_MAX, SESSIONS_PER_PERSON_MAX};
use crate::wire::{
    Body, Code, Entry, LeaveReason, Member, MessageBody, Notice, Person, RoomId, RoomInfo, RoomKind, Seq,
    UserId,
};
use std::fmt;
use std::time::Duration;

/// Why an operation was rejected. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperatorError {
    /// The server is closing or closed.
    Drained,
    /// The text is empty.
    Empty,
    /// The text is longer than its limit.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        max: u32,
    },
    /// No user of that name or id is online, or in that room.
    NoPerson,
    /// There is no such room.
    NoRoom,
    /// The operation applies to public rooms only, not to the lobby or private conversations.
    NotPublic,
    /// The person has as many sessions as one can have.
    TooManySessions,
    /// No such approval request is open: it was resolved, has timed out, or its connection is closed.
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
                "that works with public rooms only, not with the lobby or a private conversation"
            }
            OperatorError::TooManySessions => {
                return write!(f, "they have {SESSIONS_PER_PERSON_MAX} sessions, which is the limit");
            }
            OperatorError::NoApproval => "that approval request is no longer open",
        })
    }
}

impl std::error::Error for OperatorError {}

pub(super) fn check_reason(text: &str) -> Result<(), OperatorError> {
    check_length(text, u32::try_from(REASON_BYTES_MAX).unwrap_or(u32::MAX))
}

/// What somebody is told who is removed.
pub(super) fn removal_text(reason: &str) -> String {
    if reason.is_empty() { "you were removed".into() } else { format!("you were removed: {reason}") }
}

fn check_length(text: &str, max: u32) -> Result<(), OperatorError> {
    let len = text.len();
    if len > max as usize { Err(OperatorError::TooLong { len, max }) } else { Ok(()) }
}

impl Server {
    /// Sets the current time before an operation. The loop does this.
    pub fn at(&mut self, now: Now) -> &mut Server {
        self.now = now;
        self
    }

    /// Removes a user from the server: closes their connections at once, and ends their sessions at the end of this turn. Everybody sees them as kicked, with
    /// this reason of at most [`REASON_BYTES_MAX`] bytes. They may log in again.
    pub fn kick(&mut self, name: &str, reason: &str) -> Result<(), OperatorError> {
        let named = Name::of_person(name, self.config.limits.name_bytes).ok();
        let user = named.and_then(|name| self.state.holder(&name)).ok_or(OperatorError::NoPerson)?;
        self.kick_user(user, reason)
    }

    /// Like [`kick`](Self::kick), by id.
    pub fn kick_user(&mut self, user: UserId, reason: &str) -> Result<(), OperatorError> {
        check_reason(reason)?;
        if self.state.person(user).is_none() {
            return Err(OperatorError::NoPerson);
        }
        let sessions: Vec<SessionId> = self.state.sessions_of(user).map(|session| session.id).collect();
        for session in sessions {
            if let Some(conn) = self.attachments.remove(session) {
                self.close_with(conn, Code::Kicked, removal_text(reason), Duration::ZERO);
            }
        }
        self.end(user, LeaveReason::Kicked, reason);
        Ok(())
    }

    /// Removes a user from a public room, with this reason of at most [`REASON_BYTES_MAX`] bytes. They may join again, unless
    /// [`ApprovalPolicy::joins`](super::ApprovalPolicy::joins) is on and the program refuses it.
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
        let body = Body::Left { reason: LeaveReason::Kicked, text: reason.into() };
        self.append(Asker::Nobody, user, room, body);
        Ok(())
    }

    /// Deletes a public room and its entries. Its members are sent the reason, of at most [`REASON_BYTES_MAX`] bytes; its name
    /// becomes free.
    pub fn close_room(&mut self, room: RoomId, reason: &str) -> Result<(), OperatorError> {
        check_reason(reason)?;
        self.public_room(room)?;
        self.request(Asker::Nobody, Draft::CloseRoom { room, text: reason.into(), if_empty: false });
        Ok(())
    }

    fn public_room(&self, room: RoomId) -> Result<&Room, OperatorError> {
        match self.state.room(room) {
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

    /// Deletes a message of any author. Has no effect if there is no such message.
    pub fn delete(&mut self, room: RoomId, target: Seq) -> Result<(), OperatorError> {
        self.append_own(room, Body::Deleted { target })
    }

    fn append_own(&mut self, room: RoomId, body: Body) -> Result<(), OperatorError> {
        if self.draining != Draining::No {
            return Err(OperatorError::Drained);
        }
        if self.state.room(room).is_none() {
            return Err(OperatorError::NoRoom);
        }
        let (author, name) = (UserId::SERVER, self.config.name.as_str().into());
        let entry = Entry { room, seq: Seq::ZERO, time: self.now.wall, author, name, body };
        self.request(Asker::Nobody, Draft::Entry { entry, txn_id: None });
        Ok(())
    }

    /// Sends a notice to everybody who is online. It is not kept.
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

    /// Replaces the passkey; `None`: requires none. Users who are logged in stay.
    pub fn set_passkey(&mut self, passkey: Option<String>) {
        self.config.passkey = passkey;
    }

    /// The settings that can be changed while the server runs. Changes take effect at once, also for users who are logged in. Clients
    /// learn changed limits when they next connect; until then they may send requests that are refused.
    pub fn settings(&mut self) -> Settings<'_> {
        self.config.settings()
    }

    /// A room's members, in order of id; none if there is no such room.
    pub fn members(&self, room: RoomId) -> impl Iterator<Item = Member> {
        let room = self.state.room(room);
        room.into_iter().flat_map(|room| room.members.ids().filter_map(|user| self.shown_member(room, user)))
    }

    /// The next member of a room after this id, in order of id.
    pub fn member_after(&self, room: RoomId, after: UserId) -> Option<Member> {
        let room = self.state.room(room)?;
        self.shown_member(room, room.members.after(after).next()?)
    }

    /// Everybody who is online, in order of id.
    pub fn people(&self) -> impl Iterator<Item = Person> {
        self.state.people_after(UserId::SERVER).map(|person| self.shown(person))
    }

    /// The next person online after this id, in order of id.
    pub fn person_after(&self, after: UserId) -> Option<Person> {
        self.state.people_after(after).next().map(|person| self.shown(person))
    }

    /// The lobby and the public rooms, in no particular order.
    pub fn rooms(&self) -> impl Iterator<Item = RoomInfo> {
        let public = |room: &&Room| room.kind != RoomKind::Direct;
        self.state.rooms().filter(public).map(|room| room.info(UserId::default()))
    }

    /// The number of open connections, logged in or not.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Starts closing the server: refuses new connections, completes and answers the drafts in flight, then sends Bye to all
    /// connections. Ends with [`ServerEvent::Drained`], within twice [`DRAIN_TIME_MAX`].
    pub fn drain(&mut self) {
        if self.draining == Draining::No {
            self.draining = Draining::Waiting;
            self.actions.push_back(Action::StopListening);
            self.timers.add(self.now.mono + DRAIN_TIME_MAX, Timeout::Drain);
        }
    }

    /// Whether the server is closing or closed.
    pub fn is_closing(&self) -> bool {
        self.draining != Draining::No
    }

    /// Whether the server is closed: [`ServerEvent::Drained`] was emitted.
    pub fn is_drained(&self) -> bool {
        self.draining == Draining::Done
    }

    pub(super) fn go_on_draining(&mut self) {
        if self.draining == Draining::Waiting && self.in_flight.is_empty() {
            self.say_goodbye();
        }
        if self.draining == Draining::Leaving && self.connections.len() == 0 {
            self.draining = Draining::Done;
            self.emit(ServerEvent::Drained);
        }
    }

    /// The store did not answer in time: the posts in flight get no reply, and their senders treat them as unanswered.
    pub(super) fn give_up_waiting(&mut self) {
        if self.draining == Draining::Waiting {
            self.say_goodbye();
        }
    }

    fn say_goodbye(&mut self) {
        self.draining = Draining::Leaving;
        for conn in self.connections.ids() {
            let retry = Duration::from_secs(1) + self.random.up_to(Duration::from_secs(2));
            self.close_with(conn, Code::Shutdown, "the server is closing", retry);
        }
    }
}
