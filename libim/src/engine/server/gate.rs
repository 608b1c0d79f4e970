//! The gate that every request passes before its handler: it checks the connection's stage, the rate, the lengths, and
//! membership. Handlers make only checks of their own.

use super::conn::Phase;
use super::requests::one_line;
use super::timeouts::Timeout;
use super::{Refused, Server, millis};
use crate::core::{Now, text::is_blank};
use crate::engine::{ConnId, Peer};
use crate::wire::limits::{AGENT_BYTES_MAX, PASSKEY_BYTES_MAX, REACTION_BYTES_MAX, TEXT_BYTES_CEILING};
use crate::wire::{
    Body, Code, Delete, Edit, FromClient, Limits, MessageBody, Post, React, RequestId, RoomId, Throttled,
};
use std::time::Duration;

/// The shortest interval between two Throttled messages to a connection.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// The gate's rules for a kind of request.
struct RequestPolicy {
    id: RequestId,
    /// How many requests it counts as.
    cost: u32,
    /// The room that its sender must be a member of.
    room: Option<RoomId>,
    /// The stage in which it is allowed.
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Hello,
    Login,
    LoggedIn,
    Always,
}

fn policy(request: &FromClient) -> RequestPolicy {
    let logged_in = |id, cost, room| RequestPolicy { id, cost, room, stage: Stage::LoggedIn };
    match request {
        FromClient::ClientHello(_) => {
            RequestPolicy { id: RequestId(0), cost: 1, room: None, stage: Stage::Hello }
        }
        FromClient::Login(r) => RequestPolicy { id: r.id, cost: 1, room: None, stage: Stage::Login },
        FromClient::Ping(_) | FromClient::Quit(_) => {
            RequestPolicy { id: RequestId(0), cost: 1, room: None, stage: Stage::Always }
        }
        FromClient::Post(r) => logged_in(r.id, 1, Some(r.room)),
        FromClient::Edit(r) => logged_in(r.id, 1, Some(r.room)),
        FromClient::Delete(r) => logged_in(r.id, 1, Some(r.room)),
        FromClient::React(r) => logged_in(r.id, 1, Some(r.room)),
        FromClient::Receipt(r) => logged_in(RequestId(0), 1, Some(r.room)),
        FromClient::Typing(r) => logged_in(RequestId(0), 1, Some(r.room)),
        FromClient::SetStatus(r) => logged_in(r.id, 2, None),
        FromClient::Create(r) => logged_in(r.id, 5, None),
        FromClient::Join(r) => logged_in(r.id, 2, None),
        FromClient::Leave(r) => logged_in(r.id, 2, Some(r.room)),
        FromClient::SetTopic(r) => logged_in(r.id, 2, Some(r.room)),
        FromClient::Direct(r) => logged_in(r.id, 2, None),
        FromClient::Fetch(r) => logged_in(r.id, 2, Some(r.room)),
        FromClient::ListRooms(r) => logged_in(r.id, 5, None),
        FromClient::ListMembers(r) => logged_in(r.id, 5, Some(r.room)),
        FromClient::ListUsers(r) => logged_in(r.id, 5, None),
    }
}

/// The id of a request, 0 where it has none.
pub(super) fn request_of(request: &FromClient) -> RequestId {
    policy(request).id
}

impl Server {
    /// Passes a request to its handler, or refuses it.
    pub(super) fn handle_request(&mut self, now: Now, conn: ConnId, request: FromClient) {
        let policy = policy(&request);
        self.charge(now, conn, policy.cost);
        let verdict = self.check_stage(conn, policy.stage).and_then(|()| {
            check_lengths(&request, &self.config.limits)?;
            self.check_membership(conn, policy.room)
        });
        let asks = self.approval_needed(conn, &request);
        match (verdict, asks) {
            (Ok(()), Some(about)) => self.request_approval(now, conn, request, about),
            (Ok(()), None) => self.dispatch(now, conn, request),
            // The store knows whether it has kept a post before its author left the room.
            (Err(Refused { code: Code::NotMember, .. }), None) if is_post(&request) => {
                self.dispatch(now, conn, request);
            }
            // Receipt and Typing are never answered: they may cross a Leave on the way.
            (Err(_), _) if matches!(request, FromClient::Receipt(_) | FromClient::Typing(_)) => {}
            (Err(refused), _) => self.refuse(conn, policy.id, refused),
        }
    }

    /// Carries out an approved request, after repeating the checks that may have changed.
    pub(super) fn carry_out(&mut self, now: Now, conn: ConnId, request: FromClient) {
        let policy = policy(&request);
        let verdict =
            self.check_stage(conn, policy.stage).and_then(|()| self.check_membership(conn, policy.room));
        match (verdict, request) {
            (Ok(()), FromClient::Login(login)) => self.log_in(now, conn, &login),
            (Ok(()), request) => self.dispatch(now, conn, request),
            (Err(refused), _) => self.refuse(conn, policy.id, refused),
        }
    }

    fn dispatch(&mut self, now: Now, conn: ConnId, request: FromClient) {
        match request {
            FromClient::ClientHello(hello) => self.handle_hello(now, conn, &hello),
            FromClient::Login(login) => self.handle_login(now, conn, &login),
            FromClient::Post(Post { id, room, txn_id, text, reply_to }) => {
                let body = Body::Message(MessageBody { text, reply_to, ..MessageBody::default() });
                self.handle_post(now, conn, id, room, txn_id, body);
            }
            FromClient::Edit(Edit { id, room, txn_id, target, text }) => {
                let body = Body::Edited { target, text, mentions: Vec::new() };
                self.handle_post(now, conn, id, room, txn_id, body);
            }
            FromClient::Delete(Delete { id, room, txn_id, target }) => {
                self.handle_post(now, conn, id, room, txn_id, Body::Deleted { target });
            }
            FromClient::React(React { id, room, txn_id, target, emoji, on }) => {
                self.handle_post(now, conn, id, room, txn_id, Body::Reacted { target, emoji, on });
            }
            FromClient::Receipt(receipt) => self.handle_receipt(conn, &receipt),
            FromClient::Typing(typing) => self.handle_typing(conn, &typing),
            FromClient::SetStatus(status) => self.handle_status(conn, &status),
            FromClient::Create(create) => self.handle_create(now, conn, &create),
            FromClient::Join(join) => self.handle_join(now, conn, &join),
            FromClient::Leave(leave) => self.handle_leave(now, conn, &leave),
            FromClient::SetTopic(topic) => self.handle_topic(now, conn, topic),
            FromClient::Direct(direct) => self.handle_direct(now, conn, &direct),
            FromClient::Fetch(fetch) => self.handle_fetch(now, conn, &fetch),
            FromClient::ListRooms(list) => self.handle_list_rooms(conn, &list),
            FromClient::ListMembers(list) => self.handle_list_members(conn, &list),
            FromClient::ListUsers(list) => self.handle_list_users(conn, &list),
            FromClient::Ping(_) => self.handle_ping(conn),
            FromClient::Quit(quit) => self.handle_quit(now, conn, &quit),
        }
    }

    /// Counts a request against its connection's rate. Beyond the burst, the connection is read more slowly; nothing is lost,
    /// and other connections are not affected.
    pub(super) fn charge(&mut self, now: Now, id: ConnId, cost: u32) {
        let Limits { requests_per_second, requests_burst, .. } = self.config.limits;
        let Some(conn) = self.connections.get_mut(id) else { return };
        if conn.peer == Peer::Program {
            // Connections of the server's own program are not limited.
            return;
        }
        let wait = conn.rate.charge(now.mono, cost, requests_per_second, requests_burst);
        if wait.is_zero() {
            return;
        }
        conn.throttled_until = now.mono + wait;
        let tell = conn.told_throttled.is_none_or(|last| last + TELL_EVERY <= now.mono);
        if tell {
            conn.told_throttled = Some(now.mono);
            let text = format!(
                "more than {requests_per_second} requests per second: the server reads this connection more slowly"
            );
            let wait_ms = millis(wait);
            self.send(id, &Throttled { text, wait_ms });
        }
        self.timers.add(now.mono + wait, Timeout::Throttle(id));
    }

    /// Which requests are allowed in which phase.
    fn check_stage(&self, conn: ConnId, stage: Stage) -> Result<(), Refused> {
        let Some(phase) = self.connections.get(conn).map(|conn| conn.phase) else {
            return Err(Refused::new(Code::OutOfTurn, "the connection is closing"));
        };
        let out_of_turn = |text: &str| Err(Refused::new(Code::OutOfTurn, text));
        match (phase, stage) {
            (Phase::AwaitHello, Stage::Hello)
            | (Phase::AwaitLogin { .. }, Stage::Login)
            | (Phase::LoggedIn(..), Stage::LoggedIn)
            | (Phase::AwaitHello | Phase::AwaitLogin { .. } | Phase::LoggedIn(..), Stage::Always) => Ok(()),
            (Phase::AwaitHello, Stage::Login | Stage::LoggedIn) => out_of_turn("send the hello first"),
            (Phase::AwaitLogin { .. } | Phase::LoggedIn(..), Stage::Hello) => {
                out_of_turn("the hello was sent already")
            }
            (Phase::AwaitLogin { .. }, Stage::LoggedIn) => out_of_turn("log in first"),
            (Phase::LoggedIn(..), Stage::Login) => out_of_turn("you are logged in already"),
            (Phase::Closing, _) => out_of_turn("the connection is closing"),
        }
    }

    fn check_membership(&self, conn: ConnId, room: Option<RoomId>) -> Result<(), Refused> {
        let Some(room) = room else { return Ok(()) };
        let user = self.user_of(conn).unwrap_or_default();
        if self.state.room(room).is_some_and(|room| room.has(user)) {
            return Ok(());
        }
        Err(Refused::new(Code::NotMember, "you are not in that room; join it first"))
    }
}

fn check_lengths(request: &FromClient, limits: &Limits) -> Result<(), Refused> {
    let fits = |what: &str, text: &str, max: u32| {
        if text.len() <= max as usize { Ok(()) } else { Err(Refused::too_large(what, text.len(), max)) }
    };
    let small = |what: &str, text: &str, max: usize| fits(what, text, u32::try_from(max).unwrap_or(u32::MAX));
    let said = |text: &str| {
        if is_blank(text) { Err(Refused::new(Code::Invalid, "the message is empty")) } else { Ok(()) }
    };
    let text_max = limits.text_bytes.min(TEXT_BYTES_CEILING);
    match request {
        FromClient::ClientHello(r) => small("the agent's name", &r.agent, AGENT_BYTES_MAX),
        // Names are checked by `core::Name`.
        FromClient::Login(r) => small("the passkey", r.passkey.as_deref().unwrap_or(""), PASSKEY_BYTES_MAX),
        FromClient::Post(r) => said(&r.text).and_then(|()| fits("the message", &r.text, text_max)),
        FromClient::Edit(r) => said(&r.text).and_then(|()| fits("the message", &r.text, text_max)),
        FromClient::React(r) => said(&r.emoji)
            .and_then(|()| small("the reaction", &r.emoji, REACTION_BYTES_MAX))
            .and_then(|()| one_line("the reaction", &r.emoji)),
        FromClient::SetStatus(r) => fits("the status text", &r.text, limits.status_bytes),
        FromClient::Create(r) => fits("the topic", &r.topic, limits.topic_bytes),
        FromClient::SetTopic(r) => fits("the topic", &r.topic, limits.topic_bytes),
        FromClient::Join(_)
        | FromClient::Direct(_)
        | FromClient::Delete(_)
        | FromClient::Receipt(_)
        | FromClient::Typing(_)
        | FromClient::Leave(_)
        | FromClient::Fetch(_)
        | FromClient::ListRooms(_)
        | FromClient::ListMembers(_)
        | FromClient::ListUsers(_)
        | FromClient::Ping(_)
        | FromClient::Quit(_) => Ok(()),
    }
}

/// Whether a request is answered with the sequence number of an entry, also when it is a retry.
fn is_post(request: &FromClient) -> bool {
    matches!(
        request,
        FromClient::Post(_) | FromClient::Edit(_) | FromClient::Delete(_) | FromClient::React(_)
    )
}
