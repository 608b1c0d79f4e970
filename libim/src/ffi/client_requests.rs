//! Clients: requests, which are answered by IM_EVENT_DONE, IM_EVENT_FAILED or a page.

use super::boundary::with_context;
use super::context::im_ctx;
use super::ids::im_id;
use super::input::{out_or_null, text, text_or_null};
use super::kinds::im_fetch;
use super::output::size;
use super::status::{CallResult, Failure, im_status};
use super::types::im_search;
use crate::engine::client::{Client, CommandError, Range, Search};
use crate::wire::{Place, RequestId, RoomId, Seq, Timestamp, UserId};
use std::ffi::c_char;

/// Makes a request of a client, and puts its number in `*out`.
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

/// Sets the presence, online (`away` 0) or away (1), and the status text (may be NULL). Like all requests below, it needs
/// a login (IM_E_NOT_READY otherwise), puts its number in `*request` (may be NULL), and is answered by one event with
/// this number: IM_EVENT_DONE or IM_EVENT_FAILED. Returns IM_E_TOO_LONG beyond im_server_info.status_bytes_max.
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

/// Creates a room, with a topic (may be NULL), and enters it. IM_EVENT_DONE has its id. Returns IM_E_EMPTY or
/// IM_E_TOO_LONG for the name, IM_E_TOO_LONG for the topic.
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

/// Enters a room by its name. IM_EVENT_DONE has its id. Returns IM_E_EMPTY, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_join(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.join(text(name, "the name")?)))
}

/// Leaves a room. Returns IM_E_NOT_IN_ROOM.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_leave(ctx: *mut im_ctx, client: im_id, room: u64, request: *mut u32) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.leave(RoomId(room))))
}

/// Sets a room's topic; NULL or empty: no topic. Returns IM_E_NOT_IN_ROOM, IM_E_TOO_LONG.
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

/// Opens the private conversation with a person, by name. IM_EVENT_DONE has its id, which is used like a room's. Returns
/// IM_E_EMPTY, IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_direct(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.direct(text(name, "the name")?)))
}

/// Requests the last `limit` messages of a room (0: as many as fit in a page) before the sequence number `before` (0: the
/// newest). Answered by IM_EVENT_HISTORY or IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM.
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

/// Requests up to `limit` entries of a room (0: as many as fit in a page) with sequence numbers above `after` (0: from
/// the first) and below `before` (0: to the newest). `flags` is 0 or a combination of im_fetch, with IM_FETCH_SINCE
/// `after` is a time. Answered by
/// IM_EVENT_HISTORY or IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM, IM_E_RANGE for an unknown flag.
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
        let since = im_fetch::IM_FETCH_SINCE as i32;
        if flags & !(upward | messages | since) != 0 {
            let text = format!("flags is {flags}, which has bits that are not in im_fetch");
            return Err(Failure::new(im_status::IM_E_RANGE, text));
        }
        let (seq, time) = if flags & since == 0 { (after, 0) } else { (0, after) };
        let range = Range {
            after: Seq(seq),
            since: Timestamp(time),
            before: Seq(before),
            limit,
            upward: flags & upward != 0,
            messages_only: flags & messages != 0,
        };
        Ok(client.fetch(RoomId(room), range))
    })
}

/// Searches the messages of one or all rooms that the client is in, newest first. The program sets search->size to
/// sizeof(im_search); what `search` points to is read during the call only. Answered by IM_EVENT_FOUND or IM_EVENT_FAILED;
/// the latter with IM_CODE_INVALID if there is neither a word nor an author, and with IM_CODE_TIMED_OUT if the search takes
/// the server too long. Returns IM_E_NOT_IN_ROOM, IM_E_TOO_LONG for the text or the author, IM_E_RANGE for the size.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_search(
    ctx: *mut im_ctx,
    client: im_id,
    search: *const im_search,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| {
        let search = search_of(search)?;
        Ok(client.search(&search))
    })
}

fn search_of(search: *const im_search) -> CallResult<Search> {
    if search.is_null() {
        return Err(Failure::null("search"));
    }
    // SAFETY: by contract the pointer is to an im_search, whose first field is its size in the program.
    let (given, needed) = (unsafe { (*search).size }, size::<im_search>());
    if given < needed {
        let text = format!("search->size is {given}; set it to sizeof(im_search), which is {needed}");
        return Err(Failure::new(im_status::IM_E_RANGE, text));
    }
    // SAFETY: as above, and it is as large as this library's.
    let im_search { limit, text, author, room, since, until, before_room, before_seq, .. } =
        unsafe { *search };
    let owned = |text, what| text_or_null(text, what).map(|text| text.unwrap_or("").to_owned());
    Ok(Search {
        text: owned(text, "the text")?,
        room: (room != 0).then_some(RoomId(room)),
        author: owned(author, "the author")?,
        since: Timestamp(since),
        until: Timestamp(until),
        before: (before_room != 0).then_some(Place(RoomId(before_room), Seq(before_seq))),
        limit,
    })
}

/// Requests a page of the public rooms with ids above `after`; 0: from the first. Answered by IM_EVENT_ROOMS or
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

/// Requests a page of the people online with user ids above `after`; 0: from the first. Of use after
/// IM_EVENT_PEOPLE_COUNT, when there are too many to report each. Answered by IM_EVENT_USERS or IM_EVENT_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_list_users(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    request: *mut u32,
) -> i32 {
    requesting(ctx, client, request, |client| Ok(client.list_users(UserId(after))))
}

/// Requests a page of a room's members with user ids above `after`; 0: from the first. Answered by IM_EVENT_MEMBERS or
/// IM_EVENT_FAILED. Returns IM_E_NOT_IN_ROOM.
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
