//! Serialization of the header's lists as arrays.

use super::types::{im_entries, im_reactions, im_str, im_strs, im_users};
use serde::{Serialize, Serializer};

/// Whether a field is zero or empty.
pub(super) trait Blank {
    fn is_blank(&self) -> bool;
}

macro_rules! lists {
    ($($list:ty),*) => {
        $(
            impl Blank for $list {
                fn is_blank(&self) -> bool {
                    self.count == 0
                }
            }

            impl Serialize for $list {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    // SAFETY: lists are made by this library, in an arena that lives as long as its event.
                    unsafe { sequence(serializer, self.items, self.count) }
                }
            }
        )*
    };
}

lists!(im_strs, im_users, im_reactions, im_entries);

/// Serializes a list of items or of pointers to items.
pub(super) unsafe fn sequence<S: Serializer, T: Listed>(
    serializer: S,
    items: *const T,
    count: usize,
) -> Result<S::Ok, S::Error> {
    if count == 0 {
        return serializer.collect_seq(std::iter::empty::<u64>());
    }
    // SAFETY: guaranteed by the caller.
    let items = unsafe { std::slice::from_raw_parts(items, count) };
    serializer.collect_seq(items.iter().map(Listed::listed))
}

/// An item of a list: itself, or what it points to.
pub(super) trait Listed {
    type Item: Serialize;
    fn listed(&self) -> &Self::Item;
}

impl Listed for u64 {
    type Item = u64;
    fn listed(&self) -> &u64 {
        self
    }
}

impl Listed for im_str {
    type Item = im_str;
    fn listed(&self) -> &im_str {
        self
    }
}

impl<T: Serialize> Listed for *const T {
    type Item = T;
    fn listed(&self) -> &T {
        // SAFETY: pointers in lists are made by this library, in an arena that lives as long as its event.
        unsafe { &**self }
    }
}
