//! Clients: their present state, without a request to the server.

use super::boundary::with_context;
use super::client::gone;
use super::context::im_ctx;
use super::event_types::{im_client_state, im_server_info};
use super::ids::im_id;
use super::input::out_ptr;
use super::output::{EMPTY, one, size, text, texts};
use super::pages::{person, room};
use super::status::{Failure, im_status};
use super::types::{im_person, im_room, im_str};
use crate::wire::{RoomId, ServerHello, SmolStr, UserId};
use bumpalo::Bump;

/// Returns a client's state in `*out`. It is a snapshot that belongs to the library, valid until the next im_step() or
/// im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_look(ctx: *mut im_ctx, client: im_id, out: *mut *const im_client_state) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.client_id(client)?;
        let client = context.event_loop.client(id).ok_or_else(gone)?;
        let (user, name) = client.me().map_or((0, EMPTY), |(user, name)| (user.0, text(&context.view, name)));
        let state = im_client_state {
            size: size::<im_client_state>(),
            ready: client.is_ready().into(),
            closed: client.is_closed().into(),
            unanswered: u32::try_from(client.unanswered()).unwrap_or(u32::MAX),
            user,
            name,
            text_bytes_max: client.limits().text_bytes,
            round_trip_us: client
                .round_trip()
                .map_or(0, |span| u32::try_from(span.as_micros()).unwrap_or(u32::MAX).max(1)),
        };
        out.put(one(&context.view, state));
        Ok(())
    })
}

/// Returns in `*out` what another client needs to go on where this one is now, after the program has ended, as JSON for
/// IM_OPT_SNAPSHOT: the session, how far each room was delivered, and the posts that were not answered. A post is in it as soon as
/// im_client_post() has returned: a program that stores a snapshot before its next im_step() loses none, and none is delivered
/// twice. The client need not be logged in. It contains the session's token: keep it secret. Valid until the next im_step() or im_free(). Returns IM_E_NOT_READY while
/// events of this client wait in im_next_event(): they would be lost. After im_connect() one waits, IM_EVENT_CONNECTING.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_snapshot(ctx: *mut im_ctx, client: im_id, out: *mut im_str) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.client_id(client)?;
        let client = context.event_loop.client(id).ok_or_else(gone)?;
        let waits = || Failure::new(im_status::IM_E_NOT_READY, "events of this client wait to be pulled");
        let snapshot = client.snapshot().ok_or_else(waits)?;
        let json = serde_json::to_string(&snapshot);
        let json = json.map_err(|error| Failure::new(im_status::IM_E_IO, error.to_string()))?;
        out.put(text(&context.view, &json));
        Ok(())
    })
}

/// Returns in `*out` the room with the lowest id above `after` among those that the client is in; 0: the first. NULL: no
/// more. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_next_room(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    out: *mut *const im_room,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.client_id(client)?;
        let client = context.event_loop.client(id).ok_or_else(gone)?;
        let next = client.room_after(RoomId(after)).map(|info| one(&context.view, room(&context.view, info)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` the person with the lowest user id above `after` among those online, as far as the server reports
/// them (im_client_list_users() lists all); 0: the first. NULL: no more. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_next_person(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    out: *mut *const im_person,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let id = context.client_id(client)?;
        let client = context.event_loop.client(id).ok_or_else(gone)?;
        let next =
            client.person_after(UserId(after)).map(|known| one(&context.view, person(&context.view, known)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` the room `id`, if the client is in it; otherwise NULL. Valid until the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_room(ctx: *mut im_ctx, client: im_id, id: u64, out: *mut *const im_room) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let client = context.event_loop.client(context.client_id(client)?).ok_or_else(gone)?;
        let found = client.room(RoomId(id)).map(|info| one(&context.view, room(&context.view, info)));
        out.put(found.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` the person with user id `id`, if online and reported by the server; otherwise NULL. Valid until the
/// next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_person(
    ctx: *mut im_ctx,
    client: im_id,
    id: u64,
    out: *mut *const im_person,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let client = context.event_loop.client(context.client_id(client)?).ok_or_else(gone)?;
        let found = client.person(UserId(id)).map(|known| one(&context.view, person(&context.view, known)));
        out.put(found.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// Returns in `*out` what the server announced about itself at the last connection; NULL: not connected yet. Valid until
/// the next im_step() or im_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_server(ctx: *mut im_ctx, client: im_id, out: *mut *const im_server_info) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let client = context.event_loop.client(context.client_id(client)?).ok_or_else(gone)?;
        let found = client.server().map(|hello| one(&context.view, server_info(&context.view, hello)));
        out.put(found.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

fn server_info(arena: &Bump, hello: &ServerHello) -> im_server_info {
    let capabilities: Vec<SmolStr> = hello.capabilities.iter().map(|it| it.as_str().into()).collect();
    let limits = &hello.limits;
    im_server_info {
        size: size::<im_server_info>(),
        version: hello.version.into(),
        name: text(arena, &hello.name),
        epoch: hello.epoch.0,
        capabilities: texts(arena, &capabilities),
        passkey: hello.passkey.into(),
        backlog: hello.backlog,
        frame_bytes_max: limits.frame_bytes,
        text_bytes_max: limits.text_bytes,
        name_bytes_max: limits.name_bytes,
        room_name_bytes_max: limits.room_name_bytes,
        topic_bytes_max: limits.topic_bytes,
        status_bytes_max: limits.status_bytes,
        rooms_max: limits.rooms_per_user,
        posts_in_flight_max: limits.drafts_in_flight,
        requests_per_second: limits.requests_per_second,
        requests_burst: limits.requests_burst,
    }
}
