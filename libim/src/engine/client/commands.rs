//! What the program asks of its client.

use super::{Asked, Client, State};
use crate::core::text::is_blank;
use crate::wire::limits::{
    DRAIN_TIME_MAX, OUTBOX_ENTRIES_MAX, REACTION_BYTES_MAX, REASON_BYTES_MAX, RECEIPT_DELAY,
};
use crate::wire::{
    Body, Create, Direct, Fetch, FromClient, Join, Leave, ListMembers, ListRooms, ListUsers, MessageBody,
    Presence, RequestId, RoomId, Seq, SetStatus, SetTopic, TxnId, Typing, UserId,
};
use std::fmt;

/// Which entries of a room are asked for; by default the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Only entries after this place.
    pub after: Seq,
    /// Only entries before this place; 0: up to the newest.
    pub before: Seq,
    /// How many at most; 0: as many as one page holds.
    pub limit: u32,
    /// Start at `after` and go up, or at `before` and go down.
    pub upward: bool,
    /// Only messages, each in its present state; otherwise every kind of entry.
    pub messages_only: bool,
}

/// The program's own mistake, or the wrong moment. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Not logged in at this moment, which this request needs. Posting does not: it waits.
    NotReady,
    /// The client is not in that room.
    NotInRoom,
    /// The text is empty.
    Empty,
    /// The text is longer than the server takes.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        max: u32,
    },
    /// Too many posts wait for the server.
    OutboxFull,
    /// The client is over.
    Closed,
    /// The client is logged in already, or coming back to its session.
    LoggedIn,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::NotReady => f.write_str("not logged in at the moment"),
            CommandError::NotInRoom => f.write_str("not in that room"),
            CommandError::Empty => f.write_str("the text is empty"),
            CommandError::TooLong { len, max } => {
                write!(f, "the text is {len} bytes long; the server takes {max} bytes")
            }
            CommandError::OutboxFull => {
                write!(
                    f,
                    "{OUTBOX_ENTRIES_MAX} posts wait for the server already; try again when some are through"
                )
            }
            CommandError::Closed => f.write_str("the client has quit"),
            CommandError::LoggedIn => {
                f.write_str("logged in already; to be somebody else, quit and connect again")
            }
        }
    }
}

impl std::error::Error for CommandError {}

impl Client {
    /// Outbox a message. It is delivered exactly once, now or when the connection is back; the answer is
    /// [`Posted`](super::ClientEvent::Posted) or [`PostFailed`](super::ClientEvent::PostFailed) with this txn_id.
    pub fn post(&mut self, room: RoomId, text: &str) -> Result<TxnId, CommandError> {
        self.post_body(room, Body::message(text))
    }

    /// As [`post`](Self::post), in answer to another message of the room.
    pub fn reply(&mut self, room: RoomId, to: Seq, text: &str) -> Result<TxnId, CommandError> {
        let message = MessageBody { text: text.into(), reply_to: Some(to), ..MessageBody::default() };
        self.post_body(room, Body::Message(message))
    }

    /// Gives a message of one's own another text.
    pub fn edit(&mut self, room: RoomId, target: Seq, text: &str) -> Result<TxnId, CommandError> {
        self.post_body(room, Body::Edited { target, text: text.into(), mentions: Vec::new() })
    }

    /// Takes back a message of one's own.
    pub fn delete(&mut self, room: RoomId, target: Seq) -> Result<TxnId, CommandError> {
        self.post_body(room, Body::Deleted { target })
    }

    /// Adds a reaction to a message, or takes one's own away.
    pub fn react(&mut self, room: RoomId, target: Seq, emoji: &str, on: bool) -> Result<TxnId, CommandError> {
        self.post_body(room, Body::Reacted { target, emoji: emoji.into(), on })
    }

    fn post_body(&mut self, room: RoomId, body: Body) -> Result<TxnId, CommandError> {
        if matches!(self.state, State::Closed | State::Quitting(_) | State::Leaving(_)) {
            return Err(CommandError::Closed);
        }
        let room = self.to_server(room)?;
        // Before the first login nobody knows of other rooms than the lobby, in which everybody is.
        let to_come = room == RoomId::LOBBY && self.me.is_none();
        if !to_come && !self.rooms.contains_key(&room) {
            return Err(CommandError::NotInRoom);
        }
        let text_max = self.limits().text_bytes;
        match &body {
            Body::Message(MessageBody { text, .. }) | Body::Edited { text, .. } => check(text, text_max)?,
            Body::Reacted { emoji, .. } => {
                check(emoji, u32::try_from(REACTION_BYTES_MAX).unwrap_or(u32::MAX))?;
            }
            Body::Deleted { .. }
            | Body::Created { .. }
            | Body::Joined
            | Body::Left { .. }
            | Body::Topic { .. }
            | Body::Other(_) => {}
        }
        if self.outbox.is_full() {
            return Err(CommandError::OutboxFull);
        }
        let txn_id = TxnId(self.random.bytes());
        self.outbox.add(txn_id, room, body);
        Ok(txn_id)
    }

    /// Notes that the program's person has read a room up to here. The room is told in a moment.
    pub fn mark_read(&mut self, room: RoomId, upto: Seq) -> Result<(), CommandError> {
        let due = self.now.mono + RECEIPT_DELAY;
        let room = self.to_server(room)?;
        let room = self.rooms.get_mut(&room).ok_or(CommandError::NotInRoom)?;
        if upto > room.read {
            room.read = upto;
            room.receipt_due = true;
            self.receipts_due.get_or_insert(due);
        }
        Ok(())
    }

    /// Tells a room that one is typing, or has stopped. May be lost. Repeat it every few seconds while it lasts.
    pub fn typing(&mut self, room: RoomId, on: bool) -> Result<(), CommandError> {
        let room = self.check_in(room)?;
        self.send(&FromClient::Typing(Typing { room, on }));
        Ok(())
    }

    /// Sets one's presence (online or away) and status text.
    pub fn set_status(&mut self, away: bool, text: &str) -> Result<RequestId, CommandError> {
        fits(text, self.limits().status_bytes)?;
        let presence = if away { Presence::Away } else { Presence::Online };
        let text = text.to_owned();
        self.request(|id| FromClient::SetStatus(SetStatus { id, presence, text }))
    }

    /// Makes a room and enters it.
    pub fn create_room(&mut self, name: &str, topic: &str) -> Result<RequestId, CommandError> {
        check(name, self.limits().room_name_bytes)?;
        fits(topic, self.limits().topic_bytes)?;
        let (name, topic) = (name.to_owned(), topic.to_owned());
        self.request(|id| FromClient::Create(Create { id, name, topic }))
    }

    /// Enters a room.
    pub fn join(&mut self, name: &str) -> Result<RequestId, CommandError> {
        check(name, self.limits().room_name_bytes)?;
        let name = name.to_owned();
        self.request(|id| FromClient::Join(Join { id, name }))
    }

    /// Leaves a room.
    pub fn leave(&mut self, room: RoomId) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        self.request(|id| FromClient::Leave(Leave { id, room }))
    }

    /// Sets a room's topic.
    pub fn set_topic(&mut self, room: RoomId, topic: &str) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        fits(topic, self.limits().topic_bytes)?;
        let topic = topic.to_owned();
        self.request(|id| FromClient::SetTopic(SetTopic { id, room, topic }))
    }

    /// Opens the private conversation with somebody.
    pub fn direct(&mut self, name: &str) -> Result<RequestId, CommandError> {
        check(name, self.limits().name_bytes)?;
        let name = name.to_owned();
        self.request(|id| FromClient::Direct(Direct { id, name }))
    }

    /// Asks for messages of a room before a place, the newest of them; `limit` 0 is as many as one page holds.
    pub fn history(&mut self, room: RoomId, before: Seq, limit: u32) -> Result<RequestId, CommandError> {
        self.fetch(room, Range { before, limit, messages_only: true, ..Range::default() })
    }

    /// Asks for a page of a room's entries. Answered by [`History`](super::ClientEvent::History) or
    /// [`Failed`](super::ClientEvent::Failed).
    pub fn fetch(&mut self, room: RoomId, range: Range) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        let Range { after, before, limit, upward, messages_only } = range;
        self.request(|id| FromClient::Fetch(Fetch { id, room, after, before, limit, upward, messages_only }))
    }

    /// Asks for rooms that can be joined, those after `after`.
    pub fn list_rooms(&mut self, after: RoomId) -> Result<RequestId, CommandError> {
        let after = self.to_server(after)?;
        self.request(|id| FromClient::ListRooms(ListRooms { id, after }))
    }

    /// Asks for a room's members, those after `after`.
    pub fn list_members(&mut self, room: RoomId, after: UserId) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        self.request(|id| FromClient::ListMembers(ListMembers { id, room, after }))
    }

    /// Asks for the people who are there, those after `after`, whether or not the server tells of them one by one. Answered by
    /// [`Users`](super::ClientEvent::Users) or [`Failed`](super::ClientEvent::Failed).
    pub fn list_users(&mut self, after: UserId) -> Result<RequestId, CommandError> {
        self.request(|id| FromClient::ListUsers(ListUsers { id, after }))
    }

    /// Tries to log in again after [`LoginRefused`](super::ClientEvent::LoginRefused), under this name and with this passkey;
    /// `None` keeps what was given before. While the first login is under way, they are for the next one.
    pub fn log_in_as(&mut self, name: Option<&str>, passkey: Option<&str>) -> Result<(), CommandError> {
        match self.state {
            State::Closed | State::Quitting(_) | State::Leaving(_) => return Err(CommandError::Closed),
            State::Ready => return Err(CommandError::LoggedIn),
            State::Waiting(_) | State::Dialing | State::Greeting(_) | State::LoggingIn(_)
                if self.me.is_some() && self.token.is_some() =>
            {
                return Err(CommandError::LoggedIn);
            }
            State::Waiting(_)
            | State::Dialing
            | State::Greeting(_)
            | State::LoggingIn(_)
            | State::Refused => {}
        }
        if let Some(name) = name {
            // A session of before belongs to the name that was chosen then.
            self.token = self.token.filter(|_| name == self.config.name);
            self.config.name = name.into();
        }
        if let Some(passkey) = passkey {
            self.config.passkey = Some(passkey.into());
        }
        if self.state == State::Refused {
            if self.conn.is_some() {
                self.send_login(self.now);
            } else {
                self.dial();
            }
        }
        self.retry_now()
    }

    /// Tries to connect at once instead of waiting; of use when the network is known to be back.
    pub fn retry_now(&mut self) -> Result<(), CommandError> {
        match self.state {
            State::Closed | State::Quitting(_) | State::Leaving(_) => return Err(CommandError::Closed),
            State::Waiting(_) => self.state = State::Waiting(self.now.mono),
            State::Dialing | State::Greeting(_) | State::LoggingIn(_) | State::Refused | State::Ready => {}
        }
        Ok(())
    }

    /// Begins: connects and logs in.
    pub fn start(&mut self) {
        if self.state == State::Closed {
            self.dial();
        }
    }

    /// Leaves for good. Everything posted is delivered first, if the server answers in a few seconds. Ends with
    /// [`Disconnected`](super::ClientEvent::Disconnected) and no further try. The reason has [`REASON_BYTES_MAX`] bytes at most.
    pub fn quit(&mut self, reason: &str) -> Result<(), CommandError> {
        fits(reason, u32::try_from(REASON_BYTES_MAX).unwrap_or(u32::MAX))?;
        self.config.reconnect = false;
        match self.state {
            State::Ready => {
                self.state = State::Quitting(self.now.mono + DRAIN_TIME_MAX);
                self.quit_reason = reason.into();
            }
            State::Quitting(_) | State::Leaving(_) | State::Closed => {}
            State::Waiting(_) => self.end(None, "quit"),
            State::Dialing | State::Greeting(_) | State::LoggingIn(_) | State::Refused => {
                self.drop_conn();
                self.end(None, "quit");
            }
        }
        Ok(())
    }

    fn request(&mut self, request: impl FnOnce(RequestId) -> FromClient) -> Result<RequestId, CommandError> {
        if self.state != State::Ready {
            return Err(CommandError::NotReady);
        }
        Ok(self.ask(Asked::Program, request))
    }

    /// The server's id of a room that the client is in.
    fn check_in(&self, room: RoomId) -> Result<RoomId, CommandError> {
        if self.state != State::Ready {
            return Err(CommandError::NotReady);
        }
        let room = self.to_server(room)?;
        if self.is_confirmed(room) { Ok(room) } else { Err(CommandError::NotInRoom) }
    }
}

fn check(text: &str, max: u32) -> Result<(), CommandError> {
    if is_blank(text) {
        return Err(CommandError::Empty);
    }
    fits(text, max)
}

fn fits(text: &str, max: u32) -> Result<(), CommandError> {
    if text.len() > max as usize {
        return Err(CommandError::TooLong { len: text.len(), max });
    }
    Ok(())
}
