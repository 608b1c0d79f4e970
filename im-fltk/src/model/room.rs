//! A room with what was said in it.

use libim::wire::{Body, Cid, Event, RoomId, RoomInfo, RoomKind, Seq, SmolStr, UserId};
use std::collections::{BTreeMap, VecDeque};

/// Notes in a row that are shown: who comes and goes must not hide what is said.
const NOTES_MAX: usize = 20;
/// Entries that a room keeps in memory, and how many go when there are more.
const ENTRIES_MAX: usize = 200_000;
const ENTRIES_TRIMMED: usize = 50_000;

/// One thing in the list of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place; a local note has that of the entry before it.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub time: u64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Somebody said something.
    Said(Box<Said>),
    /// Something happened that lasts: somebody entered, the topic changed.
    System(String),
    /// Something happened that nobody keeps: somebody came or went.
    Local(String),
    /// Somebody said something that the server has lost since; its place is 0.
    Past(Box<Said>),
}

/// Something said, in its present state.
#[allow(clippy::struct_excessive_bools)] // independent facts
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Said {
    pub author: UserId,
    pub name: SmolStr,
    pub text: String,
    pub reply_to: Option<u64>,
    pub edited: bool,
    pub deleted: bool,
    /// It names this client's person.
    pub for_me: bool,
    /// It was said before the person came.
    pub old: bool,
    pub reactions: Vec<(String, Vec<SmolStr>)>,
}

/// Something that the server has not answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub cid: Cid,
    pub text: String,
    pub time: u64,
    /// Why the server refused it.
    pub failed: Option<String>,
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
    pub entries: VecDeque<Entry>,
    pub pending: Vec<Pending>,
    /// There are older messages at the server.
    pub more: bool,
    /// A page of them is on its way.
    pub loading: bool,
    /// A page did not come: it is asked for again when the person comes back to it.
    pub stuck: bool,
    /// Up to here the person has read.
    pub read: u64,
    /// Where the line of unread messages is drawn; 0: nowhere.
    pub unread_from: u64,
    /// Messages after `read` that are not the person's own.
    pub fresh: usize,
    /// Those among them that name the person.
    pub mentions: usize,
    pub muted: bool,
    /// Text that is being written.
    pub draft: String,
    /// Who types, and until when that is believed.
    pub typing: BTreeMap<UserId, (String, u64)>,
    /// How far others have read.
    pub receipts: BTreeMap<UserId, u64>,
    /// Grows with every change of what is shown above the newest: layouts made before are void.
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
            entries: VecDeque::new(),
            pending: Vec::new(),
            more: false,
            loading: false,
            stuck: false,
            read: info.read.0,
            unread_from: 0,
            fresh: 0,
            mentions: 0,
            muted: false,
            draft: String::new(),
            typing: BTreeMap::new(),
            receipts: BTreeMap::new(),
            revision: 0,
        }
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

    pub fn first_seq(&self) -> u64 {
        let kept = |entry: &&Entry| entry.seq > 0 && !matches!(entry.what, What::Local(_));
        self.entries.iter().find(kept).map_or(0, |entry| entry.seq)
    }

    /// Where an entry is in the list.
    pub fn index_of(&self, seq: u64) -> Option<usize> {
        let start = self.entries.partition_point(|entry| entry.seq < seq);
        // The first of a place is the entry itself; local notes come after it.
        self.entries.get(start).filter(|entry| entry.seq == seq && !matches!(entry.what, What::Local(_)))?;
        Some(start)
    }

    pub fn said(&self, seq: u64) -> Option<&Said> {
        match &self.entries.get(self.index_of(seq)?)?.what {
            What::Said(said) => Some(said),
            What::System(_) | What::Local(_) | What::Past(_) => None,
        }
    }

    fn said_mut(&mut self, seq: u64) -> Option<&mut Said> {
        let index = self.index_of(seq)?;
        self.revision += 1;
        match &mut self.entries.get_mut(index)?.what {
            What::Said(said) => Some(said),
            What::System(_) | What::Local(_) | What::Past(_) => None,
        }
    }

    /// Adds what happened, in the room's order. True: somebody said something.
    pub fn add(&mut self, event: &Event, me: UserId, old: bool) -> bool {
        let (seq, time) = (event.seq.0, event.time.0);
        let what = match &event.body {
            Body::Message(_) => What::Said(Box::new(said(event, me, old))),
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
                return false;
            }
            Body::Reacted { target, emoji, on } => {
                self.react(*target, &event.name, emoji, *on);
                return false;
            }
            Body::Created { .. } => What::System(format!("{} made this room", event.name)),
            Body::Joined => What::System(format!("{} has entered", event.name)),
            Body::Left { reason, text } if text.is_empty() => {
                What::System(format!("{} has left ({reason})", event.name))
            }
            Body::Left { reason, text } => {
                What::System(format!("{} has left ({reason}: {text})", event.name))
            }
            Body::Topic { text } => {
                self.topic = text.as_str().into();
                What::System(format!("{} has set the topic: {text}", event.name))
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
        }
        is_said
    }

    /// Forgets the oldest entries when there are very many; they can be loaded again. Not while somebody reads them.
    pub fn trim(&mut self) {
        if self.entries.len() > ENTRIES_MAX {
            self.entries.drain(..ENTRIES_TRIMMED);
            self.more = true;
            self.revision += 1;
        }
    }

    /// Adds what was said while one was not there, or before one came.
    pub fn add_backlog(&mut self, events: &[Event], me: UserId) {
        for event in events {
            let unread =
                event.seq.0 > self.read && event.author != me && self.index_of(event.seq.0).is_none();
            let said = self.add(event, me, !unread);
            if let Some(said) = self.said(event.seq.0).filter(|it| said && unread && !it.deleted) {
                self.mentions += usize::from(said.for_me);
                self.fresh += 1;
            }
        }
        self.trim();
    }

    /// Adds a page of older messages; how many entries are new.
    pub fn add_page(&mut self, events: &[Event], me: UserId) -> usize {
        let before = self.entries.len();
        // What the server knows comes after what only this window remembers.
        let start = self.entries.partition_point(|entry| entry.seq == 0);
        for event in events.iter().rev() {
            let first = self.first_seq();
            let older = first == 0 || event.seq.0 < first;
            if older && event.is_message() {
                let entry = Entry {
                    seq: event.seq.0,
                    time: event.time.0,
                    what: What::Said(Box::new(said(event, me, true))),
                };
                self.entries.insert(start, entry);
            }
        }
        self.revision += 1;
        self.entries.len() - before
    }

    /// Notes something that nobody keeps. Of many in a row only the last ones stay.
    pub fn note(&mut self, time: u64, text: String) {
        let row = self.entries.iter().rev().take_while(|it| matches!(it.what, What::Local(_))).count();
        if row >= NOTES_MAX {
            self.entries.remove(self.entries.len() - row);
            self.revision += 1;
        }
        self.entries.push_back(Entry { seq: self.last_seq(), time, what: What::Local(text) });
    }

    fn react(&mut self, target: Seq, name: &SmolStr, emoji: &str, on: bool) {
        let Some(said) = self.said_mut(target.0) else { return };
        let at = said.reactions.iter().position(|(known, _)| known == emoji);
        match (at, on) {
            (Some(at), true) => {
                if let Some((_, names)) =
                    said.reactions.get_mut(at).filter(|(_, names)| !names.contains(name))
                {
                    names.push(name.clone());
                }
            }
            (None, true) => said.reactions.push((emoji.into(), vec![name.clone()])),
            (Some(at), false) => {
                if let Some((_, names)) = said.reactions.get_mut(at) {
                    names.retain(|known| known != name);
                }
                said.reactions.retain(|(_, names)| !names.is_empty());
            }
            (None, false) => {}
        }
    }

    /// How many others have read up to an entry.
    pub fn readers(&self, seq: u64, me: UserId) -> usize {
        self.receipts.iter().filter(|(user, read)| **user != me && **read >= seq).count()
    }

    /// The person's last message that can still be changed.
    pub fn last_own(&self, me: UserId) -> Option<u64> {
        self.last_said(|author| author == me)
    }

    /// The last message of anybody else.
    pub fn last_of_others(&self, me: UserId) -> Option<u64> {
        self.last_said(|author| author != me)
    }

    /// The last message of anybody.
    pub fn last(&self) -> Option<u64> {
        self.last_said(|_| true)
    }

    fn last_said(&self, by: impl Fn(UserId) -> bool) -> Option<u64> {
        self.entries.iter().rev().find_map(|entry| match &entry.what {
            What::Said(said) if by(said.author) && !said.deleted => Some(entry.seq),
            What::Said(_) | What::System(_) | What::Local(_) | What::Past(_) => None,
        })
    }

    /// The newest message before `before` that contains this, in small letters.
    pub fn find(&self, wanted: &str, before: u64) -> Option<u64> {
        self.entries.iter().rev().filter(|entry| entry.seq < before).find_map(|entry| match &entry.what {
            What::Said(said) if said.text.to_lowercase().contains(wanted) => Some(entry.seq),
            What::Said(_) | What::System(_) | What::Local(_) | What::Past(_) => None,
        })
    }

    /// The server has lost its data: places of before mean nothing now. What is on the screen stays there, without a place.
    pub fn begin_anew(&mut self, now: u64) {
        let known = self.entries.iter().any(|entry| entry.seq > 0);
        for entry in &mut self.entries {
            entry.seq = 0;
            if let What::Said(said) = &mut entry.what {
                let said = Said { reply_to: None, ..std::mem::take(said.as_mut()) };
                entry.what = What::Past(Box::new(said));
            }
        }
        self.receipts.clear();
        self.typing.clear();
        (self.read, self.unread_from) = (0, 0);
        (self.more, self.loading, self.stuck) = (false, false, false);
        self.revision += 1;
        if known {
            self.note(now, "The server was started anew: what stands above is only here now".into());
        }
    }

    /// The person has seen everything.
    pub fn see_all(&mut self) -> Option<u64> {
        let last = self.last_seq();
        self.fresh = 0;
        self.mentions = 0;
        (last > self.read).then(|| {
            self.read = last;
            last
        })
    }
}

fn said(event: &Event, me: UserId, old: bool) -> Said {
    let Body::Message(message) = &event.body else {
        return Said {
            author: event.author,
            name: event.name.clone(),
            text: String::new(),
            reply_to: None,
            edited: false,
            deleted: true,
            for_me: false,
            old,
            reactions: Vec::new(),
        };
    };
    Said {
        author: event.author,
        name: event.name.clone(),
        text: message.text.clone(),
        reply_to: message.reply_to.map(|seq| seq.0),
        edited: message.edited.is_some(),
        deleted: message.deleted,
        for_me: message.mentions.contains(&me) && event.author != me,
        old,
        reactions: message.reactions.iter().map(|it| (it.emoji.clone(), it.names.clone())).collect(),
    }
}
