//! The command line.

use crate::passkey;
use anyhow::Result;
use clap::{Parser, ValueEnum};
use libim::wire::Limits;
use libim::wire::limits::{PASSKEY_BYTES_MAX, TEXT_BYTES_CEILING};
use libim::{Address, ServerConfig};
use std::time::Duration;

/// A chat server for your own network: no cloud, no domain, no internet.
///
/// Without arguments it listens on this machine only, makes a passkey and prints how to connect. To let others on your
/// network in, run `im-server --listen 0.0.0.0`.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Options {
    /// Where to listen: HOST, HOST:PORT, [IPv6]:PORT or unix:PATH. May be given several times. 0.0.0.0 is every
    /// network that this machine is on, [::] the same for IPv6 too. Port 0 takes any free port.
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) listen: Vec<Address>,

    /// The passkey that people need to come in. Without this and --open, one is made at each start.
    #[arg(
        short,
        long,
        value_name = "TEXT",
        env = "IM_PASSKEY",
        hide_env_values = true,
        conflicts_with = "open"
    )]
    pub(crate) passkey: Option<String>,

    /// Let anybody in who gives a name, without a passkey.
    #[arg(long)]
    pub(crate) open: bool,

    /// The server's name, shown to people.
    #[arg(long, value_name = "TEXT", default_value = "libim")]
    pub(crate) name: String,

    /// A word to people who come in.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) welcome: String,

    /// The name of the room that everybody is in.
    #[arg(long, value_name = "TEXT", default_value = "lobby")]
    pub(crate) lobby: String,

    /// How many of the last messages newcomers see.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=200))]
    pub(crate) backlog: u32,

    /// The longest message, in bytes of UTF-8.
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(TEXT_BYTES_CEILING)))]
    pub(crate) text_max: u32,

    /// How many requests per second each connection may make for long; beyond, it is read more slowly. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) rate: u32,

    /// How many connections at once; beyond, newcomers are asked to come back later.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) connections: usize,

    /// How long somebody whose connection broke keeps their place, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) resume: u64,

    /// The least important log lines to write to standard error.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log: LogLevel,

    /// How log lines are written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// What makes the server unusable.
    Error,
    /// And what needs attention.
    Warn,
    /// And who comes and goes.
    Info,
    /// And everything else.
    Debug,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Options {
    pub(crate) fn server_config(&self) -> Result<ServerConfig> {
        let passkey = match &self.passkey {
            Some(passkey) => Some(passkey.trim().to_owned()).filter(|passkey| !passkey.is_empty()),
            None if self.open => None,
            None => Some(passkey::generate()?),
        };
        anyhow::ensure!(
            passkey.is_some() || self.open,
            "the passkey is empty; give one, leave it out to have one made, or let everybody in with --open"
        );
        anyhow::ensure!(
            passkey.as_ref().is_none_or(|passkey| passkey.len() <= PASSKEY_BYTES_MAX),
            "the passkey is longer than {PASSKEY_BYTES_MAX} bytes, which clients do not send"
        );
        anyhow::ensure!(self.connections > 0, "--connections 0 would let nobody in");
        anyhow::ensure!(
            !self.listen.iter().any(|address| matches!(address, libim::Address::Memory(_))),
            "mem: addresses are for clients within the server's own program; listen at HOST:PORT or unix:PATH"
        );
        let frame_bytes = Limits::default().frame_bytes.max(self.text_max.saturating_mul(2));
        let limits = Limits {
            text_bytes: self.text_max,
            frame_bytes,
            requests_per_second: self.rate,
            requests_burst: Limits::default().requests_burst.max(self.rate.saturating_mul(5)),
            ..Limits::default()
        };
        Ok(ServerConfig {
            name: self.name.clone(),
            welcome: self.welcome.clone(),
            lobby: self.lobby.clone(),
            passkey,
            backlog: self.backlog,
            resume_window: Duration::from_secs(self.resume),
            limits,
            connections_max: self.connections,
            people_max: self.connections,
            ..ServerConfig::default()
        })
    }
}
