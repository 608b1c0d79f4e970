//! What edits, deletions and reactions do to a message, and who may make them. The same for all stores.

use crate::wire::limits::{REACTION_NAMES_MAX, REACTIONS_PER_MESSAGE_MAX};
use crate::wire::{Body, Code, Entry, MessageBody, Reaction, Seq, SmolStr, UserId};
use std::hash::Hasher;

/// The state of the message `target` after `change`, an edit, deletion or reaction.
pub fn revise(target: &Entry, change: &Entry) -> Result<MessageBody, Code> {
    let Body::Message(message) = &target.body else { return Err(Code::NotFound) };
    if message.deleted {
        return Err(Code::NotFound);
    }
    let own = target.author == change.author;
    let may_delete = own || change.author == UserId::SERVER;
    let mut message = message.clone();
    match &change.body {
        Body::Edited { text, mentions, .. } if own => {
            message.text.clone_from(text);
            message.mentions.clone_from(mentions);
            message.edited = Some(change.time);
        }
        Body::Deleted { .. } if may_delete => {
            message = MessageBody { deleted: true, ..MessageBody::default() }
        }
        Body::Reacted { emoji, on, .. } => {
            react(&mut message.reactions, change.author, &change.name, emoji, *on)?;
        }
        Body::Edited { .. } | Body::Deleted { .. } => return Err(Code::Forbidden),
        Body::Message(_)
        | Body::Created { .. }
        | Body::Joined
        | Body::Left { .. }
        | Body::Topic { .. }
        | Body::Other(_) => return Err(Code::Invalid),
    }
    Ok(message)
}

/// What remains of an edit when its message is deleted.
pub fn erased_edit(target: Seq) -> Body {
    Body::Edited { target, text: String::new(), mentions: Vec::new() }
}

/// Adds or removes a person's reaction. Fails with [`Code::Exists`] or [`Code::NotFound`] if that changes nothing, and with
/// [`Code::Full`] at [`REACTIONS_PER_MESSAGE_MAX`] or [`REACTION_NAMES_MAX`].
fn react(
    reactions: &mut Vec<Reaction>,
    user: UserId,
    name: &SmolStr,
    emoji: &str,
    on: bool,
) -> Result<(), Code> {
    let Some(at) = reactions.iter().position(|reaction| reaction.emoji == emoji) else {
        if !on {
            return Err(Code::NotFound);
        }
        if reactions.len() >= REACTIONS_PER_MESSAGE_MAX {
            return Err(Code::Full);
        }
        reactions.push(Reaction { emoji: emoji.into(), names: vec![name.clone()], users: vec![user] });
        return Ok(());
    };
    let Some(reaction) = reactions.get_mut(at) else { return Err(Code::NotFound) };
    match (reaction.users.iter().position(|held| *held == user), on) {
        (Some(_), true) => return Err(Code::Exists),
        (None, false) => return Err(Code::NotFound),
        (None, true) if reaction.users.len() >= REACTION_NAMES_MAX => return Err(Code::Full),
        (None, true) => {
            reaction.names.push(name.clone());
            reaction.users.push(user);
        }
        (Some(held), false) => {
            reaction.names.remove(held);
            reaction.users.remove(held);
        }
    }
    if reaction.users.is_empty() {
        reactions.remove(at);
    }
    Ok(())
}

/// Hashes the content of an entry, by which a retry is distinguished from another entry with the same transaction id. It passes the
/// hasher only bytes and numbers of fixed width, so that a hasher that is the same everywhere gives the same result everywhere.
pub fn hash_content(body: &Body, hasher: &mut impl Hasher) {
    let (kind, target, text, on) = match body {
        Body::Message(message) => (0, message.reply_to, message.text.as_str(), false),
        Body::Edited { target, text, .. } => (1, Some(*target), text.as_str(), false),
        Body::Deleted { target } => (2, Some(*target), "", false),
        Body::Reacted { target, emoji, on } => (3, Some(*target), emoji.as_str(), *on),
        Body::Topic { text } => (4, None, text.as_str(), false),
        Body::Created { title, .. } => (5, None, title.as_str(), false),
        Body::Joined => (6, None, "", false),
        Body::Left { text, .. } => (7, None, text.as_str(), false),
        Body::Other(number) => (8 + u64::from(*number), None, "", false),
    };
    hasher.write_u64(kind << 1 | u64::from(on));
    hasher.write_u64(target.map_or(0, |seq| seq.0));
    hasher.write(text.as_bytes());
}
