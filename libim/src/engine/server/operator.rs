//! What the program that runs the server can do.

use super::timeouts::Timeout;
use super::{Draining, Server, ServerEvent};
use crate::core::{Name, Now, Room, text::cut};
use crate::engine::Action;
use crate::wire::limits::{DRAIN_TIME_MAX, REASON_BYTES_MAX};
use crate::wire::{Code, LeaveReason, Notice, Person, RoomId, RoomInfo, RoomKind, UserId};
use std::time::Duration;

impl Server {
    /// The server at this time: what is done counts from it. The loop does this.
    pub fn at(&mut self, now: Now) -> &mut Server {
        self.now = now;
        self
    }

    /// Removes somebody at once: their session ends, and everybody sees them kicked with these words. False when nobody
    /// of that name is here. Of the words, [`REASON_BYTES_MAX`] bytes are passed on.
    pub fn kick(&mut self, name: &str, words: &str) -> bool {
        let words = cut(words, REASON_BYTES_MAX);
        let now = self.now;
        let named = Name::of_person(name, self.config.limits.name_bytes).ok();
        let Some(user) = named.and_then(|name| self.hub.holder(&name)) else { return false };
        let conn = self.conn_of(user);
        if let Some(session) = self.attached.get(&user).and_then(|key| self.sessions.get_mut(*key)) {
            // It ends by this, not by the goodbye to its connection.
            session.conn = None;
        }
        if let Some(conn) = conn {
            let text = if words.is_empty() {
                "you were removed".into()
            } else {
                format!("you were removed: {words}")
            };
            self.bye(now, conn, Code::Kicked, text, Duration::ZERO);
        }
        self.expel(now, user, LeaveReason::Kicked, words);
        true
    }

    /// Says a word to everybody who is here now. It is not kept. False when it is longer than a message may be.
    pub fn broadcast(&mut self, text: &str) -> bool {
        if text.len() > self.config.limits.text_bytes as usize {
            return false;
        }
        self.feeds.chatter(RoomId::LOBBY, &Notice { text: text.into() });
        true
    }

    /// Replaces the passkey, or opens the server. People already inside stay.
    pub fn set_passkey(&mut self, passkey: Option<String>) {
        self.config.passkey = passkey;
    }

    /// Replaces the word to people who come in.
    pub fn set_welcome(&mut self, text: &str) {
        self.config.welcome = text.into();
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
        self.links.len()
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

    /// Whether [`ServerEvent::Drained`] has been told.
    pub fn is_drained(&self) -> bool {
        self.draining == Draining::Done
    }

    pub(super) fn go_on_draining(&mut self, now: Now) {
        if self.draining == Draining::Waiting && self.submitted.is_empty() {
            self.say_goodbye(now);
        }
        if self.draining == Draining::Leaving && self.links.len() == 0 {
            self.draining = Draining::Done;
            self.tell(ServerEvent::Drained);
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
        for conn in self.links.ids() {
            let retry = Duration::from_secs(1) + self.random.up_to(Duration::from_secs(2));
            self.bye(now, conn, Code::Shutdown, "the server is closing", retry);
        }
    }
}
