//! Whether this process is the one that made a loop, or a child that fork(2) has copied it to.
//!
//! A child shares the parent's sockets, its epoll and the files of its unix sockets, so a copied loop must not touch them: it
//! may only release its memory and its descriptors.

use std::io;

/// The process that made something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Process(u32);

#[cfg(unix)]
mod unix {
    use super::Process;
    use std::io;
    use std::sync::Once;
    use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

    /// How many forks lie between the first process that used this library and this one.
    static FORKS: AtomicU32 = AtomicU32::new(0);

    /// Runs in the child before fork(2) returns; an atomic is all that may be touched there.
    extern "C" fn count() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    impl Process {
        /// This process. The error says that the system cannot tell of forks.
        pub(crate) fn this() -> io::Result<Process> {
            static ONCE: Once = Once::new();
            static ERROR: AtomicI32 = AtomicI32::new(0);
            ONCE.call_once(|| {
                // SAFETY: a plain registration; `count` does only what is allowed in a forked child.
                #[allow(unsafe_code)]
                let error = unsafe { libc::pthread_atfork(None, None, Some(count)) };
                ERROR.store(error, Ordering::Relaxed);
            });
            match ERROR.load(Ordering::Relaxed) {
                0 => Ok(Process(FORKS.load(Ordering::Relaxed))),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        }

        /// Whether this is still that process. Safe in a signal handler.
        pub(crate) fn is_this(self) -> bool {
            FORKS.load(Ordering::Relaxed) == self.0
        }
    }
}

#[cfg(not(unix))]
impl Process {
    #[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
    pub(crate) fn this() -> io::Result<Process> {
        Ok(Process(0))
    }

    #[allow(clippy::unused_self)] // there is no fork here
    pub(crate) fn is_this(self) -> bool {
        true
    }
}

impl Process {
    /// Its number among those that forks have made of one program.
    #[cfg(feature = "ffi")]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The process of that number.
    #[cfg(feature = "ffi")]
    pub(crate) fn numbered(number: u32) -> Process {
        Process(number)
    }
}

/// What a loop answers in a forked child.
pub(crate) fn forked() -> io::Error {
    io::Error::other("this process was forked from the one that made the loop; make a new one here")
}
