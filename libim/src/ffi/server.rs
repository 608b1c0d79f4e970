//! Servers.

use super::apply::{apply_to_settings, check_text};
use super::boundary::with_context;
use super::client::gone;
use super::config::{for_server, im_config};
use super::context::{Context, im_ctx};
use super::event_types::im_server_state;
use super::ids::{Thing, im_id};
use super::input::{out_or_null, out_ptr, text, text_of, text_or_null};
use super::options::im_option;
use super::output::{one, size, text as shown};
use super::pages::{member, person, room};
use super::status::{CallResult, Failure, im_status};
use super::types::{im_member, im_person, im_room, im_str};
use crate::engine::server::{ApprovalId, OperatorError, Server, ServerConfig};
use crate::net::ServerId;
use crate::wire::{RoomId, Seq, UserId};
use std::ffi::c_char;
use std::path::Path;

impl Context {
    /// A server, mutably.
    fn server_mut(&mut self, id: im_id) -> CallResult<&mut Server> {
        let server = self.ids.server(id)?;
        self.event_loop.server_mut(server).ok_or_else(gone)
    }

    fn server_id(&self, id: im_id) -> CallResult<ServerId> {
        self.ids.server(id)
    }
}

/// Adds a server that keeps its data in memory, or in the directory IM_OPT_DATA. `*out` gets its id. `config` may be NULL: an
/// open server with default limits. It accepts connections after im_listen(). Returns IM_E_OPTION for an option that is not
/// a server's or a log callback, IM_E_TOO_LONG or IM_E_RANGE for a value beyond its limits, IM_E_EMPTY or IM_E_TEXT for
/// the name of the lobby or the directory. With a directory it reads the data before it returns, and starts two threads,
/// which end with the server; it returns IM_E_IN_USE if another server has the directory open, IM_E_IO if the data cannot be
/// read or written, is damaged or of a later version, and IM_E_UNSUPPORTED if the library was built without it.
#[unsafe(no_mangle)]
pub extern "C" fn im_serve(ctx: *mut im_ctx, config: *const im_config, out: *mut im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let (config, keeping) = for_server(config)?;
        let server = match &keeping.directory {
            None => context.event_loop.serve_in_memory(config, keeping.memory),
            Some(directory) => serve_in_directory(context, config, directory)?,
        };
        out.put(context.ids.add(Thing::Server(server))?);
        Ok(())
    })
}

/// Where the library was built with storage on disk.
#[cfg(feature = "sqlite")]
fn serve_in_directory(context: &mut Context, config: ServerConfig, path: &Path) -> CallResult<ServerId> {
    if context.event_loop.has_virtual_clock() {
        let text = "IM_OPT_DATA needs the system's clock: what a disk does is not repeatable";
        return Err(Failure::new(im_status::IM_E_OPTION, text));
    }
    Ok(context.event_loop.serve_in_directory(config, path)?)
}

#[cfg(not(feature = "sqlite"))]
fn serve_in_directory(_context: &mut Context, _config: ServerConfig, _path: &Path) -> CallResult<ServerId> {
    Err(Failure::new(im_status::IM_E_UNSUPPORTED, "this library was built without storage on disk"))
}

/// Starts accepting connections at an address, in addition to earlier ones: `ip:port`, `[v6]:port`, `unix:/path`, or
/// `mem:name` for clients of the same context. `*bound` (may be NULL) gets the actual address, with the port that the
/// system chose for port 0; valid until the next im_step() or im_free(). Returns IM_E_ADDRESS, IM_E_IN_USE, IM_E_IO (for
/// example, no permission), IM_E_UNSUPPORTED for a unix socket where there are none, IM_E_CLOSED after im_server_drain().
#[unsafe(no_mangle)]
pub extern "C" fn im_listen(
    ctx: *mut im_ctx,
    server: im_id,
    address: *const c_char,
    bound: *mut im_str,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let bound = out_or_null(bound);
        let id = context.server_id(server)?;
        let address = context.address(address)?;
        if context.server_mut(server)?.is_closing() {
            return Err(OperatorError::Drained.into());
        }
        let listening = context.event_loop.listen(id, &address).map_err(|error| {
            let failure = Failure::from(error);
            Failure { text: format!("cannot listen at {address}: {}", failure.text), ..failure }
        })?;
        bound.put(shown(&context.view, &listening.to_string()));
        Ok(())
    })
}

/// Sets a string option of a running server: IM_OPT_PASSKEY (NULL: none; people who are logged in stay) or
/// IM_OPT_WELCOME. Returns IM_E_OPTION for any other, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_set_str(
    ctx: *mut im_ctx,
    server: im_id,
    option: i32,
    value: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let option = im_option::of(option)?;
        let value = text_or_null(value, "the value")?.map(|text| check_text(option, text)).transpose()?;
        let server = context.server_mut(server)?;
        match option {
            im_option::IM_OPT_PASSKEY => server.set_passkey(value.map(str::to_owned)),
            im_option::IM_OPT_WELCOME => *server.settings().welcome = value.unwrap_or("").into(),
            _ => {
                let text = format!("{option:?} cannot be set while the server runs");
                return Err(Failure::new(im_status::IM_E_OPTION, text));
            }
        }
        Ok(())
    })
}

/// Answers the approval request `approval` (data.approval.approval of IM_EVENT_APPROVAL). `grant` 1: the request is
/// carried out, if the rules still allow it. 0: it is refused with this reason (may be NULL; up to 200 bytes). A request
/// that is not resolved within 20 s is refused with IM_CODE_TIMED_OUT. Until then the server reads nothing more from that
/// connection. Returns IM_E_GONE if the request is no longer open, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_resolve(
    ctx: *mut im_ctx,
    server: im_id,
    approval: u64,
    grant: i32,
    reason: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.server_mut(server)?.resolve(ApprovalId(approval), grant != 0, reason)?)
    })
}

/// Removes a person from the server at once, by name, with a reason that everybody sees (may be NULL; up to 200 bytes).
/// Their session ends. Returns IM_E_NOT_FOUND, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_kick(
    ctx: *mut im_ctx,
    server: im_id,
    name: *const c_char,
    reason: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let (name, reason) = (text(name, "the name")?, text_or_null(reason, "the reason")?.unwrap_or(""));
        Ok(context.server_mut(server)?.kick(name, reason)?)
    })
}

/// As im_server_kick(), by user id.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_kick_user(
    ctx: *mut im_ctx,
    server: im_id,
    user: u64,
    reason: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.server_mut(server)?.kick_user(UserId(user), reason)?)
    })
}

/// Removes a person from a room, with a reason (may be NULL; up to 200 bytes). They may enter it again, unless the
/// program refuses it (IM_OPT_APPROVE_JOINS). Returns IM_E_NOT_FOUND if there is no such room or member, IM_E_NOT_IN_ROOM
/// for the lobby and private conversations, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_remove_member(
    ctx: *mut im_ctx,
    server: im_id,
    room: u64,
    user: u64,
    reason: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.server_mut(server)?.remove_from_room(RoomId(room), UserId(user), reason)?)
    })
}

/// Deletes a room with its history, with a reason for its members (may be NULL; up to 200 bytes). Its name becomes free.
/// Returns IM_E_NOT_FOUND, IM_E_NOT_IN_ROOM for the lobby and private conversations, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_close_room(
    ctx: *mut im_ctx,
    server: im_id,
    room: u64,
    reason: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.server_mut(server)?.close_room(RoomId(room), reason)?)
    })
}

/// Posts a message in a room in the server's name, with author 0. `text` and `len` as for im_client_post(). Returns
/// IM_E_EMPTY, IM_E_TOO_LONG beyond IM_OPT_TEXT_BYTES_MAX, IM_E_TEXT, IM_E_NOT_FOUND, IM_E_CLOSED after
/// im_server_drain().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_post(
    ctx: *mut im_ctx,
    server: im_id,
    room: u64,
    text: *const c_char,
    len: usize,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let text = text_of(text, len, "the text")?;
        Ok(context.server_mut(server)?.post(RoomId(room), text)?)
    })
}

/// Deletes anybody's message `target`, a sequence number: its text is removed for everybody. No effect if there is no
/// such message. Returns IM_E_NOT_FOUND if there is no such room, IM_E_CLOSED after im_server_drain().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_delete(ctx: *mut im_ctx, server: im_id, room: u64, target: u64) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.server_mut(server)?.delete(RoomId(room), Seq(target))?))
}

/// Sends an announcement to everybody who is online (IM_EVENT_NOTICE). It is not stored. Returns IM_E_EMPTY,
/// IM_E_TOO_LONG beyond IM_OPT_TEXT_BYTES_MAX, IM_E_CLOSED after im_server_drain().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_broadcast(ctx: *mut im_ctx, server: im_id, message: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let message = text(message, "the text")?;
        Ok(context.server_mut(server)?.broadcast(message)?)
    })
}

/// Sets an integer option of a running server: IM_OPT_BACKLOG, IM_OPT_RESUME_MS, IM_OPT_CONNECTIONS_MAX,
/// IM_OPT_PEOPLE_MAX, IM_OPT_ROOMS_MAX, IM_OPT_TEXT_BYTES_MAX, IM_OPT_REQUESTS_PER_SECOND, IM_OPT_REQUESTS_BURST or one
/// of IM_OPT_APPROVE_*. It takes effect at once; a lower maximum removes nobody. Returns IM_E_OPTION for any other,
/// IM_E_RANGE.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_set_int(ctx: *mut im_ctx, server: im_id, option: i32, value: i64) -> i32 {
    with_context(ctx.addr(), |context| {
        let option = im_option::of(option)?;
        apply_to_settings(option, value, &mut context.server_mut(server)?.settings())
    })
}

/// Stops accepting connections at `address`, as im_listen() returned it in `*bound`; NULL: at all addresses. Open
/// connections stay. Returns IM_E_NOT_FOUND if the server does not listen there, IM_E_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn im_unlisten(ctx: *mut im_ctx, server: im_id, address: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let id = context.server_id(server)?;
        let address = if address.is_null() { None } else { Some(context.address(address)?) };
        if context.event_loop.unlisten(id, address.as_ref()) || address.is_none() {
            return Ok(());
        }
        Err(Failure::new(im_status::IM_E_NOT_FOUND, "the server does not listen at that address"))
    })
}

/// Starts an orderly shutdown: new connections are refused, accepted posts are stored and answered, then everybody is
/// notified and disconnected. Completes with IM_EVENT_DRAINED, within ten seconds. No effect when repeated.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_drain(ctx: *mut im_ctx, server: im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        context.server_mut(server)?.drain();
        Ok(())
    })
}

/// Returns a server's state in `*out`. It is a snapshot that belongs to the library, valid until the next im_step() or
/// im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_look(ctx: *mut im_ctx, server: im_id, out: *mut *const im_server_state) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.server_id(server)?;
        let server = context.event_loop.server(id).ok_or_else(gone)?;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let state = im_server_state {
            size: size::<im_server_state>(),
            drained: server.is_drained().into(),
            connections: number(server.connections()),
            people: number(server.people().count()),
            rooms: number(server.rooms().count()),
        };
        out.put(one(&context.view, state));
        Ok(())
    })
}

/// Returns in `*out` the person with the lowest user id above `after` among those who have a session; 0: the first. NULL:
/// no more. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_next_person(
    ctx: *mut im_ctx,
    server: im_id,
    after: u64,
    out: *mut *const im_person,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.server_id(server)?;
        let server = context.event_loop.server(id).ok_or_else(gone)?;
        let next =
            server.person_after(UserId(after)).map(|known| one(&context.view, person(&context.view, &known)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` the room with the lowest id above `after` among the lobby and the public rooms; 0: the first. NULL:
/// no more. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_next_room(
    ctx: *mut im_ctx,
    server: im_id,
    after: u64,
    out: *mut *const im_room,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.server_id(server)?;
        let server = context.event_loop.server(id).ok_or_else(gone)?;
        let next = server.rooms().filter(|it| it.room > RoomId(after)).min_by_key(|it| it.room);
        let next = next.map(|info| one(&context.view, room(&context.view, &info)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` the member with the lowest user id above `after` of a room; 0: the first. NULL: no more, or no such
/// room. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_server_next_member(
    ctx: *mut im_ctx,
    server: im_id,
    room: u64,
    after: u64,
    out: *mut *const im_member,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let server = context.event_loop.server(context.server_id(server)?).ok_or_else(gone)?;
        let next = server.member_after(RoomId(room), UserId(after));
        let next = next.map(|it| one(&context.view, member(&context.view, &it)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}
