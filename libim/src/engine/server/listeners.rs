//! The connections that receive a room's entries and notices.

use crate::engine::ConnId;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// A set of connections. Up to `FEW`, as in every private conversation, are stored inline, without other memory.
#[derive(Debug)]
pub(super) enum Listeners {
    /// The number of connections, and the connections.
    Few(usize, [ConnId; FEW]),
    Many(IndexSet<ConnId, FxBuildHasher>),
}

const FEW: usize = 4;

impl Default for Listeners {
    fn default() -> Listeners {
        Listeners::Few(0, [ConnId { index: 0, generation: 0 }; FEW])
    }
}

impl Listeners {
    pub(super) fn len(&self) -> usize {
        match self {
            Listeners::Few(count, _) => *count,
            Listeners::Many(many) => many.len(),
        }
    }

    pub(super) fn has(&self, conn: ConnId) -> bool {
        match self {
            Listeners::Few(count, few) => few.iter().take(*count).any(|listener| *listener == conn),
            Listeners::Many(many) => many.contains(&conn),
        }
    }

    pub(super) fn add(&mut self, conn: ConnId) {
        if self.has(conn) {
            return;
        }
        if let Listeners::Few(count, few) = self {
            if let Some(slot) = few.get_mut(*count) {
                *slot = conn;
                *count += 1;
                return;
            }
            *self = Listeners::Many(few.iter().copied().collect());
        }
        if let Listeners::Many(many) = self {
            many.insert(conn);
        }
    }

    pub(super) fn remove(&mut self, conn: ConnId) {
        match self {
            Listeners::Few(count, few) => {
                if let Some(at) = few.iter().take(*count).position(|listener| *listener == conn) {
                    *count -= 1;
                    few.swap(at, *count);
                }
            }
            Listeners::Many(many) => {
                many.swap_remove(&conn);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ConnId> {
        let (few, many) = match self {
            Listeners::Few(count, few) => (few.get(..*count).unwrap_or_default(), None),
            Listeners::Many(many) => (&[][..], Some(many)),
        };
        few.iter().chain(many.into_iter().flatten()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn is_a_set(steps in proptest::collection::vec((any::<bool>(), 0u32..12), 0..100)) {
            let (mut listeners, mut model) = (Listeners::default(), BTreeSet::new());
            for (adds, index) in steps {
                let conn = ConnId { index, generation: 7 };
                if adds {
                    listeners.add(conn);
                    model.insert(conn);
                } else {
                    listeners.remove(conn);
                    model.remove(&conn);
                }
                prop_assert_eq!(listeners.len(), model.len());
                prop_assert_eq!(listeners.has(conn), adds);
                prop_assert_eq!(&listeners.iter().collect::<BTreeSet<_>>(), &model);
            }
        }
    }
}
