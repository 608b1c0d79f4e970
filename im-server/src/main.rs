//! A chat server for your own network.

mod descriptors;
mod log_writer;
mod logs;
mod options;
mod passkey;
mod signals;
mod warnings;
mod words;

use anyhow::{Context, Result};
use clap::Parser;
use libim::{Address, Event, Loop, ServerEvent, ServerId};
use logs::Logs;
use options::Options;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;

/// How often an address that is not there yet is tried.
const ADDRESS_RETRY: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not by eprintln!, which panics when nobody can read it.
            let _ = writeln!(std::io::stderr(), "im-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let mut logs = Logs::start(options.log, options.log_format)?;
    let config = options.server_config()?;
    descriptors::raise(options.connections);
    let mut lp = Loop::new().context("cannot start the event loop")?;
    signals::watch(&mut lp).context("cannot watch for signals")?;
    let server = lp.serve(config.clone());
    let mut bound = Vec::new();
    for address in &options.listen {
        match listen(&mut lp, server, address)? {
            Some(at) => bound.push(at),
            None => return Ok(()),
        }
    }
    if let Err(error) = words::greet(&config, options.passkey.is_some(), &bound) {
        // Whoever started us does not read what we say; that is no reason not to serve.
        tracing::warn!(%error, "cannot print the greeting");
    }
    for address in &bound {
        tracing::info!(%address, "listening");
    }

    loop {
        lp.turn(logs.next_summary()).context("the event loop failed")?;
        logs.summarize();
        while let Some(event) = lp.next_event() {
            match event {
                Event::Server(_, ServerEvent::Drained) => {
                    tracing::info!("closed");
                    return Ok(());
                }
                // Nothing else is watched: a signal has come.
                #[cfg(unix)]
                Event::Readable(_) => {
                    tracing::info!("closing");
                    if let Some(server) = lp.server(server) {
                        server.drain();
                    }
                }
                event => logs.note(&event),
            }
        }
    }
}

/// Listens at an address. One that this machine does not have yet is waited for: services start before networks are up. `None`: asked
/// to stop meanwhile.
fn listen(lp: &mut Loop, server: ServerId, address: &Address) -> Result<Option<Address>> {
    let mut told = false;
    loop {
        match lp.listen(server, address) {
            Ok(bound) => return Ok(Some(bound)),
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%address, "this machine does not have that address yet; waiting for it (0.0.0.0 takes all that it has)");
                }
            }
            Err(error) => return Err(explain(address, &error)),
        }
        lp.turn(Some(ADDRESS_RETRY)).context("the event loop failed")?;
        while let Some(event) = lp.next_event() {
            #[cfg(unix)]
            if matches!(event, Event::Readable(_)) {
                return Ok(None);
            }
        }
    }
}

/// Says what to do about an address that cannot be listened on.
fn explain(address: &Address, error: &std::io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => {
            "another program, perhaps another im-server, listens there already; stop it or choose another port with --listen HOST:PORT"
        }
        ErrorKind::PermissionDenied => {
            "ports below 1024 need privileges; choose a higher one with --listen HOST:PORT"
        }
        _ => "choose another address with --listen",
    };
    anyhow::anyhow!("cannot listen on {address}: {error}\n  {hint}")
}
