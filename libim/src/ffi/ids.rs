//! Ids of servers, clients and watched descriptors.

use super::boundary::with_context;
use super::context::im_ctx;
use super::status::{CallResult, Failure, im_status};
use crate::net::{ClientId, ServerId, WatchId};
use std::collections::BTreeMap;
use std::ffi::c_void;

/// Names a server, a client or a watched descriptor of one context. 0: none. Never reused; below 2^53, so that a double
/// can hold it.
pub type im_id = u64;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Server(ServerId),
    Client(ClientId),
    Watch(WatchId),
}

/// The ids of a context: a tag of the context in the upper bits, a counter in the lower ones.
#[derive(Debug)]
pub(super) struct Ids {
    tag: u64,
    last: u32,
    things: BTreeMap<im_id, Thing>,
    names: BTreeMap<Thing, im_id>,
    /// The program's pointers, never dereferenced.
    users: BTreeMap<im_id, *mut c_void>,
}

const TAG_BITS: u32 = 21;

impl Ids {
    pub(super) fn new(random: u64) -> Ids {
        // Never 0, so that no small number is an id.
        let tag = (random >> (64 - TAG_BITS)) | 1;
        Ids { tag, last: 0, things: BTreeMap::new(), names: BTreeMap::new(), users: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, thing: Thing) -> CallResult<im_id> {
        self.last = self
            .last
            .checked_add(1)
            .ok_or_else(|| Failure::new(im_status::IM_E_RANGE, "this context has used all its 2^32 ids"))?;
        let id = (self.tag << 32) | u64::from(self.last);
        self.things.insert(id, thing);
        self.names.insert(thing, id);
        Ok(id)
    }

    pub(super) fn remove(&mut self, id: im_id) -> CallResult<Thing> {
        let thing = self.find(id)?;
        self.things.remove(&id);
        self.names.remove(&thing);
        self.users.remove(&id);
        Ok(thing)
    }

    /// The id of a thing; `None` if it was removed.
    pub(super) fn name(&self, thing: Thing) -> Option<im_id> {
        self.names.get(&thing).copied()
    }

    /// The program's pointer for a thing; NULL: none.
    pub(super) fn user(&self, id: im_id) -> *mut c_void {
        self.users.get(&id).copied().unwrap_or(std::ptr::null_mut())
    }

    fn set_user(&mut self, id: im_id, user: *mut c_void) -> CallResult {
        self.find(id)?;
        self.users.insert(id, user);
        Ok(())
    }

    pub(super) fn find(&self, id: im_id) -> CallResult<Thing> {
        if let Some(thing) = self.things.get(&id) {
            return Ok(*thing);
        }
        let serial = id & u64::from(u32::MAX);
        if id >> 32 == self.tag && serial != 0 && serial <= u64::from(self.last) {
            return Err(Failure::new(im_status::IM_E_GONE, format!("what id {id} named has been removed")));
        }
        Err(Failure::new(im_status::IM_E_HANDLE, format!("{id} is not an id of this context")))
    }

    pub(super) fn client(&self, id: im_id) -> CallResult<ClientId> {
        match self.find(id)? {
            Thing::Client(client) => Ok(client),
            Thing::Server(_) | Thing::Watch(_) => {
                Err(Failure::new(im_status::IM_E_HANDLE, format!("id {id} is not a client's")))
            }
        }
    }

    pub(super) fn server(&self, id: im_id) -> CallResult<ServerId> {
        match self.find(id)? {
            Thing::Server(server) => Ok(server),
            Thing::Client(_) | Thing::Watch(_) => {
                Err(Failure::new(im_status::IM_E_HANDLE, format!("id {id} is not a server's")))
            }
        }
    }
}

/// Attaches a pointer of the program to a server, a client or a watched descriptor; every later event of it carries the
/// pointer in im_event.user. NULL detaches it. The library never dereferences or frees it, and forgets it when the id is
/// removed.
#[unsafe(no_mangle)]
pub extern "C" fn im_set_user(ctx: *mut im_ctx, id: im_id, user: *mut c_void) -> i32 {
    with_context(ctx.addr(), |context| context.ids.set_user(id, user))
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
