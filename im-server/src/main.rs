//! A chat server for your own network.

mod banner;
mod data;
mod descriptors;
mod log_writer;
mod logs;
mod memory;
mod options;
mod passkey;
mod signals;
mod warnings;

use anyhow::{Context, Result};
use clap::Parser;
use data::Data;
use libim::{Address, Event, ListenError, Loop, ServerConfig, ServerEvent, ServerId};
use logs::Logs;
use options::{Options, WrongOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Time between tries to listen at an address that this machine does not have yet.
const ADDRESS_RETRY: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not eprintln!, which panics when stderr cannot be written to.
            let _ = writeln!(std::io::stderr(), "im-server: {error:#}");
            if error.is::<WrongOptions>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(options: &Options) -> Result<()> {
    memory::give_back();
    options.check()?;
    let logs = Logs::start(options.log, options.log_format)?;
    descriptors::raise(options.connections);
    let mut event_loop = Loop::new().context("cannot start the event loop")?;
    // First: with a handler, writing beyond `ulimit -f` is an error, and does not end the process.
    signals::watch(&mut event_loop).context("cannot watch for signals")?;
    let data = Data::open(options)?;
    let config = options.server_config(passkey::choose(options, &data)?);
    let directory = data.directory();
    let server = serve(&mut event_loop, config.clone(), data)?;
    let own_passkey = options.passkey.is_some();
    let (bound, missing, tried) = (Vec::new(), options.listen.clone(), None);
    Service { event_loop, server, logs, config, directory, own_passkey, bound, missing, tried }.run()
}

fn serve(event_loop: &mut Loop, config: ServerConfig, data: Data) -> Result<ServerId> {
    match data {
        Data::Memory => Ok(event_loop.serve(config)),
        Data::Directory(path, store) => {
            let server = event_loop.serve_opened(config, store)?;
            let state = event_loop.server(server).map(libim::Server::state);
            let (people, rooms) = state.map_or((0, 0), |state| (state.people_count(), state.rooms().len()));
            tracing::info!(directory = %path.display(), people, rooms, "the data is open");
            Ok(server)
        }
    }
}

/// A server and its listening addresses.
struct Service {
    event_loop: Loop,
    server: ServerId,
    logs: Logs,
    config: ServerConfig,
    /// The directory of the data, if there is one.
    directory: Option<PathBuf>,
    own_passkey: bool,
    bound: Vec<Address>,
    /// Addresses that this machine does not have yet: services may start before networks are up.
    missing: Vec<Address>,
    /// When the missing addresses were last tried.
    tried: Option<Instant>,
}

impl Service {
    fn run(&mut self) -> Result<()> {
        self.listen()?;
        loop {
            let wait = [self.next_try(), self.logs.next_summary()].into_iter().flatten().min();
            self.event_loop.turn(wait).context("the event loop failed")?;
            self.logs.summarize();
            while let Some(event) = self.event_loop.next_event() {
                match event {
                    Event::Server(_, ServerEvent::Drained) => {
                        tracing::info!("closed");
                        return Ok(());
                    }
                    // Only the signal pipe is watched, so this is a signal.
                    #[cfg(unix)]
                    Event::Readable(_) => {
                        tracing::info!("closing");
                        self.missing.clear();
                        if let Some(server) = self.event_loop.server_mut(self.server) {
                            server.drain();
                        }
                    }
                    event => self.logs.note(&event),
                }
            }
            if self.next_try() == Some(Duration::ZERO) {
                self.listen()?;
            }
        }
    }

    /// The time until the missing addresses are tried again; `None` if there are none.
    fn next_try(&self) -> Option<Duration> {
        let tried = self.tried.filter(|_| !self.missing.is_empty())?;
        Some(ADDRESS_RETRY.saturating_sub(tried.elapsed()))
    }

    /// Listens at those of the missing addresses that this machine has by now.
    fn listen(&mut self) -> Result<()> {
        let before = self.bound.len();
        for address in std::mem::take(&mut self.missing) {
            match self.event_loop.listen(self.server, &address) {
                Ok(bound) => self.bound.push(bound),
                Err(ListenError::System(error)) if error.kind() == ErrorKind::AddrNotAvailable => {
                    self.missing.push(address);
                }
                Err(error) => return Err(explain(&address, &error)),
            }
        }
        if self.bound.len() > before {
            if let Err(error) =
                banner::greet(&self.config, self.directory.as_deref(), self.own_passkey, &self.bound)
            {
                // The server runs even if its output cannot be written.
                tracing::warn!(%error, "cannot print the greeting");
            }
            for address in self.bound.iter().skip(before) {
                tracing::info!(%address, "listening");
            }
        }
        if self.tried.replace(Instant::now()).is_none() {
            for address in &self.missing {
                tracing::warn!(%address, "this machine does not have that address yet; waiting for it (0.0.0.0 takes all that it has)");
            }
        }
        Ok(())
    }
}

/// Adds a hint to the error for an address that cannot be listened on.
fn explain(address: &Address, error: &ListenError) -> anyhow::Error {
    if let ListenError::Unusable(_) = error {
        return WrongOptions(format!("cannot listen on {address}: {error}")).into();
    }
    let hint = match error {
        ListenError::InUse(_) => {
            "another program, perhaps another im-server, listens there already; stop it or choose another port with --listen HOST:PORT"
        }
        ListenError::System(error) if error.kind() == ErrorKind::PermissionDenied => {
            "ports below 1024 need privileges; choose a higher one with --listen HOST:PORT"
        }
        _ => "choose another address with --listen",
    };
    anyhow::anyhow!("cannot listen on {address}: {error}\n  {hint}")
}
