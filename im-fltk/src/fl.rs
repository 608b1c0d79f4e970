//! Calls of the toolkit that the fltk crate has no binding for, or one that leaks.

#![allow(unsafe_code)]

use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{c_double, c_int, c_void};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;

thread_local! {
    /// What the toolkit has seen to be readable, as bits of what it is for.
    static READY: Cell<u8> = const { Cell::new(0) };
    /// The notifications among it.
    static READABLE: RefCell<Vec<c_int>> = const { RefCell::new(Vec::new()) };
    /// A time that was waited for has come.
    static DUE: Cell<bool> = const { Cell::new(false) };
    /// What wakes the toolkit: it reads from the one when something is written to the other.
    static WAKER: OnceCell<(UnixStream, UnixStream)> = const { OnceCell::new() };
}

/// FL/Fl.H: readable.
const FL_READ: c_int = 1;

type FdHandler = extern "C" fn(c_int, *mut c_void);
type TimeoutHandler = extern "C" fn(*mut c_void);

// By their names in the Itanium C++ ABI.
unsafe extern "C" {
    /// `Fl::add_fd(int, int, void (*)(int, void *), void *)`
    #[link_name = "_ZN2Fl6add_fdEiiPFviPvES0_"]
    fn fl_add_fd(fd: c_int, when: c_int, callback: FdHandler, data: *mut c_void);
    /// `Fl::remove_fd(int)`
    #[link_name = "_ZN2Fl9remove_fdEi"]
    fn fl_remove_fd(fd: c_int);
    /// `Fl::add_timeout(double, void (*)(void *), void *)`
    #[link_name = "_ZN2Fl11add_timeoutEdPFvPvES0_"]
    fn fl_add_timeout(seconds: c_double, callback: TimeoutHandler, data: *mut c_void);
}

/// What a descriptor is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The chat library.
    Net = 1,
    /// A notification that may be clicked.
    Notification = 2,
}

extern "C" fn net_ready(_fd: c_int, _data: *mut c_void) {
    READY.set(READY.get() | Watched::Net as u8);
}

extern "C" fn notification_ready(fd: c_int, _data: *mut c_void) {
    READY.set(READY.get() | Watched::Notification as u8);
    READABLE.with_borrow_mut(|all| all.push(fd));
}

extern "C" fn timed_out(_data: *mut c_void) {
    DUE.set(true);
    // The toolkit runs its timeouts before it sleeps, not after: without this it would sleep now.
    wake();
}

extern "C" fn woken(_fd: c_int, _data: *mut c_void) {
    WAKER.with(|waker| {
        if let Some((read, _)) = waker.get() {
            let (mut read, mut bytes) = (read, [0; 64]);
            while read.read(&mut bytes).is_ok_and(|count| count == bytes.len()) {}
        }
    });
}

/// Makes [`wake`] work.
pub fn start() -> io::Result<()> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    write.set_nonblocking(true)?;
    // SAFETY: as for `watch`.
    unsafe { fl_add_fd(read.as_raw_fd(), FL_READ, woken, std::ptr::null_mut()) }
    WAKER.with(|waker| drop(waker.set((read, write))));
    Ok(())
}

/// Watches a descriptor until [`unwatch`]; [`take_ready`] says when it is readable.
pub fn watch(fd: c_int, what: Watched) {
    let callback = match what {
        Watched::Net => net_ready,
        Watched::Notification => notification_ready,
    };
    // SAFETY: the callbacks need no data and live as long as the program; the toolkit calls them on this thread.
    unsafe { fl_add_fd(fd, FL_READ, callback, std::ptr::null_mut()) }
}

pub fn unwatch(fd: c_int) {
    // SAFETY: the toolkit only looks the number up in a list of its own.
    unsafe { fl_remove_fd(fd) }
}

/// Whether something watched has become readable since the last time.
pub fn take_ready(what: Watched) -> bool {
    let all = READY.get();
    READY.set(all & !(what as u8));
    all & what as u8 != 0
}

/// Whether this notification was seen to be readable since it was last asked for.
pub fn is_readable(fd: c_int) -> bool {
    READABLE.with_borrow_mut(|all| {
        let before = all.len();
        all.retain(|it| *it != fd);
        all.len() != before
    })
}

/// Has the toolkit's loop turn once more after this time.
#[allow(clippy::cast_precision_loss)] // some seconds
pub fn wake_after(millis: u64) {
    // SAFETY: as for `watch`.
    unsafe { fl_add_timeout(millis as f64 / 1000.0, timed_out, std::ptr::null_mut()) }
}

/// Has the toolkit's loop turn once more at once, also when it is about to sleep.
pub fn wake() {
    WAKER.with(|waker| {
        if let Some((_, write)) = waker.get() {
            let mut write = write;
            // When it is full, the toolkit is awake already.
            let _ = write.write(&[1]);
        }
    });
}

/// Whether a time that was waited for has come since the last time.
pub fn take_due() -> bool {
    DUE.take()
}
