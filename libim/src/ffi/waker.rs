//! Waking a context from other threads and from signal handlers: a static table of atomics, without locks or allocation.

use super::boundary::{guard, with_context};
use super::context::im_ctx;
use super::handles::{Kind, missing};
use super::input::out_ptr;
use super::status::{Failure, im_status};
use crate::net::{Process, Waker};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::thread;

/// Wakes a context from any thread or signal handler. An opaque handle.
pub struct im_waker {
    _handle: [u8; 0],
}

/// How many wakers a program can have at once.
const WAKERS_MAX: usize = 1024;
const INDEX_BITS: u32 = WAKERS_MAX.ilog2();
/// A slot's state: the number of calls in progress, a free bit, and above both the serial number of its use.
const USERS: u64 = 0xffff;
const FREE: u64 = 0x1_0000;
const SERIAL_SHIFT: u32 = 17;

/// A slot for a waker.
struct Slot {
    state: AtomicU64,
    waker: AtomicPtr<Held>,
}

/// What a slot holds.
struct Held {
    waker: Waker,
    process: Process,
}

static SLOTS: [Slot; WAKERS_MAX] =
    [const { Slot { state: AtomicU64::new(FREE), waker: AtomicPtr::new(null_mut()) } }; WAKERS_MAX];

impl Slot {
    /// Claims this slot for a waker, if it is free. Returns its serial number.
    fn fill(&self, held: &mut Option<Box<Held>>) -> Option<u64> {
        if self.state.load(Ordering::Relaxed) & FREE == 0 || !self.waker.load(Ordering::Acquire).is_null() {
            return None;
        }
        let pointer = Box::into_raw(held.take()?);
        if self.waker.compare_exchange(null_mut(), pointer, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            // SAFETY: it was made above and not shared.
            *held = Some(unsafe { Box::from_raw(pointer) });
            return None;
        }
        // From here on the slot is claimed, and no other call changes its state.
        let serial = (self.state.load(Ordering::Acquire) >> SERIAL_SHIFT) + 1;
        self.state.store(serial << SERIAL_SHIFT, Ordering::Release);
        Some(serial)
    }

    /// Uses the waker with this serial number; `Err`: it has been freed.
    fn with<T>(&self, serial: u64, use_it: impl FnOnce(&Held) -> T) -> Result<T, ()> {
        let is_it = |state: u64| state >> SERIAL_SHIFT == serial && state & FREE == 0;
        let enter = |state| (is_it(state) && state & USERS < USERS).then(|| state + 1);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, enter).map_err(drop)?;
        // SAFETY: it is not freed while a user is counted.
        let answer = use_it(unsafe { &*self.waker.load(Ordering::Acquire) });
        self.state.fetch_sub(1, Ordering::Release);
        Ok(answer)
    }

    /// Takes out the waker with this serial number, after the last use has ended.
    fn clear(&self, serial: u64) -> Result<Box<Held>, ()> {
        let is_it = |state: u64| state >> SERIAL_SHIFT == serial && state & FREE == 0;
        let close = |state| is_it(state).then_some(state | FREE);
        self.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, close).map_err(drop)?;
        // SAFETY: made by `fill`, and freed below.
        let is_here = unsafe { &*self.waker.load(Ordering::Acquire) }.process.is_this();
        // In a forked child the counted users may be threads of the parent, which do not exist here.
        while is_here && self.state.load(Ordering::Acquire) & USERS != 0 {
            // A use lasts for one write(2).
            thread::yield_now();
        }
        // SAFETY: made by `fill`, marked as free above, and no longer in use.
        Ok(unsafe { Box::from_raw(self.waker.swap(null_mut(), Ordering::AcqRel)) })
    }
}

/// The slot that a handle names, and the serial number in the handle.
fn slot_of(handle: usize) -> Option<(&'static Slot, u64)> {
    let number = handle >> 4;
    let (index, serial) = (number & (WAKERS_MAX - 1), (number >> INDEX_BITS) as u64);
    let slot = SLOTS.get(index)?;
    let given = slot.state.load(Ordering::Relaxed) >> SERIAL_SHIFT;
    let known = handle & 15 == Kind::Waker as usize && (1..=given).contains(&serial);
    known.then_some((slot, serial))
}

/// The saved errno, which a signal handler must preserve.
struct Errno(i32);

impl Errno {
    fn location() -> *mut i32 {
        #[cfg(any(target_os = "linux", target_os = "emscripten", target_os = "l4re"))]
        // SAFETY: returns the address of this thread's errno.
        return unsafe { libc::__errno_location() };
        #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
        // SAFETY: as above.
        return unsafe { libc::__error() };
        #[cfg(any(target_os = "openbsd", target_os = "netbsd", target_os = "android"))]
        // SAFETY: as above.
        return unsafe { libc::__errno() };
        #[allow(unreachable_code)] // systems without signals, or unknown
        null_mut()
    }

    fn save() -> Errno {
        let location = Errno::location();
        // SAFETY: NULL or this thread's errno.
        Errno(if location.is_null() { 0 } else { unsafe { *location } })
    }

    fn restore(self) {
        let location = Errno::location();
        if !location.is_null() {
            // SAFETY: this thread's errno.
            unsafe { *location = self.0 };
        }
    }
}

/// Makes a waker for a context, in `*out`, on the context's thread. Free it with im_waker_free(). It may outlive the
/// context. Returns IM_E_LIMIT if the program has 1024 wakers already.
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_new(ctx: *mut im_ctx, out: *mut *mut im_waker) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let held = Held { waker: context.event_loop.waker(), process: context.process };
        let mut held = Some(Box::new(held));
        let filled = SLOTS.iter().enumerate().find_map(|(index, slot)| Some((index, slot.fill(&mut held)?)));
        let Some((index, serial)) = filled else {
            let text = format!("the program has {WAKERS_MAX} wakers; free some with im_waker_free()");
            return Err(Failure::new(im_status::IM_E_LIMIT, text));
        };
        let serial = usize::try_from(serial).unwrap_or(usize::MAX);
        let handle = (((serial << INDEX_BITS) | index) << 4) | Kind::Waker as usize;
        out.put(std::ptr::without_provenance_mut(handle));
        Ok(())
    })
}

/// Makes the context's im_step() return soon and its im_fd() readable. May be called from any thread and from a signal
/// handler: it is async-signal-safe (signal-safety(7)), preserves errno, and does not change im_last_error() even when it
/// fails. Several calls before the context wakes count as one. Hand over data in a queue of the program before calling
/// it. No effect once the context is freed. Returns IM_E_IO if the system refuses the write, IM_E_FORKED in a child of
/// fork().
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_wake(waker: *mut im_waker) -> i32 {
    let Some((slot, serial)) = slot_of(waker.addr()) else {
        return if waker.is_null() { im_status::IM_E_NULL } else { im_status::IM_E_HANDLE } as i32;
    };
    let errno = Errno::save();
    let woken = slot.with(serial, |held| {
        if !held.process.is_this() {
            return im_status::IM_E_FORKED;
        }
        match held.waker.wake() {
            Ok(()) => im_status::IM_OK,
            Err(_) => im_status::IM_E_IO,
        }
    });
    errno.restore();
    woken.unwrap_or(im_status::IM_E_GONE) as i32
}

/// Frees a waker. May be called from any thread, but not from a signal handler.
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_free(waker: *mut im_waker) -> i32 {
    guard(|| {
        let (slot, serial) =
            slot_of(waker.addr()).ok_or_else(|| missing(waker.addr(), Kind::Waker, "the waker"))?;
        let gone = || Failure::new(im_status::IM_E_GONE, "the waker has been freed");
        slot.clear(serial).map(drop).map_err(|()| gone())
    })
}
