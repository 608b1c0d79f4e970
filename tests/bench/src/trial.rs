//! Servers measured side by side.

use crate::client::Swarm;
use crate::process::{Kind, Server};
use anyhow::Result;
use std::time::Duration;

/// How often the servers take turns. A machine that is shared changes its speed from second to second; what is measured in
/// turns of a fraction of a second has the same weather.
pub(crate) const TURNS: usize = 10;

/// A server, started for one workload, and the load on it.
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

/// Starts all servers and prepares them, and then has them do the work in turn, all of [`TURNS`] parts of it. The CPU time per
/// piece of work of each server, in microseconds: what it does between its turns counts too.
pub(crate) fn cost(
    kinds: &[Kind],
    pairs: bool,
    mut prepare: impl FnMut(&mut Swarm) -> Result<()>,
    mut work: impl FnMut(&mut Swarm) -> Result<usize>,
) -> Result<Vec<f64>> {
    let mut trials = start_all(kinds, pairs, &mut prepare)?;
    let before = trials.iter().map(|trial| trial.server.cpu()).collect::<Result<Vec<Duration>>>()?;
    let mut done = vec![0; trials.len()];
    for _ in 0..TURNS {
        for (trial, done) in trials.iter_mut().zip(&mut done) {
            *done += work(&mut trial.swarm)?;
        }
    }
    let spent = |((trial, before), done): ((&Trial, Duration), usize)| {
        Ok(micros(trial.server.cpu()?.saturating_sub(before)) / to_f64(done))
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

#[allow(clippy::cast_precision_loss)] // counts far below 2^52
pub(crate) fn to_f64(count: usize) -> f64 {
    count as f64
}

pub(crate) fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}
