//! Clients: what one knows at the moment, without asking its server.

use super::boundary::with_context;
use super::client::gone;
use super::context::im_ctx;
use super::event_types::im_client_state;
use super::ids::im_id;
use super::input::place;
use super::output::{EMPTY, one, size, text};
use super::pages::{person, room};
use super::types::{im_person, im_room};
use crate::wire::{RoomId, UserId};

/// How a client stands, in `*out`. The library's and valid until the next call of a function that shows something of this
/// context: the next three, and those of a server.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_look(ctx: *mut im_ctx, client: im_id, out: *mut *const im_client_state) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        let id = context.client_id(client)?;
        context.view.reset();
        let client = context.lp.look_at_client(id).ok_or_else(gone)?;
        let (user, name) = client.me().map_or((0, EMPTY), |(user, name)| (user.0, text(&context.view, name)));
        let state = im_client_state {
            size: size::<im_client_state>(),
            ready: client.is_ready().into(),
            closed: client.is_closed().into(),
            unanswered: u32::try_from(client.unanswered()).unwrap_or(u32::MAX),
            user,
            name,
            text_bytes_max: client.limits().text_bytes,
        };
        out.put(one(&context.view, state));
        Ok(())
    })
}

/// The room after `after`, by id, among those that a client is in; begin with 0. NULL in `*out`: there are no more. Valid as
/// im_client_look() says.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_next_room(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    out: *mut *const im_room,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        let id = context.client_id(client)?;
        context.view.reset();
        let client = context.lp.look_at_client(id).ok_or_else(gone)?;
        let next = client.room_after(RoomId(after)).map(|info| one(&context.view, room(&context.view, info)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}

/// The person after `after`, by id, among those who are there, as far as the server tells them one by one; begin with 0. NULL in
/// `*out`: there are no more. Valid as im_client_look() says.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_next_person(
    ctx: *mut im_ctx,
    client: im_id,
    after: u64,
    out: *mut *const im_person,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        let id = context.client_id(client)?;
        context.view.reset();
        let client = context.lp.look_at_client(id).ok_or_else(gone)?;
        let next =
            client.person_after(UserId(after)).map(|known| one(&context.view, person(&context.view, known)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}
