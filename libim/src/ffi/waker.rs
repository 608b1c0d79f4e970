//! Reaching a context from other threads.

use super::boundary::{guard, with_context};
use super::context::im_ctx;
use super::handles::{Kind, Shelf};
use super::input::place;
use crate::net::Waker;

/// Wakes a context from any thread. A handle, not to be looked through.
pub struct im_waker {
    _handle: [u8; 0],
}

static WAKERS: Shelf<Waker> = Shelf::new(Kind::Waker, "the waker");

/// Makes a waker for a context, on the context's thread; free it with im_waker_free(). It may outlive the context.
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_new(ctx: *mut im_ctx, out: *mut *mut im_waker) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        out.put(std::ptr::without_provenance_mut(WAKERS.add(context.lp.waker())));
        Ok(())
    })
}

/// Makes the context's im_step() return soon and its descriptor readable, from any thread. Several calls before it wakes are
/// one. Hand over work in a queue of your own before.
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_wake(waker: *mut im_waker) -> i32 {
    guard(|| WAKERS.with(waker.addr(), |waker| Ok(waker.wake()?)))
}

/// Frees a waker, from any thread. IM_E_GONE when it has been freed already.
#[unsafe(no_mangle)]
pub extern "C" fn im_waker_free(waker: *mut im_waker) -> i32 {
    guard(|| WAKERS.remove(waker.addr()).map(drop))
}
