//! Which messages a server may send in each state of the client, and how much it can make the client hold.

use super::{Client, State};
use crate::wire::limits::{CLIENT_ROOMS_MAX, HELD_BYTES_MAX, HELD_BYTES_PER_ROOM, LABEL_BYTES_MAX};
use crate::wire::{FromServer, Person, RoomInfo};

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
        | FromServer::Found(_)
        | FromServer::PresenceNotice(_)
        | FromServer::UserCount(_)
        | FromServer::TypingNotice(_)
        | FromServer::Receipts(_)
        | FromServer::RoomEntered(_)
        | FromServer::RoomLeft(_) => Stage::LoggedIn,
    }
}

/// Whether the names, topics and statuses that the client holds are not longer than any server allows.
fn labels_fit(message: &FromServer) -> bool {
    let short = |text: &str| text.len() <= LABEL_BYTES_MAX;
    let room = |info: &RoomInfo| short(&info.name) && short(&info.topic);
    let person = |person: &Person| short(&person.name) && short(&person.status);
    match message {
        FromServer::Welcome(welcome) => short(&welcome.name) && welcome.rooms.iter().all(room),
        FromServer::RoomEntered(entered) => room(&entered.room),
        FromServer::UserList(list) => list.people.iter().all(person),
        FromServer::PresenceNotice(notice) => notice.people.iter().all(person),
        // What others contain is passed on to the program, and not held.
        FromServer::ServerHello(_)
        | FromServer::Entry(_)
        | FromServer::Posted(_)
        | FromServer::Done(_)
        | FromServer::ErrorReply(_)
        | FromServer::Gap(_)
        | FromServer::History(_)
        | FromServer::RoomList(_)
        | FromServer::Members(_)
        | FromServer::Found(_)
        | FromServer::UserCount(_)
        | FromServer::TypingNotice(_)
        | FromServer::Receipts(_)
        | FromServer::RoomLeft(_)
        | FromServer::Pong(_)
        | FromServer::Throttled(_)
        | FromServer::Notice(_)
        | FromServer::Bye(_) => true,
    }
}

impl Client {
    /// Handles a message, if it may come now and leaves the client within its bounds. Otherwise the server is not what it says,
    /// and the connection is aborted.
    pub(super) fn handle_expected(&mut self, message: FromServer) {
        if !self.expects(stage(&message)) {
            return self.abort("the server sent a message out of turn; it may not be a libim server");
        }
        if !labels_fit(&message) {
            return self.abort("the server sent a name, topic or status that is too long");
        }
        self.handle_message(message);
        if self.rooms.len() > CLIENT_ROOMS_MAX {
            self.drop_conn();
            self.end(None, &format!("the server reports more than {CLIENT_ROOMS_MAX} rooms"));
        }
    }

    fn expects(&self, stage: Stage) -> bool {
        let now = match self.state {
            State::Greeting(_) => Stage::Hello,
            State::LoggingIn(_) => Stage::Login,
            State::Ready | State::Quitting(_) | State::Leaving(_) => Stage::LoggedIn,
            State::Closed | State::Waiting(_) | State::Dialing | State::Refused => Stage::Always,
        };
        stage == now || stage == Stage::Always
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
