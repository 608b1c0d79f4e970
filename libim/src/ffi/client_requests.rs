//! Clients: requests that are answered with IM_EVENT_DONE, IM_EVENT_FAILED or a page.

use super::boundary::with_context;
use super::context::im_ctx;
use super::ids::im_id;
use super::input::{out_or_null, text, text_or_null};
use super::kinds::im_fetch;
use super::status::{CallResult, Failure, im_status};
use crate::engine::client::{Client, CommandError, Range};
use crate::wire::{RequestId, RoomId, Seq, UserId};
use std::ffi::c_char;

/// A request of a client's, whose number goes to `*out`.
fn requesting(
    ctx: *mut im_ctx,
    client: im_id,
    out: *mut u32,
    request: impl FnOnce(&mut Client) -> CallResult<Result<RequestId, CommandError>>,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_or_null(out);
        out.put(request(context.client_mut(client)?)??.0);
        Ok(())
    })
}

/// Sets one's presence, online (`away` 0) or away (1), and status text (may be NULL). Answered by IM_EVENT_DONE or
/// IM_EVENT_FAILED with the number that is put in `*request` (may be NULL), as all that follow. IM_E_NOT_READY while not logged in.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_set_status(
    ctx: *mut im_ctx,
    client: im_id,
    away: i32,
    status: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| {
        Ok(client.set_status(away != 0, text_or_null(status, "the status")?.unwrap_or("")))
    })
}

/// Makes a room, with a topic (may be NULL), and enters it. IM_EVENT_DONE has its id.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_create_room(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    topic: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| {
        let topic = text_or_null(topic, "the topic")?.unwrap_or("");
        Ok(client.create_room(text(name, "the name")?, topic))
    })
}

/// Enters a room by its name. IM_EVENT_DONE has its id.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_join(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.join(text(name, "the name")?)))
}

/// Leaves a room.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_leave(ctx: *mut im_ctx, client: im_id, room: u64, request: *mut u32) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.leave(RoomId(room))))
}

/// Sets a room's topic; NULL or empty: none.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_set_topic(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    topic: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| {
        Ok(client.set_topic(RoomId(room), text_or_null(topic, "the topic")?.unwrap_or("")))
    })
}

/// Opens the private conversation with somebody, by name. IM_EVENT_DONE has its id, which is used like a room's.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_direct(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.direct(text(name, "the name")?)))
}

/// Asks for a room's messages before a place (0: before its end), the newest of them, at most `limit` (0: as many as one page
/// holds). Answered by IM_EVENT_HISTORY or IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_history(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    before: u64,
    limit: u32,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.history(RoomId(room), Seq(before), limit)))
}

/// Asks for a room's entries between two places, both excluded: after `after` (0: from the first) and before `before` (0: to the
/// newest), at most `limit` (0: as many as one page holds). `flags` is 0 or some of im_fetch. Answered by IM_EVENT_HISTORY or
/// IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_fetch(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    after: u64,
    before: u64,
    limit: u32,
    flags: i32,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| {
        let [upward, messages] = [im_fetch::IM_FETCH_UPWARD as i32, im_fetch::IM_FETCH_MESSAGES as i32];
        if flags & !(upward | messages) != 0 {
            let text = format!("flags is {flags}, which has bits that are not in im_fetch");
            return Err(Failure::new(im_status::IM_E_RANGE, text));
        }
        let range = Range {
            after: Seq(after),
            before: Seq(before),
            limit,
            upward: flags & upward != 0,
            messages_only: flags & messages != 0,
        };
        Ok(client.fetch(RoomId(room), range))
    })
}

/// Asks for rooms that can be joined, those whose ids are after `after`; begin with 0. Answered by IM_EVENT_ROOMS or
/// IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_list_rooms(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.list_rooms(RoomId(after))))
}

/// Asks for the people who are there, those whose ids are after `after`; begin with 0. Of use where they are too many to be told
/// one by one. Answered by IM_EVENT_USERS or IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_list_users(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.list_users(UserId(after))))
}

/// Asks for a room's members, those whose ids are after `after`; begin with 0. Answered by IM_EVENT_MEMBERS or IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_list_members(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    after: u64,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.list_members(RoomId(room), UserId(after))))
}
