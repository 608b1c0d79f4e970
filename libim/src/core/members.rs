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

/// A room's members, in order of id. Up to `FEW`, as in every private conversation, are stored inline: a post looks its author up,
/// and with many rooms no other memory of theirs is cached. New people have the highest id, so that joining the lobby appends.
#[derive(Clone, Debug)]
pub enum Members {
    /// The number of members, and the members.
    Few(usize, [Member; FEW]),
    /// More than `FEW` at some time.
    Many(Vec<Member>),
}

type Member = (UserId, Membership);

const FEW: usize = 2;

impl Default for Members {
    fn default() -> Members {
        Members::Few(0, [Member::default(); FEW])
    }
}

/// How they are stored makes no difference.
impl PartialEq for Members {
    fn eq(&self, other: &Members) -> bool {
        self.all() == other.all()
    }
}

impl Members {
    fn all(&self) -> &[Member] {
        match self {
            Members::Few(count, few) => few.get(..*count).unwrap_or_default(),
            Members::Many(many) => many,
        }
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.all().len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    /// Whether a person is a member.
    pub fn has(&self, user: UserId) -> bool {
        self.find(user).is_ok()
    }

    /// A member's marks.
    pub fn get(&self, user: UserId) -> Option<Membership> {
        self.all().get(self.find(user).ok()?).map(|(_, membership)| *membership)
    }

    /// The members with ids above `after`, in order of id.
    pub fn after(&self, after: UserId) -> impl Iterator<Item = UserId> + '_ {
        let start = self.all().partition_point(|(user, _)| *user <= after);
        self.all().get(start..).unwrap_or_default().iter().map(|(user, _)| *user)
    }

    /// All members, in order of id.
    pub fn ids(&self) -> impl Iterator<Item = UserId> + '_ {
        self.all().iter().map(|(user, _)| *user)
    }

    /// Adds a member, or replaces their marks.
    pub(super) fn insert(&mut self, user: UserId, membership: Membership) {
        let at = match self.find(user) {
            Ok(at) => {
                let all = match self {
                    Members::Few(_, few) => &mut few[..],
                    Members::Many(many) => many,
                };
                if let Some((_, old)) = all.get_mut(at) {
                    *old = membership;
                }
                return;
            }
            Err(at) => at,
        };
        if let Members::Few(count, few) = self {
            if let Some(slots) = few.get_mut(at..=*count) {
                slots.rotate_right(1);
                if let Some(slot) = slots.first_mut() {
                    *slot = (user, membership);
                }
                *count += 1;
                return;
            }
            *self = Members::Many(few.to_vec());
        }
        if let Members::Many(many) = self {
            if many.len() == many.capacity() {
                // Half of the usual growth: with many people, this is most of what a member costs.
                many.reserve_exact(many.len() / 2);
            }
            many.insert(at, (user, membership));
        }
    }

    /// Removes a member.
    pub(super) fn remove(&mut self, user: UserId) {
        let Ok(at) = self.find(user) else { return };
        match self {
            Members::Few(count, few) => {
                if let Some(slots) = few.get_mut(at..*count) {
                    slots.rotate_left(1);
                }
                *count -= 1;
            }
            Members::Many(many) => {
                many.remove(at);
                if many.len() < many.capacity() / 4 {
                    many.shrink_to(many.len() * 2);
                }
            }
        }
    }

    fn find(&self, user: UserId) -> Result<usize, usize> {
        self.all().binary_search_by_key(&user, |(it, _)| *it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn differ_by_who_is_there_and_by_marks() {
        let with = |marks: &[u64]| {
            let mut members = Members::default();
            for (user, mark) in (1..).zip(marks) {
                members.insert(UserId(user), Membership { delivered: Seq(*mark), read: Seq(0) });
            }
            members
        };
        assert_eq!(with(&[1, 2, 3]), with(&[1, 2, 3]));
        assert_ne!(with(&[1, 2, 3]), with(&[1, 2]));
        assert_ne!(with(&[1, 2, 3]), with(&[1, 2, 4]));
        assert_ne!(with(&[1]), with(&[2]));
        let mut shrunk = with(&[1, 2, 3]);
        shrunk.remove(UserId(3));
        assert_eq!(shrunk, with(&[1, 2]), "however they are stored");
    }

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
