//! Conversion of entries, rooms, people and members to C structures.

use super::kinds::im_event_kind;
use super::output::{EMPTY, NO_USERS, list, size, text, texts, users};
use super::types::{
    im_entries, im_entry, im_found, im_member, im_page, im_person, im_reaction, im_reactions, im_room,
    im_txn_id,
};
use crate::wire::{Body, Entry, Member, Person, Place, Reaction, RoomInfo, Seq, UserId};
use bumpalo::Bump;

pub(super) fn entry(arena: &Bump, entry: &Entry, txn_id: im_txn_id) -> im_entry {
    let blank = im_entry {
        size: size::<im_entry>(),
        kind: im_event_kind::IM_EVENT_OTHER_ENTRY as i32,
        room: entry.room.0,
        seq: entry.seq.0,
        time: entry.time.0,
        author: entry.author.0,
        name: text(arena, &entry.name),
        text: EMPTY,
        target: 0,
        mentions: NO_USERS,
        edited: 0,
        deleted: 0,
        on: 0,
        reactions: im_reactions { items: std::ptr::null(), count: 0 },
        reason: 0,
        room_kind: 0,
        txn_id,
        topic: EMPTY,
        members: NO_USERS,
    };
    let of = |kind: im_event_kind| im_entry { kind: kind as i32, ..blank };
    match &entry.body {
        Body::Message(message) => im_entry {
            text: text(arena, &message.text),
            target: message.reply_to.unwrap_or_default().0,
            mentions: users(arena, &message.mentions),
            edited: message.edited.unwrap_or_default().0,
            deleted: message.deleted.into(),
            reactions: reactions(arena, &message.reactions),
            ..of(im_event_kind::IM_EVENT_MESSAGE)
        },
        Body::Edited { target, text: new, mentions } => im_entry {
            target: target.0,
            text: text(arena, new),
            mentions: users(arena, mentions),
            ..of(im_event_kind::IM_EVENT_EDITED)
        },
        Body::Deleted { target } => im_entry { target: target.0, ..of(im_event_kind::IM_EVENT_DELETED) },
        Body::Reacted { target, emoji, on } => im_entry {
            target: target.0,
            text: text(arena, emoji),
            on: (*on).into(),
            ..of(im_event_kind::IM_EVENT_REACTED)
        },
        Body::Created { title, kind, topic, members } => im_entry {
            text: text(arena, title),
            topic: text(arena, topic),
            members: users(arena, members),
            room_kind: u16::from(*kind).into(),
            ..of(im_event_kind::IM_EVENT_ROOM_CREATED)
        },
        Body::Joined => of(im_event_kind::IM_EVENT_JOINED),
        Body::Left { reason, text: why } => im_entry {
            reason: u16::from(*reason).into(),
            text: text(arena, why),
            ..of(im_event_kind::IM_EVENT_LEFT)
        },
        Body::Topic { text: topic } => {
            im_entry { text: text(arena, topic), ..of(im_event_kind::IM_EVENT_TOPIC) }
        }
        Body::Other(_) => blank,
    }
}

fn reactions(arena: &Bump, reactions: &[Reaction]) -> im_reactions {
    if reactions.is_empty() {
        return im_reactions { items: std::ptr::null(), count: 0 };
    }
    let (items, count) = list(arena, reactions, |reaction| im_reaction {
        size: size::<im_reaction>(),
        emoji: text(arena, &reaction.emoji),
        names: texts(arena, &reaction.names),
        users: users(arena, &reaction.users),
    });
    im_reactions { items, count }
}

pub(super) fn page(arena: &Bump, entries: &[Entry], more: bool, [from, to, head]: [Seq; 3]) -> im_page {
    let (items, count) = list(arena, entries, |it| entry(arena, it, im_txn_id::default()));
    im_page {
        size: size::<im_page>(),
        more: more.into(),
        entries: im_entries { items, count },
        from: from.0,
        to: to.0,
        head: head.0,
    }
}

pub(super) fn found(arena: &Bump, messages: &[Entry], next: Option<Place>) -> im_found {
    let (items, count) = list(arena, messages, |it| entry(arena, it, im_txn_id::default()));
    im_found {
        size: size::<im_found>(),
        more: next.is_some().into(),
        entries: im_entries { items, count },
        next_room: next.map_or(0, |place| place.0.0),
        next_seq: next.map_or(0, |place| place.1.0),
    }
}

pub(super) fn room(arena: &Bump, info: &RoomInfo) -> im_room {
    im_room {
        size: size::<im_room>(),
        room_kind: u16::from(info.kind).into(),
        room: info.room.0,
        name: text(arena, &info.name),
        topic: text(arena, &info.topic),
        head: info.head.0,
        read: info.read.0,
        peer: info.peer.unwrap_or(UserId(0)).0,
        members: info.members,
    }
}

pub(super) fn person(arena: &Bump, person: &Person) -> im_person {
    im_person {
        size: size::<im_person>(),
        presence: u16::from(person.presence).into(),
        user: person.user.0,
        name: text(arena, &person.name),
        status: text(arena, &person.status),
        reason: person.reason.map_or(0, |reason| u16::from(reason).into()),
    }
}

pub(super) fn member(arena: &Bump, member: &Member) -> im_member {
    im_member {
        size: size::<im_member>(),
        presence: u16::from(member.presence).into(),
        user: member.user.0,
        name: text(arena, &member.name),
        delivered: member.delivered.0,
        read: member.read.0,
    }
}
