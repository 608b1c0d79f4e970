//! Parameters from C: strings and out pointers.

use super::status::{CallResult, Failure, im_status};
use std::ffi::{CStr, c_char};

/// Pass as the length of a text that ends at its first NUL.
pub const IM_NUL_TERMINATED: usize = usize::MAX;

/// A NUL-terminated string that must not be NULL.
pub(super) fn text<'a>(pointer: *const c_char, what: &str) -> CallResult<&'a str> {
    text_or_null(pointer, what)?.ok_or_else(|| Failure::null(what))
}

/// A NUL-terminated string that may be NULL.
pub(super) fn text_or_null<'a>(pointer: *const c_char, what: &str) -> CallResult<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: by contract the pointer is NULL or to a NUL-terminated string that is valid during the call.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    utf8(bytes, what).map(Some)
}

/// A string with its length, or [`IM_NUL_TERMINATED`].
pub(super) fn text_of<'a>(pointer: *const c_char, len: usize, what: &str) -> CallResult<&'a str> {
    if len == IM_NUL_TERMINATED {
        return text(pointer, what);
    }
    if pointer.is_null() {
        return if len == 0 { Ok("") } else { Err(Failure::null(what)) };
    }
    if isize::try_from(len).is_err() {
        return Err(Failure::new(
            im_status::IM_E_RANGE,
            format!("the length of {what} is larger than any memory"),
        ));
    }
    // SAFETY: by contract the pointer is to `len` bytes that are valid during the call.
    let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), len) };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(Failure::new(im_status::IM_E_TEXT, format!("{what} has a NUL at byte {at}")));
    }
    utf8(bytes, what)
}

fn utf8<'a>(bytes: &'a [u8], what: &str) -> CallResult<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let text = format!("{what} is not UTF-8 from byte {} on", error.valid_up_to());
        Failure::new(im_status::IM_E_UTF8, text)
    })
}

/// An out pointer that must not be NULL. Checked before the call has any effect.
pub(super) fn out_ptr<T>(pointer: *mut T, what: &str) -> CallResult<OutPtr<T>> {
    if pointer.is_null() { Err(Failure::null(what)) } else { Ok(OutPtr(pointer)) }
}

/// An out pointer that may be NULL.
pub(super) fn out_or_null<T>(pointer: *mut T) -> OutPtr<T> {
    OutPtr(pointer)
}

/// A pointer to write a result through.
pub(super) struct OutPtr<T>(*mut T);

impl<T> OutPtr<T> {
    pub(super) fn put(&self, value: T) {
        if !self.0.is_null() {
            // SAFETY: by contract the pointer is NULL or valid for writing one T. The memory may be uninitialized.
            unsafe { self.0.write(value) };
        }
    }
}
