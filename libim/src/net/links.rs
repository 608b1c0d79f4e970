//! The connections of a loop: each is moved through its stages, and its bytes to and from its engine.

use super::endpoint::EndpointKey;
use super::event_loop::Loop;
use super::first_byte::Speaks;
use super::link::{Link, Stage};
use super::sources::{Kind, LINGER_TIME_MAX, Timer};
use super::transport::{AnyTransport, Layer, Read};
use crate::core::Now;
use crate::engine::{Peer, SendQueue};
use mio::Token;
use std::cmp::Reverse;

/// Reads of the rest of a broken connection's input, each of up to `READ_BYTES_PER_TURN`.
const REST_READS_MAX: usize = 16;

impl Loop {
    /// Reads from a connection, or from what else may be at this token.
    pub(super) fn handle_readable(&mut self, now: Now, token: usize) {
        let Some(source) = self.sources.slab.get_mut(token) else { return };
        source.queued = false;
        match &source.kind {
            Kind::Listener(_) => self.handle_acceptable(now, token),
            Kind::Link(link) => match link.stage() {
                Stage::Connecting => {}
                Stage::Lingering => self.drop_input(now, token),
                Stage::Handshaking => self.read(now, token),
                Stage::Detecting | Stage::Open => {
                    // An engine that wants no bytes now resumes reading with `Action::Resume`.
                    if self.wants_bytes(token) {
                        self.read(now, token);
                    }
                }
            },
            #[cfg(unix)]
            Kind::Watched(_) => {}
        }
    }

    fn read(&mut self, now: Now, token: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read_into(token, &mut buffer);
        self.finish_handshake(now, token);
        match read {
            Read::Bytes(count, more) => {
                self.handle_bytes(now, token, buffer.get(..count).unwrap_or_default());
                if more {
                    self.read_again(token);
                }
                self.answer(now, token);
            }
            Read::Nothing => self.answer(now, token),
            Read::End => self.lose(now, token, "the other side closed the connection"),
            Read::Broken(why) => self.lose(now, token, &why),
        }
        self.buffer = buffer;
    }

    /// Writes what layers answer to what they have read. The poll does not report again that a transport is writable.
    fn answer(&mut self, now: Now, token: usize) {
        if self.sources.link(token).is_some_and(|link| link.transport().wants_write()) {
            self.handle_writable(now, token);
        }
    }

    fn read_into(&mut self, token: usize, buffer: &mut [u8]) -> Read {
        self.sources.link_mut(token).map_or(Read::Nothing, |(link, wakeups)| link.read(buffer, wakeups))
    }

    /// Passes bytes to the engine, from the first one on that is known to be meant for it.
    fn handle_bytes(&mut self, now: Now, token: usize, bytes: &[u8]) {
        let detecting = self.sources.link(token).is_some_and(|link| link.stage() == Stage::Detecting);
        if detecting && let Some(first) = bytes.first() {
            match Speaks::of(*first) {
                Speaks::Libim => self.set_stage(token, Stage::Open),
                Speaks::Foreign(protocol, reply) => return self.refuse(now, token, protocol, reply),
                Speaks::Layer(layer) => return self.add_layer(now, token, layer, bytes),
            }
        }
        if let Some((owner, conn)) = self.sources.conn_at(token)
            && !bytes.is_empty()
        {
            self.with_machine(owner, |machine| machine.handle_bytes(now, conn, bytes));
        }
    }

    /// Puts a layer over an accepted connection, which has read the beginning of the layer's handshake.
    fn add_layer(&mut self, now: Now, token: usize, layer: Layer, bytes: &[u8]) {
        if let Some((link, _)) = self.sources.link_mut(token) {
            link.add_layer(layer, Token(token), bytes);
        }
        self.handle_writable(now, token);
        self.read_again(token);
    }

    /// Answers a peer in its own protocol, and closes the connection.
    fn refuse(&mut self, now: Now, token: usize, protocol: &'static str, reply: &[u8]) {
        if let Some((owner, conn)) = self.sources.conn_at(token) {
            self.with_machine(owner, |machine| machine.handle_foreign(now, conn, protocol));
        }
        if let Some((link, wakeups)) = self.sources.link_mut(token) {
            // A new connection takes these few bytes at once.
            let _ = link.write(&mut SendQueue::of(reply), wakeups);
        }
        self.begin_close(now, token);
    }

    /// Moves a connection whose handshakes are complete to its engine.
    pub(super) fn finish_handshake(&mut self, now: Now, token: usize) {
        let Some(link) = self.sources.link(token) else { return };
        if link.stage() != Stage::Handshaking || !link.transport().is_established() {
            return;
        }
        let (accepted, peer) = (link.conn().is_some(), link.transport().peer());
        self.set_stage(token, Stage::Open);
        if accepted {
            self.handle_writable(now, token);
        } else {
            self.end_race(token);
            self.open(now, token, peer);
        }
        // Layers may hold what came with the end of the handshake.
        self.read_again(token);
    }

    pub(super) fn set_stage(&mut self, token: usize, stage: Stage) {
        if let Some((link, _)) = self.sources.link_mut(token) {
            link.enter(stage);
        }
    }

    /// Handles that a connection may take bytes: those of its layers come first.
    pub(super) fn handle_writable(&mut self, now: Now, token: usize) {
        let Some((link, wakeups)) = self.sources.link_mut(token) else { return };
        if let Err(why) = link.flush(wakeups) {
            return self.lose(now, token, &why);
        }
        if link.take_writable()
            && let Some((owner, conn)) = self.sources.conn_at(token)
        {
            self.with_machine(owner, |machine| machine.handle_writable(now, conn));
        }
        self.finish_handshake(now, token);
    }

    /// Handles connections that were woken by their peers inside the program, or by their own layers.
    pub(super) fn handle_wakeups(&mut self, now: Now) {
        for token in std::mem::take(&mut self.sources.wakeups) {
            self.handle_writable(now, token);
            self.read_again(token);
        }
    }

    fn wants_bytes(&mut self, token: usize) -> bool {
        let Some((owner, conn)) = self.sources.conn_at(token) else { return false };
        self.endpoint(owner).is_some_and(|endpoint| endpoint.engine.machine().wants_bytes(conn))
    }

    /// Reads the rest of the input of a connection whose sending side is broken.
    pub(super) fn read_rest(&mut self, now: Now, token: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for _ in 0..REST_READS_MAX {
            if !self.wants_bytes(token) {
                break;
            }
            // A layer may have read something that is not for the engine.
            let (Read::Bytes(count @ 1.., _) | Read::Bytes(count @ 0, true)) =
                self.read_into(token, &mut buffer)
            else {
                break;
            };
            self.handle_bytes(now, token, buffer.get(..count).unwrap_or_default());
        }
        self.buffer = buffer;
    }

    /// Drops the input of a connection that this side has closed.
    fn drop_input(&mut self, now: Now, token: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.read_into(token, &mut buffer) {
            Read::Bytes(_, true) => self.read_again(token),
            Read::Bytes(_, false) | Read::Nothing => {}
            Read::End | Read::Broken(_) => self.close(now, token, "closed"),
        }
        self.answer(now, token);
        self.buffer = buffer;
    }

    /// Has a source read again in the next turn.
    pub(super) fn read_again(&mut self, token: usize) {
        if let Some(source) = self.sources.slab.get_mut(token)
            && !source.queued
        {
            source.queued = true;
            self.pending_reads.push_back(token);
        }
    }

    /// Adds an accepted connection. A connection that cannot be polled is closed.
    pub(super) fn accepted(&mut self, now: Now, owner: EndpointKey, transport: AnyTransport, peer: Peer) {
        let added = self.sources.add_link(self.poll.registry(), owner, transport, Stage::Detecting);
        if let Ok(token) = added {
            self.open(now, token, peer);
        }
    }

    /// Notifies the engine of an open connection, and closes it if the engine does not want it.
    pub(super) fn open(&mut self, now: Now, token: usize, peer: Peer) {
        let Some(owner) = self.sources.slab.get(token).map(|source| source.owner) else { return };
        let conn = self.with_machine(owner, |machine| machine.handle_opened(now, token, peer)).flatten();
        match (self.sources.link_mut(token), conn) {
            (Some((link, _)), Some(conn)) => link.set_conn(conn),
            (Some(_), None) | (None, _) => {
                self.sources.remove(self.poll.registry(), token);
            }
        }
    }

    /// Closes the sending side of a connection, and waits a little for its peer to close the other.
    pub(super) fn begin_close(&mut self, now: Now, token: usize) {
        let Some(serial) = self.sources.serial_of(token) else { return };
        let Some((link, wakeups)) = self.sources.link_mut(token) else { return };
        if !link.begin_close(wakeups) {
            return;
        }
        self.timers.push(Reverse((now.mono + LINGER_TIME_MAX, Timer::Linger(token, serial))));
        self.read_again(token);
    }

    /// Ends a connection that is broken or was closed by its peer. A client whose connection was not open yet tries its server's
    /// other addresses.
    fn lose(&mut self, now: Now, token: usize, why: &str) {
        if self.sources.link(token).is_some_and(Link::is_opening) {
            self.abandon_opening(now, token, why);
        } else {
            self.close(now, token, why);
        }
    }

    /// Removes a connection and notifies its engine.
    pub(super) fn close(&mut self, now: Now, token: usize, why: &str) {
        let Some(source) = self.sources.remove(self.poll.registry(), token) else { return };
        if let Kind::Link(link) = source.kind
            && let Some(conn) = link.conn()
        {
            self.with_machine(source.owner, |machine| machine.handle_closed(now, conn, why));
        }
    }
}
