//! Events as JSON or MessagePack, for other languages: a map with the field names of the C structures, and the kind as `event`.
//! Fields that are zero or empty are left out.

use super::event_types::{
    im_approval, im_data, im_event, im_gap, im_posted, im_receipt, im_typing, im_visitor, im_wait,
};
use super::kinds::{im_event_kind as Kind, im_format};
use super::lists::{Blank, Listed, sequence};
use super::status::{CallResult, Failure, im_status};
use super::types::{
    im_entry, im_found, im_login, im_member, im_members, im_page, im_people, im_person, im_presence,
    im_reaction, im_room, im_rooms, im_str, im_txn_id,
};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use std::ffi::CStr;

/// Every kind of event, with its name in JSON.
pub(super) const NAMES: &[(Kind, &CStr)] = &[
    (Kind::IM_EVENT_CONNECTING, c"connecting"),
    (Kind::IM_EVENT_LOGGED_IN, c"logged_in"),
    (Kind::IM_EVENT_LOGIN_REFUSED, c"login_refused"),
    (Kind::IM_EVENT_DISCONNECTED, c"disconnected"),
    (Kind::IM_EVENT_ROOM_ENTERED, c"room_entered"),
    (Kind::IM_EVENT_ROOM_EXITED, c"room_exited"),
    (Kind::IM_EVENT_ROOM_RENUMBERED, c"room_renumbered"),
    (Kind::IM_EVENT_BACKLOG, c"backlog"),
    (Kind::IM_EVENT_MISSED, c"missed"),
    (Kind::IM_EVENT_POSTED, c"posted"),
    (Kind::IM_EVENT_POST_FAILED, c"post_failed"),
    (Kind::IM_EVENT_PEOPLE, c"people"),
    (Kind::IM_EVENT_PRESENCE, c"presence"),
    (Kind::IM_EVENT_PEOPLE_COUNT, c"people_count"),
    (Kind::IM_EVENT_TYPING, c"typing"),
    (Kind::IM_EVENT_RECEIPT, c"receipt"),
    (Kind::IM_EVENT_DONE, c"done"),
    (Kind::IM_EVENT_FAILED, c"failed"),
    (Kind::IM_EVENT_HISTORY, c"history"),
    (Kind::IM_EVENT_ROOMS, c"rooms"),
    (Kind::IM_EVENT_MEMBERS, c"members"),
    (Kind::IM_EVENT_NOTICE, c"notice"),
    (Kind::IM_EVENT_THROTTLED, c"throttled"),
    (Kind::IM_EVENT_USERS, c"users"),
    (Kind::IM_EVENT_FOUND, c"found"),
    (Kind::IM_EVENT_MESSAGE, c"message"),
    (Kind::IM_EVENT_EDITED, c"edited"),
    (Kind::IM_EVENT_DELETED, c"deleted"),
    (Kind::IM_EVENT_REACTED, c"reacted"),
    (Kind::IM_EVENT_ROOM_CREATED, c"room_created"),
    (Kind::IM_EVENT_JOINED, c"joined"),
    (Kind::IM_EVENT_LEFT, c"left"),
    (Kind::IM_EVENT_TOPIC, c"topic"),
    (Kind::IM_EVENT_OTHER_ENTRY, c"other_entry"),
    (Kind::IM_EVENT_PERSON_ENTERED, c"person_entered"),
    (Kind::IM_EVENT_PERSON_DETACHED, c"person_detached"),
    (Kind::IM_EVENT_PERSON_RESUMED, c"person_resumed"),
    (Kind::IM_EVENT_PERSON_LEFT, c"person_left"),
    (Kind::IM_EVENT_REFUSED, c"refused"),
    (Kind::IM_EVENT_STORE_FAILED, c"store_failed"),
    (Kind::IM_EVENT_DRAINED, c"drained"),
    (Kind::IM_EVENT_ACCEPT_PAUSED, c"accept_paused"),
    (Kind::IM_EVENT_APPROVAL, c"approval"),
    (Kind::IM_EVENT_READABLE, c"readable"),
];

/// Appends an encoded event to `out`.
pub(super) fn encode(event: &im_event, format: im_format, out: &mut Vec<u8>) -> CallResult {
    let written = match format {
        im_format::IM_FORMAT_JSON => serde_json::to_writer(out, event).map_err(|error| error.to_string()),
        im_format::IM_FORMAT_MSGPACK => event
            .serialize(&mut rmp_serde::Serializer::new(out).with_struct_map())
            .map_err(|error| error.to_string()),
    };
    written.map_err(|error| Failure::new(im_status::IM_E_PANIC, error))
}

fn named(kind: i32) -> Option<(Kind, &'static str)> {
    let (kind, name) = NAMES.iter().find(|(known, _)| *known as i32 == kind)?;
    Some((*kind, name.to_str().ok()?))
}

/// Writes the fields of a structure into a map, except those that are zero or empty.
trait Fields {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Blank for $number {
            fn is_blank(&self) -> bool {
                *self == 0
            }
        })*
    };
}

numbers!(i32, u32, u64);

impl im_str {
    fn as_str(&self) -> &str {
        // SAFETY: made by this library from a str, in an arena that lives as long as its event.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.ptr.cast(), self.len)) }
    }
}

impl Blank for im_str {
    fn is_blank(&self) -> bool {
        self.len == 0
    }
}

impl Serialize for im_str {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Blank for im_txn_id {
    fn is_blank(&self) -> bool {
        self.bytes == [0; 16]
    }
}

impl Serialize for im_txn_id {
    /// 32 hexadecimal digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", u128::from_be_bytes(self.bytes)))
    }
}

/// Writes the fields that are not blank; those marked `?` are flags.
macro_rules! write_fields {
    ($it:ident, $map:ident, $($field:ident $(? $yes:literal)?),*) => {
        $(if !$it.$field.is_blank() {
            let value = write_fields!(@value $it.$field $(, $yes)?);
            $map.serialize_entry(stringify!($field), value)?;
        })*
    };
    (@value $value:expr) => { &$value };
    (@value $value:expr, $yes:literal) => { &$yes };
}

macro_rules! fields {
    ($($name:ident { $($field:ident $(? $yes:literal)?),* })*) => {
        $(
            impl Fields for $name {
                fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    write_fields!(self, map, $($field $(? $yes)?),*);
                    Ok(())
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut map = serializer.serialize_map(None)?;
                    self.write(&mut map)?;
                    map.end()
                }
            }
        )*
    };
}

fields! {
    im_reaction { emoji, names, users }
    im_page { more ? true, entries, from, to, head }
    im_found { more ? true, entries, next_room, next_seq }
    im_login { user, name, server, welcome, people, resumed ? true }
    im_room { room, room_kind, name, topic, head, read, peer, members }
    im_person { user, name, presence, status, reason }
    im_member { user, name, presence, delivered, read }
    im_gap { from, to }
    im_posted { txn_id, seq }
    im_typing { user, name, on ? true }
    im_receipt { user, delivered, read }
    im_visitor { user, name, peer, reason }
    im_approval { approval, approval_kind, user, name, peer, target, topic }
}

impl Fields for im_entry {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write_fields!(
            self, map, room, seq, time, author, name, text, target, mentions, edited, deleted ? true, on ? true, reactions,
            reason, room_kind, txn_id, topic, members
        );
        Ok(())
    }
}

impl Serialize for im_entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", named(self.kind).map_or("other_entry", |(_, name)| name))?;
        self.write(&mut map)?;
        map.end()
    }
}

impl Fields for im_wait {
    /// A wait of zero is written: no `wait_ms` means that there is no wait.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("wait_ms", &self.wait_ms)
    }
}

/// Writes a list as one value of a map.
fn listed<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    items: *const *const T,
    count: usize,
) -> Result<(), M::Error> {
    struct Items<T>(*const *const T, usize);
    impl<T: Serialize> Serialize for Items<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            // SAFETY: as for every list.
            unsafe { sequence(serializer, self.0, self.1) }
        }
    }
    map.serialize_entry(name, &Items(items, count))
}

impl Fields for im_rooms {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write_fields!(self, map, more ? true);
        listed(map, "rooms", self.items, self.count)
    }
}

impl Fields for im_members {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write_fields!(self, map, more ? true);
        listed(map, "members", self.items, self.count)
    }
}

impl Fields for im_people {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write_fields!(self, map, more ? true);
        listed(map, "people", self.items, self.count)
    }
}

impl Fields for im_presence {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if self.was != 0 {
            map.serialize_entry("was", &self.was)?;
        }
        map.serialize_entry("person", self.person.listed())
    }
}

impl Serialize for im_event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, name) = named(self.kind).ok_or_else(|| S::Error::custom("an event of no kind"))?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", name)?;
        map.serialize_entry("source", &self.source)?;
        // The data of entries and rooms has these fields.
        if !is_entry(kind) && kind != Kind::IM_EVENT_ROOM_ENTERED {
            write_fields!(self, map, request, code, room, text, retry_after_ms);
        }
        // SAFETY: the library filled the member of the data that belongs to the kind.
        unsafe { write_data(&mut map, kind, &self.data)? };
        map.end()
    }
}

fn is_entry(kind: Kind) -> bool {
    (Kind::IM_EVENT_MESSAGE as i32..=Kind::IM_EVENT_OTHER_ENTRY as i32).contains(&(kind as i32))
}

fn write_to<M: SerializeMap, T: Fields>(map: &mut M, data: *const T) -> Result<(), M::Error> {
    // SAFETY: NULL, or made by this library in an arena that lives as long as its event.
    match unsafe { data.as_ref() } {
        Some(data) => data.write(map),
        None => Ok(()),
    }
}

/// Writes the member of the data that belongs to a kind.
unsafe fn write_data<M: SerializeMap>(map: &mut M, kind: Kind, data: &im_data) -> Result<(), M::Error> {
    // SAFETY: the caller guarantees that this kind's member was filled.
    unsafe {
        match kind {
            Kind::IM_EVENT_MESSAGE
            | Kind::IM_EVENT_EDITED
            | Kind::IM_EVENT_DELETED
            | Kind::IM_EVENT_REACTED
            | Kind::IM_EVENT_ROOM_CREATED
            | Kind::IM_EVENT_JOINED
            | Kind::IM_EVENT_LEFT
            | Kind::IM_EVENT_TOPIC
            | Kind::IM_EVENT_OTHER_ENTRY => write_to(map, data.entry),
            Kind::IM_EVENT_BACKLOG | Kind::IM_EVENT_HISTORY => write_to(map, data.page),
            Kind::IM_EVENT_FOUND => write_to(map, data.found),
            Kind::IM_EVENT_LOGGED_IN => write_to(map, data.login),
            Kind::IM_EVENT_ROOM_ENTERED => write_to(map, data.room),
            Kind::IM_EVENT_ROOMS => write_to(map, data.rooms),
            Kind::IM_EVENT_PEOPLE | Kind::IM_EVENT_USERS => write_to(map, data.people),
            Kind::IM_EVENT_PRESENCE => write_to(map, data.presence),
            Kind::IM_EVENT_MEMBERS => write_to(map, data.members),
            Kind::IM_EVENT_MISSED => write_to(map, data.gap),
            Kind::IM_EVENT_POSTED | Kind::IM_EVENT_POST_FAILED => write_to(map, data.posted),
            Kind::IM_EVENT_TYPING => write_to(map, data.typing),
            Kind::IM_EVENT_RECEIPT => write_to(map, data.receipt),
            Kind::IM_EVENT_LOGIN_REFUSED | Kind::IM_EVENT_DISCONNECTED | Kind::IM_EVENT_THROTTLED => {
                write_to(map, data.wait)
            }
            Kind::IM_EVENT_PERSON_ENTERED
            | Kind::IM_EVENT_PERSON_DETACHED
            | Kind::IM_EVENT_PERSON_RESUMED
            | Kind::IM_EVENT_PERSON_LEFT
            | Kind::IM_EVENT_REFUSED => write_to(map, data.visitor),
            Kind::IM_EVENT_APPROVAL => write_to(map, data.approval),
            Kind::IM_EVENT_CONNECTING | Kind::IM_EVENT_PEOPLE_COUNT => {
                map.serialize_entry("count", &data.count)
            }
            Kind::IM_EVENT_ROOM_RENUMBERED => map.serialize_entry("number", &data.number),
            Kind::IM_EVENT_ROOM_EXITED
            | Kind::IM_EVENT_DONE
            | Kind::IM_EVENT_FAILED
            | Kind::IM_EVENT_NOTICE
            | Kind::IM_EVENT_STORE_FAILED
            | Kind::IM_EVENT_DRAINED
            | Kind::IM_EVENT_ACCEPT_PAUSED
            | Kind::IM_EVENT_READABLE => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NAMES;

    #[test]
    fn every_kind_has_its_name() {
        let kinds = include_str!("kinds.rs").split("pub enum im_event_kind {").nth(1).unwrap();
        let kinds = kinds.split("\n}").next().unwrap();
        let declared: Vec<String> = kinds
            .lines()
            .filter_map(|line| line.trim().split_once(" = ")?.0.strip_prefix("IM_EVENT_"))
            .map(str::to_lowercase)
            .collect();
        assert_eq!(
            NAMES.iter().map(|(_, name)| name.to_str().unwrap().to_owned()).collect::<Vec<_>>(),
            declared
        );
    }
}
