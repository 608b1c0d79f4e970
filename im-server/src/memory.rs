//! Memory that is not needed any more goes back to the system.

/// Blocks of this size and more are mapped for themselves, and so given back when they are freed: pages of history, and the queues of
/// those who read slowly.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_BYTES: libc::c_int = 128 * 1024;

/// Keeps the allocator from keeping large blocks. Left to itself it takes each that is freed as a reason to keep such blocks from
/// then on (mallopt(3), `M_MMAP_THRESHOLD`).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    // SAFETY: sets a number of the allocator's, which takes its own lock for it.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
