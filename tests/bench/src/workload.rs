//! The workloads.

use crate::client::Swarm;
use crate::process::{Kind, micros};
use crate::trial::{TURNS, Trial, cost, start_all};
use anyhow::{Result, ensure};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A workload.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Workload {
    /// One member of a room posts `messages`, with at most `window` not yet received by every other member. Each message is a
    /// write of its own, as users send them, or (`in_one_write`) all that the window allows share one.
    FanOut { members: usize, window: usize, messages: usize, in_one_write: bool },
    /// Each pair sends one message back and forth.
    Pairs { pairs: usize, messages: usize },
    /// Posts at a fixed rate, whether or not earlier messages have arrived.
    Latency { members: usize, per_second: u32, seconds: u32 },
    /// Users log in and then do nothing.
    Idle { connections: usize, seconds: u64 },
    /// Users log in and out.
    Churn { logins: usize },
    /// Like fan-out, but one member does not read.
    SlowReader { members: usize, messages: usize },
}

/// Users who log in at the same time.
const COMING_TOGETHER: usize = 50;

/// A figure and its unit.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

fn figure(name: &'static str, value: f64, unit: &'static str) -> Figure {
    Figure { name, value, unit }
}

/// Runs a workload against servers started for it. Returns the figures of each.
pub(crate) fn run(kinds: &[Kind], workload: Workload) -> Result<Vec<Vec<Figure>>> {
    let per = |name, costs: Vec<f64>| costs.into_iter().map(|cost| vec![figure(name, cost, "µs")]).collect();
    match workload {
        Workload::FanOut { members, window, messages, in_one_write } => {
            let part = messages / TURNS;
            let enter = |swarm: &mut Swarm| {
                swarm.log_in(members)?;
                fan_out(swarm, window, part, in_one_write)
            };
            let costs = cost(kinds, false, enter, |swarm| {
                fan_out(swarm, window, part, in_one_write)?;
                Ok(part * (members - 1))
            })?;
            Ok(per("CPU per delivery", costs))
        }
        Workload::Pairs { pairs, messages } => {
            let enter = |swarm: &mut Swarm| {
                swarm.log_in(pairs * 2)?;
                swarm.pair_up()?;
                ping_pong(swarm, messages / TURNS).map(drop)
            };
            let costs = cost(kinds, true, enter, |swarm| ping_pong(swarm, messages / TURNS))?;
            Ok(per("CPU per message", costs))
        }
        Workload::Latency { members, per_second, seconds } => latency(kinds, members, per_second, seconds),
        Workload::Idle { connections, seconds } => {
            let alone = |kind| idle(Trial::start(kind, false)?, connections, seconds);
            kinds.iter().map(alone).collect()
        }
        Workload::Churn { logins } => {
            let enter = |swarm: &mut Swarm| come_and_go(swarm, 10);
            let costs = cost(kinds, false, enter, |swarm| {
                let times = logins / TURNS / COMING_TOGETHER;
                for _ in 0..times {
                    come_and_go(swarm, COMING_TOGETHER)?;
                }
                Ok(times * COMING_TOGETHER)
            })?;
            Ok(per("CPU per come and go", costs))
        }
        Workload::SlowReader { members, messages } => {
            let alone = |kind| slow_reader(Trial::start(kind, false)?, members, messages);
            kinds.iter().map(alone).collect()
        }
    }
}

/// Member 0 posts `messages`, with at most `window` not yet received by all other readers.
fn fan_out(swarm: &mut Swarm, window: usize, messages: usize, in_one_write: bool) -> Result<()> {
    let readers = swarm.conns.iter().skip(1).filter(|conn| !conn.asleep).count();
    let mut received = vec![0usize; swarm.conns.len()];
    // How many readers have received each message in flight; the first is message number `done`.
    let mut have: VecDeque<usize> = VecDeque::new();
    let (mut posted, mut done) = (0, 0);
    let limit = Instant::now() + Duration::from_mins(2);
    while done < messages {
        let more = (window - (posted - done)).min(messages - posted);
        if in_one_write && more > 0 {
            swarm.post(0, more)?;
        } else {
            for _ in 0..more {
                swarm.post(0, 1)?;
            }
        }
        posted += more;
        have.resize(posted - done, 0);
        swarm.receive(Duration::from_millis(100), |at, count| {
            if at == 0 {
                return;
            }
            let Some(seen) = received.get_mut(at) else { return };
            for message in *seen..*seen + count {
                if let Some(readers) = have.get_mut(message - done) {
                    *readers += 1;
                }
            }
            *seen += count;
        })?;
        while have.front().is_some_and(|count| *count >= readers) {
            have.pop_front();
            done += 1;
        }
        ensure!(Instant::now() < limit, "only {done} of {messages} messages came through");
    }
    Ok(())
}

fn ping_pong(swarm: &mut Swarm, messages: usize) -> Result<usize> {
    let total = swarm.conns.len();
    for at in (0..total).step_by(2) {
        swarm.post(at, 1)?;
    }
    let limit = Instant::now() + Duration::from_mins(2);
    let mut count = 0;
    let mut answers = Vec::new();
    let mut left = total / 2;
    while left > 0 {
        swarm
            .receive(Duration::from_millis(100), |at, seen| answers.extend(std::iter::repeat_n(at, seen)))?;
        for at in answers.drain(..) {
            count += 1;
            if count + left <= messages {
                swarm.post(at, 1)?;
            } else {
                left -= 1;
            }
        }
        ensure!(Instant::now() < limit, "only {count} of {messages} messages came through");
    }
    Ok(count)
}

fn latency(kinds: &[Kind], members: usize, per_second: u32, seconds: u32) -> Result<Vec<Vec<Figure>>> {
    let enter = |swarm: &mut Swarm| {
        swarm.log_in(members)?;
        fan_out(swarm, 1, 20, false)
    };
    let mut trials = start_all(kinds, false, enter)?;
    let mut spans = vec![Vec::new(); trials.len()];
    for _ in 0..seconds {
        for (trial, spans) in trials.iter_mut().zip(&mut spans) {
            one_second(&mut trial.swarm, members, per_second, spans)?;
        }
    }
    let figures = |mut spans: Vec<f64>| {
        spans.sort_unstable_by(f64::total_cmp);
        let at = |share: usize| spans.get(spans.len() * share / 1000).copied().unwrap_or_default();
        vec![figure("p50", at(500), "µs"), figure("p99", at(990), "µs")]
    };
    Ok(spans.into_iter().map(figures).collect())
}

/// Posts for one second, and adds the latency of each delivery.
fn one_second(swarm: &mut Swarm, members: usize, per_second: u32, spans: &mut Vec<f64>) -> Result<()> {
    let start = Instant::now();
    let gap = Duration::from_secs(1) / per_second;
    let total = per_second as usize;
    let mut due: Vec<Instant> = Vec::new();
    let mut received = vec![0usize; members];
    let limit = start + Duration::from_secs(30);
    let all = spans.len() + total * (members - 1);
    while spans.len() < all {
        let now = Instant::now();
        ensure!(now < limit, "messages are missing");
        let next = start + gap * u32::try_from(due.len())?;
        if due.len() < total && next <= now {
            // Measured from the scheduled time, so that a stall is not hidden.
            due.push(next);
            swarm.post(0, 1)?;
        }
        let wait =
            if due.len() < total { next.saturating_duration_since(now) } else { Duration::from_millis(10) };
        swarm.receive(wait.min(Duration::from_millis(10)), |at, count| {
            let Some(seen) = received.get_mut(at).filter(|_| at > 0) else { return };
            let now = Instant::now();
            for message in *seen..*seen + count {
                spans.extend(due.get(message).map(|sent| micros(now.duration_since(*sent))));
            }
            *seen += count;
        })?;
    }
    Ok(())
}

fn idle(trial: Trial, connections: usize, seconds: u64) -> Result<Vec<Figure>> {
    let Trial { server, mut swarm } = trial;
    // The first few users pay for one-time allocations.
    swarm.log_in(10)?;
    let memory = server.memory()?;
    let before = server.cpu()?;
    swarm.log_in(connections)?;
    let login = server.micros_since(before)? / to_f64(connections);
    let per_connection =
        to_f64(usize::try_from(server.memory()?.saturating_sub(memory))?) / to_f64(connections);
    // The server may still send for about a second after the last login.
    swarm.drain(Duration::from_secs(2))?;
    let before = server.cpu()?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        swarm.receive(Duration::from_millis(100), |_, _| {})?;
    }
    let share = server.micros_since(before)? / micros(start.elapsed()) * 100.0;
    Ok(vec![
        figure("memory per connection", per_connection, "B"),
        figure("CPU per login", login, "µs"),
        figure("CPU while idle", share, "%"),
    ])
}

/// `people` users log in and out.
fn come_and_go(swarm: &mut Swarm, people: usize) -> Result<()> {
    swarm.log_in(people)?;
    swarm.hang_up()
}

fn slow_reader(trial: Trial, members: usize, messages: usize) -> Result<Vec<Figure>> {
    let Trial { server, mut swarm } = trial;
    swarm.log_in(members)?;
    swarm.sleep(members - 1)?;
    fan_out(&mut swarm, 100, messages / TURNS, false)?;
    let memory = server.memory()?;
    let before = server.cpu()?;
    fan_out(&mut swarm, 100, messages, false)?;
    let deliveries = messages * (members - 2);
    let grown = to_f64(usize::try_from(server.memory()?.saturating_sub(memory))?) / 1024.0;
    Ok(vec![
        figure("CPU per delivery", server.micros_since(before)? / to_f64(deliveries), "µs"),
        figure("memory grown", grown, "KiB"),
    ])
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^52
pub(crate) fn to_f64(count: usize) -> f64 {
    count as f64
}
