//! Toolkit calls that the fltk crate does not bind, or binds with a leak.

#![allow(unsafe_code)]

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{c_double, c_int, c_void};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

thread_local! {
    /// Kinds of descriptor that became readable, as bits of [`Watched`].
    static READY: Cell<u8> = const { Cell::new(0) };
    /// The readable notification descriptors.
    static READABLE: RefCell<Vec<c_int>> = const { RefCell::new(Vec::new()) };
    /// A timeout has fired.
    static DUE: Cell<bool> = const { Cell::new(false) };
    /// Wakes the toolkit: it watches the first socket, and [`wake`] writes to the second.
    static WAKER: OnceCell<(UnixStream, UnixStream)> = const { OnceCell::new() };
}

/// `FL_READ` (FL/Fl.H).
const FL_READ: c_int = 1;

type FdHandler = extern "C" fn(c_int, *mut c_void);
type TimeoutHandler = extern "C" fn(*mut c_void);

// Mangled names of the Itanium C++ ABI.
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

/// What a descriptor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The chat library's event loop.
    Net = 1,
    /// A notification that can be clicked.
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
    // The toolkit runs timeouts before it waits, not after; without a wake-up it would go on to wait.
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

/// Creates the socket pair that [`wake`] needs. Call it once, before [`wake`].
pub fn start() -> io::Result<()> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    write.set_nonblocking(true)?;
    // SAFETY: as for `watch`.
    unsafe { fl_add_fd(read.as_raw_fd(), FL_READ, woken, std::ptr::null_mut()) }
    WAKER.with(|waker| drop(waker.set((read, write))));
    Ok(())
}

/// Has SIGTERM, SIGINT and SIGHUP (the end of the desktop session) wake the toolkit's loop and set the flag, except those that were
/// ignored when the program started. The second SIGINT or SIGTERM ends the process at once, even if it hangs.
pub fn end_on_signals() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    WAKER
        .with(|waker| {
            let Some((_, write)) = waker.get() else { return Ok(()) };
            for signal in [SIGHUP, SIGINT, SIGTERM] {
                if is_ignored(signal) {
                    continue;
                }
                if signal != SIGHUP {
                    signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag))?;
                }
                signal_hook::flag::register(signal, Arc::clone(&flag))?;
                signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
            }
            Ok(())
        })
        .map(|()| flag)
}

fn is_ignored(signal: c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: only queries; `action` has room for the result, and all zeros are a valid value if there is none.
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// Watches a descriptor for reading until [`unwatch`]; [`take_ready`] reports that it became readable.
pub fn watch(fd: c_int, what: Watched) {
    let callback = match what {
        Watched::Net => net_ready,
        Watched::Notification => notification_ready,
    };
    // SAFETY: the callbacks use no data and are static; the toolkit calls them on this thread.
    unsafe { fl_add_fd(fd, FL_READ, callback, std::ptr::null_mut()) }
}

pub fn unwatch(fd: c_int) {
    // SAFETY: the toolkit only looks the descriptor up in its own list.
    unsafe { fl_remove_fd(fd) }
}

/// Whether a descriptor of this kind became readable since the last call. Clears the flag.
pub fn take_ready(what: Watched) -> bool {
    let all = READY.get();
    READY.set(all & !(what as u8));
    all & what as u8 != 0
}

/// Whether this notification's descriptor became readable since the last call for it.
pub fn is_readable(fd: c_int) -> bool {
    READABLE.with_borrow_mut(|all| {
        let before = all.len();
        all.retain(|it| *it != fd);
        all.len() != before
    })
}

/// Makes the toolkit's loop run again after `millis`.
#[allow(clippy::cast_precision_loss)] // a few seconds at most
pub fn wake_after(millis: u64) {
    // SAFETY: as for `watch`.
    unsafe { fl_add_timeout(millis as f64 / 1000.0, timed_out, std::ptr::null_mut()) }
}

/// Makes the toolkit's loop run again immediately, even if it is about to wait.
pub fn wake() {
    WAKER.with(|waker| {
        if let Some((_, write)) = waker.get() {
            let mut write = write;
            // If the buffer is full, a wake-up is pending already.
            let _ = write.write(&[1]);
        }
    });
}

/// Whether a timeout has fired since the last call.
pub fn take_due() -> bool {
    DUE.take()
}
