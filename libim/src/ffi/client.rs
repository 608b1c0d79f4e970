//! Clients: connecting, quitting and posting.

use super::apply::check_text;
use super::boundary::with_context;
use super::config::{for_client, im_config};
use super::context::{Context, im_ctx};
use super::ids::{Thing, im_id};
use super::input::{out_or_null, out_ptr, text, text_of, text_or_null};
use super::options::im_option;
use super::output::txn_id;
use super::status::{CallResult, Failure, im_status};
use super::types::im_txn_id;
use crate::engine::client::{Client, CommandError};
use crate::net::{Address, ClientId, Invite};
use crate::wire::{RoomId, Seq, TxnId};
use std::ffi::c_char;

impl Context {
    /// A client, mutably.
    pub(super) fn client_mut(&mut self, id: im_id) -> CallResult<&mut Client> {
        let client = self.ids.client(id)?;
        self.event_loop.client_mut(client).ok_or_else(gone)
    }

    /// The loop's id of a client.
    pub(super) fn client_id(&self, id: im_id) -> CallResult<ClientId> {
        self.ids.client(id)
    }

    pub(super) fn address(&self, address: *const c_char) -> CallResult<Address> {
        let address: Address = text(address, "the address")?.parse().map_err(no_address)?;
        self.event_loop.check_address(&address)?;
        Ok(address)
    }

    fn invite(&self, invite: *const c_char) -> CallResult<Invite> {
        let invite: Invite = text(invite, "the address")?.parse().map_err(no_address)?;
        if !invite.address.has_port() {
            return Err(no_address("cannot connect to port 0"));
        }
        self.event_loop.check_address(&invite.address)?;
        Ok(invite)
    }
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn no_address(error: impl ToString) -> Failure {
    Failure::new(im_status::IM_E_ADDRESS, error.to_string())
}

pub(super) fn gone() -> Failure {
    Failure::new(im_status::IM_E_GONE, "it has been removed")
}

/// Adds a client that connects to `address`, logs in, and reconnects when the connection breaks. `*out` gets its id. Its
/// progress is reported in events: IM_EVENT_CONNECTING, then IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED or
/// IM_EVENT_DISCONNECTED.
///
/// `address` is `host`, `host:port`, `[v6]:port`, `[v6%zone]:port`, several of these separated by commas (one server's
/// addresses, tried side by side as in RFC 8305), `unix:/path`, `mem:name` for a server of the same context, or an invite
/// `im://host:port/?key=passkey`, whose passkey is used if IM_OPT_PASSKEY is not set. The default port is 7464. `config`
/// must set IM_OPT_NAME.
///
/// Returns IM_E_ADDRESS for a malformed or unusable address, IM_E_EMPTY without a name, IM_E_OPTION for an option that is
/// not a client's or a log callback, IM_E_TOO_LONG or IM_E_RANGE for a value beyond its limits, and IM_E_IO if the
/// session file of IM_OPT_STATE_DIR cannot be opened.
#[unsafe(no_mangle)]
pub extern "C" fn im_connect(
    ctx: *mut im_ctx,
    address: *const c_char,
    config: *const im_config,
    out: *mut im_id,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = out_ptr(out, "out")?;
        let invite = context.invite(address)?;
        let (mut config, dir) = for_client(config)?;
        config.passkey = config.passkey.or(invite.passkey);
        let client = match dir {
            Some(dir) => context.event_loop.connect_kept(&invite.address, config, &dir)?,
            None => context.event_loop.connect(&invite.address, config),
        };
        out.put(context.ids.add(Thing::Client(client))?);
        Ok(())
    })
}

/// Logs out for good, with a reason for others to see (may be NULL; up to 200 bytes). Pending posts are delivered first,
/// if the server answers within five seconds. Completes with IM_EVENT_DISCONNECTED; the id stays valid until im_remove().
/// Returns IM_E_TOO_LONG.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_quit(ctx: *mut im_ctx, client: im_id, reason: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.client_mut(client)?.quit(reason)?)
    })
}

/// Logs in again after IM_EVENT_LOGIN_REFUSED, with another name or passkey; NULL keeps the previous one. While a first
/// login is under way, they apply to the next attempt. Returns IM_E_LOGGED_IN if the client is logged in or is resuming
/// its session, IM_E_CLOSED if it has quit, IM_E_TOO_LONG as for IM_OPT_NAME and IM_OPT_PASSKEY.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_login(
    ctx: *mut im_ctx,
    client: im_id,
    name: *const c_char,
    passkey: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let checked = |option, text: Option<_>| text.map(|text| check_text(option, text)).transpose();
        let name = checked(im_option::IM_OPT_NAME, text_or_null(name, "the name")?)?;
        let passkey = checked(im_option::IM_OPT_PASSKEY, text_or_null(passkey, "the passkey")?)?;
        Ok(context.client_mut(client)?.log_in_as(name, passkey)?)
    })
}

/// Ends the wait before the next connection attempt; for example when the network is known to be back. No effect if the
/// client is not waiting. Returns IM_E_CLOSED if it has quit.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_retry_now(ctx: *mut im_ctx, client: im_id) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.retry_now()?))
}

/// Posts a message in a room that the client is in; before the first login, in the lobby (room 1). The post goes to the
/// outbox and is delivered exactly once, now or after a reconnect. `*txn_id` (may be NULL) gets its transaction id. The
/// answer is IM_EVENT_POSTED or IM_EVENT_POST_FAILED with this id, and the entry arrives as IM_EVENT_MESSAGE with it.
///
/// `text` is `len` bytes of UTF-8, or `len` is IM_NUL_TERMINATED. Returns IM_E_EMPTY, IM_E_TOO_LONG beyond
/// im_client_state.text_bytes_max, IM_E_TEXT for a NUL within `len`, IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL if 10000 posts
/// are unanswered, IM_E_CLOSED if the client has quit.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_post(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    text: *const c_char,
    len: usize,
    txn_id: *mut im_txn_id,
) -> i32 {
    im_client_reply(ctx, client, room, 0, text, len, txn_id)
}

/// Posts a message as a reply to the one with sequence number `target`; 0: to none. Otherwise as im_client_post().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_reply(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    target: u64,
    text: *const c_char,
    len: usize,
    txn_id: *mut im_txn_id,
) -> i32 {
    posting(ctx, client, txn_id, |client| {
        let text = text_of(text, len, "the text")?;
        Ok(match target {
            0 => client.post(RoomId(room), text),
            target => client.reply(RoomId(room), Seq(target), text),
        })
    })
}

/// Replaces the text of the client's own message `target`, a sequence number. Otherwise as im_client_post(); the entry is
/// IM_EVENT_EDITED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_edit(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    target: u64,
    text: *const c_char,
    len: usize,
    txn_id: *mut im_txn_id,
) -> i32 {
    posting(ctx, client, txn_id, |client| {
        Ok(client.edit(RoomId(room), Seq(target), text_of(text, len, "the text")?))
    })
}

/// Deletes the client's own message `target`, a sequence number. Answered as im_client_post(); the entry is
/// IM_EVENT_DELETED. Returns IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL, IM_E_CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_delete(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    target: u64,
    txn_id: *mut im_txn_id,
) -> i32 {
    posting(ctx, client, txn_id, |client| Ok(client.delete(RoomId(room), Seq(target))))
}

/// Adds a reaction to the message `target`, a sequence number, or removes the client's own one if `on` is 0. `emoji` is a
/// NUL-terminated string of up to 64 bytes. Answered as im_client_post(); the entry is IM_EVENT_REACTED. Returns
/// IM_E_EMPTY, IM_E_TOO_LONG, IM_E_NOT_IN_ROOM, IM_E_OUTBOX_FULL, IM_E_CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_react(
    ctx: *mut im_ctx,
    client: im_id,
    room: u64,
    target: u64,
    emoji: *const c_char,
    on: i32,
    txn_id: *mut im_txn_id,
) -> i32 {
    posting(ctx, client, txn_id, |client| {
        Ok(client.react(RoomId(room), Seq(target), text(emoji, "the emoji")?, on != 0))
    })
}

/// A call that adds to the outbox.
fn posting(
    ctx: *mut im_ctx,
    client: im_id,
    own: *mut im_txn_id,
    post: impl FnOnce(&mut Client) -> CallResult<Result<TxnId, CommandError>>,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let own = out_or_null(own);
        own.put(txn_id(post(context.client_mut(client)?)??));
        Ok(())
    })
}

/// Marks a room as read up to the sequence number `upto`. The room is notified within 250 ms; a mark made while
/// disconnected is sent with the next receipt after the login. No effect below an earlier mark. Returns IM_E_NOT_IN_ROOM.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_mark_read(ctx: *mut im_ctx, client: im_id, room: u64, upto: u64) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.mark_read(RoomId(room), Seq(upto))?))
}

/// Notifies a room that the client's user is typing (`on` 1) or has stopped (0). Ephemeral: it may be lost. Repeat it
/// every few seconds while it lasts. Returns IM_E_NOT_READY, IM_E_NOT_IN_ROOM.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_typing(ctx: *mut im_ctx, client: im_id, room: u64, on: i32) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.typing(RoomId(room), on != 0)?))
}
