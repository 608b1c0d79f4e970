//! A room or private conversation and its entries.

use super::entry::{Entry, Move, Pending, PendingState, Said, What};
use libim::wire::{Body, Entry as RoomEntry, RoomId, RoomInfo, RoomKind, Seq, SmolStr, TxnId, UserId};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// Users in one item about joins and leaves; the oldest beyond it are dropped.
const MOVES_MAX: usize = 500;

/// The state of a private conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Messages can be posted.
    Open,
    /// The server has no such conversation at the moment; the next message opens it.
    Closed,
}

/// A room.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Room {
    pub id: RoomId,
    pub kind: RoomKind,
    pub name: SmolStr,
    pub topic: SmolStr,
    pub count: u32,
    /// The other user of a private conversation.
    pub peer: Option<UserId>,
    pub life: Life,
    /// The new user of the peer's name whom a divider has announced.
    pub announced: Option<UserId>,
    pub entries: VecDeque<Entry>,
    pub pending: Vec<Pending>,
    /// The first backlog has arrived.
    pub joined: bool,
    /// The server has older messages.
    pub more: bool,
    /// A page of older messages is being fetched.
    pub loading: bool,
    /// Fetching a page failed; it is requested again when the user scrolls back to the top.
    pub stuck: bool,
    /// Every entry up to here is present, or known to be lost.
    pub known: u64,
    /// The user has read up to here.
    pub read: u64,
    /// The entry below the unread line; 0 for none.
    pub unread_from: u64,
    /// Messages after `read` by other users.
    pub fresh: usize,
    /// Those among them that mention the user.
    pub mentions: usize,
    pub muted: bool,
    /// The draft.
    pub draft: String,
    /// Who is typing, and when that expires.
    pub typing: BTreeMap<UserId, (String, u64)>,
    /// How far other users have read.
    pub receipts: BTreeMap<UserId, u64>,
    /// Long messages shown in full, by sequence number and time.
    pub unfolded: HashSet<(u64, u64)>,
    /// Incremented by every visible change above the newest entry; it invalidates cached layouts.
    pub revision: u64,
}

impl Room {
    pub fn new(info: &RoomInfo) -> Room {
        Room {
            id: info.room,
            kind: info.kind,
            name: info.name.clone(),
            topic: info.topic.clone(),
            count: info.members,
            peer: info.peer,
            life: Life::Open,
            announced: info.peer,
            entries: VecDeque::new(),
            pending: Vec::new(),
            joined: false,
            more: false,
            loading: false,
            stuck: false,
            known: 0,
            read: info.read.0,
            unread_from: 0,
            fresh: 0,
            mentions: 0,
            muted: false,
            draft: String::new(),
            typing: BTreeMap::new(),
            receipts: BTreeMap::new(),
            unfolded: HashSet::new(),
            revision: 0,
        }
    }

    /// A private conversation restored from an earlier run, which the server does not know (yet).
    pub fn remembered(id: RoomId, name: &str) -> Room {
        let info = RoomInfo {
            room: id,
            kind: RoomKind::Direct,
            name: name.into(),
            topic: "".into(),
            head: Seq(0),
            members: 1,
            peer: None,
            read: Seq(0),
        };
        Room { life: Life::Closed, ..Room::new(&info) }
    }

    pub fn is_direct(&self) -> bool {
        self.kind == RoomKind::Direct
    }

    pub fn label(&self) -> String {
        if self.is_direct() { format!("@{}", self.name) } else { format!("#{}", self.name) }
    }

    pub fn rank(&self) -> u8 {
        match self.kind {
            RoomKind::Lobby => 0,
            RoomKind::Public | RoomKind::Other(_) => 1,
            RoomKind::Direct => 2,
        }
    }

    pub fn last_seq(&self) -> u64 {
        self.entries.back().map_or(0, |entry| entry.seq)
    }

    /// The first entry that the server has.
    pub fn first_seq(&self) -> u64 {
        let known = |entry: &&Entry| {
            entry.seq > 0 && !matches!(entry.what, What::Local(_) | What::Divider(_) | What::Past(_))
        };
        self.entries.iter().find(known).map_or(0, |entry| entry.seq)
    }

    /// The index of an entry in the list, by its sequence number.
    pub fn index_of(&self, seq: u64) -> Option<usize> {
        let start = self.entries.partition_point(|entry| entry.seq < seq);
        let same = self.entries.iter().skip(start).take_while(|entry| entry.seq == seq);
        let real = same.take(4).position(|entry| match entry.what {
            What::Said(_) | What::System(_) | What::Moves(_) => true,
            What::Past(_) | What::Divider(_) | What::Local(_) => false,
        })?;
        (seq > 0).then_some(start + real)
    }

    pub fn said(&self, seq: u64) -> Option<&Said> {
        match &self.entries.get(self.index_of(seq)?)?.what {
            What::Said(said) => Some(said),
            What::Past(_) | What::System(_) | What::Moves(_) | What::Divider(_) | What::Local(_) => None,
        }
    }

    pub fn said_mut(&mut self, seq: u64) -> Option<&mut Said> {
        let index = self.index_of(seq)?;
        self.revision += 1;
        match &mut self.entries.get_mut(index)?.what {
            What::Said(said) => Some(said),
            What::Past(_) | What::System(_) | What::Moves(_) | What::Divider(_) | What::Local(_) => None,
        }
    }

    /// Adds an entry in sequence order. Returns whether it is a message.
    pub fn add(&mut self, event: &RoomEntry, me: UserId) -> bool {
        let (seq, time) = (event.seq.0, event.time.0);
        self.known = self.known.max(seq);
        self.settle_pending();
        let what = match &event.body {
            Body::Message(_) => What::Said(Box::new(Said::of(event, me))),
            Body::Edited { target, text, .. } => {
                if let Some(said) = self.said_mut(target.0).filter(|said| !said.deleted) {
                    said.text.clone_from(text);
                    said.edited = true;
                }
                return false;
            }
            Body::Deleted { target } => {
                if let Some(said) = self.said_mut(target.0) {
                    said.deleted = true;
                    said.text.clear();
                    said.reactions.clear();
                }
                self.count_unread(me);
                return false;
            }
            Body::Reacted { target, emoji, on } => {
                if let Some(said) = self.said_mut(target.0) {
                    said.react(event.author, &event.name, emoji, *on);
                }
                return false;
            }
            Body::Created { .. } | Body::Joined if self.is_direct() => return false,
            Body::Created { .. } => {
                What::System(format!("{} made this room", crate::text::isolated(&event.name)))
            }
            Body::Joined => {
                self.moved(seq, time, Move::joined(&event.name));
                return false;
            }
            Body::Left { reason, text } => {
                self.moved(seq, time, Move::left(&event.name, Some(*reason), text));
                return false;
            }
            Body::Topic { text } => {
                self.topic = text.as_str().into();
                let name = crate::text::isolated(&event.name);
                What::System(if text.is_empty() {
                    format!("{name} removed the topic")
                } else {
                    format!("{name} set the topic: {}", crate::text::isolated(text))
                })
            }
            Body::Other(_) => return false,
        };
        let is_said = matches!(what, What::Said(_));
        let entry = Entry { seq, time, what };
        if seq > self.last_seq() {
            self.entries.push_back(entry);
        } else if self.index_of(seq).is_none() {
            let at = self.entries.partition_point(|known| known.seq < seq);
            self.entries.insert(at, entry);
            self.revision += 1;
        } else {
            return false;
        }
        is_said
    }

    /// Adds a join or leave; consecutive ones share an item. `seq` is 0 if the server keeps no entry of it.
    pub fn moved(&mut self, seq: u64, time: u64, step: Move) {
        let last = self.last_seq();
        if seq > 0 && seq <= last {
            return;
        }
        // The last item is never cached, so it can grow.
        if let Some(entry) = self.entries.back_mut()
            && let What::Moves(moves) = &mut entry.what
        {
            if moves.len() >= MOVES_MAX {
                moves.remove(0);
            }
            moves.push(step);
            entry.seq = entry.seq.max(seq);
            return;
        }
        self.entries.push_back(Entry { seq: seq.max(last), time, what: What::Moves(vec![step]) });
    }

    /// Adds a local note.
    pub fn note(&mut self, time: u64, text: String) {
        self.entries.push_back(Entry { seq: self.last_seq(), time, what: What::Local(text) });
    }

    /// Adds a divider at the end.
    pub fn divide(&mut self, time: u64, text: String) {
        self.entries.push_back(Entry { seq: self.last_seq(), time, what: What::Divider(text) });
    }

    /// The number of other users who have read up to an entry.
    pub fn readers(&self, seq: u64, me: UserId) -> usize {
        self.receipts.iter().filter(|(user, read)| **user != me && **read >= seq).count()
    }

    /// The user's last message that can be edited.
    pub fn last_own(&self, me: UserId) -> Option<u64> {
        self.last_said(|author| author == me)
    }

    /// The last message of another user before this one.
    pub fn last_of_others(&self, me: UserId, before: u64) -> Option<u64> {
        let mut messages = self.messages().filter(|(seq, _)| *seq < before);
        messages.find(|(_, said)| said.author != me && !said.deleted).map(|(seq, _)| seq)
    }

    /// The last message.
    pub fn last(&self) -> Option<u64> {
        self.last_said(|_| true)
    }

    fn last_said(&self, by: impl Fn(UserId) -> bool) -> Option<u64> {
        self.messages().find(|(_, said)| by(said.author) && !said.deleted).map(|(seq, _)| seq)
    }

    /// Messages that the server has, newest first.
    pub fn messages(&self) -> impl Iterator<Item = (u64, &Said)> {
        self.entries.iter().rev().filter_map(|entry| match &entry.what {
            What::Said(said) => Some((entry.seq, said.as_ref())),
            What::Past(_) | What::System(_) | What::Moves(_) | What::Divider(_) | What::Local(_) => None,
        })
    }

    /// Marks everything up to `seq` as read. Returns the mark to send to the server, if it moved.
    pub fn see(&mut self, seq: u64, me: UserId) -> Option<u64> {
        if seq <= self.read {
            return None;
        }
        self.read = seq;
        self.count_unread(me);
        Some(seq)
    }

    /// Counts unread messages. Only entries after the read mark are examined.
    pub fn count_unread(&mut self, me: UserId) {
        let read = self.read;
        let unread = self.messages().take_while(|(seq, _)| *seq > read);
        let unread = unread.filter(|(_, said)| said.author != me && !said.deleted);
        let (mut fresh, mut mentions) = (0, 0);
        for (_, said) in unread {
            fresh += 1;
            mentions += usize::from(said.for_me);
        }
        (self.fresh, self.mentions) = (fresh, mentions);
    }

    /// The first unread message of another user.
    pub fn first_unread(&self, me: UserId) -> Option<u64> {
        let read = self.read;
        let unread = self.messages().take_while(|(seq, _)| *seq > read);
        unread.filter(|(_, said)| said.author != me && !said.deleted).map(|(seq, _)| seq).last()
    }

    /// A pending message was stored. It is removed once its entry is present or known to be lost.
    pub fn stored(&mut self, txn_id: TxnId, seq: u64) {
        if let Some(pending) = self.pending.iter_mut().find(|it| it.txn_id == txn_id) {
            pending.state = PendingState::Stored(seq);
        }
        self.settle_pending();
    }

    pub(super) fn settle_pending(&mut self) {
        let known = self.known;
        self.pending.retain(|it| !matches!(it.state, PendingState::Stored(seq) if seq <= known));
    }

    /// A post failed. Returns false if it was not a message.
    pub fn failed(&mut self, txn_id: TxnId, why: &str) -> bool {
        let Some(pending) = self.pending.iter_mut().find(|it| it.txn_id == txn_id) else { return false };
        pending.state = PendingState::Failed(why.into());
        true
    }

    /// Removes a pending message.
    pub fn take_pending(&mut self, txn_id: TxnId) -> Option<Pending> {
        let at = self.pending.iter().position(|it| it.txn_id == txn_id)?;
        Some(self.pending.remove(at))
    }
}
