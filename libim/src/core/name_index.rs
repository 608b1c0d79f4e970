//! Finds who has a name.

use super::name::Name;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// An index from the collision keys of names to the ids of those who have them. It holds ids only; the names are looked up with the
/// closures that its methods take.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex {
    /// Seeded, since peers choose the names.
    hasher: RandomState,
    /// For each id and each of the two keys of its name: twice the id, plus 1 for the second key. Once if the keys are equal.
    slots: HashTable<u64>,
}

impl NameIndex {
    /// The ids of the names that collide with `name`: up to two, one for each of its keys.
    pub(super) fn find<'a>(
        &self,
        name: &Name,
        name_of: impl Fn(u64) -> Option<&'a Name>,
    ) -> [Option<u64>; 2] {
        let [first, second] = name.keys().each_ref().map(|key| {
            let is_it = |slot: &u64| key_of(*slot, &name_of) == Some(key.as_str());
            self.slots.find(self.hasher.hash_one(key.as_str()), is_it).map(|slot| slot / 2)
        });
        [first, second.filter(|id| first != Some(*id))]
    }

    /// Adds a name, which must be known to `name_of` already.
    pub(super) fn insert<'a>(&mut self, id: u64, name: &Name, name_of: impl Fn(u64) -> Option<&'a Name>) {
        let NameIndex { hasher, slots: table } = self;
        let hash = |slot: &u64| hasher.hash_one(key_of(*slot, &name_of).unwrap_or_default());
        for (slot, key) in slots(id, name) {
            table.insert_unique(hasher.hash_one(key), slot, hash);
        }
    }

    /// Removes a name.
    pub(super) fn remove(&mut self, id: u64, name: &Name) {
        for (slot, key) in slots(id, name) {
            if let Ok(found) = self.slots.find_entry(self.hasher.hash_one(key), |it| *it == slot) {
                found.remove();
            }
        }
    }
}

/// The slots of a name, with their keys.
fn slots(id: u64, name: &Name) -> impl Iterator<Item = (u64, &str)> {
    let [first, second] = name.keys();
    let second = (second != first).then_some((2 * id + 1, second.as_str()));
    std::iter::once((2 * id, first.as_str())).chain(second)
}

fn key_of<'a>(slot: u64, name_of: &impl Fn(u64) -> Option<&'a Name>) -> Option<&'a str> {
    let [first, second] = name_of(slot / 2)?.keys();
    Some(if slot.is_multiple_of(2) { first } else { second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_either_key_until_it_is_removed() {
        let of = |text: &str| Name::of_person(text, 64).unwrap();
        // With a capital I: as a text it is aiice, to the eye it is alice.
        let names = [of("bert"), of("carla"), of("aIice"), of("dora")];
        let name_of = |id: u64| names.get(usize::try_from(id).unwrap().checked_sub(4)?);
        let mut index = NameIndex::default();
        for (id, name) in (4..).zip(&names) {
            index.insert(id, name, name_of);
        }
        for alike in ["alice", "aiice", "AIICE"] {
            assert!(index.find(&of(alike), name_of).contains(&Some(6)), "{alike}");
        }
        index.remove(6, &names[2]);
        for alike in ["alice", "aiice", "aIice"] {
            assert_eq!(index.find(&of(alike), name_of), [None; 2], "{alike}");
        }
        assert_eq!(index.find(&of("dora"), name_of), [Some(7), None]);
    }
}
