//! What the client has posted and the server has not yet answered: kept in order, across connections.

use crate::wire::limits::OUTBOX_ENTRIES_MAX;
use crate::wire::{Body, Delete, Edit, FromClient, MessageBody, Post, React, RequestId, RoomId, TxnId};
use std::collections::{BTreeMap, VecDeque};

/// Something posted.
#[derive(Clone, Debug)]
pub(super) struct OutboxEntry {
    pub(super) txn_id: TxnId,
    pub(super) room: RoomId,
    /// A message, edit, deletion or reaction.
    pub(super) body: Body,
    /// Whether a server may have it.
    pub(super) sent: bool,
    /// Its place among all that this client has posted.
    pub(super) number: u64,
}

impl OutboxEntry {
    /// As it is sent under a request id; `None` for what clients do not post.
    fn request(&self, id: RequestId) -> Option<FromClient> {
        let (room, txn_id) = (self.room, self.txn_id);
        match self.body.clone() {
            Body::Message(MessageBody { text, reply_to, .. }) => {
                Some(FromClient::Post(Post { id, room, txn_id, text, reply_to }))
            }
            Body::Edited { target, text, .. } => {
                Some(FromClient::Edit(Edit { id, room, txn_id, target, text }))
            }
            Body::Deleted { target } => Some(FromClient::Delete(Delete { id, room, txn_id, target })),
            Body::Reacted { target, emoji, on } => {
                Some(FromClient::React(React { id, room, txn_id, target, emoji, on }))
            }
            Body::Created { .. } | Body::Joined | Body::Left { .. } | Body::Topic { .. } | Body::Other(_) => {
                None
            }
        }
    }
}

/// The send_queue.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Not sent on this connection, in order.
    waiting: VecDeque<OutboxEntry>,
    /// Sent on this connection and not answered.
    flying: BTreeMap<RequestId, OutboxEntry>,
    /// For rooms whose id at the server is not known at the moment, in order.
    parked: Vec<OutboxEntry>,
    last_number: u64,
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.flying.len() + self.parked.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= OUTBOX_ENTRIES_MAX
    }

    pub(super) fn in_flight(&self) -> usize {
        self.flying.len()
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn add(&mut self, txn_id: TxnId, room: RoomId, body: Body) {
        self.last_number += 1;
        self.waiting.push_back(OutboxEntry { txn_id, room, body, sent: false, number: self.last_number });
    }

    /// Whether anything can still be answered on this connection.
    pub(super) fn is_under_way(&self) -> bool {
        !self.waiting.is_empty() || !self.flying.is_empty()
    }

    /// The next request to send. Entries for rooms that `is_confirmed` denies are parked.
    pub(super) fn send_next(
        &mut self,
        id: RequestId,
        is_confirmed: impl Fn(RoomId) -> bool,
    ) -> Option<FromClient> {
        loop {
            let entry = self.waiting.pop_front()?;
            if !is_confirmed(entry.room) {
                self.parked.push(entry);
                continue;
            }
            if let Some(request) = entry.request(id) {
                self.flying.insert(id, OutboxEntry { sent: true, ..entry });
                return Some(request);
            }
        }
    }

    /// Takes out what was sent under this id.
    pub(super) fn answered(&mut self, id: RequestId) -> Option<OutboxEntry> {
        self.flying.remove(&id)
    }

    /// Puts back, in its place, what is to be sent again.
    pub(super) fn put_back(&mut self, entry: OutboxEntry) {
        let at = self.waiting.partition_point(|other| other.number < entry.number);
        self.waiting.insert(at, entry);
    }

    /// The connection is gone: what was not answered is sent again on the next, first and in the same order.
    pub(super) fn disconnected(&mut self) {
        while let Some((_, entry)) = self.flying.pop_last() {
            self.put_back(entry);
        }
    }

    /// A room is known by another id.
    pub(super) fn rename(&mut self, old: RoomId, new: RoomId) {
        for entry in self.waiting.iter_mut().chain(self.flying.values_mut()).chain(&mut self.parked) {
            if entry.room == old {
                entry.room = new;
            }
        }
    }

    /// A room has (again) an id at the server: what was parked for it may go.
    pub(super) fn settle(&mut self, old: RoomId, new: RoomId) {
        self.rename(old, new);
        let (ready, parked) =
            std::mem::take(&mut self.parked).into_iter().partition(|entry| entry.room == new);
        self.parked = parked;
        for entry in Vec::into_iter(ready) {
            self.put_back(entry);
        }
    }

    /// Takes out what is `doomed` and not under way.
    pub(super) fn abandon(&mut self, doomed: impl Fn(&OutboxEntry) -> bool) -> Vec<OutboxEntry> {
        let mut gone: Vec<OutboxEntry> = self.parked.extract_if(.., |entry| doomed(entry)).collect();
        let (out, kept): (VecDeque<_>, _) =
            std::mem::take(&mut self.waiting).into_iter().partition(|entry| doomed(entry));
        self.waiting = kept;
        gone.extend(out);
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_again_keeps_its_order() {
        let mut posts = Outbox::default();
        for number in 1..=4u8 {
            posts.add(TxnId([number; 16]), RoomId::LOBBY, Body::message(number.to_string()));
        }
        for id in 1..=3 {
            posts.send_next(RequestId(id), |_| true).unwrap();
        }
        // Refused one after the other, then the connection breaks.
        for id in 1..=2 {
            let entry = posts.answered(RequestId(id)).unwrap();
            posts.put_back(entry);
        }
        posts.disconnected();
        let order: Vec<u8> = posts.waiting.iter().map(|entry| entry.txn_id.0[0]).collect();
        assert_eq!(order, [1, 2, 3, 4]);
    }
}
