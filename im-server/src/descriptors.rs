//! The limit of open files, and so of connections.

/// Raises the limit as far as possible without privileges, and logs when it is too low for `connections`.
#[cfg(unix)]
pub(crate) fn raise(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Descriptors for listeners, logs and the loop itself.
    const OTHERS: u64 = 64;
    let limit = getrlimit(Resource::Nofile);
    let wanted = connections as u64 + OTHERS;
    let reachable = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < reachable) {
        // On failure the current limit stays; the loop pauses accepting when descriptors run out.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(reachable), maximum: limit.maximum });
    }
    let got = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if got < wanted {
        tracing::info!(
            allowed = got,
            wanted,
            "the system allows fewer open files than --connections needs; ulimit -n or LimitNOFILE raises it"
        );
    }
}

#[cfg(not(unix))]
pub(crate) fn raise(_connections: usize) {}
