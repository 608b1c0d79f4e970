//! The members of a room.

use crate::wire::{Seq, UserId};

/// A member's delivered and read marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The member has received everything up to this sequence number.
    pub delivered: Seq,
    /// The member has read everything up to this sequence number.
    pub read: Seq,
}

/// A room's members, in order of id. One allocation, without spare capacity up to two members: most rooms are private
/// conversations. New people have the highest id, so that joining the lobby appends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members(Vec<(UserId, Membership)>);

impl Members {
    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a person is a member.
    pub fn has(&self, user: UserId) -> bool {
        self.find(user).is_ok()
    }

    /// A member's marks.
    pub fn get(&self, user: UserId) -> Option<Membership> {
        self.0.get(self.find(user).ok()?).map(|(_, membership)| *membership)
    }

    /// The members with ids above `after`, in order of id.
    pub fn after(&self, after: UserId) -> impl Iterator<Item = UserId> + '_ {
        let start = self.0.partition_point(|(user, _)| *user <= after);
        self.0.get(start..).unwrap_or_default().iter().map(|(user, _)| *user)
    }

    /// All members, in order of id.
    pub fn ids(&self) -> impl Iterator<Item = UserId> + '_ {
        self.0.iter().map(|(user, _)| *user)
    }

    /// Adds a member, or replaces their marks.
    pub(super) fn insert(&mut self, user: UserId, membership: Membership) {
        match self.find(user) {
            Ok(at) => {
                if let Some((_, old)) = self.0.get_mut(at) {
                    *old = membership;
                }
            }
            Err(at) => {
                if self.0.len() < 2 {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (user, membership));
            }
        }
    }

    /// Removes a member.
    pub(super) fn remove(&mut self, user: UserId) {
        if let Ok(at) = self.find(user) {
            self.0.remove(at);
        }
        if self.0.len() < self.0.capacity() / 4 {
            self.0.shrink_to(self.0.len() * 2);
        }
    }

    fn find(&self, user: UserId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&user, |(it, _)| *it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn is_an_ordered_map(steps in proptest::collection::vec((0u8..3, 0u64..12, any::<u64>()), 0..100)) {
            let (mut members, mut model) = (Members::default(), BTreeMap::new());
            for (kind, user, mark) in steps {
                let (user, membership) = (UserId(user), Membership { delivered: Seq(mark), read: Seq(mark) });
                if kind == 0 {
                    members.remove(user);
                    model.remove(&user);
                } else {
                    members.insert(user, membership);
                    model.insert(user, membership);
                }
                prop_assert_eq!(members.len(), model.len());
                prop_assert_eq!(members.is_empty(), model.is_empty());
                prop_assert_eq!(members.has(user), model.contains_key(&user));
                prop_assert_eq!(members.get(user), model.get(&user).copied());
                prop_assert_eq!(members.ids().collect::<Vec<_>>(), model.keys().copied().collect::<Vec<_>>());
                let after: Vec<_> = model.keys().copied().filter(|it| *it > user).collect();
                prop_assert_eq!(members.after(user).collect::<Vec<_>>(), after);
            }
        }
    }
}
