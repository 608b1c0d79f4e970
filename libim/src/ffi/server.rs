//! Servers.

use super::boundary::with_context;
use super::client::gone;
use super::config::{for_server, im_config};
use super::context::{Context, im_ctx};
use super::event_types::im_server_state;
use super::ids::{Thing, im_id};
use super::input::{place, place_or_null, text, text_or_null};
use super::options::{check_text, im_option};
use super::output::{one, size, text as shown};
use super::pages::{person, room};
use super::status::{Failure, Outcome, im_status};
use super::types::{im_person, im_room, im_str};
use crate::engine::server::{QuestionId, Server};
use crate::net::ServerId;
use crate::wire::{RoomId, UserId};
use std::ffi::c_char;

impl Context {
    /// A server, to act on.
    fn server(&mut self, id: im_id) -> Outcome<&mut Server> {
        let server = self.ids.server(id)?;
        self.lp.server(server).ok_or_else(gone)
    }

    fn server_id(&self, id: im_id) -> Outcome<ServerId> {
        self.ids.server(id)
    }
}

/// Adds a server that keeps its history in memory. Its id is in `*out`. `config` may be NULL: open to anybody, with safe
/// bounds. It takes connections once it listens.
#[unsafe(no_mangle)]
pub extern "C" fn im_serve(ctx: *mut im_ctx, config: *const im_config, out: *mut im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        let (config, history) = for_server(config)?;
        let server = context.lp.serve_in_memory(config, history);
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
        let bound = place_or_null(bound);
        let id = context.server_id(server)?;
        let address = context.address(address)?;
        let listening = context.lp.listen(id, &address).map_err(|error| {
            let failure = Failure::from(error);
            Failure { text: format!("cannot listen at {address}: {}", failure.text), ..failure }
        })?;
        context.view.reset();
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
        let server = context.server(server)?;
        match option {
            im_option::IM_OPT_PASSKEY => server.set_passkey(value.map(str::to_owned)),
            im_option::IM_OPT_WELCOME => server.set_welcome(value.unwrap_or("")),
            _ => {
                let text = format!("{option:?} cannot be set while the server runs");
                return Err(Failure::new(im_status::IM_E_OPTION, text));
            }
        }
        Ok(())
    })
}

/// Answers an IM_EVENT_QUESTION by its data.question.question: the wish is granted, if the rules still allow it, or (`grant` 0)
/// refused with these words (may be NULL). Undecided for 20 s, it is refused. Until then nothing else of that connection is
/// read. IM_E_GONE when nobody waits for it any more.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_decide(
    ctx: *mut im_ctx,
    server: im_id,
    question: u64,
    grant: i32,
    words: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let words = text_or_null(words, "the words")?.unwrap_or("");
        if context.server(server)?.decide(QuestionId(question), grant != 0, words) {
            return Ok(());
        }
        Err(Failure::new(im_status::IM_E_GONE, format!("nobody waits for an answer to question {question}")))
    })
}

/// Removes somebody at once, by name: everybody sees them kicked with these words (may be NULL). IM_E_NOT_FOUND when nobody of
/// that name is there.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_kick(
    ctx: *mut im_ctx,
    server: im_id,
    name: *const c_char,
    words: *const c_char,
) -> i32 {
    with_context(ctx.addr(), |context| {
        let (name, words) = (text(name, "the name")?, text_or_null(words, "the words")?.unwrap_or(""));
        if context.server(server)?.kick(name, words) {
            return Ok(());
        }
        Err(Failure::new(im_status::IM_E_NOT_FOUND, format!("nobody here has the name {name}")))
    })
}

/// Says a word to everybody who is here now (IM_EVENT_NOTICE). It is not kept.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_broadcast(ctx: *mut im_ctx, server: im_id, words: *const c_char) -> i32 {
    with_context(ctx.addr(), |context| {
        let words = text(words, "the words")?;
        let server = context.server(server)?;
        if server.broadcast(words) {
            return Ok(());
        }
        let (len, max) = (words.len(), server.config().limits.text_bytes);
        let text = format!("the words are {len} bytes long; this server takes {max} bytes");
        Err(Failure::new(im_status::IM_E_TOO_LONG, text))
    })
}

/// Begins to close: newcomers are refused, what was taken is still kept and answered, then everybody is told and disconnected.
/// Ends with IM_EVENT_DRAINED, within ten seconds.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_drain(ctx: *mut im_ctx, server: im_id) -> i32 {
    with_context(ctx.addr(), |context| {
        context.server(server)?.drain();
        Ok(())
    })
}

/// How a server stands, in `*out`. Valid as im_client_look() says.
#[unsafe(no_mangle)]
pub extern "C" fn im_server_look(ctx: *mut im_ctx, server: im_id, out: *mut *const im_server_state) -> i32 {
    with_context(ctx.addr(), |context| {
        let out = place(out, "out")?;
        let id = context.server_id(server)?;
        context.view.reset();
        let server = context.lp.look_at_server(id).ok_or_else(gone)?;
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
        let out = place(out, "out")?;
        let id = context.server_id(server)?;
        context.view.reset();
        let server = context.lp.look_at_server(id).ok_or_else(gone)?;
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
        let out = place(out, "out")?;
        let id = context.server_id(server)?;
        context.view.reset();
        let server = context.lp.look_at_server(id).ok_or_else(gone)?;
        let next = server.rooms().filter(|it| it.room > RoomId(after)).min_by_key(|it| it.room);
        let next = next.map(|info| one(&context.view, room(&context.view, &info)));
        out.put(next.unwrap_or(std::ptr::null()));
        Ok(())
    })
}
