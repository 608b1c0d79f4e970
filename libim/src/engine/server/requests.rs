//! The requests of logged-in users, one handler each. The gate has made the checks that they have in common.

use super::conn::Phase;
use super::gate::request_of;
use super::{Asker, InFlight, NEWEST, Refused, Reply, Server};
use crate::core::{Membership, Name, Now, mention, text::is_control_or_bidi};
use crate::engine::ConnId;
use crate::engine::store::{Query, Ticket};
use crate::wire::limits::{
    INCOMING_MAX, MENTION_NAMES_MAX, MENTIONS_MAX, PAGE_ENTRIES_MAX, PAGES_PER_TURN, RECEIPT_MEMBERS_MAX,
    TYPING_MEMBERS_MAX,
};
use crate::wire::{
    Body, Code, Create, Delete, Direct, Done, Edit, Entry, Fetch, FromClient, Join, Leave, MessageBody, Post,
    Presence, React, Receipt, Receipts, RequestId, RoomId, RoomKind, Seq, SetStatus, SetTopic, TxnId, Typing,
    TypingNotice, UserId,
};

impl Server {
    pub(super) fn handle_post(&mut self, now: Now, conn: ConnId, post: Post) {
        if self
            .hub
            .room(post.room)
            .is_some_and(|room| room.kind == RoomKind::Direct && room.members.len() < 2)
        {
            return self.recall(now, conn, FromClient::Post(post), Code::PeerGone);
        }
        let head = self.hub.room(post.room).map(|room| room.head).unwrap_or_default();
        if post.reply_to.is_some_and(|target| target == Seq::ZERO || target > head) {
            let text = "there is no such message to reply to";
            return self.refuse(conn, post.id, Refused::new(Code::NotFound, text));
        }
        let author = self.user_of(conn).unwrap_or_default();
        let mentions = self.mentions(&post.text, post.room, author);
        let message =
            MessageBody { text: post.text, reply_to: post.reply_to, mentions, ..MessageBody::default() };
        self.draft(now, conn, post.id, post.room, post.txn_id, Body::Message(message), Reply::Posted);
    }

    /// Answers a retry of an entry that was kept before the user, or the other member, left the room. Refuses anything else.
    pub(super) fn recall(&mut self, now: Now, conn: ConnId, request: FromClient, code: Code) {
        let (id, room, txn_id, body) = match request {
            FromClient::Post(Post { id, room, txn_id, text, reply_to }) => {
                (id, room, txn_id, Body::Message(MessageBody { text, reply_to, ..MessageBody::default() }))
            }
            FromClient::Edit(Edit { id, room, txn_id, target, text }) => {
                (id, room, txn_id, Body::Edited { target, text, mentions: Vec::new() })
            }
            FromClient::Delete(Delete { id, room, txn_id, target }) => {
                (id, room, txn_id, Body::Deleted { target })
            }
            FromClient::React(React { id, room, txn_id, target, emoji, on }) => {
                (id, room, txn_id, Body::Reacted { target, emoji, on })
            }
            request => return self.refuse(conn, request_of(&request), unkept(code)),
        };
        self.draft(now, conn, id, room, txn_id, body, Reply::Recall(code));
    }

    pub(super) fn handle_edit(&mut self, now: Now, conn: ConnId, edit: Edit) {
        let author = self.user_of(conn).unwrap_or_default();
        let mentions = self.mentions(&edit.text, edit.room, author);
        let body = Body::Edited { target: edit.target, text: edit.text, mentions };
        self.draft(now, conn, edit.id, edit.room, edit.txn_id, body, Reply::Posted);
    }

    pub(super) fn handle_delete(&mut self, now: Now, conn: ConnId, delete: &Delete) {
        let body = Body::Deleted { target: delete.target };
        self.draft(now, conn, delete.id, delete.room, delete.txn_id, body, Reply::Posted);
    }

    pub(super) fn handle_react(&mut self, now: Now, conn: ConnId, react: React) {
        let body = Body::Reacted { target: react.target, emoji: react.emoji, on: react.on };
        self.draft(now, conn, react.id, react.room, react.txn_id, body, Reply::Posted);
    }

    /// Drafts an entry that is answered with its sequence number, and counts it until then.
    #[allow(clippy::too_many_arguments)] // each is one fact of the request
    fn draft(
        &mut self,
        now: Now,
        id: ConnId,
        request: RequestId,
        room: RoomId,
        txn_id: TxnId,
        body: Body,
        reply: Reply,
    ) {
        let Some(conn) = self.connections.get_mut(id) else { return };
        let Phase::LoggedIn(_, author) = conn.phase else { return };
        conn.drafts += 1;
        let entry = Entry { room, seq: Seq::ZERO, time: now.wall, author, name: conn.name.clone(), body };
        let asker = Asker { conn: id, id: request, reply };
        self.append_entry(asker, entry, Some(txn_id));
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
            let user = self.hub.holder(&name)?;
            self.hub.room(room)?.has(user).then_some(user)
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

    pub(super) fn handle_receipt(&mut self, conn: ConnId, receipt: &Receipt) {
        let Some(user) = self.user_of(conn) else { return };
        let Some(room) = self.hub.room_mut(receipt.room) else { return };
        let Some(Membership { delivered, read }) = room.mark(user, receipt.delivered, receipt.read) else {
            return;
        };
        if room.members.len() <= RECEIPT_MEMBERS_MAX {
            self.feeds.ephemeral(receipt.room, &Receipts { room: receipt.room, user, delivered, read });
        }
    }

    pub(super) fn handle_typing(&mut self, conn: ConnId, typing: &Typing) {
        let Some(user) = self.user_of(conn) else { return };
        if self.hub.room(typing.room).is_some_and(|room| room.members.len() <= TYPING_MEMBERS_MAX) {
            self.feeds.ephemeral(typing.room, &TypingNotice { room: typing.room, user, on: typing.on });
        }
    }

    pub(super) fn handle_status(&mut self, conn: ConnId, status: &SetStatus) {
        let Some(id) = self.user_of(conn) else { return };
        if !matches!(status.presence, Presence::Online | Presence::Away) {
            let refused = Refused::new(Code::Invalid, "presence must be online or away; to leave, quit");
            return self.refuse(conn, status.id, refused);
        }
        if let Err(refused) = one_line("the status text", &status.text) {
            return self.refuse(conn, status.id, refused);
        }
        if let Some(user) = self.hub.user_mut(id) {
            user.presence = status.presence;
            user.chosen = status.presence;
            user.status = status.text.as_str().into();
        }
        self.roster_changed(id);
        self.send(conn, &Done { id: status.id, room: None });
    }

    pub(super) fn handle_create(&mut self, now: Now, conn: ConnId, create: &Create) {
        let Some(user) = self.user_of(conn) else { return };
        match self.found_room(user, create) {
            Ok(room) => {
                let title = self.hub.room(room).map_or_else(String::new, |room| room.name.to_string());
                let asker = Asker { conn, id: create.id, reply: Reply::EnterCreated(room) };
                self.append(now, asker, user, room, Body::Created { title, kind: RoomKind::Public });
            }
            Err(refused) => self.refuse(conn, create.id, refused),
        }
    }

    fn found_room(&mut self, user: UserId, create: &Create) -> Result<RoomId, Refused> {
        let name = Name::of_room(&create.name, self.config.limits.room_name_bytes)
            .map_err(|error| Refused::new(Code::NameInvalid, format!("room: {error}")))?;
        one_line("the topic", &create.topic)?;
        if self.hub.find_room(&name).is_some() {
            let text = format!("there is a room {} already; join it", name.shown());
            return Err(Refused::new(Code::Exists, text));
        }
        self.check_room_count(user)?;
        self.make_room_for_room()?;
        Ok(self.hub.create_room(&name, &create.topic))
    }

    /// Whether a user may enter or open one more room. Private conversations that others have opened do not count.
    fn check_room_count(&self, user: UserId) -> Result<(), Refused> {
        let max = self.config.limits.rooms_per_user;
        let pending = self.pending_membership.range((user, RoomId(0))..=(user, RoomId(u64::MAX))).count();
        if self.own_rooms(user, true) + pending < max as usize {
            return Ok(());
        }
        Err(Refused::new(Code::Full, format!("you are in {max} rooms, which is the limit; leave one first")))
    }

    /// Counts a user's rooms except private conversations opened by others (`own`), or the private conversations that others have
    /// opened and are still in.
    fn own_rooms(&self, user: UserId, own: bool) -> usize {
        let opened = |room: &crate::core::Room| {
            room.pair.as_ref().is_none_or(|pair| pair.first().is_some_and(|(opener, _)| *opener == user))
        };
        let rooms = self.hub.user(user).map_or(&[][..], |user| &user.rooms);
        rooms
            .iter()
            .filter_map(|room| self.hub.room(*room))
            .filter(|room| opened(room) == own && (own || room.members.len() > 1))
            .count()
    }

    /// At the limit of rooms, deletes the oldest empty one.
    fn make_room_for_room(&mut self) -> Result<(), Refused> {
        let max = self.config.rooms_max;
        if self.hub.rooms().filter(|room| room.kind == RoomKind::Public).count() < max {
            return Ok(());
        }
        // Not a room that somebody is entering.
        let awaited = |id| self.pending_membership.iter().any(|(_, room)| *room == id);
        let empty = |room: &&crate::core::Room| {
            room.kind == RoomKind::Public
                && room.members.is_empty()
                && room.head > Seq::ZERO
                && !awaited(room.id)
        };
        let Some(oldest) = self.hub.rooms().filter(empty).map(|room| room.id).min() else {
            return Err(Refused::new(Code::Full, format!("the server has {max} rooms, which is its limit")));
        };
        self.forget_room(oldest);
        Ok(())
    }

    pub(super) fn handle_join(&mut self, now: Now, conn: ConnId, join: &Join) {
        let Some(user) = self.user_of(conn) else { return };
        let room = Name::of_room(&join.name, self.config.limits.room_name_bytes)
            .ok()
            .and_then(|name| self.hub.find_room(&name));
        let Some(room) = room else {
            let refused = Refused::new(Code::NotFound, "there is no room of that name; create it");
            return self.refuse(conn, join.id, refused);
        };
        if self.hub.room(room).is_some_and(|room| room.has(user)) {
            self.notice_room(conn, room, user);
            return self.send(conn, &Done { id: join.id, room: Some(room) });
        }
        if let Err(refused) =
            self.check_room_count(user).and_then(|()| self.begin_membership_change(user, room))
        {
            return self.refuse(conn, join.id, refused);
        }
        let asker = Asker { conn, id: join.id, reply: Reply::Enter(room) };
        self.append(now, asker, user, room, Body::Joined);
    }

    /// Records that a user is entering or leaving a room; allows one such request at a time.
    pub(super) fn begin_membership_change(&mut self, user: UserId, room: RoomId) -> Result<(), Refused> {
        if self.pending_membership.insert((user, room)) {
            return Ok(());
        }
        Err(Refused::new(
            Code::OutOfTurn,
            "your last request to enter or leave that room is still in progress",
        ))
    }

    pub(super) fn handle_leave(&mut self, now: Now, conn: ConnId, leave: &Leave) {
        let Some(user) = self.user_of(conn) else { return };
        let text = match self.hub.room(leave.room).map(|room| room.kind) {
            Some(RoomKind::Lobby) => Some("everybody is in the lobby; to leave the server, quit"),
            Some(RoomKind::Direct | RoomKind::Public | RoomKind::Other(_)) | None => None,
        };
        if let Some(text) = text {
            return self.refuse(conn, leave.id, Refused::new(Code::Forbidden, text));
        }
        if let Err(refused) = self.begin_membership_change(user, leave.room) {
            return self.refuse(conn, leave.id, refused);
        }
        let body = Body::Left { reason: crate::wire::LeaveReason::Quit, text: String::new() };
        let asker = Asker { conn, id: leave.id, reply: Reply::Leave(leave.room) };
        self.append(now, asker, user, leave.room, body);
    }

    pub(super) fn handle_topic(&mut self, now: Now, conn: ConnId, topic: SetTopic) {
        let Some(user) = self.user_of(conn) else { return };
        let direct = self.hub.room(topic.room).is_some_and(|room| room.kind == RoomKind::Direct);
        let checked = if direct {
            Err(Refused::new(Code::Forbidden, "private conversations have no topic"))
        } else {
            one_line("the topic", &topic.topic)
        };
        if let Err(refused) = checked {
            return self.refuse(conn, topic.id, refused);
        }
        let asker = Asker { conn, id: topic.id, reply: Reply::SetTopic };
        self.append(now, asker, user, topic.room, Body::Topic { text: topic.topic });
    }

    pub(super) fn handle_direct(&mut self, now: Now, conn: ConnId, direct: &Direct) {
        let Some(user) = self.user_of(conn) else { return };
        let peer = Name::of_person(&direct.name, self.config.limits.name_bytes)
            .ok()
            .and_then(|name| self.hub.holder(&name));
        let Some(peer) = peer else {
            let text = format!("nobody called {} is here", crate::core::text::sanitize_line(&direct.name));
            return self.refuse(conn, direct.id, Refused::new(Code::NotFound, text));
        };
        if peer == user {
            let refused = Refused::new(Code::Invalid, "that is you");
            return self.refuse(conn, direct.id, refused);
        }
        if let Some(room) = self.hub.find_pair(user, peer) {
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
        let Some(room) = self.hub.create_pair(user, peer) else { return };
        let title = self.hub.room(room).map_or_else(String::new, |room| room.name.to_string());
        let asker = Asker { conn, id: direct.id, reply: Reply::EnterDirect(room, peer) };
        self.append(now, asker, user, room, Body::Created { title, kind: RoomKind::Direct });
    }

    pub(super) fn handle_fetch(&mut self, now: Now, conn: ConnId, fetch: &Fetch) {
        let limit = if fetch.limit == 0 { PAGE_ENTRIES_MAX } else { fetch.limit.min(PAGE_ENTRIES_MAX) };
        let query = Query {
            room: fetch.room,
            after: fetch.after,
            before: if fetch.before == Seq::ZERO { NEWEST } else { fetch.before },
            limit,
            upward: fetch.upward,
            messages_only: fetch.messages_only,
        };
        let Some(asking) = self.connections.get_mut(conn) else { return };
        asking.pages += 1;
        // If the page has to wait for the next turn, so do later requests of the connection: requests take effect in order.
        asking.barrier = true;
        let ticket = Ticket(self.in_flight.insert(InFlight::Page(conn, fetch.id, fetch.room)));
        self.pages.push_back((conn, ticket, query));
        self.read_pages(now);
    }

    /// Requests the waiting pages from the store, up to the limit per turn.
    pub(super) fn read_pages(&mut self, now: Now) {
        while self.pages_read < PAGES_PER_TURN
            && let Some((conn, ticket, query)) = self.pages.pop_front()
        {
            self.pages_read += 1;
            self.store().read(ticket, query);
            self.lift_barrier(now, conn);
        }
    }
}

/// The refusal for a retry of an entry that was not kept before.
pub(super) fn unkept(code: Code) -> Refused {
    let text = match code {
        Code::PeerGone => "the other person left; nobody would read it",
        _ => "you are not in that room; join it first",
    };
    Refused::new(code, text)
}

/// Refuses text with line breaks, control or bidirectional formatting characters.
pub(super) fn one_line(what: &str, text: &str) -> Result<(), Refused> {
    if text.chars().any(is_control_or_bidi) {
        return Err(Refused::new(Code::Invalid, format!("{what} has line breaks or control characters")));
    }
    Ok(())
}
