//! Decisions that the server leaves to its program. A request that waits for one holds its connection: nothing after it
//! is read, so its place in the order is kept and there is at most one approval per connection.

use super::conn::Phase;
use super::operator::{OperatorError, check_reason};
use super::timeouts::Timeout;
use super::{Refused, Server, ServerEvent};
use crate::core::Now;
use crate::engine::{ConnId, Peer};
use crate::wire::limits::DECISION_TIME_MAX;
use crate::wire::{
    Code, Delete, Edit, FromClient, Login, Post, React, RequestId, RoomId, Seq, SmolStr, UserId,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A connection that waits for a decision hears from the server this often.
const SIGN_EVERY: Duration = Duration::from_secs(5);

/// What the server asks its program about. Nothing by default: what the rules allow is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent choices
pub struct ApprovalPolicy {
    /// Logins by name, after passkey and name were found in order. Taking up a session again is not asked about.
    pub logins: bool,
    /// Messages and their edits.
    pub posts: bool,
    /// Taking messages back.
    pub deletes: bool,
    /// Adding reactions to messages. Taking one's own away is not asked about.
    pub reactions: bool,
    /// Setting topics.
    pub topics: bool,
    /// Presence and status texts.
    pub statuses: bool,
    /// Making rooms.
    pub creates: bool,
    /// Entering rooms.
    pub joins: bool,
    /// Opening private conversations.
    pub directs: bool,
}

impl ApprovalPolicy {
    /// About everything that can be asked about.
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

/// Names an approval within its server; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApprovalId(pub u64);

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalKind {
    /// To log in under this name.
    LogIn,
    /// To say something in a room.
    Post,
    /// To give a message of theirs another text.
    Edit,
    /// To take back a message of theirs.
    Delete,
    /// To add the reaction given as text.
    React,
    /// To give a room the topic given as text.
    SetTopic,
    /// To have the status given as text.
    SetStatus,
    /// To make a room of the name given as text, with the topic given.
    CreateRoom,
    /// To enter the room of the name given as text.
    Join,
    /// To open the private conversation with the person of the name given as text.
    Direct,
}

/// A request that waits for [`Server::resolve`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Its id.
    pub id: ApprovalId,
    /// What is asked for.
    pub kind: ApprovalKind,
    /// Who asks; `None`: a stranger's, who logs in.
    pub user: Option<UserId>,
    /// Their name, or the one that they ask for.
    pub name: SmolStr,
    /// From where.
    pub peer: Peer,
    /// The room that it is about, where there is one already.
    pub room: Option<RoomId>,
    /// The message that it is about.
    pub target: Option<Seq>,
    /// The text to be posted, or the name that it is about.
    pub text: String,
    /// The topic that comes with a new room; may be empty.
    pub topic: String,
}

/// What an approval is about.
#[derive(Debug)]
pub(super) struct Subject {
    kind: ApprovalKind,
    room: Option<RoomId>,
    target: Option<Seq>,
    text: String,
    topic: String,
}

impl Subject {
    fn new(kind: ApprovalKind, text: &str) -> Subject {
        Subject { kind, room: None, target: None, text: text.into(), topic: String::new() }
    }

    fn of_room(kind: ApprovalKind, room: RoomId, target: Option<Seq>, text: &str) -> Subject {
        Subject { room: Some(room), target, ..Subject::new(kind, text) }
    }
}

/// Requests that wait for a decision.
#[derive(Debug, Default)]
pub(super) struct Approvals {
    last: u64,
    open: BTreeMap<ApprovalId, Held>,
    /// The last posts of each person that were granted: a retry after a broken connection is not asked about again.
    granted: BTreeMap<UserId, VecDeque<Print>>,
}

/// Granted posts that are remembered for each person; no more can be unanswered at once.
const GRANTED_MAX: usize = 512;

/// A request that waits.
#[derive(Debug)]
struct Held {
    conn: ConnId,
    request: Box<FromClient>,
    since: Duration,
}

impl Approvals {
    /// Its connection is gone.
    pub(super) fn drop_approval(&mut self, id: ApprovalId) {
        self.open.remove(&id);
    }

    /// Somebody is gone for good.
    pub(super) fn forget(&mut self, user: UserId) {
        self.granted.remove(&user);
    }

    fn grant(&mut self, user: UserId, print: Print) {
        let granted = self.granted.entry(user).or_default();
        if granted.len() >= GRANTED_MAX {
            granted.pop_front();
        }
        granted.push_back(print);
    }

    fn has_granted(&self, user: UserId, print: &Print) -> bool {
        self.granted.get(&user).is_some_and(|granted| granted.contains(print))
    }
}

/// A request that is kept once only, with all that was granted: its content cannot be exchanged for another.
type Print = [u8; 32];

/// The fingerprint of a request that is kept once only.
fn print_of(request: &FromClient) -> Option<Print> {
    // By its id alone a retry differs.
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
    /// Answers a [`ServerEvent::Approval`]: the request is granted, if the rules still allow it, or refused for this reason, of
    /// [`REASON_BYTES_MAX`](crate::wire::limits::REASON_BYTES_MAX) bytes at most.
    pub fn resolve(&mut self, id: ApprovalId, grant: bool, reason: &str) -> Result<(), OperatorError> {
        let now = self.now;
        check_reason(reason)?;
        let Some(Held { conn, request, .. }) = self.close_approval(id) else {
            return Err(OperatorError::NoApproval);
        };
        if grant {
            if let (Some(user), Some(print)) = (self.user_of(conn), print_of(&request)) {
                self.approvals.grant(user, print);
            }
            self.carry_out(now, conn, *request);
        } else {
            let text = if reason.is_empty() { "the server's program does not allow it" } else { reason };
            self.turn_down(now, conn, &request, Refused::new(Code::Forbidden, text));
        }
        self.resume_reading(now, conn);
        Ok(())
    }

    /// What a request would need a decision for.
    pub(super) fn approval_needed(&self, conn: ConnId, request: &FromClient) -> Option<Subject> {
        let ask = self.config.ask;
        let asks = ask.posts || ask.deletes || ask.reactions;
        if let (Some(user), Some(print)) = (self.user_of(conn), asks.then(|| print_of(request)).flatten())
            && self.approvals.has_granted(user, &print)
        {
            return None;
        }
        match request {
            FromClient::Post(r) => {
                ask.posts.then(|| Subject::of_room(ApprovalKind::Post, r.room, r.reply_to, &r.text))
            }
            FromClient::Edit(r) => {
                ask.posts.then(|| Subject::of_room(ApprovalKind::Edit, r.room, Some(r.target), &r.text))
            }
            FromClient::Delete(r) => {
                ask.deletes.then(|| Subject::of_room(ApprovalKind::Delete, r.room, Some(r.target), ""))
            }
            FromClient::React(r) => (ask.reactions && r.on)
                .then(|| Subject::of_room(ApprovalKind::React, r.room, Some(r.target), &r.emoji)),
            FromClient::SetTopic(r) => {
                ask.topics.then(|| Subject::of_room(ApprovalKind::SetTopic, r.room, None, &r.topic))
            }
            FromClient::SetStatus(r) => ask.statuses.then(|| Subject::new(ApprovalKind::SetStatus, &r.text)),
            FromClient::Create(r) => {
                let topic = r.topic.clone();
                // A topic is asked about however it is set.
                let asks = ask.creates || (ask.topics && !topic.is_empty());
                asks.then(|| Subject { topic, ..Subject::new(ApprovalKind::CreateRoom, &r.name) })
            }
            FromClient::Join(r) => ask.joins.then(|| Subject::new(ApprovalKind::Join, &r.name)),
            FromClient::Direct(r) => ask.directs.then(|| Subject::new(ApprovalKind::Direct, &r.name)),
            // A login is asked about later, when passkey and name are found in order. The others bring nothing new.
            FromClient::ClientHello(_)
            | FromClient::Login(_)
            | FromClient::Receipt(_)
            | FromClient::Typing(_)
            | FromClient::Leave(_)
            | FromClient::Fetch(_)
            | FromClient::ListRooms(_)
            | FromClient::ListMembers(_)
            | FromClient::ListUsers(_)
            | FromClient::Ping(_)
            | FromClient::Quit(_) => None,
        }
    }

    /// Asks about a request and holds its connection.
    pub(super) fn ask(&mut self, now: Now, conn: ConnId, request: FromClient, about: Subject) {
        let user = self.user_of(conn);
        let Some(link) = self.connections.get_mut(conn) else { return };
        self.approvals.last += 1;
        let id = ApprovalId(self.approvals.last);
        link.asking = Some(id);
        let peer = link.peer;
        let Subject { kind, room, target, text, topic } = about;
        let name = match (user.and_then(|user| self.hub.user(user)), &request) {
            (Some(user), _) => user.name.shown().clone(),
            (None, FromClient::Login(login)) => login.name.as_str().into(),
            (None, _) => "".into(),
        };
        self.approvals.open.insert(id, Held { conn, request: Box::new(request), since: now.mono });
        self.timers.add(now.mono + SIGN_EVERY, Timeout::Approval(id));
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

    pub(super) fn ask_about_login(&mut self, now: Now, conn: ConnId, login: &Login) {
        let request = FromClient::Login(login.clone());
        self.ask(now, conn, request, Subject::new(ApprovalKind::LogIn, ""));
    }

    pub(super) fn approval_due(&mut self, now: Now, id: ApprovalId) {
        let Some(held) = self.approvals.open.get(&id) else { return };
        if now.mono < held.since + DECISION_TIME_MAX {
            // Its pings wait behind the request; it must not take the server for dead.
            let conn = held.conn;
            if self.user_of(conn).is_some() {
                self.handle_ping(conn);
            }
            return self.timers.add(now.mono + SIGN_EVERY, Timeout::Approval(id));
        }
        if self.is_lenient(now, Timeout::Approval(id)) {
            // The decision may wait to be read as well.
            return;
        }
        let Some(Held { conn, request, .. }) = self.close_approval(id) else { return };
        let late = Refused {
            code: Code::TimedOut,
            text: "nobody decided about it in time; try again later".into(),
            retry_after: DECISION_TIME_MAX,
        };
        self.turn_down(now, conn, &request, late);
        self.resume_reading(now, conn);
    }

    fn close_approval(&mut self, id: ApprovalId) -> Option<Held> {
        let held = self.approvals.open.remove(&id)?;
        let link = self.connections.get_mut(held.conn)?;
        link.asking = None;
        (link.phase != Phase::Closing).then_some(held)
    }

    fn turn_down(&mut self, now: Now, conn: ConnId, request: &FromClient, refused: Refused) {
        match request {
            FromClient::Login(login) => {
                if let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) {
                    self.refuse_login(now, conn, peer, login.id, refused);
                }
            }
            _ => self.refuse(conn, super::gate::request_of(request), refused),
        }
    }
}
