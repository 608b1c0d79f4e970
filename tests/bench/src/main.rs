//! Measures a server against the *floor*: a bare epoll relay that copies what it reads to every other socket.
//!
//! The server runs as a process pinned to one processor, the load generator on another. CPU time is the kernel's accounting of
//! the server's main thread. `docs/performance.md` explains the figures.

mod client;
mod floor;
mod process;
mod report;
mod trial;
mod workload;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the floor.
    Floor {
        /// Copy to the partner (the next or previous connection) instead of to all others.
        #[arg(long)]
        pairs: bool,
    },
    /// Runs workloads against the floor and im-server, and prints a table.
    Run {
        /// Run only workloads whose name contains this.
        #[arg(default_value = "")]
        only: String,
        /// Number of runs of each; the table shows medians.
        #[arg(long, default_value_t = 3)]
        runs: usize,
        /// Do a tenth of the work, to check that everything works.
        #[arg(long)]
        quick: bool,
        /// The im-server binary; the default is the one beside this program.
        #[arg(long)]
        server: Option<PathBuf>,
    },
}

fn main() -> Result<()> {
    match Options::parse().command {
        Command::Floor { pairs } => floor::run(pairs),
        Command::Run { only, runs, quick, server } => report::run(&only, runs, quick, server),
    }
}
