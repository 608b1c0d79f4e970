//! Finds a time among entries that are numbered in the order of their acceptance.

use crate::wire::Timestamp;

/// The lowest number in `low..=high` from which on all times are at or after `since`; `high + 1` if there is none. `probe` reads the
/// first entry at or after a number: its number and time. Where times go backwards, since a clock was set, it is one of several places.
pub(super) fn first_since<E>(
    mut low: u64,
    high: u64,
    since: Timestamp,
    mut probe: impl FnMut(u64) -> Result<Option<(u64, Timestamp)>, E>,
) -> Result<u64, E> {
    let mut end = high.saturating_add(1);
    while low < end {
        let middle = low + (end - low) / 2;
        match probe(middle)? {
            Some((number, time)) if number < end && time < since => low = number + 1,
            Some(_) | None => end = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    proptest! {
        #[test]
        fn agrees_with_a_search_of_all(gaps in proptest::collection::vec((1_u64..4, 0_u64..3), 0..40), since in 0_u64..60, low in 0_u64..20) {
            let (mut number, mut time) = (0, 0);
            let entries: BTreeMap<u64, u64> = gaps
                .iter()
                .map(|(gap, later)| {
                    (number, time) = (number + gap, time + later);
                    (number, time)
                })
                .collect();
            let probe = |from| Ok::<_, Infallible>(entries.range(from..).next().map(|(n, t)| (*n, Timestamp(*t))));
            let Ok(found) = first_since(low, number, Timestamp(since), probe);
            let expected = entries.range(low..).find(|(_, time)| **time >= since).map(|(number, _)| *number);
            // Numbers that no entry has may be skipped or not.
            prop_assert_eq!(entries.range(found..).next().map(|(number, _)| *number), expected);
        }
    }
}
