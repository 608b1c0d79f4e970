//! Hand-written codecs for the three most frequent messages: decoding a Post, encoding an Entry and a Posted.
//!
//! The encoders write exactly the bytes that serde writes. The decoder accepts only the form that this crate writes and leaves
//! every other form to serde. This saves three quarters of the cost (`cargo bench --bench codec`).

use super::body::Body;
use super::entry::Entry;
use super::ids::{RequestId, RoomId, Seq, TxnId};
use super::message::WireMessage;
use super::notices::Posted;
use super::requests::Post;

/// Encodes a message without reply, mentions, edits or reactions, with the sequence number `seq`. Returns false for other entries.
pub(super) fn write_entry(entry: &Entry, seq: Seq, out: &mut Vec<u8>) -> bool {
    let Body::Message(message) = &entry.body else { return false };
    let plain = message.reply_to.is_none() && message.mentions.is_empty() && message.edited.is_none();
    if !plain || message.deleted || !message.reactions.is_empty() || message.text.is_empty() {
        return false;
    }
    out.reserve(ROW_BYTES + entry.name.len() + TEXT_START_BYTES + message.text.len());
    Fields::write(out, ROW_BYTES, |fields| {
        fields.start(Entry::KIND, 6);
        fields.number(b'r', entry.room.0);
        fields.number(b's', seq.0);
        fields.number(b't', entry.time.0);
        fields.number(b'a', entry.author.0);
        fields.text(b'n', entry.name.len());
    });
    out.extend_from_slice(entry.name.as_bytes());
    Fields::write(out, TEXT_START_BYTES, |fields| fields.text(b'x', message.text.len()));
    out.extend_from_slice(message.text.as_bytes());
    true
}

/// Encodes the answer to a new post without mentions. Returns false for other answers.
pub(super) fn write_posted(posted: &Posted, out: &mut Vec<u8>) -> bool {
    if posted.duplicate || !posted.mentions.is_empty() {
        return false;
    }
    Fields::write(out, ROW_BYTES, |fields| {
        fields.start(Posted::KIND, 4);
        fields.number(b'i', posted.id.0.into());
        fields.number(b'r', posted.room.0);
        fields.number(b's', posted.seq.0);
        fields.number(b't', posted.time.0);
    });
    true
}

/// Decodes a Post that is not a reply. Returns `None` for other frames.
pub(super) fn read_post(frame: &[u8]) -> Option<Post> {
    let rest = &mut frame.strip_prefix(&[0x92, 3, 0x84])?;
    let id = RequestId(u32::try_from(take_number(rest, b'i')?).ok()?);
    let room = RoomId(take_number(rest, b'r')?);
    let txn_id = take_key(rest, b'c')?.strip_prefix(&[0xc4, 16])?;
    let (txn_id, tail) = txn_id.split_first_chunk::<16>()?;
    *rest = tail;
    let text = take_text(rest, b'x')?;
    rest.is_empty().then(|| Post { id, room, txn_id: TxnId(*txn_id), text: text.into(), reply_to: None })
}

/// Consecutive short fields, written directly into the output. Writing them to a temporary and copying it would be slower: a load
/// that is wider than the preceding stores to the same bytes cannot be forwarded and waits for them to retire.
struct Fields<'a> {
    place: &'a mut [u8],
    len: usize,
}

/// Upper bound of the fields written at once: 3 bytes of [`Fields::start`], four numbers of up to 11, and a text header.
const ROW_BYTES: usize = 64;
/// Upper bound of a text header: the key and the longest marker.
const TEXT_START_BYTES: usize = 7;

impl Fields<'_> {
    /// Appends the fields that `write` puts, at most `bytes_max` bytes.
    fn write(out: &mut Vec<u8>, bytes_max: usize, write: impl FnOnce(&mut Fields)) {
        let start = out.len();
        out.resize(start + bytes_max, 0);
        let mut fields = Fields { place: out.get_mut(start..).unwrap_or_default(), len: 0 };
        write(&mut fields);
        let len = fields.len;
        out.truncate(start + len);
    }

    /// The header of the array of kind and body, and of the body's map with `fields` fields.
    fn start(&mut self, kind: u16, fields: u8) {
        let kind = u8::try_from(kind).unwrap_or(u8::MAX);
        debug_assert!(kind < 0x80 && fields < 0x10);
        self.put([0x92, kind, 0x80 | fields], 3);
    }

    /// A one-letter key and an unsigned integer in its shortest form.
    fn number(&mut self, key: u8, number: u64) {
        let (marker, width) = match number {
            0..0x80 => return self.put([0xa1, key, number.to_le_bytes()[0]], 3),
            0x80..0x100 => (0xcc, 1),
            0x100..0x1_0000 => (0xcd, 2),
            0x1_0000..0x1_0000_0000 => (0xce, 4),
            _ => (0xcf, 8),
        };
        self.put([0xa1, key, marker], 3);
        self.put((number << (64 - 8 * width)).to_be_bytes(), width);
    }

    /// A one-letter key and the header of a text of `len` bytes.
    fn text(&mut self, key: u8, len: usize) {
        let [.., b4, b3, b2, b1] = (len as u64).to_be_bytes();
        match len {
            0..0x20 => self.put([0xa1, key, 0xa0 | b1], 3),
            0x20..0x100 => self.put([0xa1, key, 0xd9, b1], 4),
            0x100..0x1_0000 => self.put([0xa1, key, 0xda, b2, b1], 5),
            _ => self.put([0xa1, key, 0xdb, b4, b3, b2, b1], 7),
        }
    }

    /// Appends the first `len` of `bytes`. It copies all of them, since a copy of constant length is faster.
    fn put<const N: usize>(&mut self, bytes: [u8; N], len: usize) {
        if let Some(place) = self.place.get_mut(self.len..self.len + N) {
            place.copy_from_slice(&bytes);
            self.len += len;
        } else {
            debug_assert!(false, "the fields exceed bytes_max");
        }
    }
}

fn take_key<'a>(rest: &mut &'a [u8], key: u8) -> Option<&'a [u8]> {
    rest.strip_prefix(&[0xa1, key])
}

fn take_number(rest: &mut &[u8], key: u8) -> Option<u64> {
    let (marker, tail) = take_key(rest, key)?.split_first()?;
    let width = match marker {
        0..0x80 => {
            *rest = tail;
            return Some(u64::from(*marker));
        }
        0xcc => 1,
        0xcd => 2,
        0xce => 4,
        0xcf => 8,
        _ => return None,
    };
    let (digits, tail) = tail.split_at_checked(width)?;
    *rest = tail;
    Some(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
}

fn take_text<'a>(rest: &mut &'a [u8], key: u8) -> Option<&'a str> {
    let tail = take_key(rest, key)?;
    let (len, tail) = match tail {
        [marker @ 0xa0..=0xbf, tail @ ..] => (usize::from(marker & 0x1f), tail),
        [0xd9, b1, tail @ ..] => (usize::from(*b1), tail),
        [0xda, b2, b1, tail @ ..] => (usize::from(u16::from_be_bytes([*b2, *b1])), tail),
        _ => return None,
    };
    let (text, tail) = tail.split_at_checked(len)?;
    *rest = tail;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::super::body::MessageBody;
    use super::super::ids::{Timestamp, UserId};
    use super::super::message::{FromClient, encode};
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;

    fn by_serde<M: WireMessage>(message: &M) -> Vec<u8> {
        let mut out = Vec::new();
        let mut serializer = rmp_serde::Serializer::new(&mut out).with_struct_map();
        (M::KIND, message).serialize(&mut serializer).unwrap();
        out
    }

    fn by_encode<M: WireMessage>(message: &M) -> Vec<u8> {
        let mut out = Vec::new();
        encode(message, &mut out).unwrap();
        out.split_off(4)
    }

    fn number() -> impl Strategy<Value = u64> {
        (0u32..64, any::<u64>()).prop_map(|(shift, number)| number >> shift)
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![".{0,40}", ".{200,300}", Just("x".repeat(70_000))]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn entries_are_encoded_as_by_serde(
            (room, seq, time, author) in (number(), number(), number(), number()),
            (name, text, reply_to) in (".{0,40}", text(), proptest::option::of(number())),
        ) {
            let body = MessageBody { text, reply_to: reply_to.map(Seq), ..MessageBody::default() };
            let entry = Entry {
                room: RoomId(room),
                seq: Seq(seq),
                time: Timestamp(time),
                author: UserId(author),
                name: name.into(),
                body: Body::Message(body),
            };
            prop_assert_eq!(by_encode(&entry), by_serde(&entry));
        }

        #[test]
        fn answers_are_encoded_as_by_serde(id in any::<u32>(), (room, seq, time) in (number(), number(), number())) {
            let (id, room, seq, time) = (RequestId(id), RoomId(room), Seq(seq), Timestamp(time));
            let posted = Posted { id, room, seq, time, mentions: vec![], duplicate: false };
            prop_assert_eq!(by_encode(&posted), by_serde(&posted));
        }

        #[test]
        fn posts_are_decoded_as_encoded(
            (id, room, txn_id, text) in (any::<u32>(), number(), any::<[u8; 16]>(), text()),
            reply_to in proptest::option::of(number()),
        ) {
            let reply_to = reply_to.map(Seq);
            let post = Post { id: RequestId(id), room: RoomId(room), txn_id: TxnId(txn_id), text, reply_to };
            let frame = by_serde(&post);
            prop_assert_eq!(read_post(&frame).is_some(), reply_to.is_none() && post.text.len() < 0x1_0000);
            prop_assert_eq!(FromClient::decode(&frame), Ok(Some(FromClient::Post(post))));
        }

        #[test]
        fn damaged_posts_never_panic(cut in 0usize..40, flip in 0usize..40, bit in 0u8..8) {
            let (id, room, txn_id) = (RequestId(9), RoomId(300), TxnId([1; 16]));
            let mut frame = by_serde(&Post { id, room, txn_id, text: "hello".into(), reply_to: None });
            if let Some(byte) = frame.get_mut(flip) {
                *byte ^= 1 << bit;
            }
            frame.truncate(frame.len().saturating_sub(cut));
            let _ = FromClient::decode(&frame);
        }
    }
}
