//! Runs thousands of seeds. `IM_SIM_SEEDS=100000 cargo test -p im-sim` runs more, `IM_SIM_SEED=17` a single one.

use im_sim::{Summary, run};
use std::panic::catch_unwind;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_promise_holds_in_every_world() {
    let (first, count) = match setting("IM_SIM_SEED") {
        Some(seed) => (seed, 1),
        None => (0, setting("IM_SIM_SEEDS").unwrap_or(4_000)),
    };
    let mut total = Summary::default();
    for seed in first..first + count {
        let Ok(summary) = catch_unwind(|| run(seed)) else {
            panic!("seed {seed} breaks a promise; replay it: IM_SIM_SEED={seed} cargo test -p im-sim");
        };
        total.committed += summary.committed;
        total.delivered += summary.delivered;
        total.cuts += summary.cuts;
        total.acknowledged += summary.acknowledged;
        total.missed += summary.missed;
        total.restarts += summary.restarts;
        total.devices += summary.devices;
        total.unknown += summary.unknown;
        total.revivals += summary.revivals;
    }
    println!("{count} worlds: {total:?}");
    // A simulation in which nothing happens proves nothing.
    if count >= 1_000 {
        assert!(total.committed > 100_000 && total.delivered > 200_000, "{total:?}");
        assert!(total.cuts > 1_000 && total.missed > 100 && total.restarts > 500, "{total:?}");
        assert!(total.devices > 500 && total.unknown > 500 && total.revivals > 200, "{total:?}");
    }
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [1, 2, 3, 40, 50] {
        assert_eq!(run(seed), run(seed));
    }
}
