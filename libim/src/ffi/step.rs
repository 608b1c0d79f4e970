//! Running a context and taking its events.

use super::boundary::with_context;
use super::context::im_ctx;
use super::encode::encode;
use super::event_types::im_event;
use super::ids::{Thing, im_id};
use super::input::out_ptr;
use super::kinds::im_format;
use super::status::{CallResult, Failure, im_status};
use std::ffi::c_char;
use std::time::Duration;

/// One bounded turn: waits for something to do, at most `timeout_ms` milliseconds (-1: without limit, 0: not at all), and does
/// it. Also returns IM_OK when a signal handler has run meanwhile (EINTR). Does not wait while events are to be taken. Take all events after each step: a client whose events are not taken stops
/// reading.
#[unsafe(no_mangle)]
pub extern "C" fn im_step(ctx: *mut im_ctx, timeout_ms: i32) -> i32 {
    with_context(ctx.addr(), |context| {
        let timeout = match timeout_ms {
            -1 => None,
            wait => Some(Duration::from_millis(u64::try_from(wait).map_err(|_| {
                Failure::new(im_status::IM_E_RANGE, format!("timeout_ms is {wait}; it may be -1, 0 or more"))
            })?)),
        };
        context.view.reset();
        Ok(context.event_loop.turn(timeout)?)
    })
}

/// A descriptor that is readable while a step or an event is due, to be watched by the program's own poll(2), epoll(7) or event
/// loop: when it is readable, call im_step(ctx, 0) and take the events. The same for the life of the context, which closes it;
/// do nothing else with it. On systems other than Linux also wait no longer than im_next_timeout() says. IM_E_UNSUPPORTED on
/// Windows.
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

/// After how many milliseconds a step is due even when nothing comes in, in `*out`; -1: none is, as poll(2) has it. With a virtual
/// clock, how far to im_advance() it.
#[unsafe(no_mangle)]
pub extern "C" fn im_next_timeout(ctx: *mut im_ctx, out: *mut i32) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        // Rounded up: a step before its time has nothing to do.
        let millis = |span: Duration| i32::try_from(span.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        out.put(context.event_loop.next_timeout().map_or(-1, millis));
        Ok(())
    })
}

/// The next event, oldest first for each server and client, in `*out`; NULL: there is none at the moment. It and all in it is the
/// library's and valid until the next call of this function, im_next_events() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_next_event(ctx: *mut im_ctx, out: *mut *const im_event) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        out.put(context.pull().unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Writes the event that im_next_event() gave last, for other programs: a map with the names of the structures in this header and
/// `event`, its kind in small letters; what is zero or empty is left out, and what is 1 or 0 for yes or no is true or left out. `*out` is `*len` bytes and a NUL, the library's, valid
/// until the next call that writes events. IM_E_NOT_FOUND when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn im_event_encode(
    ctx: *mut im_ctx,
    format: i32,
    out: *mut *const c_char,
    len: *mut usize,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let (out, len, format) = (out_ptr(out, "out")?, out_ptr(len, "len")?, format_of(format)?);
        let pulled = context.pulled.ok_or_else(|| {
            Failure::new(im_status::IM_E_NOT_FOUND, "no event was taken with im_next_event()")
        })?;
        context.encoded.clear();
        // SAFETY: it lives in the arena until the next pull.
        encode(unsafe { &*pulled }, format, &mut context.encoded)?;
        context.encoded.push(0);
        len.put(context.encoded.len() - 1);
        out.put(context.encoded.as_ptr().cast());
        Ok(())
    })
}

/// Takes up to `max` events at once, written as by im_event_encode() in one array; an empty one when there is none. For
/// languages to which one call for many events is cheaper than many. `*out` is `*len` bytes and a NUL, the library's, valid until
/// the next call that takes events.
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
    // array 32: its length is known at the end.
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
        .ok_or_else(|| Failure::new(im_status::IM_E_RANGE, format!("{format} is no im_format")))
}

/// Lets `ms` milliseconds of virtual time pass; what has become due happens in the next im_step(). IM_E_CLOCK when the context
/// goes by the system's clock.
#[unsafe(no_mangle)]
pub extern "C" fn im_advance(ctx: *mut im_ctx, ms: u32) -> i32 {
    with_context(ctx.addr(), |context| {
        if context.event_loop.advance(Duration::from_millis(ms.into())) {
            return Ok(());
        }
        Err(Failure::new(
            im_status::IM_E_CLOCK,
            "the context goes by the system's clock; see IM_OPT_VIRTUAL_CLOCK",
        ))
    })
}

/// Watches a descriptor of the program's own, such as its standard input or a pipe: see IM_EVENT_READABLE. A copy is watched; the
/// program's own stays the program's. The id for im_remove() is in `*out`. IM_E_IO for a regular file, which is always readable, and
/// for this context's own descriptor. IM_E_UNSUPPORTED on Windows.
#[unsafe(no_mangle)]
pub extern "C" fn im_watch(ctx: *mut im_ctx, fd: i32, out: *mut im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        #[cfg(unix)]
        {
            if fd < 0 {
                return Err(Failure::new(im_status::IM_E_RANGE, format!("{fd} is no descriptor")));
            }
            // SAFETY: only to be copied; a number that is not open gives an error there.
            let copy = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()?;
            let watch = context.event_loop.watch(copy).map_err(|error| not_watched(fd, &error))?;
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
fn not_watched(fd: i32, error: &std::io::Error) -> Failure {
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

/// Removes a server, a client or a watched descriptor at once: its connections break, it has no more events, and its id is stale
/// from now on.
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
