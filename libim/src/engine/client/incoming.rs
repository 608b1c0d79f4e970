//! Handles the server's messages.

use super::retry::millis;
use super::{Asked, Client, ClientEvent, State};
use crate::wire::limits::{LIVE_ROSTER_MAX, PENDING_EVENTS_MAX, RECEIPT_DELAY, RECEIPT_MEMBERS_MAX};
use crate::wire::{
    Code, Create, Entry, ErrorReply, Fetch, FromClient, FromServer, History, Join, Posted, RequestId, RoomId,
    RoomKind, Seq, ServerHello, Timestamp, Welcome,
};
use std::time::Duration;

impl Client {
    pub(super) fn handle_message(&mut self, message: FromServer) {
        match message {
            FromServer::ServerHello(hello) => self.handle_hello(hello),
            FromServer::Welcome(welcome) => self.handle_welcome(welcome),
            FromServer::Entry(entry) => self.handle_entry(entry),
            FromServer::Posted(posted) => self.handle_posted(posted),
            FromServer::Done(done) => self.handle_done(done.id, done.room),
            FromServer::ErrorReply(reply) => self.handle_refusal(reply),
            FromServer::Gap(gap) if gap.room == RoomId::PEOPLE => self.fetch_roster(),
            FromServer::Gap(gap) => self.known_head(gap.room, gap.to),
            FromServer::History(history) => self.handle_history(history),
            FromServer::RoomList(list) => {
                self.asked.remove(&list.id);
                self.emit(ClientEvent::Rooms { request: list.id, rooms: list.rooms, more: list.more });
            }
            FromServer::Members(list) => {
                self.asked.remove(&list.id);
                let (request, room) = (list.id, list.room);
                self.emit(ClientEvent::Members { request, room, members: list.members, more: list.more });
            }
            FromServer::UserList(list) => self.handle_persons(list),
            FromServer::Found(found) => {
                self.asked.remove(&found.id);
                let (request, messages, next) = (found.id, found.entries, found.before);
                self.emit(ClientEvent::Found { request, messages, next });
            }
            FromServer::PresenceNotice(notice) => {
                // 0: not given, since the client itself is online.
                if notice.count > 0 {
                    self.set_count(notice.count);
                }
                self.handle_presence(notice.people);
            }
            FromServer::UserCount(count) => {
                self.set_count(count.people);
                // Changes are no longer reported one by one, so a list would become wrong.
                if !std::mem::take(&mut self.people).is_empty() {
                    self.emit(ClientEvent::People(Vec::new()));
                }
                self.emit(ClientEvent::PeopleCount(count.people));
            }
            FromServer::TypingNotice(typing) => {
                if self.me.as_ref().is_none_or(|(me, _)| *me != typing.user) {
                    let name = self.people.get(&typing.user).map(|person| person.name.clone());
                    self.tell_small(ClientEvent::Typing {
                        room: typing.room,
                        user: typing.user,
                        name,
                        on: typing.on,
                    });
                }
            }
            FromServer::Receipts(receipt) => {
                let (room, user) = (receipt.room, receipt.user);
                if let (Some((me, _)), Some(held)) = (&self.me, self.rooms.get_mut(&room))
                    && *me == user
                {
                    // Another device of this person has read it.
                    held.read = held.read.max(receipt.read);
                    held.info.read = held.info.read.max(receipt.read);
                }
                self.tell_small(ClientEvent::Receipt {
                    room,
                    user,
                    delivered: receipt.delivered,
                    read: receipt.read,
                });
            }
            FromServer::RoomLeft(left) => self.exit(left.room, &left.text),
            FromServer::RoomEntered(entered) => self.enter(&entered.room),
            FromServer::Pong(pong) => {
                self.set_heartbeat(pong.heartbeat_ms);
                if let Some(pinged) = self.conn.as_mut().and_then(|conn| conn.pinged.take()) {
                    self.round_trip = Some(self.now.mono.saturating_sub(pinged));
                }
                for (room, head) in pong.heads {
                    self.known_head(room, head);
                }
                for room in self.rooms.values_mut() {
                    room.unfetchable = false;
                }
                self.rejoin_rooms();
            }
            FromServer::Throttled(throttled) => {
                let wait = Duration::from_millis(u64::from(throttled.wait_ms));
                if let Some(conn) = &mut self.conn {
                    conn.read_on = self.now.mono + wait;
                }
                self.emit(ClientEvent::Throttled { text: throttled.text, wait });
            }
            FromServer::Notice(notice) => self.emit(ClientEvent::Notice { text: notice.text }),
            FromServer::Bye(bye) => {
                if let Some(conn) = &mut self.conn {
                    conn.bye = Some(bye);
                }
            }
        }
    }

    /// Emits an event that may be dropped when the program is behind.
    fn tell_small(&mut self, event: ClientEvent) {
        if self.events.len() < PENDING_EVENTS_MAX {
            self.emit(event);
        }
    }

    fn handle_hello(&mut self, hello: ServerHello) {
        self.hello = Some(hello);
        self.send_login();
    }

    fn handle_welcome(&mut self, welcome: Welcome) {
        self.asked.remove(&welcome.id);
        self.state = State::Ready;
        self.failures = 0;
        self.token = Some(welcome.token);
        self.me = Some((welcome.user, welcome.name.clone()));
        self.set_heartbeat(welcome.heartbeat_ms);
        let hello = self.hello.as_ref();
        let server = hello.map(|hello| hello.name.clone()).unwrap_or_default();
        let epoch = hello.map(|hello| hello.epoch);
        self.same_generation = self.epoch == epoch;
        if self.epoch.is_some() && !self.same_generation {
            self.begin_generation();
        }
        self.epoch = epoch;
        self.emit(ClientEvent::LoggedIn {
            user: welcome.user,
            name: welcome.name,
            resumed: welcome.resumed,
            server,
            welcome: welcome.text,
            people: welcome.people,
        });
        for info in welcome.rooms {
            self.enter(&info);
        }
        self.rejoin_rooms();
        if self.config.roster && welcome.people as usize <= LIVE_ROSTER_MAX {
            self.fetch_roster();
        } else if !self.people.is_empty() {
            self.people.clear();
            self.emit(ClientEvent::People(Vec::new()));
        }
    }

    fn handle_entry(&mut self, entry: Entry) {
        let id = entry.room;
        if let Some(room) = self.rooms.get_mut(&id) {
            room.sync.offer(entry, None);
            self.advance(id);
        }
    }

    fn known_head(&mut self, id: RoomId, head: Seq) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.sync.known_head(head);
            self.advance(id);
        }
    }

    /// Delivers a room's next entries to the program.
    pub(super) fn advance(&mut self, id: RoomId) {
        let shown = self.to_program(id);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        let before = room.sync.cursor();
        while let Some(step) = room.sync.next() {
            self.events.push_back(match step {
                super::sync::Step::Entry(entry, txn_id) => {
                    room.apply(&entry);
                    ClientEvent::Entry { entry: Entry { room: shown, ..entry }, txn_id }
                }
                super::sync::Step::Missed(from, to) => ClientEvent::Missed { room: shown, from, to },
            });
        }
        let small = room.info.members as usize <= RECEIPT_MEMBERS_MAX;
        let progress = room.sync.cursor() > before;
        if self.config.receipts && small && progress {
            room.receipt_due = true;
            self.receipts_due.get_or_insert(self.now.mono + RECEIPT_DELAY);
        }
        if !progress {
            self.shed_held(id);
        }
    }

    /// Fetches missing ranges of entries.
    pub(super) fn fetch_ranges(&mut self) {
        if !matches!(self.state, State::Ready | State::Quitting(_)) {
            return;
        }
        let wanted: Vec<_> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.confirmed && !room.unfetchable)
            .filter_map(|(id, room)| room.sync.wanted().map(|(after, before)| (*id, after, before)))
            .collect();
        for (room, after, before) in wanted {
            let request = self.ask(Asked::Range(room), |id| {
                FromClient::Fetch(Fetch {
                    id,
                    room,
                    after,
                    before,
                    since: Timestamp(0),
                    limit: 0,
                    upward: true,
                    messages_only: false,
                })
            });
            if let Some(room) = self.rooms.get_mut(&room) {
                room.sync.fetching = Some(request);
            }
        }
    }

    fn handle_posted(&mut self, posted: Posted) {
        let Some(entry) = self.outbox.answered(posted.id) else { return };
        let (txn_id, room, seq) = (entry.txn_id, posted.room, posted.seq);
        self.emit(ClientEvent::Posted { txn_id, room, seq });
        if posted.duplicate {
            self.known_head(room, seq);
        } else if let (Some((author, name)), Some(at)) = (self.me.clone(), self.rooms.get_mut(&room)) {
            let body = entry.content.entry_body(posted.mentions);
            at.sync.offer(Entry { room, seq, time: posted.time, author, name, body }, Some(txn_id));
            self.advance(room);
        }
    }

    fn handle_done(&mut self, id: RequestId, room: Option<RoomId>) {
        match self.asked.remove(&id) {
            Some(Asked::Program) => self.emit(ClientEvent::Done { request: id, room }),
            Some(Asked::Rejoin(old, _)) => self.rejoined(old, room),
            Some(Asked::Login | Asked::Backlog(_) | Asked::Range(_) | Asked::Roster) | None => {}
        }
    }

    fn handle_refusal(&mut self, reply: ErrorReply) {
        let ErrorReply { id, code, text, retry_after_ms } = reply;
        let retry_after = millis(retry_after_ms);
        if let Some(entry) = self.outbox.answered(id) {
            if let (Code::NotStored, Some(wait)) = (code, retry_after) {
                self.posts_resume = Some(self.now.mono + wait);
                self.outbox.put_back(entry);
            } else {
                let (txn_id, room) = (entry.txn_id, entry.room);
                self.emit(ClientEvent::PostFailed { txn_id, room, code, text, retry_after });
            }
            return;
        }
        match self.asked.remove(&id) {
            Some(Asked::Login) => self.handle_login_refusal(code, text, retry_after),
            Some(Asked::Program) => {
                self.emit(ClientEvent::Failed { request: id, code: Some(code), text, retry_after });
            }
            // Delivery must not wait any longer; the program can still fetch the history.
            Some(Asked::Backlog(id)) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.sync.backlog = None;
                    room.backlog_due = false;
                    self.emit(ClientEvent::Backlog { room: id, messages: Vec::new(), more: true });
                }
                self.advance(id);
            }
            // Retried with the next heartbeat.
            Some(Asked::Range(room)) => {
                if let Some(room) = self.rooms.get_mut(&room) {
                    room.sync.fetching = None;
                    room.unfetchable = true;
                }
            }
            Some(Asked::Roster) => self.roster_fetch = None,
            Some(Asked::Rejoin(room, make)) => self.rejoin_refused(room, make, code, &text),
            None => {}
        }
    }

    fn handle_history(&mut self, history: History) {
        match self.asked.remove(&history.id) {
            Some(Asked::Backlog(id)) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.sync.backlog = None;
                    room.backlog_due = false;
                    let (messages, more) = (history.entries, history.more);
                    self.emit(ClientEvent::Backlog { room: id, messages, more });
                    self.advance(id);
                }
            }
            Some(Asked::Range(id)) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.sync.page(history.from, history.to, history.entries);
                    room.sync.known_head(history.head);
                    self.advance(id);
                }
            }
            Some(Asked::Program) => self.emit(ClientEvent::History {
                request: history.id,
                room: history.room,
                messages: history.entries,
                more: history.more,
                from: history.from,
                to: history.to,
                head: history.head,
            }),
            Some(Asked::Login | Asked::Roster | Asked::Rejoin(..)) | None => {}
        }
    }
}

/// The request to rejoin a room by its name.
pub(super) fn rejoin(kind: RoomKind, name: &str, make: bool) -> impl FnOnce(RequestId) -> FromClient {
    let name = name.to_owned();
    move |id| match (kind, make) {
        (RoomKind::Direct, _) => FromClient::Direct(crate::wire::Direct { id, name }),
        (RoomKind::Lobby | RoomKind::Public | RoomKind::Other(_), true) => {
            FromClient::Create(Create { id, name, topic: String::new() })
        }
        (RoomKind::Lobby | RoomKind::Public | RoomKind::Other(_), false) => {
            FromClient::Join(Join { id, name })
        }
    }
}
