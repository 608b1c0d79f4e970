//! Being asked to stop: SIGTERM, SIGINT and SIGHUP (the terminal is closed) become something to read for the loop.

use anyhow::Result;
use libim::Loop;

/// Notes from now on that the program is asked to stop. The second SIGTERM or SIGINT ends the process at once. A signal that is
/// ignored already, as by nohup(1), stays so.
#[cfg(unix)]
pub(crate) fn watch(event_loop: &mut Loop) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    let seen = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if is_ignored(signal) {
            continue;
        }
        // A closed terminal may say so twice, by itself and by its shell.
        if signal != SIGHUP {
            signal_hook::flag::register_conditional_shutdown(signal, 130, seen.clone())?;
            signal_hook::flag::register(signal, seen.clone())?;
        }
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    // With a handler, a log that reaches `ulimit -f` is a failed write (EFBIG) instead of the end.
    signal_hook::flag::register(libc::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    event_loop.watch(reader.into())?;
    Ok(())
}

#[cfg(unix)]
fn is_ignored(signal: libc::c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: only asks; `action` has room for the answer, and all zeros are a valid one should there be none.
    #[allow(unsafe_code)]
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// Elsewhere the system's own way of ending a program has to do.
#[cfg(not(unix))]
pub(crate) fn watch(_lp: &mut Loop) -> Result<()> {
    Ok(())
}
