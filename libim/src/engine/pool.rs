//! Memory that is filled and emptied all the time.

/// Emptied buffers, to be filled again while they are still in the processor's caches. The last one given is the first one taken.
#[derive(Debug)]
pub struct Pool {
    spare: Vec<Vec<u8>>,
    count_max: usize,
    bytes_max: usize,
}

impl Pool {
    /// A pool of at most so many buffers of at most so many bytes each.
    pub fn new(count_max: usize, bytes_max: usize) -> Pool {
        Pool { spare: Vec::new(), count_max, bytes_max }
    }

    /// A pool that keeps nothing, for who has one queue only.
    pub fn none() -> Pool {
        Pool::new(0, 0)
    }

    /// An empty buffer.
    pub fn take(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Gives a buffer that has no memory some of an emptied one.
    pub fn lend(&mut self, buffer: &mut Vec<u8>) {
        if buffer.capacity() == 0 {
            *buffer = self.take();
        }
    }

    /// Takes a buffer back, or frees it when there are enough or it is too large.
    pub fn give(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < self.count_max && (1..=self.bytes_max).contains(&buffer.capacity()) {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}
