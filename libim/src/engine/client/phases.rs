//! Which messages a server may send in each state of the client, and how much it can make the client hold.

use super::{Client, State};
use crate::core::Now;
use crate::wire::FromServer;
use crate::wire::limits::{CLIENT_ROOMS_MAX, HELD_BYTES_MAX, HELD_BYTES_PER_ROOM};

/// When a message may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// As the answer to the hello.
    Hello,
    /// As the answer to a login.
    Login,
    /// After the login.
    LoggedIn,
    /// At any time.
    Always,
}

fn stage(message: &FromServer) -> Stage {
    match message {
        FromServer::ServerHello(_) => Stage::Hello,
        FromServer::Welcome(_) => Stage::Login,
        FromServer::ErrorReply(_)
        | FromServer::Pong(_)
        | FromServer::Throttled(_)
        | FromServer::Notice(_)
        | FromServer::Bye(_) => Stage::Always,
        FromServer::Entry(_)
        | FromServer::Posted(_)
        | FromServer::Done(_)
        | FromServer::Gap(_)
        | FromServer::History(_)
        | FromServer::RoomList(_)
        | FromServer::Members(_)
        | FromServer::UserList(_)
        | FromServer::PresenceNotice(_)
        | FromServer::UserCount(_)
        | FromServer::TypingNotice(_)
        | FromServer::Receipts(_)
        | FromServer::RoomEntered(_)
        | FromServer::RoomLeft(_) => Stage::LoggedIn,
    }
}

impl Client {
    /// Handles a message, if it may come now and leaves the client within its bounds. Otherwise the server is not what it says,
    /// and the connection is aborted.
    pub(super) fn handle_expected(&mut self, now: Now, message: FromServer) {
        if !self.expects(stage(&message)) {
            return self.abort(now, "the server sent a message out of turn; it may not be a libim server");
        }
        self.handle_message(now, message);
        if self.rooms.len() > CLIENT_ROOMS_MAX {
            self.abort(now, &format!("the server reports more than {CLIENT_ROOMS_MAX} rooms"));
            self.rooms.clear();
        }
    }

    fn expects(&self, stage: Stage) -> bool {
        match (stage, self.state) {
            (Stage::Always, _)
            | (Stage::Hello, State::Greeting(_))
            | (Stage::Login, State::LoggingIn(_))
            | (Stage::LoggedIn, State::Ready | State::Quitting(_) | State::Leaving(_)) => true,
            (
                Stage::Hello | Stage::Login | Stage::LoggedIn,
                State::Closed
                | State::Waiting(_)
                | State::Dialing
                | State::Greeting(_)
                | State::LoggingIn(_)
                | State::Refused
                | State::Ready
                | State::Quitting(_)
                | State::Leaving(_),
            ) => false,
        }
    }

    /// Drops entries of a room that wait for missing ones, if all rooms together hold too much. They are fetched again later.
    pub(super) fn shed_held(&mut self, id: crate::wire::RoomId) {
        let is_large = |bytes: usize| bytes > HELD_BYTES_PER_ROOM;
        if !self.rooms.get(&id).is_some_and(|room| is_large(room.sync.held_bytes())) {
            return;
        }
        let held: usize = self.rooms.values().map(|room| room.sync.held_bytes()).sum();
        if held > HELD_BYTES_MAX
            && let Some(room) = self.rooms.get_mut(&id)
        {
            room.sync.shed(HELD_BYTES_PER_ROOM);
        }
    }
}
