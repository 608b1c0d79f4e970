//! What the first byte of an accepted connection tells about its peer.

use super::transport::Layer;

/// A reply to a web browser.
const TO_A_BROWSER: &[u8] =
    b"HTTP/1.1 426 Upgrade Required\r\nContent-Type: text/plain\r\nConnection: close\r\n\
    Content-Length: 57\r\n\r\nThis is a libim chat server. Use a libim client instead.\n";
/// A reply to a TLS client: a fatal alert, `protocol_version` (RFC 8446, section 6).
const TO_TLS: &[u8] = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46];

/// What a peer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    /// The protocol of docs/protocol.md, or something that the engine refuses.
    Libim,
    /// A protocol that is not served here: its name for people, and the last bytes to the peer, in that protocol.
    Foreign(&'static str, &'static [u8]),
    /// A layer, inside which the protocol of docs/protocol.md is spoken.
    #[cfg_attr(not(test), allow(dead_code))] // there is none but that of the tests
    Layer(Layer),
}

impl Speaks {
    pub(super) fn of(first: u8) -> Speaks {
        match first {
            // A method.
            b'A'..=b'Z' => Speaks::Foreign("HTTP", TO_A_BROWSER),
            // A handshake record (RFC 8446, section 5.1).
            0x16 => Speaks::Foreign("TLS", TO_TLS),
            #[cfg(test)]
            super::transport::Choppy::FIRST_BYTE => Speaks::Layer(Layer::Choppy(5)),
            _ => Speaks::Libim,
        }
    }
}
