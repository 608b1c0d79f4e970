//! Returns freed memory to the system.

/// Blocks of at least this size, such as pages of history and send queues of slow readers, are mapped separately, so that freeing them
/// returns them to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_BYTES: libc::c_int = 128 * 1024;

/// Fixes the allocator's threshold for mapped blocks. By default glibc raises it whenever a mapped block is freed, and then keeps
/// blocks of that size (mallopt(3), `M_MMAP_THRESHOLD`).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    // SAFETY: mallopt sets a parameter of the allocator under the allocator's own lock.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
