//! Servers.

use super::boundary::with_context;
use super::client::gone;
use super::config::{for_server, im_config};
use super::context::{Context, im_ctx};
use super::event_types::im_server_state;
use super::ids::{Thing, im_id};
use super::input::{out_or_null, out_ptr, text, text_of, text_or_null};
use super::options::{apply_to_settings, check_text, im_option};
use super::output::{one, size, text as shown};
use super::pages::{member, person, room};
use super::status::{CallResult, Failure, im_status};
use super::types::{im_member, im_person, im_room, im_str};
use crate::engine::server::{ApprovalId, OperatorError, Server};
use crate::net::ServerId;
use crate::wire::{RoomId, Seq, UserId};
use std::ffi::c_char;

impl Context {
    /// A server, to act on.
    fn server_mut(&mut self, id: im_id) -> CallResult<&mut Server> {
        let server = self.ids.server(id)?;
        self.event_loop.server_mut(server).ok_or_else(gone)
    }

    fn server_id(&self, id: im_id) -> CallResult<ServerId> {
        self.ids.server(id)
    }
}

/// Adds a server that keeps its history in memory. Its id is in `*out`. `config` may be NULL: open to anybody, with safe
/// bounds. It takes connections once it listens.
#[unsafe(no_mangle)]
pub extern "C" fn im_serve(ctx: *mut im_ctx, config: *const im_config, out: *mut im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let (config, history) = for_server(config)?;
        let server = context.event_loop.serve_in_memory(config, history);
        out.put(context.ids.add(Thing::Server(server))?);
        Ok(())
    })
}

/// Has a server take connections at an address, in addition to others: `ip:port`, `[v6]:port`, `unix:/path`, or `mem:name` for
/// clients of the same context. The address that it really is (with port 0, the port that the system chose) is put in `*bound`
/// (may be NULL), valid as im_client_look() says. IM_E_IN_USE when it is taken.
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

/// Sets an option of a running server: IM_OPT_PASSKEY (NULL: open to anybody; people already inside stay) or
/// IM_OPT_WELCOME.
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

/// Answers an IM_EVENT_APPROVAL by its data.approval.approval: the request is granted, if the rules still allow it, or (`grant` 0)
/// refused for this reason (may be NULL; 200 bytes at most). Undecided for 20 s, it is refused. Until then nothing else of that connection is
/// read. IM_E_GONE when nobody waits for it any more.
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

/// Removes somebody from the server at once, by name: everybody sees them kicked for this reason (may be NULL; 200 bytes at most).
/// IM_E_NOT_FOUND when nobody of that name is there.
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

/// As im_server_kick(), by the person's id.
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

/// Removes somebody from a room, for this reason (may be NULL; 200 bytes at most). They may join it again, unless the program
/// refuses it (IM_OPT_APPROVE_JOINS). IM_E_NOT_FOUND when they are not in it, IM_E_NOT_IN_ROOM for the lobby and private conversations,
/// IM_E_NOT_READY while they enter or leave it: try again after the next im_step().
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

/// Ends a room with all that was said in it; its members are told the reason (may be NULL; 200 bytes at most). Its name is free
/// again. IM_E_NOT_FOUND when there is no such room, IM_E_NOT_IN_ROOM for the lobby and private conversations.
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

/// Posts a message in a room, in the server's own name: its author is 0. `text` as for im_client_post(). IM_E_EMPTY, IM_E_TOO_LONG
/// beyond the server's limit, IM_E_NOT_FOUND where there is no such room, IM_E_CLOSED when the server is drained.
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

/// Takes back anybody's message: its text is gone for everybody. Nothing happens where there is no such message. IM_E_NOT_FOUND where
/// there is no such room, IM_E_CLOSED when the server is drained.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_delete(ctx: *mut im_ctx, server: im_id, room: u64, target: u64) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.server_mut(server)?.delete(RoomId(room), Seq(target))?))
}

/// Says a word to everybody who is here now (IM_EVENT_NOTICE). It is not kept.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_broadcast(ctx: *mut im_ctx, server: im_id, message: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let message = text(message, "the text")?;
        Ok(context.server_mut(server)?.broadcast(message)?)
    })
}

/// Changes a number of a running server, of IM_OPT_BACKLOG, IM_OPT_RESUME_MS, IM_OPT_CONNECTIONS_MAX, IM_OPT_PEOPLE_MAX,
/// IM_OPT_ROOMS_MAX, IM_OPT_TEXT_BYTES_MAX, IM_OPT_REQUESTS_PER_SECOND, IM_OPT_REQUESTS_BURST and IM_OPT_APPROVE_*; others are
/// IM_E_OPTION. It counts from now on; nobody is sent away by a lower bound.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_set_int(ctx: *mut im_ctx, server: im_id, option: i32, value: i64) -> i32 {
    with_context(ctx.addr(), |context| {
        let option = im_option::of(option)?;
        apply_to_settings(option, value, &mut context.server_mut(server)?.settings())
    })
}

/// Takes no more connections at an address, as im_listen() has given it in `*bound`; NULL: at none of them. Those that stand
/// are not concerned. IM_E_NOT_FOUND when the server does not listen there.
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

/// Begins to close: newcomers are refused, what was taken is still kept and answered, then everybody is told and disconnected.
/// Ends with IM_EVENT_DRAINED, within ten seconds.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_drain(ctx: *mut im_ctx, server: im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        context.server_mut(server)?.drain();
        Ok(())
    })
}

/// How a server stands, in `*out`. Valid as im_client_look() says.
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

/// The person after `after`, by id, among those who are at a server; begin with 0. NULL in `*out`: there are no more. Valid as
/// im_client_look() says.
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

/// The room after `after`, by id, among the lobby and the rooms that can be joined; begin with 0. NULL in `*out`: there are no
/// more. Valid as im_client_look() says.
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

/// The member after `after`, by id, of a room; begin with 0. NULL in `*out`: there are no more. Valid as im_client_look() says.
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
