//! Rooms that the client is in, and how it comes back into them.

use super::generations::OWN_IDS;
use super::incoming::rejoin;
use super::outbox::OutboxEntry;
use super::sync::Sync;
use super::{Asked, Client, ClientEvent, Room};
use crate::core::Now;
use crate::wire::limits::PAGE_ENTRIES_MAX;
use crate::wire::{
    Body, Code, Entry, Fetch, FromClient, MessageBody, RoomId, RoomInfo, RoomKind, Seq, UserId,
};

/// So many entries of a room that was found again in another life of the data are given out one by one.
const MISSED_MAX: Seq = Seq(PAGE_ENTRIES_MAX as u64);

impl Room {
    fn new(info: RoomInfo) -> Room {
        let (head, read) = (info.head, info.read);
        Room {
            info,
            sync: Sync::new(head),
            receipt_due: false,
            read,
            confirmed: true,
            unfetchable: false,
            backlog_due: true,
            reborn: false,
            counted: head,
        }
    }

    /// The server has begun another life: the places known are void.
    pub(super) fn reset(&mut self) {
        self.sync = Sync::new(Seq::ZERO);
        self.read = Seq::ZERO;
        self.receipt_due = false;
        self.backlog_due = false;
        self.reborn = true;
        self.confirmed = false;
    }

    /// Keeps the room's entry true to what happens in it.
    pub(super) fn apply(&mut self, entry: &Entry) {
        self.info.head = self.info.head.max(entry.seq);
        if entry.seq <= self.counted {
            // The server has counted it already.
            return;
        }
        match &entry.body {
            Body::Joined => self.info.members = self.info.members.saturating_add(1),
            Body::Left { .. } => self.info.members = self.info.members.saturating_sub(1),
            Body::Topic { text } => self.info.topic = text.as_str().into(),
            Body::Message(_)
            | Body::Edited { .. }
            | Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Created { .. }
            | Body::Other(_) => {}
        }
    }
}

impl OutboxEntry {
    /// As an entry's body, with the mentions that the server found.
    pub(super) fn with_mentions(self, found: Vec<UserId>) -> Body {
        match self.body {
            Body::Message(message) => Body::Message(MessageBody { mentions: found, ..message }),
            Body::Edited { target, text, .. } => Body::Edited { target, text, mentions: found },
            body @ (Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Created { .. }
            | Body::Joined
            | Body::Left { .. }
            | Body::Topic { .. }
            | Body::Other(_)) => body,
        }
    }
}

impl Client {
    /// The server says that the client is in this room: for the first time, again, or still.
    pub(super) fn enter(&mut self, now: Now, info: &RoomInfo) {
        let (id, shown) = (info.room, self.to_program(info.room));
        let reborn = self.adopt(info);
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(info.clone()));
        if reborn {
            room.reset();
        }
        // Whatever a room of another life has was missed, and comes in its order; unless it is more than was, from a backup.
        room.backlog_due |= std::mem::take(&mut room.reborn) && info.head > MISSED_MAX;
        if room.backlog_due && room.sync.cursor() < info.head {
            // Entered (again) without a place to go on from: the order starts here.
            room.sync = Sync::new(info.head);
        }
        room.sync.known_head(info.head);
        room.read = room.read.max(info.read);
        room.info = RoomInfo { room: shown, ..info.clone() };
        room.counted = info.head;
        room.confirmed = true;
        self.emit(ClientEvent::Entered(info.clone()));
        self.outbox.settle(id, id);
        self.ask_backlog(id, info.head);
        self.advance(now, id);
    }

    /// The server has begun another life of its data: places of before mean nothing now, and its ids may be given to
    /// other rooms. Rooms get ids of our own until they are found again, so that nothing goes to the wrong one.
    pub(super) fn begin_generation(&mut self) {
        for room in self.rooms.values_mut() {
            room.reset();
        }
        if self.rooms.contains_key(&RoomId::LOBBY) {
            self.emit(ClientEvent::Renumbered { old: RoomId::LOBBY, new: RoomId::LOBBY });
        }
        let named: Vec<RoomId> = self.rooms.keys().copied().filter(|id| *id != RoomId::LOBBY).collect();
        for old in named {
            let Some(mut room) = self.rooms.remove(&old) else { continue };
            self.last_own_id += 1;
            let new = RoomId(OWN_IDS + self.last_own_id);
            room.info.room = new;
            self.rooms.insert(new, room);
            self.outbox.rename(old, new);
            self.emit(ClientEvent::Renumbered { old, new });
        }
        self.generation += 1;
    }

    /// A private conversation or room of before that the server now knows under another id. Whether it is one of another life.
    fn adopt(&mut self, info: &RoomInfo) -> bool {
        if self.rooms.contains_key(&info.room) {
            return false;
        }
        let same =
            |room: &Room| !room.confirmed && room.info.kind == info.kind && room.info.name == info.name;
        // More than one when somebody came under the same name again and again.
        let old: Vec<RoomId> = self.rooms.iter().filter(|(_, room)| same(room)).map(|(id, _)| *id).collect();
        let mut reborn = false;
        for old in old {
            reborn |= self.renumber(old, info.room, info.peer);
        }
        reborn
    }

    /// What is under way to a room goes to the same room of another id. Whether it is one of another life.
    fn renumber(&mut self, old: RoomId, new: RoomId, peer: Option<UserId>) -> bool {
        let before = self.rooms.remove(&old);
        let reborn = before.as_ref().is_some_and(|room| room.reborn);
        let before = before.map(|room| room.info);
        if before.as_ref().is_some_and(|info| info.kind == RoomKind::Direct) {
            // A new conversation beside the old one, in which the server may have kept what was sent: sending it again
            // could say it twice. And whoever has the name now need not be the one who had it.
            let same_peer = self.same_generation && before.is_some_and(|info| info.peer == peer);
            let text = "that conversation ended before the answer came; send it again if it is still meant";
            self.fail_posts(|entry| entry.room == old && (entry.sent || !same_peer), Code::PeerGone, text);
        }
        self.outbox.settle(old, new);
        self.emit(ClientEvent::Renumbered { old, new });
        reborn
    }

    pub(super) fn fail_posts(&mut self, doomed: impl Fn(&OutboxEntry) -> bool, code: Code, text: &str) {
        for entry in self.outbox.abandon(doomed) {
            let (txn_id, room, text) = (entry.txn_id, entry.room, text.to_owned());
            self.emit(ClientEvent::PostFailed { txn_id, room, code, text, retry_after: None });
        }
    }

    fn ask_backlog(&mut self, id: RoomId, head: Seq) {
        let suggested = self.hello.as_ref().map_or(0, |hello| hello.backlog);
        let limit = self.config.backlog.unwrap_or(suggested);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        if !room.backlog_due || room.sync.backlog.is_some() {
            return;
        }
        if limit == 0 || head == Seq::ZERO {
            room.backlog_due = false;
            return;
        }
        let request = self.ask(Asked::Backlog(id), |request| {
            let (after, before) = (Seq::ZERO, head.next());
            FromClient::Fetch(Fetch {
                id: request,
                room: id,
                after,
                before,
                limit,
                upward: false,
                messages_only: true,
            })
        });
        if let Some(room) = self.rooms.get_mut(&id) {
            room.sync.backlog = Some(request);
        }
    }

    fn is_rejoining(&self, id: RoomId) -> bool {
        self.asked.values().any(|asked| matches!(asked, Asked::Rejoin(room, _) if *room == id))
    }

    /// After a login, and with every heartbeat: rooms in which the server did not find us are entered again, by name.
    pub(super) fn rejoin_rooms(&mut self) {
        let lost: Vec<_> = self
            .rooms
            .iter()
            .filter(|(id, room)| !room.confirmed && !self.is_rejoining(**id))
            .map(|(id, room)| (*id, room.info.kind, room.info.name.clone()))
            .collect();
        for (id, kind, name) in lost {
            self.ask(Asked::Rejoin(id, false), rejoin(kind, &name, false));
        }
    }

    pub(super) fn rejoined(&mut self, old: RoomId, new: Option<RoomId>) {
        // The room's notice came just before this answer; when it named another id, `adopt` has moved everything.
        if let Some(new) = new.filter(|new| *new != old && self.rooms.contains_key(&old)) {
            let peer = self.rooms.get(&new).and_then(|room| room.info.peer);
            self.renumber(old, new, peer);
        }
    }

    /// A room of before is not there. A public one is made again, whoever comes first; a private conversation waits for
    /// the other to come back.
    pub(super) fn rejoin_refused(&mut self, id: RoomId, made: bool, code: Code, text: &str) {
        let Some((kind, name)) = self.rooms.get(&id).map(|room| (room.info.kind, room.info.name.clone()))
        else {
            return;
        };
        match (kind, code, made) {
            (RoomKind::Public, Code::NotFound, false) => {
                self.ask(Asked::Rejoin(id, true), rejoin(kind, &name, true));
            }
            (RoomKind::Public, Code::Exists, true) => {
                self.ask(Asked::Rejoin(id, false), rejoin(kind, &name, false));
            }
            (RoomKind::Direct, Code::NotFound, _) | (_, Code::NotStored, _) => {}
            (RoomKind::Lobby | RoomKind::Public | RoomKind::Direct | RoomKind::Other(_), _, _) => {
                self.exit(id, text);
            }
        }
    }

    /// Somebody came: a private conversation that waits for them goes on.
    pub(super) fn peer_returned(&mut self, name: &str) {
        let waits =
            |room: &Room| !room.confirmed && room.info.kind == RoomKind::Direct && *room.info.name == *name;
        let waiting = self.rooms.iter().find(|(_, room)| waits(room)).map(|(id, _)| *id);
        if let Some(id) = waiting.filter(|id| !self.is_rejoining(*id)) {
            self.ask(Asked::Rejoin(id, false), rejoin(RoomKind::Direct, name, false));
        }
    }

    /// The client is no longer in a room; what waits to be posted there fails.
    pub(super) fn exit(&mut self, id: RoomId, text: &str) {
        if self.rooms.remove(&id).is_none() {
            return;
        }
        self.fail_posts(|entry| entry.room == id, Code::NotMember, "the room is gone");
        self.emit(ClientEvent::Exited { room: id, text: text.into() });
    }
}
