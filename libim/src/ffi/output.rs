//! Results for C: strings, structures and lists in an arena, all freed at once.

use super::types::{im_str, im_strs, im_txn_id, im_users};
use crate::wire::{SmolStr, TxnId, UserId};
use bumpalo::Bump;

/// The size of a structure, for its first field.
pub(super) fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}

pub(super) const EMPTY: im_str = im_str { ptr: c"".as_ptr(), len: 0 };

pub(super) const NO_USERS: im_users = im_users { items: std::ptr::null(), count: 0 };

/// A NUL-terminated copy of a text. A NUL within it becomes U+FFFD.
pub(super) fn text(arena: &Bump, text: &str) -> im_str {
    if text.is_empty() {
        return EMPTY;
    }
    if text.contains('\0') {
        return self::text(arena, &text.replace('\0', "\u{fffd}"));
    }
    let copy = arena.alloc_slice_fill_copy(text.len() + 1, 0_u8);
    if let Some(room) = copy.get_mut(..text.len()) {
        room.copy_from_slice(text.as_bytes());
    }
    im_str { ptr: copy.as_ptr().cast(), len: text.len() }
}

pub(super) fn texts(arena: &Bump, texts: &[SmolStr]) -> im_strs {
    let items = arena.alloc_slice_fill_iter(texts.iter().map(|it| text(arena, it)));
    im_strs { items: items.as_ptr(), count: items.len() }
}

pub(super) fn users(arena: &Bump, users: &[UserId]) -> im_users {
    if users.is_empty() {
        return NO_USERS;
    }
    let items = arena.alloc_slice_fill_iter(users.iter().map(|user| user.0));
    im_users { items: items.as_ptr(), count: items.len() }
}

/// A list of pointers to items made in the arena.
pub(super) fn list<'a, T, Item>(
    arena: &'a Bump,
    things: &'a [T],
    make: impl Fn(&'a T) -> Item,
) -> (*const *const Item, usize) {
    let items = arena.alloc_slice_fill_iter(things.iter().map(|thing| one(arena, make(thing))));
    (items.as_ptr(), items.len())
}

pub(super) fn one<Item>(arena: &Bump, item: Item) -> *const Item {
    std::ptr::from_ref(arena.alloc(item))
}

pub(super) fn txn_id(txn_id: TxnId) -> im_txn_id {
    im_txn_id { bytes: txn_id.0 }
}
