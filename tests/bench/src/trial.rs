//! Measures servers side by side.

use crate::client::Swarm;
use crate::process::{Kind, Server};
use crate::workload::to_f64;
use anyhow::{Result, ensure};
use std::time::Duration;

/// Number of turns per server. The speed of a shared machine varies from second to second; short alternating turns expose all
/// servers to the same conditions.
pub(crate) const TURNS: usize = 10;
/// Time for a server to finish the work of its turn.
const SETTLING: Duration = Duration::from_millis(100);

/// A server started for one workload, and its load generator.
pub(crate) struct Trial {
    pub(crate) server: Server,
    pub(crate) swarm: Swarm,
}

impl Trial {
    pub(crate) fn start(kind: &Kind, pairs: bool) -> Result<Trial> {
        let server = Server::start(kind, pairs)?;
        let swarm = Swarm::new(kind, server.port)?;
        Ok(Trial { server, swarm })
    }
}

/// Starts and prepares all servers, and then runs the work alternately in [`TURNS`] turns. Returns each server's CPU time per
/// unit of work, in microseconds, including what it does between turns.
pub(crate) fn cost(
    kinds: &[Kind],
    pairs: bool,
    prepare: impl FnMut(&mut Swarm) -> Result<()>,
    mut work: impl FnMut(&mut Swarm) -> Result<usize>,
) -> Result<Vec<f64>> {
    let mut trials = start_all(kinds, pairs, prepare)?;
    std::thread::sleep(SETTLING);
    let before = trials.iter().map(|trial| trial.server.cpu()).collect::<Result<Vec<Duration>>>()?;
    let mut done = vec![0; trials.len()];
    for _ in 0..TURNS {
        for (trial, done) in trials.iter_mut().zip(&mut done) {
            *done += work(&mut trial.swarm)?;
        }
    }
    std::thread::sleep(SETTLING);
    let spent = |((trial, before), done): ((&Trial, Duration), usize)| {
        ensure!(done > 0, "the workload is too small to be measured");
        Ok(trial.server.micros_since(before)? / to_f64(done))
    };
    trials.iter().zip(before).zip(done).map(spent).collect()
}

/// Starts all servers and prepares them.
pub(crate) fn start_all(
    kinds: &[Kind],
    pairs: bool,
    mut prepare: impl FnMut(&mut Swarm) -> Result<()>,
) -> Result<Vec<Trial>> {
    let ready = |kind| {
        let mut trial = Trial::start(kind, pairs)?;
        prepare(&mut trial.swarm)?;
        Ok(trial)
    };
    kinds.iter().map(ready).collect()
}
