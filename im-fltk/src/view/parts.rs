//! Incremental pastes (INCR; ICCCM, section 2.7.2). The toolkit deletes the property twice when one begins, and loses the
//! first part if the other program is fast. Such pastes exceed the paste limit anyway: they are consumed, dropped, and
//! reported.

/// Installs the handler.
pub fn watch() {
    #[cfg(target_os = "linux")]
    x::watch();
}

/// Whether a paste was dropped since the last call.
pub fn came() -> bool {
    #[cfg(target_os = "linux")]
    return x::CAME.take();
    #[cfg(not(target_os = "linux"))]
    false
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // the toolkit passes X events as raw pointers
mod x {
    use std::cell::Cell;
    use std::ffi::{c_char, c_int, c_long, c_uchar, c_ulong, c_void};
    use std::ptr::null_mut;

    /// `XSelectionEvent` (Xlib.h).
    #[repr(C)]
    struct Answer {
        kind: c_int,
        serial: c_ulong,
        send_event: c_int,
        display: *mut c_void,
        requestor: c_ulong,
        selection: c_ulong,
        target: c_ulong,
        property: c_ulong,
        time: c_ulong,
    }

    /// `XPropertyEvent` (Xlib.h).
    #[repr(C)]
    struct Property {
        kind: c_int,
        serial: c_ulong,
        send_event: c_int,
        display: *mut c_void,
        window: c_ulong,
        atom: c_ulong,
        time: c_ulong,
        state: c_int,
    }

    const PROPERTY_NOTIFY: c_int = 28;
    const SELECTION_NOTIFY: c_int = 31;
    const NEW_VALUE: c_int = 0;

    #[link(name = "X11")]
    unsafe extern "C" {
        fn XInternAtom(display: *mut c_void, name: *const c_char, only_if_exists: c_int) -> c_ulong;
        fn XDeleteProperty(display: *mut c_void, window: c_ulong, property: c_ulong) -> c_int;
        fn XGetWindowProperty(
            display: *mut c_void,
            window: c_ulong,
            property: c_ulong,
            offset: c_long,
            length: c_long,
            delete: c_int,
            wanted: c_ulong,
            kind: *mut c_ulong,
            format: *mut c_int,
            count: *mut c_ulong,
            after: *mut c_ulong,
            data: *mut *mut c_uchar,
        ) -> c_int;
        fn XFree(data: *mut c_void) -> c_int;
    }

    thread_local! {
        pub(super) static CAME: Cell<bool> = const { Cell::new(false) };
        /// The window and property of the paste being dropped.
        static PASSING: Cell<Option<(c_ulong, c_ulong)>> = const { Cell::new(None) };
    }

    pub(super) fn watch() {
        // SAFETY: the function is static and needs no data.
        unsafe { fltk::app::add_system_handler(Some(see), null_mut()) };
    }

    /// The type of a property and its size in bytes.
    unsafe fn measure(display: *mut c_void, window: c_ulong, property: c_ulong) -> (c_ulong, c_ulong) {
        let (mut kind, mut format, mut count, mut after, mut data) = (0, 0, 0, 0, null_mut());
        // SAFETY: the caller's display is open; all output pointers are ours, and `data` belongs to X until it is freed.
        unsafe {
            let (at, into) = (&raw mut kind, &raw mut data);
            XGetWindowProperty(
                display,
                window,
                property,
                0,
                0,
                0,
                0,
                at,
                &raw mut format,
                &raw mut count,
                &raw mut after,
                into,
            );
            if !data.is_null() {
                XFree(data.cast());
            }
        }
        (kind, after)
    }

    /// Handles an X event. Returns non-zero to hide it from the toolkit.
    unsafe extern "C" fn see(event: *mut c_void, _: *mut c_void) -> c_int {
        // SAFETY: X passes an `XEvent`, a union whose first member is the type and which is as large as any of its members.
        // Its display is the toolkit's own, which is open.
        unsafe {
            match *event.cast::<c_int>() {
                SELECTION_NOTIFY => {
                    let it = &*event.cast::<Answer>();
                    let dragged = XInternAtom(it.display, c"XdndSelection".as_ptr(), 0);
                    if it.property == 0 || it.selection == dragged {
                        return 0;
                    }
                    let (kind, _) = measure(it.display, it.requestor, it.property);
                    if kind != XInternAtom(it.display, c"INCR".as_ptr(), 0) {
                        return 0;
                    }
                    CAME.set(true);
                    PASSING.set(Some((it.requestor, it.property)));
                    XDeleteProperty(it.display, it.requestor, it.property);
                    1
                }
                PROPERTY_NOTIFY => {
                    let it = &*event.cast::<Property>();
                    if it.state != NEW_VALUE || PASSING.get() != Some((it.window, it.atom)) {
                        return 0;
                    }
                    // An empty part ends the transfer.
                    if measure(it.display, it.window, it.atom).1 == 0 {
                        PASSING.set(None);
                    }
                    XDeleteProperty(it.display, it.window, it.atom);
                    1
                }
                _ => 0,
            }
        }
    }
}
