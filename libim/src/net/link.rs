//! A connection as the loop sees it.

use super::transport::{AnyTransport, Read, Wakeups, Written};
use crate::engine::{ConnId, SendQueue};

/// What a connection is doing. Each moves down this list, and may skip stages or end at any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Dialled; the transport is connecting. Its engine does not know the connection yet.
    Connecting,
    /// Accepted; its first byte will tell which protocol the peer speaks. Its engine knows it, and may send.
    Detecting,
    /// Layers of the transport exchange bytes of their own. What the engine has to send waits; the engine of a dialled connection
    /// does not know it yet.
    Handshaking,
    /// Bytes go from and to the engine.
    Open,
    /// The sending side is closed; input is dropped until the peer closes its side too.
    Lingering,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) transport: AnyTransport,
    pub(super) stage: Stage,
    /// The connection, as its engine knows it.
    pub(super) conn: Option<ConnId>,
    /// The poll has reported that the peer ended its sending side.
    pub(super) ending: bool,
    /// The engine has bytes to send that the transport did not take.
    pub(super) blocked: bool,
}

impl Link {
    pub(super) fn new(transport: AnyTransport, stage: Stage) -> Link {
        Link { transport, stage, conn: None, ending: false, blocked: false }
    }

    /// Whether it was dialled and is not open yet.
    pub(super) fn is_opening(&self) -> bool {
        matches!(self.stage, Stage::Connecting | Stage::Handshaking) && self.conn.is_none()
    }

    /// Puts a layer over the transport, and begins its handshake.
    #[cfg(test)]
    pub(super) fn add_layer(&mut self, layer: impl FnOnce(AnyTransport) -> AnyTransport) {
        let nowhere = super::transport::Memory::pair().0;
        self.transport = layer(std::mem::replace(&mut self.transport, nowhere));
        self.stage = Stage::Handshaking;
    }

    /// Reads once.
    pub(super) fn read(&mut self, buffer: &mut [u8], wakeups: &mut Wakeups) -> Read {
        match self.transport.get_mut().read(buffer, wakeups) {
            // A short read is followed by another one, which finds the end.
            Read::Bytes(count, more) => Read::Bytes(count, more || self.ending),
            read @ (Read::Nothing | Read::End | Read::Broken(_)) => read,
        }
    }

    /// Writes the engine's bytes, as far as the transport takes them.
    pub(super) fn write(&mut self, send_queue: &mut SendQueue, wakeups: &mut Wakeups) -> Written {
        let written = match self.stage {
            Stage::Connecting | Stage::Handshaking | Stage::Lingering => Written::Blocked,
            Stage::Detecting | Stage::Open => self.transport.get_mut().write(send_queue, wakeups),
        };
        self.blocked = written == Written::Blocked;
        written
    }

    /// Writes what layers of the transport hold. Returns why the connection is broken, if it is.
    pub(super) fn flush(&mut self, wakeups: &mut Wakeups) -> Result<(), String> {
        if !self.transport.get().wants_write() {
            return Ok(());
        }
        match self.transport.get_mut().write(&mut SendQueue::default(), wakeups) {
            Written::All | Written::Blocked => Ok(()),
            Written::Broken(why) => Err(why),
        }
    }
}
