//! Detects whether this process made a loop, or is a forked child with a copy of it.
//!
//! A child shares the parent's sockets, its epoll instance and the files of its unix sockets, so it must not use them: it may only
//! release the loop's memory and descriptors.

/// The process that made something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Process(u32);

#[cfg(unix)]
mod unix {
    use super::Process;
    use std::io;
    use std::sync::Once;
    use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

    /// The number of forks between the first process that used this library and this one.
    static FORKS: AtomicU32 = AtomicU32::new(0);

    /// Runs in the child before fork(2) returns, where only async-signal-safe operations are allowed.
    extern "C" fn count() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    impl Process {
        /// This process. Fails if the system cannot report forks.
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

        /// Whether this is that process. Async-signal-safe.
        pub(crate) fn is_this(self) -> bool {
            FORKS.load(Ordering::Relaxed) == self.0
        }
    }
}

#[cfg(not(unix))]
impl Process {
    #[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
    pub(crate) fn this() -> std::io::Result<Process> {
        Ok(Process(0))
    }

    #[allow(clippy::unused_self)] // there is no fork here
    pub(crate) fn is_this(self) -> bool {
        true
    }
}

impl Process {
    /// The number of forks before it.
    #[cfg(feature = "ffi")]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The process with that number.
    #[cfg(feature = "ffi")]
    pub(crate) fn numbered(number: u32) -> Process {
        Process(number)
    }
}
