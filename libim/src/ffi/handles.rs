//! Handles: numbers with a pointer type. They are looked up in a table, never dereferenced.

use super::status::{CallResult, Failure, im_status};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a handle names; part of its number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Context = 8,
    Config = 9,
    Waker = 10,
}

/// The number of the next handle, shared by all kinds. Never reused.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// A new handle of a kind.
pub(super) fn new_handle(kind: Kind) -> usize {
    (NEXT.fetch_add(1, Ordering::Relaxed) << 4) | kind as usize
}

/// The failure for a handle that is not in its table.
pub(super) fn missing(handle: usize, kind: Kind, what: &str) -> Failure {
    if handle == 0 {
        Failure::null(what)
    } else if kind != Kind::Waker
        && handle & 15 == kind as usize
        && (handle >> 4) < NEXT.load(Ordering::Relaxed)
    {
        Failure::new(im_status::IM_E_GONE, format!("{what} has been freed"))
    } else {
        Failure::new(im_status::IM_E_HANDLE, format!("{what} is not a handle of that kind"))
    }
}

/// Objects that any thread may use, by handle.
pub(super) struct Shelf<T> {
    kind: Kind,
    what: &'static str,
    things: Mutex<BTreeMap<usize, T>>,
}

impl<T> Shelf<T> {
    pub(super) const fn new(kind: Kind, what: &'static str) -> Shelf<T> {
        Shelf { kind, what, things: Mutex::new(BTreeMap::new()) }
    }

    fn things(&self) -> MutexGuard<'_, BTreeMap<usize, T>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, thing: T) -> usize {
        let handle = new_handle(self.kind);
        self.things().insert(handle, thing);
        handle
    }

    pub(super) fn with<R>(
        &self,
        handle: usize,
        use_it: impl FnOnce(&mut T) -> CallResult<R>,
    ) -> CallResult<R> {
        use_it(self.things().get_mut(&handle).ok_or_else(|| missing(handle, self.kind, self.what))?)
    }

    pub(super) fn remove(&self, handle: usize) -> CallResult<T> {
        self.things().remove(&handle).ok_or_else(|| missing(handle, self.kind, self.what))
    }
}
