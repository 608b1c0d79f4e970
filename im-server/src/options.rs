//! The command line.

use clap::{Parser, ValueEnum};
use libim::wire::Limits;
use libim::wire::limits::{PASSKEY_BYTES_MAX, TEXT_BYTES_CEILING};
use libim::{Address, ServerConfig};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A chat server for your own network: no cloud, no domain, no internet.
///
/// Without arguments it listens on this machine only, makes a passkey and prints how to connect. To accept
/// connections from your network, run `im-server --listen 0.0.0.0`.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Options {
    /// Address to listen at: HOST, HOST:PORT, [IPv6]:PORT or unix:PATH. May be given several times. 0.0.0.0 means all
    /// IPv4 addresses of this machine, [::] its IPv6 addresses too. Port 0 chooses a free port.
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) listen: Vec<Address>,

    /// The directory of the data: messages, rooms, people and the generated passkey. It is made if it does not exist.
    /// Default: the service's state directory (under systemd), or im-server in the user's data directory.
    #[arg(short, long, value_name = "DIRECTORY")]
    pub(crate) data: Option<PathBuf>,

    /// Keep nothing: everything is lost when the server ends.
    #[arg(long, conflicts_with = "data")]
    pub(crate) memory: bool,

    /// The passkey required for login. Without this and --open, the first start generates one, which is kept with the
    /// data. One shorter than 14 bytes is protected against guessing by delays, which somebody at the same address can
    /// cause for others.
    #[arg(short, long, value_name = "TEXT", env = "IM_PASSKEY", hide_env_values = true)]
    pub(crate) passkey: Option<String>,

    /// Generate another passkey. People who are logged in stay.
    #[arg(long, conflicts_with = "open")]
    pub(crate) new_passkey: bool,

    /// Accept logins without a passkey.
    #[arg(long)]
    pub(crate) open: bool,

    /// The server's name, shown to people.
    #[arg(long, value_name = "TEXT", default_value = "libim")]
    pub(crate) name: String,

    /// A text shown to people when they log in.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) welcome: String,

    /// The name of the room that everybody is in.
    #[arg(long, value_name = "TEXT", default_value = "lobby")]
    pub(crate) lobby: String,

    /// How many of the last messages newcomers get.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=200))]
    pub(crate) backlog: u32,

    /// The maximum length of a message, in bytes of UTF-8.
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(TEXT_BYTES_CEILING)))]
    pub(crate) text_max: u32,

    /// Sustained requests per second of each connection; beyond, it is read more slowly. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) rate: u32,

    /// The maximum number of connections; beyond, new ones are asked to try again later.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) connections: usize,

    /// How long the session of a broken connection is kept, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) resume: u64,

    /// The lowest level of log lines to write to standard error.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log: LogLevel,

    /// The format of log lines.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogLevel {
    /// No log lines.
    Off,
    /// Errors that make the server unusable.
    Error,
    /// Also warnings that need attention.
    Warn,
    /// Also logins and departures.
    Info,
    /// Also all other events.
    Debug,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable lines.
    Text,
    /// One JSON object per line.
    Json,
}

/// Options that cannot be used, with the reason. The exit status is 2, as for those that cannot be parsed.
#[derive(Debug)]
pub(crate) struct WrongOptions(pub(crate) String);

impl fmt::Display for WrongOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongOptions {}

impl Options {
    /// Checks what the parser cannot check.
    pub(crate) fn check(&self) -> Result<(), WrongOptions> {
        let refuse = |why: &str| Err(WrongOptions(why.into()));
        if let Some(passkey) = &self.passkey {
            if self.open || self.new_passkey {
                return refuse(
                    "a passkey is given, by --passkey or the environment variable IM_PASSKEY; --open and --new-passkey cannot be used with it",
                );
            }
            if passkey.trim().is_empty() {
                return refuse(
                    "the passkey is empty; give one, leave it out to have one made, or let everybody in with --open",
                );
            }
            if passkey.trim().len() > PASSKEY_BYTES_MAX {
                return Err(WrongOptions(format!(
                    "the passkey is longer than {PASSKEY_BYTES_MAX} bytes, which clients do not send"
                )));
            }
        }
        if self.connections == 0 {
            return refuse("--connections 0 would let nobody in");
        }
        if let Err(error) = self.server_config(None).check_lobby() {
            return Err(WrongOptions(format!("--lobby: {error}")));
        }
        if self.listen.iter().any(|address| matches!(address, Address::Memory(_))) {
            return refuse(
                "mem: addresses are for clients within the server's own program; listen at HOST:PORT or unix:PATH",
            );
        }
        Ok(())
    }

    /// The server's configuration, with this passkey.
    pub(crate) fn server_config(&self, passkey: Option<String>) -> ServerConfig {
        let frame_bytes = Limits::default().frame_bytes.max(self.text_max.saturating_mul(2));
        let limits = Limits {
            text_bytes: self.text_max,
            frame_bytes,
            requests_per_second: self.rate,
            requests_burst: Limits::default().requests_burst.max(self.rate.saturating_mul(5)),
            ..Limits::default()
        };
        ServerConfig {
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
        }
    }
}
