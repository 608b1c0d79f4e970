//! Validates the structure of one `MessagePack` value before it is decoded: lengths, nesting depth and the end of the value.
//! The decoder then allocates no more than the frame's size. Neither recurses nor allocates.

use super::limits::DEPTH_MAX;
use std::fmt;

/// Why a frame could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The frame ends before the value does.
    Truncated,
    /// Bytes follow the value.
    Trailing,
    /// Arrays and maps are nested deeper than [`DEPTH_MAX`].
    TooDeep,
    /// The marker 0xc1, which `MessagePack` reserves.
    BadMarker,
    /// Not an array of a kind (u16) and a body.
    BadShape,
    /// A field of the body is missing or has the wrong type or width. The text names the field. The frame is well-formed.
    BadField(String),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::Truncated => "the frame ends before its value",
            Malformed::Trailing => "bytes follow the value",
            Malformed::TooDeep => "arrays and maps are nested too deeply",
            Malformed::BadMarker => "reserved MessagePack marker 0xc1",
            Malformed::BadShape => "not an array of a kind and a body",
            Malformed::BadField(problem) => problem,
        })
    }
}

impl std::error::Error for Malformed {}

/// Checks that `bytes` is exactly one `MessagePack` value, nested at most [`DEPTH_MAX`] deep.
pub(super) fn check(bytes: &[u8]) -> Result<(), Malformed> {
    let mut rest = bytes;
    let mut open = [0u64; DEPTH_MAX];
    let mut depth = 0usize;
    loop {
        let children = step(&mut rest)?;
        if children > 0 {
            *open.get_mut(depth).ok_or(Malformed::TooDeep)? = children;
            depth += 1;
            continue;
        }
        loop {
            let Some(level) = depth.checked_sub(1).and_then(|top| open.get_mut(top)) else {
                return if rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing) };
            };
            *level -= 1;
            if *level > 0 {
                break;
            }
            depth -= 1;
        }
    }
}

/// Consumes one marker and its payload; returns the number of values nested directly in it.
fn step(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let marker = number(rest, 1)?;
    let (skip, children) = match marker {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => (0, 0),
        0x80..=0x8f => (0, (marker & 0x0f) * 2),
        0x90..=0x9f => (0, marker & 0x0f),
        0xa0..=0xbf => (marker & 0x1f, 0),
        0xc4 | 0xd9 => (number(rest, 1)?, 0),
        0xc5 | 0xda => (number(rest, 2)?, 0),
        0xc6 | 0xdb => (number(rest, 4)?, 0),
        0xc7 => (number(rest, 1)? + 1, 0),
        0xc8 => (number(rest, 2)? + 1, 0),
        0xc9 => (number(rest, 4)? + 1, 0),
        0xcc | 0xd0 => (1, 0),
        0xcd | 0xd1 => (2, 0),
        0xca | 0xce | 0xd2 => (4, 0),
        0xcb | 0xcf | 0xd3 => (8, 0),
        0xd4..=0xd8 => ((1 << (marker - 0xd4)) + 1, 0),
        0xdc => (0, number(rest, 2)?),
        0xdd => (0, number(rest, 4)?),
        0xde => (0, number(rest, 2)? * 2),
        0xdf => (0, number(rest, 4)? * 2),
        _ => return Err(Malformed::BadMarker),
    };
    let skip = usize::try_from(skip).map_err(|_| Malformed::Truncated)?;
    *rest = rest.get(skip..).ok_or(Malformed::Truncated)?;
    Ok(children)
}

/// Consumes a big-endian integer of `width` bytes.
pub(super) fn number(rest: &mut &[u8], width: usize) -> Result<u64, Malformed> {
    let (head, tail) = rest.split_at_checked(width).ok_or(Malformed::Truncated)?;
    *rest = tail;
    Ok(head.iter().fold(0, |n, &byte| n << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_and_invalid_values() {
        assert_eq!(check(&[0x92, 1, 0x81, 0xa1, b'a', 0xc0]), Ok(()));
        assert_eq!(check(&[]), Err(Malformed::Truncated));
        assert_eq!(check(&[0x92, 1]), Err(Malformed::Truncated));
        assert_eq!(check(&[0xdd, 0xff, 0xff, 0xff, 0xff, 1]), Err(Malformed::Truncated));
        assert_eq!(check(&[0xdb, 0xff, 0xff, 0xff, 0xff, 1]), Err(Malformed::Truncated));
        assert_eq!(check(&[1, 1]), Err(Malformed::Trailing));
        assert_eq!(check(&[0xc1]), Err(Malformed::BadMarker));
        let mut deep = vec![0x91; DEPTH_MAX];
        deep.push(0);
        assert_eq!(check(&deep), Ok(()));
        deep.insert(0, 0x91);
        assert_eq!(check(&deep), Err(Malformed::TooDeep));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes);
        }
    }
}
