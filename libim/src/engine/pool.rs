//! Reusable buffers.

/// A pool of empty buffers, reused last in, first out, while they are still in the processor's caches.
#[derive(Debug)]
pub struct Pool {
    spare: Vec<Vec<u8>>,
    count_max: usize,
    bytes_max: usize,
}

impl Pool {
    /// A pool of at most `count_max` buffers with a capacity of at most `bytes_max` each.
    pub fn new(count_max: usize, bytes_max: usize) -> Pool {
        Pool { spare: Vec::new(), count_max, bytes_max }
    }

    /// A pool that keeps nothing, for an owner of a single queue.
    pub fn none() -> Pool {
        Pool::new(0, 0)
    }

    /// Takes an empty buffer from the pool, or a new one without capacity.
    pub fn take(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Replaces a buffer that has no capacity with one from the pool.
    pub fn lend(&mut self, buffer: &mut Vec<u8>) {
        if buffer.capacity() == 0 {
            *buffer = self.take();
        }
    }

    /// Returns a buffer to the pool. Frees it if the pool is full or the buffer is too large.
    pub fn give(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < self.count_max && (1..=self.bytes_max).contains(&buffer.capacity()) {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}
