//! Measures a server against the *floor*: a bare epoll relay that copies what it reads to every other socket.
//!
//! The server runs as a process of its own, pinned to one processor, the load on another. CPU is what the kernel
//! accounts to the server's thread. `docs/performance.md` says what the figures mean.

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
        /// Copy to the partner (the connection after or before) instead of to everybody else.
        #[arg(long)]
        pairs: bool,
    },
    /// Runs workloads against the floor and im-server, and prints a table.
    Run {
        /// Only workloads whose name contains this.
        #[arg(default_value = "")]
        only: String,
        /// Runs of each; the table has the medians.
        #[arg(long, default_value_t = 3)]
        runs: usize,
        /// A tenth of the work, to see that everything works.
        #[arg(long)]
        quick: bool,
        /// The im-server binary; by default the one beside this program.
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
