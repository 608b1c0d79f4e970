//! Conversion of events to C structures.

use super::event_types::{
    im_approval, im_data, im_event, im_gap, im_posted, im_receipt, im_typing, im_visitor, im_wait,
};
use super::ids::{Ids, Thing, im_id};
use super::kinds::{im_approval_kind, im_event_kind};
use super::output::{EMPTY, list, one, size, text, txn_id};
use super::pages::{entry, found, member, page, person, room};
use super::types::{im_entry, im_login, im_members, im_people, im_presence, im_rooms, im_txn_id};
use crate::engine::Peer;
use crate::engine::client::ClientEvent;
use crate::engine::server::{ApprovalKind, ApprovalRequest, ServerEvent};
use crate::net::Event;
use crate::wire::{Code, LeaveReason, RoomId, Seq, TxnId, UserId};
use bumpalo::Bump;
use std::time::Duration;

/// An event of a kind, with empty fields.
fn blank(source: im_id, kind: im_event_kind) -> im_event {
    im_event {
        size: size::<im_event>(),
        kind: kind as i32,
        source,
        request: 0,
        code: 0,
        room: 0,
        text: EMPTY,
        data: im_data { number: 0 },
        retry_after_ms: 0,
        user: std::ptr::null_mut(),
    }
}

/// Converts an event; what it points to is in the arena. `None`: its source has been removed.
pub(super) fn event(arena: &Bump, ids: &Ids, event: &Event) -> Option<im_event> {
    Some(match event {
        Event::Client(id, event) => client_event(arena, ids.name(Thing::Client(*id))?, event),
        Event::Server(id, event) => server_event(arena, ids.name(Thing::Server(*id))?, event),
        Event::AcceptPaused(id, why) => im_event {
            text: text(arena, why),
            ..blank(ids.name(Thing::Server(*id))?, im_event_kind::IM_EVENT_ACCEPT_PAUSED)
        },
        Event::Readable(id) => blank(ids.name(Thing::Watch(*id))?, im_event_kind::IM_EVENT_READABLE),
    })
}

fn code(code: Code) -> i32 {
    u16::from(code).into()
}

fn entry_event(arena: &Bump, source: im_id, entry: im_entry) -> im_event {
    let (room, text) = (entry.room, entry.text);
    let head = blank(source, im_event_kind::IM_EVENT_OTHER_ENTRY);
    im_event { kind: entry.kind, room, text, data: im_data { entry: one(arena, entry) }, ..head }
}

#[allow(clippy::too_many_lines)] // one arm per event
fn client_event(arena: &Bump, source: im_id, event: &ClientEvent) -> im_event {
    use im_event_kind as Kind;
    let of = |kind| blank(source, kind);
    let string = |it: &str| text(arena, it);
    match event {
        ClientEvent::Connecting { attempt } => {
            im_event { data: im_data { count: u64::from(*attempt) }, ..of(Kind::IM_EVENT_CONNECTING) }
        }
        ClientEvent::LoggedIn { user, name, resumed, server, welcome, people } => {
            let login = im_login {
                size: size::<im_login>(),
                resumed: (*resumed).into(),
                user: user.0,
                name: string(name),
                server: string(server),
                welcome: string(welcome),
                people: *people,
            };
            im_event { data: im_data { login: one(arena, login) }, ..of(Kind::IM_EVENT_LOGGED_IN) }
        }
        ClientEvent::LoginRefused { code: why, text, retry_after, retry_in } => im_event {
            code: code(*why),
            text: string(text),
            retry_after_ms: millis(*retry_after),
            data: im_data { wait: retry_in.map_or(std::ptr::null(), |span| wait(arena, span)) },
            ..of(Kind::IM_EVENT_LOGIN_REFUSED)
        },
        ClientEvent::Disconnected { code: why, text, retry_in } => im_event {
            code: why.map_or(0, code),
            text: string(text),
            data: im_data { wait: retry_in.map_or(std::ptr::null(), |span| wait(arena, span)) },
            ..of(Kind::IM_EVENT_DISCONNECTED)
        },
        ClientEvent::Entered(info) => im_event {
            room: info.room.0,
            data: im_data { room: one(arena, room(arena, info)) },
            ..of(Kind::IM_EVENT_ROOM_ENTERED)
        },
        ClientEvent::Exited { room, text } => {
            im_event { room: room.0, text: string(text), ..of(Kind::IM_EVENT_ROOM_EXITED) }
        }
        ClientEvent::Renumbered { old, new } => {
            im_event { room: old.0, data: im_data { number: new.0 }, ..of(Kind::IM_EVENT_ROOM_RENUMBERED) }
        }
        ClientEvent::Backlog { room, messages, more } => im_event {
            room: room.0,
            data: im_data { page: one(arena, page(arena, messages, *more, [Seq::ZERO; 3])) },
            ..of(Kind::IM_EVENT_BACKLOG)
        },
        ClientEvent::Entry { entry: it, txn_id: own } => {
            entry_event(arena, source, entry(arena, it, own.map(txn_id).unwrap_or_default()))
        }
        ClientEvent::Missed { room, from, to } => im_event {
            room: room.0,
            data: im_data { gap: one(arena, im_gap { size: size::<im_gap>(), from: from.0, to: to.0 }) },
            ..of(Kind::IM_EVENT_MISSED)
        },
        ClientEvent::Posted { txn_id, room, seq } => {
            posted(arena, of(Kind::IM_EVENT_POSTED), *txn_id, *room, *seq)
        }
        ClientEvent::PostFailed { txn_id, room, code: why, text, retry_after } => im_event {
            code: code(*why),
            text: string(text),
            retry_after_ms: millis(*retry_after),
            ..posted(arena, of(Kind::IM_EVENT_POST_FAILED), *txn_id, *room, Seq::ZERO)
        },
        ClientEvent::People(known) => {
            let (items, count) = list(arena, known, |it| person(arena, it));
            let people = im_people { size: size::<im_people>(), more: 0, items, count };
            im_event { data: im_data { people: one(arena, people) }, ..of(Kind::IM_EVENT_PEOPLE) }
        }
        ClientEvent::Users { request, people, more } => {
            let (items, count) = list(arena, people, |it| person(arena, it));
            let people = im_people { size: size::<im_people>(), more: (*more).into(), items, count };
            im_event {
                request: request.0,
                data: im_data { people: one(arena, people) },
                ..of(Kind::IM_EVENT_USERS)
            }
        }
        ClientEvent::Presence { person: somebody, was } => {
            let presence = im_presence {
                size: size::<im_presence>(),
                was: was.map_or(0, |was| u16::from(was).into()),
                person: one(arena, person(arena, somebody)),
            };
            im_event { data: im_data { presence: one(arena, presence) }, ..of(Kind::IM_EVENT_PRESENCE) }
        }
        ClientEvent::PeopleCount(count) => {
            im_event { data: im_data { count: u64::from(*count) }, ..of(Kind::IM_EVENT_PEOPLE_COUNT) }
        }
        ClientEvent::Typing { room, user, name, on } => {
            let name = string(name.as_deref().unwrap_or(""));
            let typing = im_typing { size: size::<im_typing>(), on: (*on).into(), user: user.0, name };
            im_event {
                room: room.0,
                data: im_data { typing: one(arena, typing) },
                ..of(Kind::IM_EVENT_TYPING)
            }
        }
        ClientEvent::Receipt { room, user, delivered, read } => {
            let receipt =
                im_receipt { size: size::<im_receipt>(), user: user.0, delivered: delivered.0, read: read.0 };
            im_event {
                room: room.0,
                data: im_data { receipt: one(arena, receipt) },
                ..of(Kind::IM_EVENT_RECEIPT)
            }
        }
        ClientEvent::Done { request, room } => {
            im_event { request: request.0, room: room.unwrap_or(RoomId(0)).0, ..of(Kind::IM_EVENT_DONE) }
        }
        ClientEvent::Failed { request, code: why, text, retry_after } => im_event {
            request: request.0,
            retry_after_ms: millis(*retry_after),
            code: why.map_or(0, code),
            text: string(text),
            ..of(Kind::IM_EVENT_FAILED)
        },
        ClientEvent::History { request, room, messages, more, from, to, head } => im_event {
            request: request.0,
            room: room.0,
            data: im_data { page: one(arena, page(arena, messages, *more, [*from, *to, *head])) },
            ..of(Kind::IM_EVENT_HISTORY)
        },
        ClientEvent::Found { request, messages, next } => im_event {
            request: request.0,
            data: im_data { found: one(arena, found(arena, messages, *next)) },
            ..of(Kind::IM_EVENT_FOUND)
        },
        ClientEvent::Rooms { request, rooms, more } => {
            let (items, count) = list(arena, rooms, |it| room(arena, it));
            let rooms = im_rooms { size: size::<im_rooms>(), more: (*more).into(), items, count };
            im_event {
                request: request.0,
                data: im_data { rooms: one(arena, rooms) },
                ..of(Kind::IM_EVENT_ROOMS)
            }
        }
        ClientEvent::Members { request, room, members, more } => {
            let (items, count) = list(arena, members, |it| member(arena, it));
            let members = im_members { size: size::<im_members>(), more: (*more).into(), items, count };
            im_event {
                request: request.0,
                room: room.0,
                data: im_data { members: one(arena, members) },
                ..of(Kind::IM_EVENT_MEMBERS)
            }
        }
        ClientEvent::Notice { text } => im_event { text: string(text), ..of(Kind::IM_EVENT_NOTICE) },
        ClientEvent::Throttled { text, wait: span } => im_event {
            text: string(text),
            data: im_data { wait: wait(arena, *span) },
            ..of(Kind::IM_EVENT_THROTTLED)
        },
    }
}

fn millis(span: Option<Duration>) -> u32 {
    span.map_or(0, |span| u32::try_from(span.as_millis()).unwrap_or(u32::MAX))
}

fn wait(arena: &Bump, span: Duration) -> *const im_wait {
    let wait_ms = u32::try_from(span.as_micros().div_ceil(1000)).unwrap_or(u32::MAX);
    one(arena, im_wait { size: size::<im_wait>(), wait_ms })
}

fn posted(arena: &Bump, head: im_event, own: TxnId, room: RoomId, seq: Seq) -> im_event {
    let posted = im_posted { size: size::<im_posted>(), txn_id: txn_id(own), seq: seq.0 };
    im_event { room: room.0, data: im_data { posted: one(arena, posted) }, ..head }
}

fn server_event(arena: &Bump, source: im_id, event: &ServerEvent) -> im_event {
    use im_event_kind as Kind;
    let of = |kind| blank(source, kind);
    match event {
        ServerEvent::Entered { user, name, peer } => {
            visitor(arena, of(Kind::IM_EVENT_PERSON_ENTERED), *user, name, Some(*peer), None)
        }
        ServerEvent::Detached { user, name, why } => im_event {
            text: text(arena, why),
            ..visitor(arena, of(Kind::IM_EVENT_PERSON_DETACHED), *user, name, None, None)
        },
        ServerEvent::Resumed { user, name, peer } => {
            visitor(arena, of(Kind::IM_EVENT_PERSON_RESUMED), *user, name, Some(*peer), None)
        }
        ServerEvent::Left { user, name, reason, text: why } => im_event {
            text: text(arena, why),
            ..visitor(arena, of(Kind::IM_EVENT_PERSON_LEFT), *user, name, None, Some(*reason))
        },
        ServerEvent::Refused { peer, code: why, text: shown } => im_event {
            code: code(*why),
            text: text(arena, shown),
            ..visitor(arena, of(Kind::IM_EVENT_REFUSED), UserId(0), "", Some(*peer), None)
        },
        ServerEvent::Committed(it) => entry_event(arena, source, entry(arena, it, im_txn_id::default())),
        ServerEvent::Approval(asked) => approval(arena, of(Kind::IM_EVENT_APPROVAL), asked),
        ServerEvent::StoreFailed { text: why } => {
            im_event { text: text(arena, why), ..of(Kind::IM_EVENT_STORE_FAILED) }
        }
        ServerEvent::Drained => of(Kind::IM_EVENT_DRAINED),
    }
}

fn visitor(
    arena: &Bump,
    head: im_event,
    user: UserId,
    name: &str,
    peer: Option<Peer>,
    reason: Option<LeaveReason>,
) -> im_event {
    let visitor = im_visitor {
        size: size::<im_visitor>(),
        reason: reason.map_or(0, |reason| u16::from(reason).into()),
        user: user.0,
        name: text(arena, name),
        peer: peer.map_or(EMPTY, |peer| text(arena, &peer.to_string())),
    };
    im_event { data: im_data { visitor: one(arena, visitor) }, ..head }
}

fn approval(arena: &Bump, head: im_event, asked: &ApprovalRequest) -> im_event {
    let approval_kind = match asked.kind {
        ApprovalKind::LogIn => im_approval_kind::IM_APPROVAL_LOG_IN,
        ApprovalKind::Post => im_approval_kind::IM_APPROVAL_POST,
        ApprovalKind::Edit => im_approval_kind::IM_APPROVAL_EDIT,
        ApprovalKind::CreateRoom => im_approval_kind::IM_APPROVAL_CREATE_ROOM,
        ApprovalKind::Join => im_approval_kind::IM_APPROVAL_JOIN,
        ApprovalKind::Direct => im_approval_kind::IM_APPROVAL_DIRECT,
        ApprovalKind::Delete => im_approval_kind::IM_APPROVAL_DELETE,
        ApprovalKind::React => im_approval_kind::IM_APPROVAL_REACT,
        ApprovalKind::SetTopic => im_approval_kind::IM_APPROVAL_SET_TOPIC,
        ApprovalKind::SetStatus => im_approval_kind::IM_APPROVAL_SET_STATUS,
    };
    let approval = im_approval {
        size: size::<im_approval>(),
        approval_kind: approval_kind as i32,
        approval: asked.id.0,
        user: asked.user.unwrap_or_default().0,
        name: text(arena, &asked.name),
        peer: text(arena, &asked.peer.to_string()),
        target: asked.target.unwrap_or_default().0,
        topic: text(arena, &asked.topic),
    };
    im_event {
        room: asked.room.unwrap_or(RoomId(0)).0,
        text: text(arena, &asked.text),
        data: im_data { approval: one(arena, approval) },
        ..head
    }
}
