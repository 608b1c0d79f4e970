//! Descriptors 0 to 2 are the program's standard input and output. A program may run with some of them closed; a socket with such
//! a number would receive the output of every `printf`. So the loop never uses these numbers.

use std::io;

/// Occupies descriptors 0 to 2 while others are opened.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Stdio {
    _held: Vec<std::fs::File>,
}

#[cfg(unix)]
impl Stdio {
    pub(super) fn hold() -> io::Result<Stdio> {
        use std::os::fd::{AsFd, AsRawFd};
        let (input, output, errors) = (io::stdin(), io::stdout(), io::stderr());
        let all = [input.as_fd(), output.as_fd(), errors.as_fd()];
        if all.iter().all(|fd| rustix::io::fcntl_getfd(fd).is_ok()) {
            return Ok(Stdio { _held: Vec::new() });
        }
        let mut held = Vec::new();
        loop {
            let file = std::fs::File::open("/dev/null")?;
            if file.as_raw_fd() > libc::STDERR_FILENO {
                return Ok(Stdio { _held: held });
            }
            held.push(file);
        }
    }

    /// Moves a descriptor to a number above 2.
    pub(super) fn spare<T: From<std::os::fd::OwnedFd> + Into<std::os::fd::OwnedFd> + std::os::fd::AsRawFd>(
        it: T,
    ) -> io::Result<T> {
        if it.as_raw_fd() > libc::STDERR_FILENO {
            return Ok(it);
        }
        let low: std::os::fd::OwnedFd = it.into();
        // The standard library duplicates to 3 or above.
        Ok(low.try_clone()?.into())
    }
}

#[cfg(not(unix))]
pub(super) struct Stdio;

#[cfg(not(unix))]
impl Stdio {
    #[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
    pub(super) fn hold() -> io::Result<Stdio> {
        Ok(Stdio)
    }

    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn spare<T>(it: T) -> io::Result<T> {
        Ok(it)
    }
}
