//! The log: logins, departures, warnings and errors.

use crate::log_writer::{Flush, LogWriter};
use crate::options::{LogFormat, LogLevel};
use crate::warnings::{Subject, Warnings};
use anyhow::{Context, Result};
use libim::core::text::sanitize_line;
use libim::wire::Code;
use libim::{Event, ServerEvent};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use tracing::{debug, error, info, warn};
use tracing_subscriber::filter::LevelFilter;

/// The log of this process.
pub(crate) struct Logs {
    warnings: Warnings,
    /// Dropped at the end, which writes the last lines.
    _flush: Flush,
}

impl Logs {
    pub(crate) fn start(level: LogLevel, format: LogFormat) -> Result<Logs> {
        let level = match level {
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
        };
        let (writer, flush) = LogWriter::start(std::io::stderr()).context("cannot start the log")?;
        let lines = tracing_subscriber::fmt().with_writer(writer).with_max_level(level).with_target(false);
        match format {
            LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
            LogFormat::Json => lines.json().flatten_event(true).init(),
        }
        Ok(Logs { warnings: Warnings::default(), _flush: flush })
    }

    /// Logs an event. Texts and names come from peers and are sanitized; messages are never logged.
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::AcceptPaused(_, why) if self.warnings.admit(Subject::Accepting, Instant::now()) => {
                warn!(%why, "cannot take new connections at the moment; trying again");
            }
            Event::Server(_, event) => self.note_server(event),
            // Suppressed warnings, and events of clients if they are compiled in.
            _ => {}
        }
    }

    /// Logs how many warnings were suppressed in windows that have ended.
    pub(crate) fn summarize(&mut self) {
        for (about, count) in self.warnings.summarize(Instant::now()) {
            warn!(%about, count, "more warnings were left out within a minute");
        }
    }

    /// When to call [`summarize`](Self::summarize) at the latest.
    pub(crate) fn next_summary(&self) -> Option<Duration> {
        self.warnings.next_summary(Instant::now())
    }

    #[allow(clippy::collapsible_match)] // what is not admitted is not logged at another level instead
    fn note_server(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::Entered { user, name, peer } => info!(%user, %name, %peer, "entered"),
            ServerEvent::Detached { user, name, why } => info!(%user, %name, %why, "lost the connection"),
            ServerEvent::Resumed { user, name, peer } => info!(%user, %name, %peer, "is back"),
            ServerEvent::Left { user, name, reason, text } => {
                info!(%user, %name, %reason, text = %sanitize_line(text), "left");
            }
            ServerEvent::Refused {
                peer,
                code: code @ (Code::Passkey | Code::TooManyTries | Code::Busy),
                text,
            } => {
                if self.warnings.admit(Subject::Peer(*peer), Instant::now()) {
                    warn!(%peer, %code, text = %sanitize_line(text), "refused");
                }
            }
            ServerEvent::Refused { peer, code, text } => {
                debug!(%peer, %code, text = %sanitize_line(text), "refused");
            }
            ServerEvent::StoreFailed { text } => error!(why = %sanitize_line(text), "cannot keep messages"),
            // Not logged. A later library may report more.
            _ => {}
        }
    }
}
