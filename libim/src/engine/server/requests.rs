//! The requests of logged-in users, one handler each. The gate has made the checks that they have in common.

use super::conn::Phase;
use super::in_flight::{Asker, Holds};
use super::reply::room_exists;
use super::{Refused, Server};
use crate::core::{Draft, Membership, Name, Room, mention, text::is_control_or_bidi};
use crate::engine::ConnId;
use crate::wire::limits::{INCOMING_MAX, MENTION_NAMES_MAX, MENTIONS_MAX, TYPING_MEMBERS_MAX};
use crate::wire::{
    Body, Code, Create, Direct, Done, Entry, Join, Leave, LeaveReason, MessageBody, Presence, Receipt,
    RequestId, RoomId, RoomKind, Seq, SetStatus, SetTopic, TxnId, Typing, TypingNotice, UserId,
};

impl Server {
    /// Drafts a message, edit, deletion or reaction: the entry is answered with its sequence number. The store decides whether it is
    /// allowed, since a retry of what it has kept is answered even after its author has left the room.
    pub(super) fn handle_post(
        &mut self,
        id: ConnId,
        request: RequestId,
        room: RoomId,
        txn_id: TxnId,
        mut body: Body,
    ) {
        let Some(conn) = self.connections.get_mut(id) else { return };
        let Phase::LoggedIn(session) = conn.phase else { return };
        conn.drafts += 1;
        let (author, name) = (session.user, conn.name.clone());
        if let Body::Message(MessageBody { text, mentions, .. }) | Body::Edited { text, mentions, .. } =
            &mut body
        {
            *mentions = self.mentions(text, room, author);
        }
        let entry = Entry { room, seq: Seq::ZERO, time: self.now.wall, author, name, body };
        let draft = Draft::Entry { entry, txn_id: Some(txn_id) };
        self.in_flight.draft(Asker::Request(id, request, Holds::Draft), draft);
    }

    /// Members of the room, other than the author, who are mentioned with @ in a text.
    pub(super) fn mentions(&self, text: &str, room: RoomId, author: UserId) -> Vec<UserId> {
        let mut found = Vec::new();
        // Most messages mention nobody. Counting bytes is faster than searching for the first one, because it is vectorized.
        if text.bytes().filter(|byte| *byte == b'@').count() == 0 {
            return found;
        }
        let bytes_max = self.config.limits.name_bytes;
        let named = |name: &&str| {
            let name = Name::of_person(name, bytes_max).ok()?;
            let user = self.state.holder(&name)?;
            self.state.room(room)?.has(user).then_some(user)
        };
        for names in mention::candidates(text, bytes_max as usize, MENTION_NAMES_MAX) {
            if found.len() == MENTIONS_MAX {
                break;
            }
            if let Some(user) = names.iter().find_map(named)
                && user != author
                && !found.contains(&user)
            {
                found.push(user);
            }
        }
        found
    }

    pub(super) fn handle_receipt(&mut self, id: ConnId, receipt: &Receipt) {
        let Some(user) = self.user_of(id) else { return };
        let &Receipt { room, delivered, read } = receipt;
        let Some(conn) = self.connections.get_mut(id) else { return };
        let Some(room_of) = self.state.room(room) else { return };
        // Marks above the head may be those of entries that this connection has sent, and that are not committed yet.
        let above = |marks: Membership| delivered > marks.delivered || read > marks.read;
        let raises = room_of.raised(user, delivered, read).is_some()
            || conn.drafts > 0 && room_of.members.get(user).is_some_and(above);
        if !raises {
            return;
        }
        conn.drafts += 1;
        let draft = Draft::Mark { room, user, delivered, read };
        self.in_flight.draft(Asker::Request(id, RequestId(0), Holds::Draft), draft);
    }

    pub(super) fn handle_typing(&mut self, conn: ConnId, typing: &Typing) {
        let Some(user) = self.user_of(conn) else { return };
        if self.state.room(typing.room).is_some_and(|room| room.members.len() <= TYPING_MEMBERS_MAX) {
            self.feeds.ephemeral(typing.room, &TypingNotice { room: typing.room, user, on: typing.on });
        }
    }

    pub(super) fn handle_status(&mut self, conn: ConnId, status: &SetStatus) {
        let Some(id) = self.user_of(conn) else { return };
        if !matches!(status.presence, Presence::Online | Presence::Away) {
            let refused = Refused::new(Code::Invalid, "presence must be online or away; to leave, quit");
            return self.refuse(conn, status.id, refused);
        }
        self.presences.set(id, status.presence, status.text.as_str().into());
        self.roster_changed(id);
        self.send(conn, &Done { id: status.id, room: None });
    }

    pub(super) fn handle_create(&mut self, conn: ConnId, create: &Create) {
        let Some(user) = self.user_of(conn) else { return };
        match self.check_create(user, create) {
            Ok(name) => {
                let (title, topic) = (name.shown().to_string(), create.topic.clone());
                let body = Body::Created { title, kind: RoomKind::Public, topic, members: vec![user] };
                self.create(conn, create.id, user, body);
            }
            Err(refused) => self.refuse(conn, create.id, refused),
        }
    }

    fn check_create(&mut self, user: UserId, create: &Create) -> Result<Name, Refused> {
        let name = Name::of_room(&create.name, self.config.limits.room_name_bytes)
            .map_err(|error| Refused::new(Code::NameInvalid, format!("room: {error}")))?;
        if self.state.find_room(&name).is_some() {
            return Err(Refused::new(Code::Exists, room_exists(name.shown())));
        }
        self.check_room_count(user)?;
        self.make_room_for_room()?;
        Ok(name)
    }

    /// Drafts a new room; the store gives it its id.
    fn create(&mut self, conn: ConnId, id: RequestId, author: UserId, body: Body) {
        let Some(person) = self.state.person(author) else { return };
        let name = person.name.shown().clone();
        let entry = Entry { room: RoomId(0), seq: Seq::ZERO, time: self.now.wall, author, name, body };
        self.request(Asker::Request(conn, id, Holds::Barrier), Draft::Room(entry));
    }

    /// Whether a user may enter or open one more room. Private conversations that others have opened do not count.
    fn check_room_count(&self, user: UserId) -> Result<(), Refused> {
        let max = self.config.limits.rooms_per_user;
        if self.own_rooms(user, true) < max as usize {
            return Ok(());
        }
        Err(Refused::new(Code::Full, format!("you are in {max} rooms, which is the limit; leave one first")))
    }

    /// Counts a user's rooms except private conversations opened by others (`own`), or the private conversations that others have
    /// opened and are still in.
    fn own_rooms(&self, user: UserId, own: bool) -> usize {
        let opened = |room: &Room| {
            room.pair.as_ref().is_none_or(|pair| pair.first().is_some_and(|(opener, _)| *opener == user))
        };
        self.state
            .memberships(user)
            .iter()
            .filter_map(|room| self.state.room(*room))
            .filter(|room| opened(room) == own && (own || room.members.len() > 1))
            .count()
    }

    /// At the limit of rooms, deletes the oldest empty one.
    fn make_room_for_room(&mut self) -> Result<(), Refused> {
        let max = self.config.rooms_max;
        let public = |room: &&Room| room.kind == RoomKind::Public;
        let count = self.state.rooms().filter(public).count() + self.in_flight.rooms();
        if count < max {
            return Ok(());
        }
        let empty = |room: &&Room| public(room) && room.members.is_empty();
        let mut empty: Vec<RoomId> = self.state.rooms().filter(empty).map(|room| room.id).collect();
        empty.sort_unstable();
        // Closing may be refused, because somebody has joined first. So all rooms above the limit are closed, those again that are
        // being closed for others.
        let Some(excess) = empty.get(..=count - max) else {
            return Err(Refused::new(Code::Full, format!("the server has {max} rooms, which is its limit")));
        };
        for room in excess {
            let text = "an empty room makes place for a new one".into();
            self.request(Asker::Nobody, Draft::CloseRoom { room: *room, text, if_empty: true });
        }
        Ok(())
    }

    pub(super) fn handle_join(&mut self, conn: ConnId, join: &Join) {
        let Some(user) = self.user_of(conn) else { return };
        let room = Name::of_room(&join.name, self.config.limits.room_name_bytes)
            .ok()
            .and_then(|name| self.state.find_room(&name));
        let Some(room) = room else {
            let refused = Refused::new(Code::NotFound, "there is no room of that name; create it");
            return self.refuse(conn, join.id, refused);
        };
        if self.state.room(room).is_some_and(|room| room.has(user)) {
            self.notice_room(conn, room, user);
            return self.send(conn, &Done { id: join.id, room: Some(room) });
        }
        if let Err(refused) = self.check_room_count(user) {
            return self.refuse(conn, join.id, refused);
        }
        self.append(Asker::Request(conn, join.id, Holds::Barrier), user, room, Body::Joined);
    }

    pub(super) fn handle_leave(&mut self, conn: ConnId, leave: &Leave) {
        let Some(user) = self.user_of(conn) else { return };
        let body = Body::Left { reason: LeaveReason::Quit, text: String::new() };
        self.append(Asker::Request(conn, leave.id, Holds::Barrier), user, leave.room, body);
    }

    pub(super) fn handle_topic(&mut self, conn: ConnId, topic: SetTopic) {
        let Some(user) = self.user_of(conn) else { return };
        let body = Body::Topic { text: topic.topic };
        self.append(Asker::Request(conn, topic.id, Holds::Barrier), user, topic.room, body);
    }

    pub(super) fn handle_direct(&mut self, conn: ConnId, direct: &Direct) {
        let Some(user) = self.user_of(conn) else { return };
        let peer = Name::of_person(&direct.name, self.config.limits.name_bytes)
            .ok()
            .and_then(|name| self.state.holder(&name))
            .filter(|peer| !self.ending.contains_key(peer));
        let Some(peer) = peer else {
            let text = format!("nobody called {} is here", crate::core::text::sanitize_line(&direct.name));
            return self.refuse(conn, direct.id, Refused::new(Code::NotFound, text));
        };
        if peer == user {
            let refused = Refused::new(Code::Invalid, "that is you");
            return self.refuse(conn, direct.id, refused);
        }
        if let Some(room) = self.state.find_pair(user, peer) {
            self.notice_room(conn, room, user);
            return self.send(conn, &Done { id: direct.id, room: Some(room) });
        }
        if let Err(refused) = self.check_room_count(user) {
            return self.refuse(conn, direct.id, refused);
        }
        if self.own_rooms(peer, false) >= INCOMING_MAX {
            let text = format!(
                "{} has {INCOMING_MAX} private conversations that others have opened, which is the limit",
                self.name_of(peer)
            );
            return self.refuse(conn, direct.id, Refused::new(Code::Full, text));
        }
        let title = format!("{} {}", self.name_of(user), self.name_of(peer));
        let (kind, topic) = (RoomKind::Direct, String::new());
        self.create(conn, direct.id, user, Body::Created { title, kind, topic, members: vec![user, peer] });
    }
}

/// Refuses text with line breaks, control or bidirectional formatting characters.
pub(super) fn one_line(what: &str, text: &str) -> Result<(), Refused> {
    if text.chars().any(is_control_or_bidi) {
        return Err(Refused::new(Code::Invalid, format!("{what} has line breaks or control characters")));
    }
    Ok(())
}
