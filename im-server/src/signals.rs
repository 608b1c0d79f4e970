//! SIGTERM, SIGINT and SIGHUP (the terminal is closed) make a descriptor of the loop readable.

use anyhow::Result;
use libim::Loop;

/// Installs the signal handlers. The second SIGTERM or SIGINT ends the process at once. A signal that is already ignored, as by
/// nohup(1), stays ignored.
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
        // A closed terminal may cause SIGHUP twice, by itself and by its shell.
        if signal != SIGHUP {
            signal_hook::flag::register_conditional_shutdown(signal, 130, seen.clone())?;
            signal_hook::flag::register(signal, seen.clone())?;
        }
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    // With a handler, writing a log beyond `ulimit -f` fails with EFBIG instead of ending the process.
    signal_hook::flag::register(libc::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    event_loop.watch(reader.into())?;
    Ok(())
}

#[cfg(unix)]
fn is_ignored(signal: libc::c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: only queries; `action` has room for the result, and all zeros are a valid value if there is none.
    #[allow(unsafe_code)]
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// On other systems the default action of signals applies.
#[cfg(not(unix))]
pub(crate) fn watch(_event_loop: &mut Loop) -> Result<()> {
    Ok(())
}
