//! Runs the library in the toolkit's loop: one descriptor, no thread, no polling.

use crate::fl::{self, Watched};
use crate::update::Msg;
use anyhow::Context as _;
use libim::{Address, Client, ClientConfig, ClientEvent, ClientId, CommandError, Event, Loop, StateDir};
use std::time::{Duration, Instant};

/// How long quitting waits for the last messages.
const LAST_MOMENT: Duration = Duration::from_secs(4);

/// The connection.
pub struct Net {
    event_loop: Loop,
    /// Where sessions are saved, so that they outlive this program.
    sessions: Option<StateDir>,
    client: Option<ClientId>,
    /// Clients that are logging out.
    leaving: Vec<ClientId>,
}

impl Net {
    pub fn new(sessions: Option<StateDir>) -> anyhow::Result<Net> {
        let mut event_loop = Loop::new().context("cannot make an event loop")?;
        fl::watch(event_loop.pollable().context("cannot watch the event loop")?, Watched::Net);
        Ok(Net { event_loop, sessions, client: None, leaving: Vec::new() })
    }

    /// Runs the event loop if its descriptor is readable, and reports the events.
    pub fn poll(&mut self, mut tell: impl FnMut(Msg)) -> anyhow::Result<()> {
        if fl::take_ready(Watched::Net) {
            self.event_loop.turn(Some(Duration::ZERO))?;
        }
        while let Some(event) = self.event_loop.next_event() {
            let Event::Client(id, event) = event else { continue };
            if Some(id) == self.client {
                if matches!(event, ClientEvent::LoggedIn { .. }) {
                    let epoch = self.event_loop.client(id).and_then(Client::epoch);
                    tell(Msg::Epoch(epoch));
                }
                tell(Msg::Net(Box::new(event)));
            } else if matches!(event, ClientEvent::Disconnected { retry_in: None, .. }) {
                self.leaving.retain(|it| *it != id);
                self.event_loop.remove_client(id);
            }
        }
        Ok(())
    }

    pub fn connect(&mut self, address: &Address, name: &str, passkey: Option<String>) {
        self.disconnect();
        let agent = concat!("im-fltk/", env!("CARGO_PKG_VERSION")).into();
        let config = ClientConfig { passkey, agent, ..ClientConfig::new(name) };
        // If the disk is full or read-only, the session is not saved.
        let sessions = self.sessions.as_ref();
        self.client = Some(self.event_loop.connect_kept_if_possible(address, config, sessions));
    }

    /// Logs out, so that the server does not hold the session for a reconnect.
    pub fn disconnect(&mut self) {
        if let Some(id) = self.client.take() {
            if let Some(client) = self.event_loop.client_mut(id) {
                let _ = client.quit("");
            }
            self.leaving.push(id);
        }
    }

    /// Reconnects the client after the server has ended the connection. The client joins its rooms again by itself.
    pub fn restart(&mut self) {
        if let Some(client) = self.client.and_then(|id| self.event_loop.client_mut(id)) {
            client.start();
        }
    }

    pub fn log_in(&mut self, name: Option<&str>, passkey: Option<&str>) {
        if let Some(client) = self.client.and_then(|id| self.event_loop.client_mut(id)) {
            // Fails only if the client is logged in or closed by now.
            let _ = client.log_in_as(name, passkey);
        }
    }

    /// Runs a request on the client. Returns the text of an error.
    pub fn ask<T>(
        &mut self,
        request: impl FnOnce(&mut Client) -> Result<T, CommandError>,
    ) -> Result<T, String> {
        let client = self.client.and_then(|id| self.event_loop.client_mut(id));
        let client = client.ok_or_else(|| "Not connected at the moment".to_owned())?;
        request(client).map_err(|error| in_words(&error))
    }

    pub fn text_max(&self) -> usize {
        self.client
            .and_then(|id| self.event_loop.client(id))
            .map_or(16 * 1024, |client| client.limits().text_bytes as usize)
    }

    /// Logs out and waits until posted messages are delivered, for at most [`LAST_MOMENT`].
    pub fn quit(&mut self) {
        self.disconnect();
        let end = Instant::now() + LAST_MOMENT;
        while Instant::now() < end {
            let closed = |id: &ClientId| self.event_loop.client(*id).is_none_or(Client::is_closed);
            if self.leaving.iter().all(closed)
                || self.event_loop.turn(Some(Duration::from_millis(10))).is_err()
            {
                return;
            }
            while self.event_loop.next_event().is_some() {}
        }
    }
}

/// Explains an error, with what the user can do about it.
fn in_words(error: &CommandError) -> String {
    match error {
        CommandError::NotReady => "Not connected at the moment: try again when the connection is back".into(),
        CommandError::NotInRoom => "You are not in that room any more".into(),
        CommandError::Empty => "There is nothing to send".into(),
        CommandError::LoggedIn => "You are connected already".into(),
        CommandError::Closed => "Not connected any more".into(),
        // The others say it in their own text.
        error => error.to_string(),
    }
}
