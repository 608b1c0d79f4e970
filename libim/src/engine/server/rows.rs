//! One row per request: when it is allowed, what it costs, which room and texts it needs, and what the program is asked about it.
//! The gate and the approval requests follow this table, and the costs in docs/protocol.md are generated from it.

use super::approvals::{ApprovalKind, ApprovalPolicy};
use super::requests::one_line;
use super::{Refused, Server};
use crate::core::text::is_blank;
use crate::engine::ConnId;
use crate::wire::limits::{
    AGENT_BYTES_MAX, PASSKEY_BYTES_MAX, REACTION_BYTES_MAX, SEARCH_BYTES_MAX, TEXT_BYTES_CEILING,
};
use crate::wire::{
    Body, Code, Delete, Edit, FromClient, Limits, MessageBody, Post, React, RequestId, RoomId, Seq,
};

/// The stage of a connection in which a request is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Hello,
    Login,
    LoggedIn,
    Always,
}

/// Who decides whether the sender is in the room that a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decides {
    /// The gate.
    Gate,
    /// The store, since a retry of what it has kept is answered also when its author has left the room. The gate decides only if
    /// the program would be asked.
    Store,
}

/// The rules for a request.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Its id, 0 where it has none.
    pub(super) id: RequestId,
    /// How many requests it counts as.
    pub(super) cost: u32,
    pub(super) stage: Stage,
    /// The room that its sender must be a member of.
    pub(super) room: Option<(RoomId, Decides)>,
    /// Whether it is answered. What is not may cross a Leave on the way.
    pub(super) answered: bool,
    text: Option<Text<'a>>,
    /// What the program is asked, if it wants to be.
    pub(super) asks: Option<Asks<'a>>,
}

/// A text of a request.
#[derive(Debug)]
struct Text<'a> {
    what: &'static str,
    content: &'a str,
    bytes_max: usize,
    /// It must not be blank.
    said: bool,
    /// It must not have line breaks or control characters.
    line: bool,
}

/// What the program is asked about a request.
#[derive(Debug)]
pub(super) struct Asks<'a> {
    pub(super) kind: ApprovalKind,
    pub(super) target: Option<Seq>,
    pub(super) text: &'a str,
    pub(super) topic: &'a str,
}

impl<'a> Row<'a> {
    #[inline]
    fn at(stage: Stage, id: RequestId, cost: u32) -> Row<'a> {
        Row { id, cost, stage, room: None, answered: true, text: None, asks: None }
    }

    #[inline]
    fn within(self, room: RoomId, decides: Decides) -> Row<'a> {
        Row { room: Some((room, decides)), ..self }
    }

    #[inline]
    fn unanswered(self) -> Row<'a> {
        Row { answered: false, ..self }
    }

    /// A text of at most so many bytes.
    #[inline]
    fn text(self, what: &'static str, content: &'a str, bytes_max: usize) -> Row<'a> {
        Row { text: Some(Text { what, content, bytes_max, said: false, line: false }), ..self }
    }

    /// A text that must not be blank.
    #[inline]
    fn said(self, what: &'static str, content: &'a str, bytes_max: usize) -> Row<'a> {
        Row { text: Some(Text { what, content, bytes_max, said: true, line: false }), ..self }
    }

    /// The text must be one line.
    #[inline]
    fn line(self) -> Row<'a> {
        Row { text: self.text.map(|text| Text { line: true, ..text }), ..self }
    }

    /// What the program is asked, if it wants to be.
    #[inline]
    fn asks(self, wanted: bool, kind: ApprovalKind, target: Option<Seq>, text: &'a str) -> Row<'a> {
        Row { asks: wanted.then_some(Asks { kind, target, text, topic: "" }), ..self }
    }

    /// The topic in the approval request.
    #[inline]
    fn topic(self, topic: &'a str) -> Row<'a> {
        Row { asks: self.asks.map(|asks| Asks { topic, ..asks }), ..self }
    }

    /// Checks the text.
    pub(super) fn check_text(&self) -> Result<(), Refused> {
        let Some(Text { what, content, bytes_max, said, line }) = &self.text else { return Ok(()) };
        if *said && is_blank(content) {
            return Err(Refused::new(Code::Invalid, format!("{what} is empty")));
        }
        if content.len() > *bytes_max {
            return Err(Refused::too_large(what, content.len(), *bytes_max));
        }
        if *line { one_line(what, content) } else { Ok(()) }
    }
}

/// The table. Inlined, so that a row is not moved about for every message.
#[inline]
pub(super) fn row<'a>(request: &'a FromClient, limits: &Limits, policy: &ApprovalPolicy) -> Row<'a> {
    use ApprovalKind as Kind;
    use Decides::{Gate, Store};
    use FromClient as F;
    let logged_in = |id, cost| Row::at(Stage::LoggedIn, id, cost);
    let (no_id, text_max) = (RequestId(0), limits.text_bytes.min(TEXT_BYTES_CEILING) as usize);
    // Names are checked by their handlers.
    match request {
        F::ClientHello(r) => {
            Row::at(Stage::Hello, no_id, 1).text("the agent's name", &r.agent, AGENT_BYTES_MAX)
        }
        F::Login(r) => {
            let passkey = r.passkey.as_deref().unwrap_or("");
            // The program is asked later, when passkey and name were checked.
            Row::at(Stage::Login, r.id, 1).text("the passkey", passkey, PASSKEY_BYTES_MAX)
        }
        F::Ping(_) | F::Quit(_) => Row::at(Stage::Always, no_id, 1),
        F::Post(r) => logged_in(r.id, 1).within(r.room, Store).said("the message", &r.text, text_max).asks(
            policy.posts,
            Kind::Post,
            r.reply_to,
            &r.text,
        ),
        F::Edit(r) => logged_in(r.id, 1).within(r.room, Store).said("the message", &r.text, text_max).asks(
            policy.posts,
            Kind::Edit,
            Some(r.target),
            &r.text,
        ),
        F::Delete(r) => {
            logged_in(r.id, 1).within(r.room, Store).asks(policy.deletes, Kind::Delete, Some(r.target), "")
        }
        F::React(r) => logged_in(r.id, 1)
            .within(r.room, Store)
            .said("the reaction", &r.emoji, REACTION_BYTES_MAX)
            .line()
            .asks(policy.reactions && r.on, Kind::React, Some(r.target), &r.emoji),
        F::Receipt(r) => logged_in(no_id, 1).within(r.room, Gate).unanswered(),
        F::Typing(r) => logged_in(no_id, 1).within(r.room, Gate).unanswered(),
        F::SetStatus(r) => logged_in(r.id, 2)
            .text("the status text", &r.text, limits.status_bytes as usize)
            .line()
            .asks(policy.statuses, Kind::SetStatus, None, &r.text),
        F::Create(r) => logged_in(r.id, 5)
            .text("the topic", &r.topic, limits.topic_bytes as usize)
            .line()
            // A topic needs approval however it is set.
            .asks(policy.creates || policy.topics && !r.topic.is_empty(), Kind::CreateRoom, None, &r.name)
            .topic(&r.topic),
        F::Join(r) => logged_in(r.id, 2).asks(policy.joins, Kind::Join, None, &r.name),
        F::Leave(r) => logged_in(r.id, 2).within(r.room, Gate),
        F::SetTopic(r) => logged_in(r.id, 2)
            .within(r.room, Gate)
            .text("the topic", &r.topic, limits.topic_bytes as usize)
            .line()
            .asks(policy.topics, Kind::SetTopic, None, &r.topic),
        F::Direct(r) => logged_in(r.id, 2).asks(policy.directs, Kind::Direct, None, &r.name),
        F::Fetch(r) => logged_in(r.id, 2).within(r.room, Gate),
        F::ListRooms(r) => logged_in(r.id, 5),
        F::ListMembers(r) => logged_in(r.id, 5).within(r.room, Gate),
        F::ListUsers(r) => logged_in(r.id, 5),
        F::Search(r) => {
            let row = logged_in(r.id, 5).text("the search", &r.text, SEARCH_BYTES_MAX);
            if let Some(room) = r.room { row.within(room, Gate) } else { row }
        }
    }
}

impl Server {
    /// Passes a request to its handler.
    pub(super) fn dispatch(&mut self, conn: ConnId, request: FromClient) {
        match request {
            FromClient::ClientHello(hello) => self.handle_hello(conn, &hello),
            FromClient::Login(login) => self.handle_login(conn, &login),
            FromClient::Post(Post { id, room, txn_id, text, reply_to }) => {
                let body = Body::Message(MessageBody { text, reply_to, ..MessageBody::default() });
                self.handle_post(conn, id, room, txn_id, body);
            }
            FromClient::Edit(Edit { id, room, txn_id, target, text }) => {
                let body = Body::Edited { target, text, mentions: Vec::new() };
                self.handle_post(conn, id, room, txn_id, body);
            }
            FromClient::Delete(Delete { id, room, txn_id, target }) => {
                self.handle_post(conn, id, room, txn_id, Body::Deleted { target });
            }
            FromClient::React(React { id, room, txn_id, target, emoji, on }) => {
                self.handle_post(conn, id, room, txn_id, Body::Reacted { target, emoji, on });
            }
            FromClient::Receipt(receipt) => self.handle_receipt(conn, &receipt),
            FromClient::Typing(typing) => self.handle_typing(conn, &typing),
            FromClient::SetStatus(status) => self.handle_status(conn, &status),
            FromClient::Create(create) => self.handle_create(conn, &create),
            FromClient::Join(join) => self.handle_join(conn, &join),
            FromClient::Leave(leave) => self.handle_leave(conn, &leave),
            FromClient::SetTopic(topic) => self.handle_topic(conn, topic),
            FromClient::Direct(direct) => self.handle_direct(conn, &direct),
            FromClient::Fetch(fetch) => self.handle_fetch(conn, &fetch),
            FromClient::ListRooms(list) => self.handle_list_rooms(conn, &list),
            FromClient::ListMembers(list) => self.handle_list_members(conn, &list),
            FromClient::ListUsers(list) => self.handle_list_users(conn, &list),
            FromClient::Search(search) => self.handle_search(conn, &search),
            FromClient::Ping(_) => self.handle_ping(conn),
            FromClient::Quit(quit) => self.handle_quit(conn, &quit),
        }
    }
}
