//! The rooms that the client is in, and how it rejoins them.

use super::generations::OWN_IDS;
use super::incoming::rejoin;
use super::outbox::OutboxEntry;
use super::sync::Sync;
use super::{Asked, Client, ClientEvent, Room};
use crate::wire::limits::{PAGE_ENTRIES_MAX, RECEIPT_DELAY};
use crate::wire::{Body, Code, Entry, Fetch, FromClient, RoomId, RoomInfo, RoomKind, Seq, Timestamp, UserId};

/// Up to this head, all entries of a room that was found again in another epoch are delivered; beyond, only a backlog.
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

    /// The server's epoch has changed: known sequence numbers are invalid.
    pub(super) fn reset(&mut self) {
        self.sync = Sync::new(Seq::ZERO);
        self.read = Seq::ZERO;
        self.receipt_due = false;
        self.backlog_due = false;
        self.reborn = true;
        self.confirmed = false;
    }

    /// Updates the room's info for a delivered entry.
    pub(super) fn apply(&mut self, entry: &Entry) {
        self.info.head = self.info.head.max(entry.seq);
        if entry.seq <= self.counted {
            // The server's info includes it already.
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

impl Client {
    /// The server reports that the client is in this room: newly, again, or still.
    pub(super) fn enter(&mut self, info: &RoomInfo) {
        let (id, shown) = (info.room, self.to_program(info.room));
        let reborn = self.adopt(info);
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(info.clone()));
        if reborn {
            room.reset();
        }
        // After a change of epoch, all entries of the room are new and are delivered in order, unless there are too many.
        room.backlog_due |= std::mem::take(&mut room.reborn) && info.head > MISSED_MAX;
        if room.backlog_due && room.sync.cursor() < info.head {
            // There is no sequence number to continue from: delivery starts after the head.
            room.sync = Sync::new(info.head);
        }
        room.sync.known_head(info.head);
        room.read = room.read.max(info.read);
        if room.read > info.read {
            // Read while there was no connection, or before a snapshot.
            room.receipt_due = true;
            self.receipts_due.get_or_insert(self.now.mono + RECEIPT_DELAY);
        }
        room.info = RoomInfo { room: shown, ..info.clone() };
        room.counted = info.head;
        room.confirmed = true;
        self.emit(ClientEvent::Entered(info.clone()));
        self.outbox.settle(id, id);
        self.ask_backlog(id, info.head);
        self.advance(id);
    }

    /// The server's epoch has changed: earlier sequence numbers are invalid, and its ids may now name other rooms. Rooms get ids
    /// of the client's own until they are found again, so that nothing is sent to the wrong one.
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

    /// Finds a known, unconfirmed room or conversation of this kind and name, and gives it the server's new id. Returns whether it is
    /// from an earlier generation.
    fn adopt(&mut self, info: &RoomInfo) -> bool {
        if self.rooms.contains_key(&info.room) {
            return false;
        }
        let same =
            |room: &Room| !room.confirmed && room.info.kind == info.kind && room.info.name == info.name;
        // More than one if somebody logged in under the same name repeatedly.
        let old: Vec<RoomId> = self.rooms.iter().filter(|(_, room)| same(room)).map(|(id, _)| *id).collect();
        let mut reborn = false;
        for old in old {
            reborn |= self.renumber(old, info.room, info.peer);
        }
        reborn
    }

    /// Moves a room's posts to its new id. Returns whether the room is from an earlier generation.
    fn renumber(&mut self, old: RoomId, new: RoomId, peer: Option<UserId>) -> bool {
        let before = self.rooms.remove(&old);
        let reborn = before.as_ref().is_some_and(|room| room.reborn);
        let before = before.map(|room| room.info);
        if before.as_ref().is_some_and(|info| info.kind == RoomKind::Direct) {
            // This is a new conversation, and the server may have kept in the old one what was sent: sending it again could
            // duplicate it. Also, the name may belong to another person now.
            let same_peer = self.same_generation && before.is_some_and(|info| info.peer == peer);
            let text = "the conversation ended before the server answered; send the message again if it is still relevant";
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
                since: Timestamp(0),
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

    /// Rejoins, by name, the rooms that the server has not confirmed. Called after a login and with every heartbeat.
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
        // The room's `RoomEntered` came just before this reply; if it had another id, `adopt` has moved everything.
        if let Some(new) = new.filter(|new| *new != old && self.rooms.contains_key(&old)) {
            let peer = self.rooms.get(&new).and_then(|room| room.info.peer);
            self.renumber(old, new, peer);
        }
    }

    /// Rejoining was refused. A public room that does not exist is created by the first client that returns; a private
    /// conversation waits for the other person to return.
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

    /// Somebody came online: rejoins a private conversation that waits for them.
    pub(super) fn peer_returned(&mut self, name: &str) {
        let waits =
            |room: &Room| !room.confirmed && room.info.kind == RoomKind::Direct && *room.info.name == *name;
        let waiting = self.rooms.iter().find(|(_, room)| waits(room)).map(|(id, _)| *id);
        if let Some(id) = waiting.filter(|id| !self.is_rejoining(*id)) {
            self.ask(Asked::Rejoin(id, false), rejoin(RoomKind::Direct, name, false));
        }
    }

    /// The client is no longer in a room; its unsent posts there fail.
    pub(super) fn exit(&mut self, id: RoomId, text: &str) {
        if self.rooms.remove(&id).is_none() {
            return;
        }
        self.fail_posts(|entry| entry.room == id, Code::NotMember, "the room is gone");
        self.emit(ClientEvent::Exited { room: id, text: text.into() });
    }
}
