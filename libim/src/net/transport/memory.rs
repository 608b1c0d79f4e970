//! Connections inside the program.

use super::{AnyTransport, Read, Transport, Wakeups, Written};
use crate::engine::{Peer, SendQueue};
use crate::wire::limits::READ_BYTES_PER_TURN;
use mio::{Registry, Token};
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::rc::Rc;

/// One end of a connection inside the program.
#[derive(Debug)]
pub(in crate::net) struct Memory {
    ours: Rc<RefCell<End>>,
    theirs: Rc<RefCell<End>>,
}

/// What an end has received, and how it is woken.
#[derive(Debug, Default)]
struct End {
    token: Option<usize>,
    /// Bytes that the other end wrote and this one has not read; at most `READ_BYTES_PER_TURN`.
    inbox: Vec<u8>,
    /// The other end waits for space in the inbox.
    starving: bool,
    /// The other end writes no more.
    ended: bool,
    /// This end is closed.
    closed: bool,
}

impl Memory {
    /// Both ends of a new connection.
    pub(in crate::net) fn pair() -> (AnyTransport, AnyTransport) {
        let (first, second) = (Rc::<RefCell<End>>::default(), Rc::<RefCell<End>>::default());
        let end = |ours, theirs| AnyTransport::Memory(Box::new(Memory { ours, theirs }));
        (end(first.clone(), second.clone()), end(second, first))
    }
}

impl Transport for Memory {
    fn register(&mut self, _registry: &Registry, token: Token) -> io::Result<()> {
        self.ours.borrow_mut().token = Some(token.0);
        Ok(())
    }

    fn deregister(&mut self, _registry: &Registry, wakeups: &mut Wakeups) {
        let mut ours = self.ours.borrow_mut();
        (ours.token, ours.closed) = (None, true);
        drop(ours);
        self.begin_close(wakeups);
    }

    fn connected(&self) -> Option<io::Result<()>> {
        Some(Ok(()))
    }

    fn peer(&self) -> Peer {
        Peer::Program
    }

    fn is_established(&self) -> bool {
        true
    }

    fn read(&mut self, buffer: &mut [u8], wakeups: &mut Wakeups) -> Read {
        let mut ours = self.ours.borrow_mut();
        let count = ours.inbox.len().min(buffer.len());
        if count == 0 {
            return if ours.ended { Read::End } else { Read::Nothing };
        }
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ours.inbox.get(..count)) {
            to.copy_from_slice(from);
        }
        ours.inbox.drain(..count);
        if std::mem::take(&mut ours.starving) {
            wakeups.extend(self.theirs.borrow().token);
        }
        Read::Bytes(count, !ours.inbox.is_empty() || ours.ended)
    }

    fn write(&mut self, send_queue: &mut SendQueue, wakeups: &mut Wakeups) -> Written {
        let mut theirs = self.theirs.borrow_mut();
        if theirs.closed {
            return Written::Broken("the other end is gone".into());
        }
        while !send_queue.is_empty() {
            let mut slices = [IoSlice::new(&[])];
            send_queue.gather(&mut slices);
            let room = READ_BYTES_PER_TURN.saturating_sub(theirs.inbox.len());
            let bytes: &[u8] = slices.first().map_or(&[], |slice| slice);
            let count = bytes.len().min(room);
            theirs.inbox.extend_from_slice(bytes.get(..count).unwrap_or_default());
            if count == 0 {
                theirs.starving = true;
                break;
            }
            send_queue.advance(count);
        }
        wakeups.extend(theirs.token);
        if send_queue.is_empty() { Written::All } else { Written::Blocked }
    }

    fn wants_write(&self) -> bool {
        false
    }

    fn begin_close(&mut self, wakeups: &mut Wakeups) {
        let mut theirs = self.theirs.borrow_mut();
        theirs.ended = true;
        wakeups.extend(theirs.token);
    }
}
