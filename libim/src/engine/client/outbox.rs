//! Posts that the server has not answered yet, kept in order across connections.

use super::content::Content;
use crate::wire::limits::OUTBOX_ENTRIES_MAX;
use crate::wire::{FromClient, RequestId, RoomId, TxnId};
use std::collections::{BTreeMap, VecDeque};

/// A post in the outbox.
#[derive(Clone, Debug)]
pub(super) struct OutboxEntry {
    pub(super) txn_id: TxnId,
    pub(super) room: RoomId,
    pub(super) content: Content,
    /// Whether it was sent, so that a server may have kept it.
    pub(super) sent: bool,
    /// Its position among all posts of this client.
    pub(super) number: u64,
}

/// The outbox.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Not sent on this connection, in order of `number`.
    waiting: VecDeque<OutboxEntry>,
    /// In flight: sent on this connection and not answered.
    flying: BTreeMap<RequestId, OutboxEntry>,
    /// For rooms that the server has not confirmed on this connection, in order.
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

    pub(super) fn add(&mut self, txn_id: TxnId, room: RoomId, content: Content) {
        self.last_number += 1;
        self.waiting.push_back(OutboxEntry { txn_id, room, content, sent: false, number: self.last_number });
    }

    /// All posts, in order.
    pub(super) fn all(&self) -> Vec<&OutboxEntry> {
        let mut all: Vec<_> = self.waiting.iter().chain(self.flying.values()).chain(&self.parked).collect();
        all.sort_unstable_by_key(|entry| entry.number);
        all
    }

    /// Adds a post of an earlier client.
    pub(super) fn restore(&mut self, txn_id: TxnId, room: RoomId, content: Content, sent: bool) {
        self.add(txn_id, room, content);
        if let Some(entry) = self.waiting.back_mut() {
            entry.sent = sent;
        }
    }

    /// Whether any post can still be answered on this connection.
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
            let request = entry.content.clone().request(id, entry.room, entry.txn_id);
            self.flying.insert(id, OutboxEntry { sent: true, ..entry });
            return Some(request);
        }
    }

    /// Removes and returns the post that was sent under this request id.
    pub(super) fn answered(&mut self, id: RequestId) -> Option<OutboxEntry> {
        self.flying.remove(&id)
    }

    /// Puts back, in order, a post that must be sent again.
    pub(super) fn put_back(&mut self, entry: OutboxEntry) {
        let at = self.waiting.partition_point(|other| other.number < entry.number);
        self.waiting.insert(at, entry);
    }

    /// The connection is gone: unanswered posts will be sent again on the next, first and in the same order.
    pub(super) fn disconnected(&mut self) {
        while let Some((_, entry)) = self.flying.pop_last() {
            self.put_back(entry);
        }
    }

    /// A room has another id.
    pub(super) fn rename(&mut self, old: RoomId, new: RoomId) {
        for entry in self.waiting.iter_mut().chain(self.flying.values_mut()).chain(&mut self.parked) {
            if entry.room == old {
                entry.room = new;
            }
        }
    }

    /// A room is confirmed, under the id `new`: its parked posts may be sent.
    pub(super) fn settle(&mut self, old: RoomId, new: RoomId) {
        self.rename(old, new);
        let (ready, parked) =
            std::mem::take(&mut self.parked).into_iter().partition(|entry| entry.room == new);
        self.parked = parked;
        for entry in Vec::into_iter(ready) {
            self.put_back(entry);
        }
    }

    /// Removes and returns the posts that are `doomed` and not in flight.
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
        let mut outbox = Outbox::default();
        for number in 1..=4u8 {
            let content = Content::Message { text: number.to_string(), reply_to: None };
            outbox.add(TxnId([number; 16]), RoomId::LOBBY, content);
        }
        for id in 1..=3 {
            outbox.send_next(RequestId(id), |_| true).unwrap();
        }
        // Two are refused, then the connection breaks.
        for id in 1..=2 {
            let entry = outbox.answered(RequestId(id)).unwrap();
            outbox.put_back(entry);
        }
        outbox.disconnected();
        let order: Vec<u8> = outbox.waiting.iter().map(|entry| entry.txn_id.0[0]).collect();
        assert_eq!(order, [1, 2, 3, 4]);
    }
}
