//! A conversation through the C functions that reads all returned pointers. Small, so that Miri can check it.

#![cfg(feature = "ffi")]
#![allow(unsafe_code)] // calls the C interface

use libim::ffi::*;
use std::ffi::c_char;
use std::ptr::{null, null_mut};

fn ok(status: i32) {
    assert_eq!(status, im_status::IM_OK as i32);
}

fn text(it: im_str) -> String {
    // SAFETY: valid until the next event is pulled; the length excludes the terminating NUL.
    let bytes = unsafe { std::slice::from_raw_parts(it.ptr.cast::<u8>(), it.len + 1) };
    assert_eq!(bytes[it.len], 0);
    std::str::from_utf8(&bytes[..it.len]).unwrap().to_owned()
}

/// Runs 20 turns. Passes every event to `see`, and encodes it as JSON and `MessagePack`.
fn run(ctx: *mut im_ctx, mut see: impl FnMut(&im_event)) {
    for _ in 0..20 {
        ok(im_step(ctx, 0));
        loop {
            let mut event: *const im_event = null();
            ok(im_next_event(ctx, &raw mut event));
            // SAFETY: NULL, or valid until the next event is pulled.
            let Some(event) = (unsafe { event.as_ref() }) else { break };
            see(event);
            for format in [im_format::IM_FORMAT_JSON, im_format::IM_FORMAT_MSGPACK] {
                let (mut bytes, mut len): (*const c_char, usize) = (null(), 0);
                ok(im_event_encode(ctx, format as i32, &raw mut bytes, &raw mut len));
                // SAFETY: valid until the next call that encodes an event; the length excludes the terminating NUL.
                assert_eq!(unsafe { *bytes.add(len) }, 0);
            }
        }
        let mut wait = 0;
        ok(im_next_timeout(ctx, &raw mut wait));
        ok(im_advance(ctx, u32::try_from(wait.clamp(0, 300)).unwrap()));
    }
}

fn connect(ctx: *mut im_ctx, name: &std::ffi::CStr) -> im_id {
    let (mut config, mut client) = (null_mut(), 0);
    ok(im_config_new(&raw mut config));
    ok(im_config_set_str(config, im_option::IM_OPT_NAME as i32, name.as_ptr()));
    ok(im_connect(ctx, c"mem:a".as_ptr(), config, &raw mut client));
    ok(im_config_free(config));
    client
}

#[test]
fn a_conversation_through_pointers() {
    let (mut config, mut ctx, mut server) = (null_mut(), null_mut(), 0);
    ok(im_config_new(&raw mut config));
    for (option, value) in [(im_option::IM_OPT_SEED, 5), (im_option::IM_OPT_VIRTUAL_CLOCK, 1)] {
        ok(im_config_set_int(config, option as i32, value));
    }
    ok(im_new(IM_ABI, config, &raw mut ctx));
    ok(im_config_free(config));
    ok(im_serve(ctx, null(), &raw mut server));
    ok(im_listen(ctx, server, c"mem:a".as_ptr(), null_mut()));
    let (anna, bert) = (connect(ctx, c"anna"), connect(ctx, c"bert"));
    run(ctx, |_| {});
    let mut txn_id = im_txn_id::default();
    ok(im_client_post(ctx, anna, 1, c"hello @bert".as_ptr(), IM_NUL_TERMINATED, &raw mut txn_id));
    run(ctx, |_| {});
    ok(im_client_react(ctx, bert, 1, 1, c"\u{1f44b}".as_ptr(), 1, null_mut()));
    ok(im_client_list_members(ctx, anna, 1, 0, null_mut()));
    run(ctx, |_| {});
    ok(im_client_history(ctx, anna, 1, 0, 0, null_mut()));
    let mut seen = Vec::new();
    run(ctx, |event| {
        if event.kind == im_event_kind::IM_EVENT_HISTORY as i32 {
            // SAFETY: the data of a history event is a page; `count` is the length of `items`.
            let entries = unsafe { (*event.data.page).entries };
            let entries = unsafe { std::slice::from_raw_parts(entries.items, entries.count) };
            seen.extend(entries.iter().map(|entry| {
                let entry = unsafe { &**entry };
                let reaction = unsafe { &**entry.reactions.items };
                let mentions =
                    unsafe { std::slice::from_raw_parts(entry.mentions.items, entry.mentions.count) };
                (text(entry.name), text(entry.text), text(reaction.emoji), mentions.to_vec())
            }));
        }
    });
    assert_eq!(seen, vec![("anna".into(), "hello @bert".into(), "\u{1f44b}".into(), vec![2])]);
    let mut person: *const im_person = null();
    ok(im_client_next_person(ctx, anna, 1, &raw mut person));
    // SAFETY: valid until the next call of a view function.
    assert_eq!(text(unsafe { (*person).name }), "bert");
    ok(im_free(ctx));
    assert_eq!(im_free(ctx), im_status::IM_E_GONE as i32);
}
