//! The members of the current room, sorted by name.

use crate::text::{find_folded, order_key};
use libim::wire::{Person, UserId};
use std::ops::Deref;

/// The member list, always sorted.
#[derive(Debug, Default)]
pub struct Members(Vec<Person>);

impl Members {
    /// Replaces the list.
    pub fn set(&mut self, mut people: Vec<Person>) {
        people.sort_by_cached_key(key);
        self.0 = people;
    }

    /// Adds or updates somebody, keeping the order.
    pub fn put(&mut self, person: Person) {
        self.remove(person.user);
        let wanted = key(&person);
        let at = self.0.partition_point(|it| key(it) < wanted);
        self.0.insert(at, person);
    }

    /// Adds a page of people.
    pub fn extend(&mut self, people: Vec<Person>) {
        let mut all = std::mem::take(&mut self.0);
        all.retain(|known| people.iter().all(|it| it.user != known.user));
        all.extend(people);
        self.set(all);
    }

    pub fn remove(&mut self, user: UserId) {
        self.0.retain(|it| it.user != user);
    }

    /// Members whose names contain `filter`.
    pub fn filtered(&self, filter: &str) -> Vec<&Person> {
        let wanted = filter.trim().to_lowercase();
        self.0.iter().filter(|it| wanted.is_empty() || find_folded(&it.name, &wanted).is_some()).collect()
    }

    pub fn has(&self, user: UserId) -> bool {
        self.0.iter().any(|it| it.user == user)
    }
}

fn key(person: &Person) -> (Vec<(u64, String)>, UserId) {
    (order_key(&person.name), person.user)
}

impl Deref for Members {
    type Target = [Person];

    fn deref(&self) -> &[Person] {
        &self.0
    }
}
