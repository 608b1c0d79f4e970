//! The commands of a client.

use super::content::Content;
use super::{Asked, Client, State};
use crate::core::text::is_blank;
use crate::wire::limits::{DRAIN_TIME_MAX, OUTBOX_ENTRIES_MAX, REASON_BYTES_MAX, RECEIPT_DELAY};
use crate::wire::{
    Create, Direct, FromClient, Join, Leave, ListMembers, ListRooms, ListUsers, Presence, RequestId, RoomId,
    Seq, SetStatus, SetTopic, TxnId, Typing, UserId,
};
use std::fmt;

/// Why a command was rejected. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// The command requires a login, and the client is not logged in now.
    NotReady,
    /// The client is not in that room.
    NotInRoom,
    /// The text is empty.
    Empty,
    /// The text is longer than the server accepts.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        max: u32,
    },
    /// Too many posts are unanswered: [`OUTBOX_ENTRIES_MAX`].
    OutboxFull,
    /// The client has quit or ended.
    Closed,
    /// The client is logged in already, or is resuming its session.
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
                    "{OUTBOX_ENTRIES_MAX} posts are unanswered already; try again when some are answered"
                )
            }
            CommandError::Closed => f.write_str("the client has quit"),
            CommandError::LoggedIn => {
                f.write_str("logged in already; quit and connect again to use another name")
            }
        }
    }
}

impl std::error::Error for CommandError {}

impl Client {
    /// Posts a message. It is delivered exactly once, now or after a reconnection. The result is reported as
    /// [`Posted`](super::ClientEvent::Posted) or [`PostFailed`](super::ClientEvent::PostFailed) with the returned transaction
    /// id. Before the first login, only the lobby accepts posts.
    pub fn post(&mut self, room: RoomId, text: &str) -> Result<TxnId, CommandError> {
        self.post_content(room, Content::Message { text: text.into(), reply_to: None })
    }

    /// Like [`post`](Self::post), in reply to message `to` of the room.
    pub fn reply(&mut self, room: RoomId, to: Seq, text: &str) -> Result<TxnId, CommandError> {
        self.post_content(room, Content::Message { text: text.into(), reply_to: Some(to) })
    }

    /// Replaces the text of one's own message. The result is reported as for [`post`](Self::post).
    pub fn edit(&mut self, room: RoomId, target: Seq, text: &str) -> Result<TxnId, CommandError> {
        self.post_content(room, Content::Edit { target, text: text.into() })
    }

    /// Deletes one's own message. The result is reported as for [`post`](Self::post).
    pub fn delete(&mut self, room: RoomId, target: Seq) -> Result<TxnId, CommandError> {
        self.post_content(room, Content::Delete { target })
    }

    /// Adds (`on`) or removes one's own reaction to a message. The result is reported as for [`post`](Self::post).
    pub fn react(&mut self, room: RoomId, target: Seq, emoji: &str, on: bool) -> Result<TxnId, CommandError> {
        self.post_content(room, Content::React { target, emoji: emoji.into(), on })
    }

    fn post_content(&mut self, room: RoomId, content: Content) -> Result<TxnId, CommandError> {
        if matches!(self.state, State::Closed | State::Quitting(_) | State::Leaving(_)) {
            return Err(CommandError::Closed);
        }
        let room = self.to_server(room)?;
        // Before the first login the only room known is the lobby, which everybody is in.
        let to_come = room == RoomId::LOBBY && self.me.is_none();
        if !to_come && !self.rooms.contains_key(&room) {
            return Err(CommandError::NotInRoom);
        }
        content.check(&self.limits())?;
        if self.outbox.is_full() {
            return Err(CommandError::OutboxFull);
        }
        let txn_id = TxnId(self.random.bytes());
        self.outbox.add(txn_id, room, content);
        Ok(txn_id)
    }

    /// Marks a room as read up to `upto`. The receipt is sent within [`RECEIPT_DELAY`].
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

    /// Notifies a room that the user is typing, or has stopped. May be lost. Repeat it every few seconds while typing.
    pub fn typing(&mut self, room: RoomId, on: bool) -> Result<(), CommandError> {
        let room = self.check_in(room)?;
        self.send(&FromClient::Typing(Typing { room, on }));
        Ok(())
    }

    /// Sets one's presence (online or away) and status text. Answered by [`Done`](super::ClientEvent::Done) or
    /// [`Failed`](super::ClientEvent::Failed), as are the following requests unless noted.
    pub fn set_status(&mut self, away: bool, text: &str) -> Result<RequestId, CommandError> {
        fits(text, self.limits().status_bytes)?;
        let presence = if away { Presence::Away } else { Presence::Online };
        let text = text.to_owned();
        self.request(|id| FromClient::SetStatus(SetStatus { id, presence, text }))
    }

    /// Creates a room and enters it.
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

    /// Opens the private conversation with the person of this name.
    pub fn direct(&mut self, name: &str) -> Result<RequestId, CommandError> {
        check(name, self.limits().name_bytes)?;
        let name = name.to_owned();
        self.request(|id| FromClient::Direct(Direct { id, name }))
    }

    /// Lists the rooms that can be joined, with ids above `after`. Answered by [`Rooms`](super::ClientEvent::Rooms) or
    /// [`Failed`](super::ClientEvent::Failed).
    pub fn list_rooms(&mut self, after: RoomId) -> Result<RequestId, CommandError> {
        let after = self.to_server(after)?;
        self.request(|id| FromClient::ListRooms(ListRooms { id, after }))
    }

    /// Lists a room's members, with ids above `after`. Answered by [`Members`](super::ClientEvent::Members) or
    /// [`Failed`](super::ClientEvent::Failed).
    pub fn list_members(&mut self, room: RoomId, after: UserId) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        self.request(|id| FromClient::ListMembers(ListMembers { id, room, after }))
    }

    /// Lists the people online, with ids above `after`, however many there are. Answered by
    /// [`Users`](super::ClientEvent::Users) or [`Failed`](super::ClientEvent::Failed).
    pub fn list_users(&mut self, after: UserId) -> Result<RequestId, CommandError> {
        self.request(|id| FromClient::ListUsers(ListUsers { id, after }))
    }

    /// Tries to log in again after [`LoginRefused`](super::ClientEvent::LoginRefused), with this name and passkey; `None` keeps
    /// the earlier value. While a login is in flight, they are used for the next attempt.
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
            // The session belongs to the earlier name.
            self.token = self.token.filter(|_| name == self.config.name);
            self.config.name = name.into();
        }
        if let Some(passkey) = passkey {
            self.config.passkey = Some(passkey.into());
        }
        if self.state == State::Refused {
            if self.conn.is_some() {
                self.send_login();
            } else {
                self.dial();
            }
        }
        self.retry_now()
    }

    /// Ends a wait before a reconnection: connects at once. Use it when the network is known to be available again.
    pub fn retry_now(&mut self) -> Result<(), CommandError> {
        match self.state {
            State::Closed | State::Quitting(_) | State::Leaving(_) => return Err(CommandError::Closed),
            State::Waiting(_) => self.state = State::Waiting(self.now.mono),
            State::Dialing | State::Greeting(_) | State::LoggingIn(_) | State::Refused | State::Ready => {}
        }
        Ok(())
    }

    /// Starts the client: it connects and logs in. Does nothing if it is running.
    pub fn start(&mut self) {
        if self.state == State::Closed {
            self.dial();
        }
    }

    /// Quits. If logged in, the client first waits up to [`DRAIN_TIME_MAX`] for its posts to be answered; other posts fail.
    /// Ends with [`Disconnected`](super::ClientEvent::Disconnected), without a retry. The reason has at most
    /// [`REASON_BYTES_MAX`] bytes.
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

    pub(super) fn request(
        &mut self,
        request: impl FnOnce(RequestId) -> FromClient,
    ) -> Result<RequestId, CommandError> {
        if self.state != State::Ready {
            return Err(CommandError::NotReady);
        }
        Ok(self.ask(Asked::Program, request))
    }

    /// The server's id of a room that the client is in.
    pub(super) fn check_in(&self, room: RoomId) -> Result<RoomId, CommandError> {
        if self.state != State::Ready {
            return Err(CommandError::NotReady);
        }
        let room = self.to_server(room)?;
        if self.is_confirmed(room) { Ok(room) } else { Err(CommandError::NotInRoom) }
    }
}

pub(super) fn check(text: &str, max: u32) -> Result<(), CommandError> {
    if is_blank(text) {
        return Err(CommandError::Empty);
    }
    fits(text, max)
}

pub(super) fn fits(text: &str, max: u32) -> Result<(), CommandError> {
    if text.len() > max as usize {
        return Err(CommandError::TooLong { len: text.len(), max });
    }
    Ok(())
}
