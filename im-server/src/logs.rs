//! What the operator reads: who comes and goes, and what is wrong.

use crate::options::{LogFormat, LogLevel};
use libim::core::text::neutralise_line;
use libim::wire::Code;
use libim::{Event, ServerEvent};
use std::io::IsTerminal;
use tracing::{debug, error, info, warn};
use tracing_subscriber::filter::LevelFilter;

pub(crate) fn start(level: LogLevel, format: LogFormat) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let lines =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level).with_target(false);
    match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

/// Logs an event. Texts and names come from peers: they are neutralised, and messages are never logged.
pub(crate) fn note(event: &Event) {
    match event {
        Event::AcceptPaused(_, why) => warn!(%why, "cannot take new connections at the moment; trying again"),
        Event::Server(_, event) => note_server(event),
        #[allow(unreachable_patterns)] // with the client compiled in, there are its events too
        _ => {}
    }
}

fn note_server(event: &ServerEvent) {
    match event {
        ServerEvent::Entered { user, name, peer } => info!(%user, %name, %peer, "entered"),
        ServerEvent::Detached { user, name, why } => info!(%user, %name, %why, "lost the connection"),
        ServerEvent::Resumed { user, name, peer } => info!(%user, %name, %peer, "is back"),
        ServerEvent::Left { user, name, reason, text } => {
            info!(%user, %name, %reason, text = %neutralise_line(text), "left");
        }
        ServerEvent::Refused {
            peer,
            code: code @ (Code::Passkey | Code::TooManyTries | Code::Busy),
            text,
        } => {
            warn!(%peer, %code, text = %neutralise_line(text), "refused");
        }
        ServerEvent::Refused { peer, code, text } => {
            debug!(%peer, %code, text = %neutralise_line(text), "refused");
        }
        ServerEvent::StoreFailed { text } => error!(why = %neutralise_line(text), "cannot keep messages"),
        ServerEvent::Committed(_) | ServerEvent::Question(_) | ServerEvent::Drained => {}
    }
}
