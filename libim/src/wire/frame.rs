//! Framing: a u32 big-endian length, which does not count itself, then that number of bytes.

use super::limits::FRAME_BYTES_MAX;
use std::borrow::Cow;
use std::fmt;

/// Bytes of a frame's length prefix.
pub const FRAME_HEADER_BYTES: usize = 4;

/// An invalid length prefix. The rest of the stream cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The length is 0.
    Empty,
    /// The frame is longer than the reader accepts.
    TooLong {
        /// The length in the prefix, in bytes.
        len: u32,
        /// The maximum length accepted, in bytes.
        max: u32,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Empty => f.write_str("frame of length 0"),
            FrameError::TooLong { len, max } => {
                write!(f, "frame of {len} bytes exceeds the limit of {max}")
            }
        }
    }
}

impl std::error::Error for FrameError {}

/// Splits a byte stream into frames. Allocates only while a frame is incomplete.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    kept: Vec<u8>,
}

impl FrameDecoder {
    /// Appends newly read bytes to those kept from before. Take the frames out of the returned [`Frames`], then pass it to
    /// [`keep`](Self::keep).
    pub fn decode<'a>(&mut self, bytes: &'a [u8]) -> Frames<'a> {
        let mut kept = std::mem::take(&mut self.kept);
        if kept.is_empty() {
            return Frames { bytes: Cow::Borrowed(bytes), at: 0 };
        }
        kept.extend_from_slice(bytes);
        Frames { bytes: Cow::Owned(kept), at: 0 }
    }

    /// Keeps the bytes of the incomplete frame at the end of `frames`.
    pub fn keep(&mut self, frames: Frames<'_>) {
        self.kept = match frames.bytes {
            Cow::Borrowed(bytes) => bytes.get(frames.at..).unwrap_or_default().to_vec(),
            Cow::Owned(bytes) if frames.at >= bytes.len() => Vec::new(),
            Cow::Owned(mut bytes) => {
                bytes.drain(..frames.at);
                bytes
            }
        };
    }

    /// Whether no bytes are kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// The frames in a run of bytes. Does not borrow from [`FrameDecoder`], so handlers can use the connection between frames.
#[derive(Debug)]
pub struct Frames<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
}

impl Frames<'_> {
    /// Takes the next complete frame, without its length prefix; `None` if it is incomplete. Frames longer than `max` or
    /// [`FRAME_BYTES_MAX`] are an error.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode_in_pieces(stream: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
        let mut decoder = FrameDecoder::default();
        let mut found = Vec::new();
        let mut at = 0;
        for size in sizes.iter().copied().cycle() {
            let end = (at + size).min(stream.len());
            let mut frames = decoder.decode(&stream[at..end]);
            while let Some(frame) = frames.next(1000).unwrap() {
                found.push(frame.to_vec());
            }
            decoder.keep(frames);
            at = end;
            if at == stream.len() {
                assert!(decoder.is_empty());
                return found;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_frames(
            frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..100), 1..20),
            sizes in proptest::collection::vec(1usize..60, 1..10),
        ) {
            let mut stream = Vec::new();
            for frame in &frames {
                stream.extend_from_slice(&u32::try_from(frame.len()).unwrap().to_be_bytes());
                stream.extend_from_slice(frame);
            }
            prop_assert_eq!(decode_in_pieces(&stream, &sizes), frames);
        }
    }

    #[test]
    fn rejects_bad_lengths_before_their_bytes_arrive() {
        let mut decoder = FrameDecoder::default();
        assert_eq!(decoder.decode(&[0, 0, 0, 0]).next(10), Err(FrameError::Empty));
        assert_eq!(decoder.decode(&[0, 0, 0, 11]).next(10), Err(FrameError::TooLong { len: 11, max: 10 }));
    }
}
