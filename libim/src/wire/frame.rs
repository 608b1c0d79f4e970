//! FrameDecoder: a u32 big-endian length, then that many bytes. The length does not count itself.

use super::limits::FRAME_BYTES_MAX;
use std::borrow::Cow;
use std::fmt;

/// Bytes of a frame's length prefix.
pub const FRAME_HEADER_BYTES: usize = 4;

/// A length prefix that no frame can have. Nothing after it can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The length is 0.
    Empty,
    /// The frame is longer than this reader takes.
    TooLong {
        /// Length that the prefix claims.
        len: u32,
        /// Length that is taken.
        max: u32,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Empty => f.write_str("a frame of length 0"),
            FrameError::TooLong { len, max } => {
                write!(f, "a frame of {len} bytes where at most {max} are taken")
            }
        }
    }
}

/// Cuts a stream of bytes into frames. Holds memory only while a frame is incomplete.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    kept: Vec<u8>,
}

impl FrameDecoder {
    /// Joins newly read bytes to those kept. Take frames from the [`Batch`], then hand it back to [`keep`](Self::keep).
    pub fn decode<'a>(&mut self, bytes: &'a [u8]) -> Frames<'a> {
        let mut kept = std::mem::take(&mut self.kept);
        if kept.is_empty() {
            return Frames { bytes: Cow::Borrowed(bytes), at: 0 };
        }
        kept.extend_from_slice(bytes);
        Frames { bytes: Cow::Owned(kept), at: 0 }
    }

    /// Keeps what the batch left.
    pub fn keep(&mut self, batch: Frames<'_>) {
        self.kept = match batch.bytes {
            Cow::Borrowed(bytes) => bytes.get(batch.at..).unwrap_or_default().to_vec(),
            Cow::Owned(bytes) if batch.at >= bytes.len() => Vec::new(),
            Cow::Owned(mut bytes) => {
                bytes.drain(..batch.at);
                bytes
            }
        };
    }

    /// Whether bytes are kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// Bytes from which frames are taken; it borrows nothing of [`FrameDecoder`], so that handlers can run in between.
#[derive(Debug)]
pub struct Frames<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
}

impl Frames<'_> {
    /// Takes the next whole frame, without its length prefix; `None` when it is not complete yet.
    pub fn next(&mut self, max: u32) -> Result<Option<&[u8]>, FrameError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((header, body)) = rest.split_first_chunk::<FRAME_HEADER_BYTES>() else {
            return Ok(None);
        };
        let len = u32::from_be_bytes(*header);
        let max = max.min(FRAME_BYTES_MAX);
        if len == 0 {
            return Err(FrameError::Empty);
        }
        if len > max {
            return Err(FrameError::TooLong { len, max });
        }
        let frame = body.get(..len as usize);
        if let Some(frame) = frame {
            self.at += FRAME_HEADER_BYTES + frame.len();
        }
        Ok(frame)
    }

    /// The first byte that no frame has taken.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn truncate(stream: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
        let mut frames = FrameDecoder::default();
        let mut found = Vec::new();
        let mut at = 0;
        for size in sizes.iter().copied().cycle() {
            let end = (at + size).min(stream.len());
            let mut batch = frames.decode(&stream[at..end]);
            while let Some(frame) = batch.next(1000).unwrap() {
                found.push(frame.to_vec());
            }
            frames.keep(batch);
            at = end;
            if at == stream.len() {
                assert!(frames.is_empty());
                return found;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_frames(
            frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..100), 1..20),
            sizes in proptest::collection::vec(1usize..60, 1..10),
        ) {
            let mut stream = Vec::new();
            for frame in &frames {
                stream.extend_from_slice(&u32::try_from(frame.len()).unwrap().to_be_bytes());
                stream.extend_from_slice(frame);
            }
            prop_assert_eq!(truncate(&stream, &sizes), frames);
        }
    }

    #[test]
    fn refuses_bad_lengths_before_their_bytes_arrive() {
        let mut frames = FrameDecoder::default();
        assert_eq!(frames.decode(&[0, 0, 0, 0]).next(10), Err(FrameError::Empty));
        assert_eq!(frames.decode(&[0, 0, 0, 11]).next(10), Err(FrameError::TooLong { len: 11, max: 10 }));
    }
}
