//! Functions without a handle: versions, names and errors.

use super::boundary::last_error;
use super::encode::NAMES;
use super::kinds::im_code;
use super::status::im_status;
use std::ffi::{CStr, c_char};

/// The version of the interface: its generation in the upper 16 bits, its revision in the lower. A program works with
/// every library of its header's generation and of the same or a later revision.
pub const IM_ABI: u32 = 1;

/// Returns the library's IM_ABI. im_new() checks it against the program's. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_abi_version() -> u32 {
    IM_ABI
}

/// Returns the library's version, such as "0.1.0". A static string. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// Returns a short description of an im_status. A static string, never NULL, for any number. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_strerror(status: i32) -> *const c_char {
    im_status::words(status).as_ptr()
}

/// Returns the description of the last failure on the calling thread, with names, lengths and limits; empty: none yet.
/// The string belongs to the library and is valid until the next failing call on this thread; a successful call leaves it
/// as it is.
#[unsafe(no_mangle)]
pub extern "C" fn im_last_error() -> *const c_char {
    last_error()
}

/// Returns the name of an im_event_kind as im_event_encode() writes it, such as "message"; "unknown" for an unknown
/// number. A static string. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_event_kind_name(kind: i32) -> *const c_char {
    let found = NAMES.iter().find(|(known, _)| *known as i32 == kind);
    found.map_or(c"unknown", |(_, name)| *name).as_ptr()
}

/// Returns the name of an im_code, such as "name_taken"; "none" for 0, "unknown" for an unknown number. A static string.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_code_name(code: i32) -> *const c_char {
    let found = im_code::NAMES.iter().find(|(known, _)| *known as i32 == code);
    found.map_or(if code == 0 { c"none" } else { c"unknown" }, |(_, name)| *name).as_ptr()
}
