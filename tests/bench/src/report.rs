//! Runs the workloads and prints a table.

use crate::process::{Kind, default_server, pin, raise_descriptor_limit};
use crate::workload::{Figure, Workload, run as measure};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;

/// All workloads, with their names.
fn workloads(quick: bool) -> Vec<(&'static str, Workload)> {
    let scale = if quick { 10 } else { 1 };
    let fan_out = |members, window, messages: usize| {
        let messages = messages / scale;
        Workload::FanOut { members, window, messages, in_one_write: false }
    };
    let burst = Workload::FanOut { members: 10, window: 100, messages: 400_000 / scale, in_one_write: true };
    vec![
        ("fan-out, 10 members, 100 under way", fan_out(10, 100, 400_000)),
        ("fan-out, 100 members, 100 under way", fan_out(100, 100, 60_000)),
        ("fan-out, 1000 members, 100 under way", fan_out(1_000, 100, 10_000)),
        ("fan-out, 100 members, one at a time", fan_out(100, 1, 3_000)),
        ("fan-out, 10 members, 100 in one write", burst),
        ("500 private pairs", Workload::Pairs { pairs: 500, messages: 400_000 / scale }),
        (
            "latency, 100 members, 100 messages/s",
            Workload::Latency { members: 100, per_second: 100, seconds: if quick { 1 } else { 10 } },
        ),
        (
            "idle connections",
            Workload::Idle { connections: 10_000 / scale, seconds: if quick { 1 } else { 10 } },
        ),
        ("churn", Workload::Churn { logins: 5_000 / scale }),
        ("slow reader among 100 members", Workload::SlowReader { members: 100, messages: 60_000 / scale }),
    ]
}

/// Measures and prints.
pub(crate) fn run(only: &str, runs: usize, quick: bool, server: Option<PathBuf>) -> Result<()> {
    let descriptors = raise_descriptor_limit()?;
    let needed = if quick { 2_500 } else { 12_000 };
    ensure!(descriptors >= needed, "{needed} open files are needed, {descriptors} allowed; raise ulimit -n");
    let libim = Kind::Libim(server.map_or_else(default_server, Ok)?);
    pin(None, 1)?;
    println!("| workload | figure | floor | libim | ratio |\n|---|---|---|---|---|");
    for (name, workload) in workloads(quick).into_iter().filter(|(name, _)| name.contains(only)) {
        let (mut floors, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..runs.max(1) {
            if matches!(workload, Workload::SlowReader { .. }) {
                ours.extend(measure(std::slice::from_ref(&libim), workload)?);
                continue;
            }
            let measured = measure(&[Kind::Floor, libim.clone()], workload)?;
            let [floor, our] = measured.try_into().ok().context("a figure for each")?;
            floors.push(floor);
            ours.push(our);
        }
        for (at, figure) in ours.first().cloned().unwrap_or_default().iter().enumerate() {
            let (floor, libim) = (median(&floors, at), median(&ours, at));
            let (floor, ratio) = match floor {
                Some(floor) if floor > 0.0 => {
                    (format!("{floor:.3}"), format!("{:.2}", libim.unwrap_or_default() / floor))
                }
                Some(floor) => (format!("{floor:.3}"), "-".into()),
                None => ("-".into(), "-".into()),
            };
            let Figure { name: what, unit, .. } = figure;
            println!("| {name} | {what}, {unit} | {floor} | {:.3} | {ratio} |", libim.unwrap_or_default());
        }
    }
    println!("\n{} runs of each, medians", runs.max(1));
    Ok(())
}

fn median(runs: &[Vec<Figure>], at: usize) -> Option<f64> {
    let mut values: Vec<f64> =
        runs.iter().filter_map(|figures| figures.get(at)).map(|figure| figure.value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
