//! A connection as the loop sees it.

use super::transport::{AnyTransport, Layer, Memory, Read, Transport, Wakeups, Written};
use crate::engine::{ConnId, SendQueue};
use mio::Token;

/// What a connection is doing. It can end at any stage.
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

impl Stage {
    /// The stages that may follow.
    fn next(self) -> &'static [Stage] {
        match self {
            Stage::Connecting => &[Stage::Handshaking],
            Stage::Detecting => &[Stage::Handshaking, Stage::Open, Stage::Lingering],
            Stage::Handshaking => &[Stage::Open, Stage::Lingering],
            Stage::Open => &[Stage::Lingering],
            Stage::Lingering => &[],
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) struct Link {
    transport: AnyTransport,
    stage: Stage,
    /// The connection, as its engine knows it.
    conn: Option<ConnId>,
    /// The poll has reported that the peer ended its sending side.
    ending: bool,
    /// The engine has bytes to send that the transport did not take.
    blocked: bool,
}

impl Link {
    pub(super) fn new(transport: AnyTransport, stage: Stage) -> Link {
        Link { transport, stage, conn: None, ending: false, blocked: false }
    }

    pub(super) fn transport(&self) -> &dyn Transport {
        self.transport.get()
    }

    pub(super) fn transport_mut(&mut self) -> &mut dyn Transport {
        self.transport.get_mut()
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    pub(super) fn enter(&mut self, stage: Stage) {
        debug_assert!(self.stage.next().contains(&stage), "{:?} before {stage:?}", self.stage);
        self.stage = stage;
    }

    /// The connection, as its engine knows it.
    pub(super) fn conn(&self) -> Option<ConnId> {
        self.conn
    }

    pub(super) fn set_conn(&mut self, conn: ConnId) {
        self.conn = Some(conn);
    }

    /// The poll reports that the peer has ended its sending side.
    pub(super) fn note_end(&mut self) {
        self.ending = true;
    }

    /// Whether the engine waits to write, and can. It is told so once.
    pub(super) fn take_writable(&mut self) -> bool {
        matches!(self.stage, Stage::Detecting | Stage::Open) && std::mem::take(&mut self.blocked)
    }

    /// Closes the sending side. Returns false if it is closed already.
    pub(super) fn begin_close(&mut self, wakeups: &mut Wakeups) -> bool {
        if self.stage == Stage::Lingering {
            return false;
        }
        self.enter(Stage::Lingering);
        self.transport.get_mut().begin_close(wakeups);
        true
    }

    /// Whether it was dialled and is not open yet.
    pub(super) fn is_opening(&self) -> bool {
        matches!(self.stage, Stage::Connecting | Stage::Handshaking) && self.conn.is_none()
    }

    /// Puts a layer over the transport, and begins its handshake.
    pub(super) fn add_layer(&mut self, layer: Layer, token: Token, bytes: &[u8]) {
        let nowhere = Memory::pair().0;
        self.transport = layer.over(std::mem::replace(&mut self.transport, nowhere), token, bytes);
        self.enter(Stage::Handshaking);
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
