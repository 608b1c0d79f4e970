//! Ids: what the program holds instead of a server, a client or a watched descriptor.

use super::status::{Failure, Outcome, im_status};
use crate::net::{ClientId, ServerId, WatchId};
use std::collections::BTreeMap;

/// Names a server, a client or a watched descriptor of one context; 0: none. Never reused; below 2^53, so that it survives
/// in languages whose numbers are doubles.
pub type im_id = u64;

/// What an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Server(ServerId),
    Client(ClientId),
    Watch(WatchId),
}

/// The ids of a context. The upper bits tell contexts apart, the lower count.
#[derive(Debug)]
pub(super) struct Ids {
    tag: u64,
    last: u32,
    things: BTreeMap<im_id, Thing>,
    names: BTreeMap<Thing, im_id>,
}

const TAG_BITS: u32 = 21;

impl Ids {
    pub(super) fn new(random: u64) -> Ids {
        // Never 0, so that no small number is an id.
        let tag = (random >> (64 - TAG_BITS)) | 1;
        Ids { tag, last: 0, things: BTreeMap::new(), names: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, thing: Thing) -> Outcome<im_id> {
        self.last = self.last.checked_add(1).ok_or_else(|| {
            Failure::new(im_status::IM_E_RANGE, "this context has given out all its 2^32 ids")
        })?;
        let id = (self.tag << 32) | u64::from(self.last);
        self.things.insert(id, thing);
        self.names.insert(thing, id);
        Ok(id)
    }

    pub(super) fn remove(&mut self, id: im_id) -> Outcome<Thing> {
        let thing = self.find(id)?;
        self.things.remove(&id);
        self.names.remove(&thing);
        Ok(thing)
    }

    /// The id of a thing; `None`: it has been removed.
    pub(super) fn name(&self, thing: Thing) -> Option<im_id> {
        self.names.get(&thing).copied()
    }

    pub(super) fn find(&self, id: im_id) -> Outcome<Thing> {
        if let Some(thing) = self.things.get(&id) {
            return Ok(*thing);
        }
        let serial = id & u64::from(u32::MAX);
        if id >> 32 == self.tag && serial != 0 && serial <= u64::from(self.last) {
            return Err(Failure::new(
                im_status::IM_E_GONE,
                format!("what id {id} stood for has been removed"),
            ));
        }
        Err(Failure::new(im_status::IM_E_HANDLE, format!("{id} is not an id of this context")))
    }

    pub(super) fn client(&self, id: im_id) -> Outcome<ClientId> {
        match self.find(id)? {
            Thing::Client(client) => Ok(client),
            Thing::Server(_) | Thing::Watch(_) => {
                Err(Failure::new(im_status::IM_E_HANDLE, format!("id {id} is not a client's")))
            }
        }
    }

    pub(super) fn server(&self, id: im_id) -> Outcome<ServerId> {
        match self.find(id)? {
            Thing::Server(server) => Ok(server),
            Thing::Client(_) | Thing::Watch(_) => {
                Err(Failure::new(im_status::IM_E_HANDLE, format!("id {id} is not a server's")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_and_foreign_ids_are_told_apart() {
        let (mut ids, mut others) = (Ids::new(u64::MAX), Ids::new(7 << 60));
        let thing = Thing::Watch(WatchId(1));
        let id = ids.add(thing).unwrap();
        assert!(id < 1 << 53);
        let foreign = others.add(thing).unwrap();
        assert_eq!(ids.find(id).unwrap(), thing);
        for bad in [0, 1, foreign, id + 1, u64::MAX] {
            assert_eq!(ids.find(bad).unwrap_err().status, im_status::IM_E_HANDLE, "{bad}");
        }
        assert_eq!(ids.client(id).unwrap_err().status, im_status::IM_E_HANDLE);
        ids.remove(id).unwrap();
        assert_eq!(ids.find(id).unwrap_err().status, im_status::IM_E_GONE);
        assert_eq!(ids.name(thing), None);
    }
}
