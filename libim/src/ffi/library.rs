//! The library itself.

use super::boundary::last_error;
use super::encode::NAMES;
use super::kinds::im_code;
use super::status::im_status;
use std::ffi::{CStr, c_char};

/// The generation of the interface in the upper 16 bits, its revision in the lower. A program runs with every library of its
/// header's generation and of the same or a later revision.
pub const IM_ABI: u32 = 1;

/// The IM_ABI that this library has. im_new() compares it with the program's. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_abi_version() -> u32 {
    IM_ABI
}

/// The library's version, such as "0.1.0". Static. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// A few words for an im_status. Static, never NULL. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_strerror(status: i32) -> *const c_char {
    im_status::words(status).as_ptr()
}

/// What exactly went wrong in the last call on this thread that returned a negative status: names, lengths, limits. Empty when
/// none has. The library's; valid until the next failing call on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_last_error() -> *const c_char {
    last_error()
}

/// The name of an im_event_kind, as in im_event_encode(): "message". "unknown" for a number that this library does not know.
/// Static. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_event_kind_name(kind: i32) -> *const c_char {
    let found = NAMES.iter().find(|(known, _)| *known as i32 == kind);
    found.map_or(c"unknown", |(_, name)| *name).as_ptr()
}

/// The name of an im_code: "name_taken"; of 0 "none". "unknown" for a number that this library does not know. Static. From any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_code_name(code: i32) -> *const c_char {
    let found = im_code::NAMES.iter().find(|(known, _)| *known as i32 == code);
    found.map_or(if code == 0 { c"none" } else { c"unknown" }, |(_, name)| *name).as_ptr()
}
