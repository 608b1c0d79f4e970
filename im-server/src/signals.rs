//! Being asked to stop: SIGTERM and SIGINT become something to read for the loop, without a thread. (In a process of one
//! thread the system library saves the locks and the cancellation points of every allocation and system call.)

use anyhow::Result;
use libim::Loop;

/// Notes SIGTERM and SIGINT from now on. The second one ends the process at once.
#[cfg(unix)]
pub(crate) fn watch(lp: &mut Loop) -> Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    let seen = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, seen.clone())?;
        signal_hook::flag::register(signal, seen.clone())?;
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    lp.watch(reader.into())?;
    Ok(())
}

/// Elsewhere the system's own way of ending a program has to do.
#[cfg(not(unix))]
pub(crate) fn watch(_lp: &mut Loop) -> Result<()> {
    Ok(())
}
