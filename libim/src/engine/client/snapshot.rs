//! Snapshots: what a client needs to go on after its program has ended.

use super::content::Content;
use super::sync::Sync;
use super::{Client, ClientConfig, Room};
use crate::wire::{Epoch, RoomId, RoomInfo, Seq, SmolStr, Token, TxnId, UserId};
use serde::{Deserialize, Serialize};

/// What a client needs to go on after its program has ended, as the same person, without loss or double: the session, how far each
/// room was delivered, and the posts that are not answered. Write it with any format of `serde`, and give it to a new client in
/// [`ClientConfig::snapshot`]. It contains the session token: whoever has it can act as this person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    token: Option<Token>,
    epoch: Option<Epoch>,
    generation: u64,
    last_own_id: u64,
    me: Option<(UserId, SmolStr)>,
    rooms: Vec<KeptRoom>,
    posts: Vec<KeptPost>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptRoom {
    id: RoomId,
    info: RoomInfo,
    cursor: Seq,
    read: Seq,
    counted: Seq,
    backlog_due: bool,
    reborn: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptPost {
    txn_id: TxnId,
    room: RoomId,
    sent: bool,
    what: Content,
}

impl Client {
    /// What a new client needs to go on where this one is now; see [`Snapshot`]. `None` while events wait to be polled: they would be
    /// lost. A post is in it as soon as it was posted, so a program that keeps a snapshot before the next turn of its loop loses none.
    /// Entries that were polled after a snapshot are delivered again to the client that continues from it.
    pub fn snapshot(&self) -> Option<Snapshot> {
        if !self.events.is_empty() {
            return None;
        }
        let rooms = self.rooms.iter().map(|(id, room)| KeptRoom {
            id: *id,
            info: room.info.clone(),
            cursor: room.sync.cursor(),
            read: room.read,
            counted: room.counted,
            backlog_due: room.backlog_due || room.sync.backlog.is_some(),
            reborn: room.reborn,
        });
        let posts = self.outbox.all().into_iter().map(|post| KeptPost {
            txn_id: post.txn_id,
            room: post.room,
            sent: post.sent,
            what: post.content.clone(),
        });
        Some(Snapshot {
            token: self.token,
            epoch: self.epoch,
            generation: self.generation,
            last_own_id: self.last_own_id,
            me: self.me.clone(),
            rooms: rooms.collect(),
            posts: posts.collect(),
        })
    }

    /// Goes on from the snapshot in the configuration, if there is one.
    pub(super) fn restore(mut self) -> Client {
        let Some(snapshot) = self.config.snapshot.take() else { return self };
        let Snapshot { token, epoch, generation, last_own_id, me, rooms, posts } = snapshot;
        self.token = token.or(self.token);
        (self.epoch, self.generation, self.last_own_id, self.me) = (epoch, generation, last_own_id, me);
        if let Some((_, name)) = &self.me {
            // Under another name the server would not recognize the posts that it has kept.
            self.config.name = name.to_string();
        }
        for KeptRoom { id, info, cursor, read, counted, backlog_due, reborn } in rooms {
            let room = Room {
                info,
                sync: Sync::new(cursor),
                receipt_due: false,
                read,
                confirmed: false,
                unfetchable: false,
                backlog_due,
                counted,
                reborn,
            };
            self.rooms.insert(id, room);
        }
        for KeptPost { txn_id, room, sent, what } in posts {
            self.outbox.restore(txn_id, room, what, sent);
        }
        self
    }
}

impl ClientConfig {
    /// A configuration to go on from a snapshot, under the name that it was made with.
    pub fn resuming(snapshot: Snapshot) -> ClientConfig {
        let name = snapshot.me.as_ref().map_or_else(String::new, |(_, name)| name.to_string());
        ClientConfig { name, snapshot: Some(snapshot), ..ClientConfig::default() }
    }
}
