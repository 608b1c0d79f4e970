//! What a client posts.

use super::CommandError;
use super::commands::check;
use crate::wire::limits::{Limits, REACTION_BYTES_MAX};
use crate::wire::{
    Body, Delete, Edit, FromClient, MessageBody, Post, React, RequestId, RoomId, Seq, TxnId, UserId,
};
use serde::{Deserialize, Serialize};

/// The content of a post, which becomes an entry when the server keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Content {
    Message { text: String, reply_to: Option<Seq> },
    Edit { target: Seq, text: String },
    Delete { target: Seq },
    React { target: Seq, emoji: String, on: bool },
}

impl Content {
    /// Whether it keeps to the server's limits.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), CommandError> {
        match self {
            Content::Message { text, .. } | Content::Edit { text, .. } => check(text, limits.text_bytes),
            Content::React { emoji, .. } => {
                check(emoji, u32::try_from(REACTION_BYTES_MAX).unwrap_or(u32::MAX))
            }
            Content::Delete { .. } => Ok(()),
        }
    }

    /// The request that posts it.
    pub(super) fn request(self, id: RequestId, room: RoomId, txn_id: TxnId) -> FromClient {
        match self {
            Content::Message { text, reply_to } => {
                FromClient::Post(Post { id, room, txn_id, text, reply_to })
            }
            Content::Edit { target, text } => FromClient::Edit(Edit { id, room, txn_id, target, text }),
            Content::Delete { target } => FromClient::Delete(Delete { id, room, txn_id, target }),
            Content::React { target, emoji, on } => {
                FromClient::React(React { id, room, txn_id, target, emoji, on })
            }
        }
    }

    /// The body of the entry that the server has made of it, with the mentions that it found.
    pub(super) fn entry_body(self, mentions: Vec<UserId>) -> Body {
        match self {
            Content::Message { text, reply_to } => {
                Body::Message(MessageBody { text, reply_to, mentions, ..MessageBody::default() })
            }
            Content::Edit { target, text } => Body::Edited { target, text, mentions },
            Content::Delete { target } => Body::Deleted { target },
            Content::React { target, emoji, on } => Body::Reacted { target, emoji, on },
        }
    }
}
