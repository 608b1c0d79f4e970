//! The urgency hint of X11 window managers (ICCCM, section 4.1.2.4).

use fltk::prelude::*;
use fltk::window::DoubleWindow;

/// Sets or clears the hint. Only X11 has it; elsewhere the window title shows unread messages.
pub fn urge(window: &DoubleWindow, urgent: bool) {
    #[cfg(target_os = "linux")]
    if window.shown() {
        x::set(window.raw_handle(), urgent);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (window, urgent);
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // the toolkit has no function for it
mod x {
    use std::ffi::{c_int, c_long, c_ulong, c_void};

    /// `XWMHints` (Xutil.h).
    #[repr(C)]
    struct Hints {
        flags: c_long,
        input: c_int,
        initial_state: c_int,
        icon_pixmap: c_ulong,
        icon_window: c_ulong,
        icon_x: c_int,
        icon_y: c_int,
        icon_mask: c_ulong,
        window_group: c_ulong,
    }

    const URGENCY: c_long = 1 << 8;

    #[link(name = "X11")]
    unsafe extern "C" {
        fn XGetWMHints(display: *mut c_void, window: c_ulong) -> *mut Hints;
        fn XSetWMHints(display: *mut c_void, window: c_ulong, hints: *mut Hints) -> c_int;
        fn XFree(data: *mut c_void) -> c_int;
    }

    pub(super) fn set(window: c_ulong, urgent: bool) {
        let display: *mut c_void = fltk::app::display().cast();
        if display.is_null() {
            return;
        }
        // SAFETY: the display is open while a window is shown, and is used on the toolkit's thread only. The toolkit has set
        // the window's hints; `XGetWMHints` returns a copy that is ours to change and to free.
        unsafe {
            let hints = XGetWMHints(display, window);
            if let Some(own) = hints.as_mut() {
                own.flags = if urgent { own.flags | URGENCY } else { own.flags & !URGENCY };
                XSetWMHints(display, window, hints);
                XFree(hints.cast());
            }
        }
    }
}
