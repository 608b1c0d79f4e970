//! Running a context and taking its events.

use super::boundary::with_context;
use super::context::im_ctx;
use super::encode::encode;
use super::event_types::im_event;
use super::ids::{Thing, im_id};
use super::input::out_ptr;
use super::kinds::im_format;
use super::status::{CallResult, Failure, im_status};
#[cfg(unix)]
use crate::net::LoopError;
use std::ffi::c_char;
use std::time::Duration;

/// Runs one bounded turn of the event loop: waits up to `timeout_ms` milliseconds for work (-1: without limit, 0: not at
/// all) and does it. Does not wait while events are pending. Also returns IM_OK when a signal handler has run (EINTR).
/// Invalidates what the look-up functions of clients and servers returned.
///
/// After each step take all events with im_next_event(): a client with 8192 pending events stops reading from its
/// connection. Returns IM_E_RANGE for a `timeout_ms` below -1, IM_E_IO if waiting fails.
#[unsafe(no_mangle)]
pub extern "C" fn im_step(ctx: *mut im_ctx, timeout_ms: i32) -> i32 {
    with_context(ctx.addr(), |context| {
        let timeout = match timeout_ms {
            -1 => None,
            wait => Some(Duration::from_millis(u64::try_from(wait).map_err(|_| {
                Failure::new(
                    im_status::IM_E_RANGE,
                    format!("timeout_ms is {wait}; the range is -1 to 2147483647"),
                )
            })?)),
        };
        context.view.reset();
        Ok(context.event_loop.turn(timeout)?)
    })
}

/// Returns in `*out` a descriptor that is readable while a step has work to do or events are pending. Watch it with
/// poll(2), epoll(7) or another event loop; when it is readable, call im_step() with timeout 0 and take the events. It is
/// the same descriptor for the life of the context, which closes it; do nothing else with it. On systems other than Linux
/// it does not show deadlines: wait no longer than im_next_timeout() says. Returns IM_E_IO if the system has no
/// descriptors, IM_E_UNSUPPORTED on Windows.
#[unsafe(no_mangle)]
pub extern "C" fn im_fd(ctx: *mut im_ctx, out: *mut i32) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        #[cfg(unix)]
        {
            out.put(context.event_loop.pollable()?);
            Ok(())
        }
        #[cfg(not(unix))]
        {
            let _ = (context, out);
            Err(Failure::new(im_status::IM_E_UNSUPPORTED, "this system has no descriptors to poll"))
        }
    })
}

/// Returns in `*out` after how many milliseconds the next step is needed even without input; 0: now; -1: never. It suits
/// poll(2). With a virtual clock it is how far to im_advance().
#[unsafe(no_mangle)]
pub extern "C" fn im_next_timeout(ctx: *mut im_ctx, out: *mut i32) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        // Rounded up: a step before the deadline has nothing to do.
        let millis = |span: Duration| i32::try_from(span.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        out.put(context.event_loop.next_timeout().map_or(-1, millis));
        Ok(())
    })
}

/// Returns the next event in `*out`, in order for each server and client; NULL: none is pending. The event and everything
/// that it points to belong to the library and are valid until the next call of im_next_event(), im_next_events() or
/// im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_next_event(ctx: *mut im_ctx, out: *mut *const im_event) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        out.put(context.pull().unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Encodes the event that im_next_event() returned last as `format` (im_format), for other languages. The result is a
/// map: `event` is the kind's name in lower case, and the other keys are the field names of this header. Fields that are
/// zero or empty are left out; fields that are 1 or 0 for yes or no are true or left out.
///
/// `*out` gets the `*len` bytes, followed by a NUL. They belong to the library and are valid until the next call of
/// im_event_encode(), im_next_events() or im_free(). Returns IM_E_NOT_FOUND if there is no such event, IM_E_RANGE if
/// `format` is not an im_format.
#[unsafe(no_mangle)]
pub extern "C" fn im_event_encode(
    ctx: *mut im_ctx,
    format: i32,
    out: *mut *const c_char,
    len: *mut usize,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let (out, len, format) = (out_ptr(out, "out")?, out_ptr(len, "len")?, format_of(format)?);
        let pulled = context
            .pulled
            .ok_or_else(|| Failure::new(im_status::IM_E_NOT_FOUND, "im_next_event() returned no event"))?;
        context.encoded.clear();
        // SAFETY: it lives in the arena until the next pull.
        encode(unsafe { &*pulled }, format, &mut context.encoded)?;
        context.encoded.push(0);
        len.put(context.encoded.len() - 1);
        out.put(context.encoded.as_ptr().cast());
        Ok(())
    })
}

/// Takes up to `max` pending events and encodes them as one array of maps, each as im_event_encode() writes it; an empty
/// array if none is pending. For languages in which a call for each event is expensive.
///
/// `*out` gets the `*len` bytes, followed by a NUL. They belong to the library and are valid until the next call of
/// im_next_event(), im_event_encode(), im_next_events() or im_free(). Returns IM_E_RANGE if `format` is not an im_format.
#[unsafe(no_mangle)]
pub extern "C" fn im_next_events(
    ctx: *mut im_ctx,
    format: i32,
    max: u32,
    out: *mut *const c_char,
    len: *mut usize,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let (out, len, format) = (out_ptr(out, "out")?, out_ptr(len, "len")?, format_of(format)?);
        let mut written = std::mem::take(&mut context.encoded);
        written.clear();
        let outcome = match format {
            im_format::IM_FORMAT_JSON => write_json(context, max, &mut written),
            im_format::IM_FORMAT_MSGPACK => write_msgpack(context, max, &mut written),
        };
        written.push(0);
        context.encoded = written;
        outcome?;
        len.put(context.encoded.len() - 1);
        out.put(context.encoded.as_ptr().cast());
        Ok(())
    })
}

fn write_json(context: &mut super::context::Context, max: u32, out: &mut Vec<u8>) -> CallResult {
    out.push(b'[');
    for count in 0..max {
        let Some(event) = context.pull() else { break };
        if count > 0 {
            out.push(b',');
        }
        // SAFETY: it lives in the arena until the next pull.
        encode(unsafe { &*event }, im_format::IM_FORMAT_JSON, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_msgpack(context: &mut super::context::Context, max: u32, out: &mut Vec<u8>) -> CallResult {
    // array 32, whose length is filled in at the end.
    out.extend([0xdd, 0, 0, 0, 0]);
    let mut count = 0_u32;
    while count < max {
        let Some(event) = context.pull() else { break };
        // SAFETY: it lives in the arena until the next pull.
        encode(unsafe { &*event }, im_format::IM_FORMAT_MSGPACK, out)?;
        count += 1;
    }
    if let Some(place) = out.get_mut(1..5) {
        place.copy_from_slice(&count.to_be_bytes());
    }
    Ok(())
}

fn format_of(format: i32) -> CallResult<im_format> {
    [im_format::IM_FORMAT_JSON, im_format::IM_FORMAT_MSGPACK]
        .into_iter()
        .find(|known| *known as i32 == format)
        .ok_or_else(|| Failure::new(im_status::IM_E_RANGE, format!("{format} is not an im_format")))
}

/// Advances a virtual clock by `ms` milliseconds. Timers that expire by it are handled in the next im_step(). Returns
/// IM_E_CLOCK if the context uses the system's clock.
#[unsafe(no_mangle)]
pub extern "C" fn im_advance(ctx: *mut im_ctx, ms: u32) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.event_loop.advance(Duration::from_millis(ms.into()))?))
}

/// Watches a descriptor of the program, such as its standard input or a pipe: IM_EVENT_READABLE is reported when it is
/// readable. The library watches a duplicate; the program keeps and closes its own. `*out` gets the id, for im_remove().
/// Returns IM_E_RANGE for a negative number, IM_E_IO for a regular file or directory (always readable), for this
/// context's own im_fd() and for a descriptor that is not open, IM_E_UNSUPPORTED on Windows.
#[unsafe(no_mangle)]
pub extern "C" fn im_watch(ctx: *mut im_ctx, fd: i32, out: *mut im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        #[cfg(unix)]
        {
            if fd < 0 {
                return Err(Failure::new(im_status::IM_E_RANGE, format!("{fd} is not a descriptor")));
            }
            // SAFETY: it is only duplicated, which fails for a descriptor that is not open.
            let copy = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()?;
            let watch = context.event_loop.watch(copy).map_err(|error| not_watched(fd, error))?;
            out.put(context.ids.add(Thing::Watch(watch))?);
            Ok(())
        }
        #[cfg(not(unix))]
        {
            let _ = (context, out, fd);
            Err(Failure::new(im_status::IM_E_UNSUPPORTED, "descriptors cannot be watched on this system"))
        }
    })
}

#[cfg(unix)]
fn not_watched(fd: i32, error: LoopError) -> Failure {
    let LoopError::System(error) = error else { return error.into() };
    let text = match error.raw_os_error() {
        Some(libc::EPERM) => {
            format!("descriptor {fd} is a file or a directory, which is always readable: read it")
        }
        Some(libc::EINVAL | libc::ELOOP) => {
            format!("descriptor {fd} is im_fd() of this context, or watches it")
        }
        _ => format!("descriptor {fd} cannot be watched: {error}"),
    };
    Failure::new(im_status::IM_E_IO, text)
}

/// Removes a server, a client or a watched descriptor at once: its connections break, its pending events are dropped, and
/// its id becomes invalid (IM_E_GONE). To close in good order, complete im_client_quit() or im_server_drain() first.
#[unsafe(no_mangle)]
pub extern "C" fn im_remove(ctx: *mut im_ctx, id: im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        match context.ids.remove(id)? {
            Thing::Server(server) => context.event_loop.remove_server(server),
            Thing::Client(client) => context.event_loop.remove_client(client),
            #[cfg(unix)]
            Thing::Watch(watch) => context.event_loop.unwatch(watch),
            #[cfg(not(unix))]
            Thing::Watch(_) => {}
        }
        Ok(())
    })
}
