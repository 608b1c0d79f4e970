//! Requests that need the program's approval. While one is open, nothing more is read from its connection: requests take effect
//! in order, and a connection has at most one open approval request.

use super::conn::Phase;
use super::operator::{OperatorError, check_reason};
use super::rows::{Asks, Row, row};
use super::timeouts::Timeout;
use super::{Refused, Server, ServerEvent};
use crate::engine::{ConnId, Peer};
use crate::wire::limits::DECISION_TIME_MAX;
use crate::wire::{
    Code, Delete, Edit, FromClient, Login, Post, React, RequestId, RoomId, Seq, SmolStr, UserId,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The interval of Pongs to a client whose request waits for approval.
const SIGN_EVERY: Duration = Duration::from_secs(5);

/// Which requests need the program's approval. By default none: whatever the server's rules allow is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent choices
pub struct ApprovalPolicy {
    /// Logins by name, after passkey and name were checked. Resuming a session needs no approval.
    pub logins: bool,
    /// Messages and their edits.
    pub posts: bool,
    /// Deleting messages.
    pub deletes: bool,
    /// Adding reactions. Removing one's own needs no approval.
    pub reactions: bool,
    /// Setting topics.
    pub topics: bool,
    /// Presence and status texts.
    pub statuses: bool,
    /// Creating rooms.
    pub creates: bool,
    /// Entering rooms.
    pub joins: bool,
    /// Opening private conversations.
    pub directs: bool,
}

impl ApprovalPolicy {
    /// All requests that can need approval.
    pub const ALL: ApprovalPolicy = ApprovalPolicy {
        logins: true,
        posts: true,
        deletes: true,
        reactions: true,
        topics: true,
        statuses: true,
        creates: true,
        joins: true,
        directs: true,
    };
}

/// Identifies an approval request within its server; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApprovalId(pub u64);

/// What an approval request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApprovalKind {
    /// Log in under this name.
    LogIn,
    /// Post a message in a room.
    Post,
    /// Replace the text of a message of theirs.
    Edit,
    /// Delete a message of theirs.
    Delete,
    /// Add the reaction given as `text`.
    React,
    /// Set a room's topic to `text`.
    SetTopic,
    /// Set the status to `text`.
    SetStatus,
    /// Create a room with the name given as `text` and the topic given as `topic`.
    CreateRoom,
    /// Join the room with the name given as `text`.
    Join,
    /// Open the private conversation with the person whose name is given as `text`.
    Direct,
}

/// A request that waits for [`Server::resolve`]. It is refused after [`DECISION_TIME_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// The id for [`Server::resolve`].
    pub id: ApprovalId,
    /// What the request is for.
    pub kind: ApprovalKind,
    /// The user who asks; `None` for a login.
    pub user: Option<UserId>,
    /// Their name; for a login, the requested name.
    pub name: SmolStr,
    /// The peer of their connection.
    pub peer: Peer,
    /// The room, for requests about an existing room; `None` for a join.
    pub room: Option<RoomId>,
    /// The message that is replied to, edited, deleted or reacted to.
    pub target: Option<Seq>,
    /// The text of the request, as described at its [`ApprovalKind`]; may be empty.
    pub text: String,
    /// The topic of a new room; may be empty.
    pub topic: String,
}

/// The content of an approval request.
#[derive(Debug)]
pub(super) struct Subject {
    kind: ApprovalKind,
    room: Option<RoomId>,
    target: Option<Seq>,
    text: String,
    topic: String,
}

/// The open approval requests.
#[derive(Debug, Default)]
pub(super) struct Approvals {
    last: u64,
    open: BTreeMap<ApprovalId, Held>,
    /// The last posts of each user that were granted: a retry after a reconnection needs no approval.
    granted: BTreeMap<UserId, VecDeque<Fingerprint>>,
}

/// Granted posts remembered for each user.
const GRANTED_MAX: usize = 512;

/// A request that waits for approval.
#[derive(Debug)]
struct Held {
    conn: ConnId,
    request: Box<FromClient>,
    since: Duration,
}

impl Approvals {
    /// Drops the request of a closed connection.
    pub(super) fn drop_approval(&mut self, id: ApprovalId) {
        self.open.remove(&id);
    }

    /// Forgets a user whose session has ended.
    pub(super) fn forget(&mut self, user: UserId) {
        self.granted.remove(&user);
    }

    fn grant(&mut self, user: UserId, fingerprint: Fingerprint) {
        let granted = self.granted.entry(user).or_default();
        if granted.len() >= GRANTED_MAX {
            granted.pop_front();
        }
        granted.push_back(fingerprint);
    }

    fn has_granted(&self, user: UserId, fingerprint: &Fingerprint) -> bool {
        self.granted.get(&user).is_some_and(|granted| granted.contains(fingerprint))
    }
}

/// A hash of a request with its transaction id and its content, so that a grant is valid for this content only.
type Fingerprint = [u8; 32];

/// The fingerprint of a request that has a transaction id.
fn fingerprint(request: &FromClient) -> Option<Fingerprint> {
    // A retry differs only in its request id.
    let same = match request.clone() {
        FromClient::Post(it) => FromClient::Post(Post { id: RequestId(0), ..it }),
        FromClient::Edit(it) => FromClient::Edit(Edit { id: RequestId(0), ..it }),
        FromClient::Delete(it) => FromClient::Delete(Delete { id: RequestId(0), ..it }),
        FromClient::React(it) => FromClient::React(React { id: RequestId(0), ..it }),
        _ => return None,
    };
    let mut bytes = Vec::new();
    same.encode(&mut bytes).ok()?;
    Some(Sha256::digest(bytes).into())
}

impl Server {
    /// Resolves a [`ServerEvent::Approval`]: grants the request, which the server's rules may still refuse, or refuses it with
    /// this reason of at most [`REASON_BYTES_MAX`](crate::wire::limits::REASON_BYTES_MAX) bytes. Fails with
    /// [`OperatorError::NoApproval`] if the request is no longer open.
    pub fn resolve(&mut self, id: ApprovalId, grant: bool, reason: &str) -> Result<(), OperatorError> {
        check_reason(reason)?;
        let Some(Held { conn, request, .. }) = self.close_approval(id) else {
            return Err(OperatorError::NoApproval);
        };
        if grant {
            if let (Some(user), Some(fingerprint)) = (self.user_of(conn), fingerprint(&request)) {
                self.approvals.grant(user, fingerprint);
            }
            self.carry_out(conn, *request);
        } else {
            let text = if reason.is_empty() { "the server's operator does not allow it" } else { reason };
            self.turn_down(conn, &request, Refused::new(Code::Forbidden, text));
        }
        self.resume_reading(conn);
        Ok(())
    }

    /// The content to be approved, if a request needs approval.
    pub(super) fn approval_needed(
        &self,
        conn: ConnId,
        request: &FromClient,
        row: &Row<'_>,
    ) -> Option<Subject> {
        let Asks { kind, target, text, topic, .. } = row.asks.as_ref()?;
        if let (Some(user), Some(fingerprint)) = (self.user_of(conn), fingerprint(request))
            && self.approvals.has_granted(user, &fingerprint)
        {
            return None;
        }
        let room = row.room.map(|(room, _)| room);
        Some(Subject { kind: *kind, room, target: *target, text: (*text).into(), topic: (*topic).into() })
    }

    /// Opens an approval request and stops reading from its connection.
    pub(super) fn request_approval(&mut self, conn: ConnId, request: FromClient, about: Subject) {
        let user = self.user_of(conn);
        let Some(link) = self.connections.get_mut(conn) else { return };
        self.approvals.last += 1;
        let id = ApprovalId(self.approvals.last);
        link.approval = Some(id);
        let peer = link.peer;
        let Subject { kind, room, target, text, topic } = about;
        let name = match (user.and_then(|user| self.state.person(user)), &request) {
            (Some(user), _) => user.name.shown().clone(),
            (None, FromClient::Login(login)) => login.name.as_str().into(),
            (None, _) => "".into(),
        };
        self.approvals.open.insert(id, Held { conn, request: Box::new(request), since: self.now.mono });
        self.timers.add(self.now.mono + SIGN_EVERY, Timeout::Approval(id));
        self.emit(ServerEvent::Approval(ApprovalRequest {
            id,
            kind,
            user,
            name,
            peer,
            room,
            target,
            text,
            topic,
        }));
    }

    pub(super) fn ask_about_login(&mut self, conn: ConnId, login: &Login) {
        let request = FromClient::Login(login.clone());
        let (text, topic) = (String::new(), String::new());
        let about = Subject { kind: ApprovalKind::LogIn, room: None, target: None, text, topic };
        self.request_approval(conn, request, about);
    }

    pub(super) fn approval_due(&mut self, id: ApprovalId) {
        let Some(held) = self.approvals.open.get(&id) else { return };
        if self.now.mono < held.since + DECISION_TIME_MAX {
            // The client's pings are not read meanwhile; without a Pong it would time out.
            let conn = held.conn;
            if self.user_of(conn).is_some() {
                self.handle_ping(conn);
            }
            return self.timers.add(self.now.mono + SIGN_EVERY, Timeout::Approval(id));
        }
        if self.is_lenient(Timeout::Approval(id)) {
            // The program was paused too.
            return;
        }
        let Some(Held { conn, request, .. }) = self.close_approval(id) else { return };
        let late = Refused {
            code: Code::TimedOut,
            text: "the request was not approved in time; try again later".into(),
            retry_after: DECISION_TIME_MAX,
        };
        self.turn_down(conn, &request, late);
        self.resume_reading(conn);
    }

    fn close_approval(&mut self, id: ApprovalId) -> Option<Held> {
        let held = self.approvals.open.remove(&id)?;
        let link = self.connections.get_mut(held.conn)?;
        link.approval = None;
        (link.phase != Phase::Closing).then_some(held)
    }

    fn turn_down(&mut self, conn: ConnId, request: &FromClient, refused: Refused) {
        match request {
            FromClient::Login(login) => {
                if let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) {
                    self.refuse_login(conn, peer, login.id, refused);
                }
            }
            _ => self.refuse(conn, row(request, &self.config.limits, &self.config.approvals).id, refused),
        }
    }
}
