//! Clients: coming, going, and saying things.

use super::boundary::with_context;
use super::config::{for_client, im_config};
use super::context::{Context, im_ctx};
use super::ids::{Thing, im_id};
use super::input::{out_or_null, out_ptr, text, text_of, text_or_null};
use super::options::{check_text, im_option};
use super::output::txn_id;
use super::status::{CallResult, Failure, im_status};
use super::types::im_txn_id;
use crate::engine::client::{Client, CommandError};
use crate::net::{Address, ClientId, Invite};
use crate::wire::{RoomId, Seq, TxnId};
use std::ffi::c_char;

impl Context {
    /// A client, to act on.
    pub(super) fn client_mut(&mut self, id: im_id) -> CallResult<&mut Client> {
        let client = self.ids.client(id)?;
        self.event_loop.client_mut(client).ok_or_else(gone)
    }

    /// A client, to look at.
    pub(super) fn client_id(&self, id: im_id) -> CallResult<ClientId> {
        self.ids.client(id)
    }

    pub(super) fn address(&self, address: *const c_char) -> CallResult<Address> {
        let address: Address = text(address, "the address")?.parse().map_err(no_address)?;
        self.event_loop.check_reachable(&address).map_err(no_address)?;
        Ok(address)
    }

    fn invite(&self, invite: *const c_char) -> CallResult<Invite> {
        let invite: Invite = text(invite, "the address")?.parse().map_err(no_address)?;
        if !invite.address.has_port() {
            return Err(no_address("there is no port 0 to connect to"));
        }
        self.event_loop.check_reachable(&invite.address).map_err(no_address)?;
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

/// Adds a client that connects to `address`, logs in, and comes back by itself when the connection breaks. Its id is in `*out`.
///
/// `address` is `host`, `host:port`, `[v6]:port`, `[v6%zone]:port`, several of these with commas between (tried side by side, RFC 8305), `unix:/path`, `mem:name` for a server of the same context, or an invite
/// (`im://host:port/?key=passkey`), whose passkey counts when IM_OPT_PASSKEY is not set; the usual port is 7464. `config` sets at least IM_OPT_NAME. What becomes of it is told in events, from IM_EVENT_CONNECTING to
/// IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED or IM_EVENT_DISCONNECTED.
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

/// Leaves for good, with a reason for the others (may be NULL; 200 bytes at most). What was posted is delivered first, if the server answers within a
/// few seconds. Ends with IM_EVENT_DISCONNECTED; the id stays valid until im_remove().
#[unsafe(no_mangle)]
pub extern "C" fn im_client_quit(ctx: *mut im_ctx, client: im_id, reason: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let reason = text_or_null(reason, "the reason")?.unwrap_or("");
        Ok(context.client_mut(client)?.quit(reason)?)
    })
}

/// Tries to log in again after IM_EVENT_LOGIN_REFUSED, under this name and with this passkey; NULL keeps what was given before.
/// IM_E_LOGGED_IN when the client is logged in or coming back to its session, IM_E_CLOSED when it has quit.
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

/// Tries to connect at once instead of waiting for the next try; of use when the network is known to be back. IM_E_CLOSED when
/// the client has quit.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_retry_now(ctx: *mut im_ctx, client: im_id) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.retry_now()?))
}

/// Posts a message in a room; in the lobby (1) also before the first login. Delivered exactly once, now or when the connection is
/// back: the answer is IM_EVENT_POSTED or
/// IM_EVENT_POST_FAILED with the name that is put in `*txn_id` (may be NULL), and the message itself comes as IM_EVENT_MESSAGE with it.
///
/// `text` is UTF-8, `len` bytes or IM_NUL_TERMINATED, and copied. IM_E_TOO_LONG beyond the server's limit
/// (im_client_state.text_bytes_max), IM_E_OUTBOX_FULL when 10,000 posts wait already.
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

/// As im_client_post(), in answer to the message at `target` of the room; 0: in answer to none.
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

/// Gives a message of one's own another text. Answered like a post.
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

/// Takes back a message of one's own. Answered like a post.
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

/// Adds a reaction (an emoji) to a message, or takes one's own away when `on` is 0. Answered like a post.
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

/// Anything that goes through the outbox.
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

/// Notes that the person has read a room up to `upto`. The room is told in a moment.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_mark_read(ctx: *mut im_ctx, client: im_id, room: u64, upto: u64) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.mark_read(RoomId(room), Seq(upto))?))
}

/// Tells a room that one is typing (`on` 1) or has stopped (0). May be lost. Repeat it every few seconds while it lasts.
#[unsafe(no_mangle)]
pub extern "C" fn im_client_typing(ctx: *mut im_ctx, client: im_id, room: u64, on: i32) -> i32 {
    with_context(ctx.addr(), |context| Ok(context.client_mut(client)?.typing(RoomId(room), on != 0)?))
}
