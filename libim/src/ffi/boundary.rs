//! The boundary that every C function passes: looks up handles, checks threads, catches panics, and records the last error.

use super::context::Context;
use super::handles::{Kind, missing, new_handle};
use super::kinds::im_log_level;
use super::status::{CallResult, Failure, im_status};
use crate::net::Process;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A context in its thread's table.
struct Slot {
    handle: usize,
    process: Process,
    /// A call panicked; the context is not used again.
    poisoned: Cell<bool>,
    context: RefCell<Context>,
}

impl Drop for Slot {
    /// Runs when the program frees the context, or when its thread ends.
    fn drop(&mut self) {
        // In a forked child the table may stay locked, by a thread that does not exist there.
        if self.process.is_this() {
            owners().remove(&self.handle);
        }
    }
}

thread_local! {
    static CONTEXTS: RefCell<BTreeMap<usize, Rc<Slot>>> = const { RefCell::new(BTreeMap::new()) };
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// Which thread owns which context, to distinguish a wrong thread from a stale handle.
static OWNERS: Mutex<BTreeMap<usize, Owner>> = Mutex::new(BTreeMap::new());
/// The process that last added one. Its forked children do not use the table: a thread that does not exist there may have locked it.
static OWNERS_PROCESS: AtomicU32 = AtomicU32::new(0);

/// The owner of a context.
struct Owner {
    thread: u64,
    process: Process,
}

/// A number for this thread, for this table only.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static MINE: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    MINE.try_with(|mine| *mine).unwrap_or(0)
}

fn owners() -> MutexGuard<'static, BTreeMap<usize, Owner>> {
    OWNERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the body of a C function that needs no context.
pub(super) fn guard(body: impl FnOnce() -> CallResult) -> i32 {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(panicked()));
    answer(outcome)
}

/// Runs the body of a C function on a context. A panic poisons the context.
pub(super) fn with_context(handle: usize, body: impl FnOnce(&mut Context) -> CallResult) -> i32 {
    let slot = match find(handle) {
        Ok(slot) => slot,
        Err(failure) => return answer(Err(failure)),
    };
    if !slot.process.is_this() {
        return answer(Err(forked()));
    }
    if slot.poisoned.get() {
        return answer(Err(panicked()));
    }
    let Ok(mut context) = slot.context.try_borrow_mut() else { return answer(Err(reentered())) };
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&mut context))).unwrap_or_else(|_| {
        slot.poisoned.set(true);
        Err(panicked())
    });
    if let Err(failure) = &outcome {
        context.log(im_log_level::IM_LOG_WARN, || failure.text.clone());
    }
    drop(context);
    answer(outcome)
}

/// Adds a context that this thread owns.
pub(super) fn add_context(context: Context) -> CallResult<usize> {
    let handle = new_handle(Kind::Context);
    let slot =
        Slot { handle, process: context.process, poisoned: Cell::new(false), context: RefCell::new(context) };
    OWNERS_PROCESS.store(slot.process.number(), Ordering::Relaxed);
    owners().insert(handle, Owner { thread: this_thread(), process: slot.process });
    CONTEXTS
        .try_with(|contexts| contexts.borrow_mut().insert(handle, Rc::new(slot)))
        .map_err(|_| Failure::new(im_status::IM_E_THREAD, "this thread is ending"))?;
    Ok(handle)
}

pub(super) fn remove_context(handle: usize) -> CallResult {
    let slot = find(handle)?;
    if slot.context.try_borrow_mut().is_err() {
        return Err(reentered());
    }
    let _ = CONTEXTS.try_with(|contexts| contexts.borrow_mut().remove(&handle));
    Ok(())
}

fn find(handle: usize) -> CallResult<Rc<Slot>> {
    let found = CONTEXTS.try_with(|contexts| contexts.borrow().get(&handle).cloned()).ok().flatten();
    found.ok_or_else(|| not_here(handle))
}

/// The failure for a context that this thread does not own.
fn not_here(handle: usize) -> Failure {
    let missing = || missing(handle, Kind::Context, "the context");
    if !Process::numbered(OWNERS_PROCESS.load(Ordering::Relaxed)).is_this() {
        let missing = missing();
        return if missing.status == im_status::IM_E_GONE { forked() } else { missing };
    }
    match owners().get(&handle) {
        Some(owner) if !owner.process.is_this() => forked(),
        Some(owner) if owner.thread != this_thread() => Failure::new(
            im_status::IM_E_THREAD,
            "the context belongs to the thread that made it; use an im_waker to wake it from others",
        ),
        Some(_) | None => missing(),
    }
}

fn panicked() -> Failure {
    Failure::new(im_status::IM_E_PANIC, "internal error of the library; the context can only be freed")
}

fn forked() -> Failure {
    Failure::new(
        im_status::IM_E_FORKED,
        "this process was forked from the one that made the context; free it and make a new one here",
    )
}

fn reentered() -> Failure {
    Failure::new(im_status::IM_E_REENTRANT, "the context is in use: called from its own callback")
}

/// The text of the last failure on this thread.
pub(super) fn last_error() -> *const c_char {
    LAST_ERROR.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}

fn answer(outcome: CallResult) -> i32 {
    let Err(Failure { status, text }) = outcome else { return im_status::IM_OK as i32 };
    let text = CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
    let _ = LAST_ERROR.try_with(|last| last.replace(text));
    status as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::LoopConfig;

    #[test]
    fn a_panic_poisons_its_context_alone() {
        let make = || add_context(Context::new(&LoopConfig::default(), None).unwrap()).unwrap();
        let (bad, good) = (make(), make());
        let panic = im_status::IM_E_PANIC as i32;
        assert_eq!(with_context(bad, |_| panic!("planted")), panic);
        assert_eq!(with_context(bad, |_| Ok(())), panic);
        assert_eq!(with_context(good, |_| Ok(())), 0);
        assert!(remove_context(bad).is_ok());
        assert_eq!(with_context(bad, |_| Ok(())), im_status::IM_E_GONE as i32);
        assert_eq!(guard(|| panic!("planted")), panic);
        assert!(remove_context(good).is_ok());
    }

    #[test]
    fn a_context_is_not_entered_twice() {
        let handle = add_context(Context::new(&LoopConfig::default(), None).unwrap()).unwrap();
        let inner = with_context(handle, |_| {
            assert_eq!(with_context(handle, |_| Ok(())), im_status::IM_E_REENTRANT as i32);
            assert_eq!(remove_context(handle).unwrap_err().status, im_status::IM_E_REENTRANT);
            Ok(())
        });
        assert_eq!(inner, 0);
        assert!(remove_context(handle).is_ok());
    }
}
