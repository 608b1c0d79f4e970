//! The library in the toolkit's loop: one descriptor, no thread, no polling.

use crate::update::Msg;
use anyhow::Context as _;
use libim::{Address, Client, ClientConfig, ClientEvent, ClientId, CommandError, Event, Loop};
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::time::Duration;

thread_local! {
    /// Set by the toolkit when the descriptor is readable.
    static READY: Cell<bool> = const { Cell::new(false) };
}

#[allow(unsafe_code)] // the fltk crate has no binding for it
mod fl {
    use std::ffi::{c_int, c_void};

    /// FL/Fl.H: readable.
    pub(super) const FL_READ: c_int = 1;

    unsafe extern "C" {
        /// `Fl::add_fd(int, int, void (*)(int, void *), void *)`, by its name in the Itanium C++ ABI.
        #[link_name = "_ZN2Fl6add_fdEiiPFviPvES0_"]
        fn fl_add_fd(fd: c_int, when: c_int, callback: extern "C" fn(c_int, *mut c_void), data: *mut c_void);
    }

    pub(super) fn watch(fd: c_int, callback: extern "C" fn(c_int, *mut c_void)) {
        // SAFETY: the callback needs no data and lives as long as the program; the toolkit calls it on this thread.
        unsafe { fl_add_fd(fd, FL_READ, callback, std::ptr::null_mut()) }
    }
}

extern "C" fn readable(_fd: c_int, _data: *mut c_void) {
    READY.set(true);
}

/// The connection.
pub struct Net {
    lp: Loop,
    client: Option<ClientId>,
}

impl Net {
    pub fn new() -> anyhow::Result<Net> {
        let mut lp = Loop::new().context("cannot make an event loop")?;
        fl::watch(lp.pollable().context("cannot watch the event loop")?, readable);
        Ok(Net { lp, client: None })
    }

    /// What has happened, when the toolkit has seen something.
    pub fn poll(&mut self, mut tell: impl FnMut(Msg)) -> anyhow::Result<()> {
        if READY.take() {
            self.lp.turn(Some(Duration::ZERO))?;
        }
        while let Some(event) = self.lp.next_event() {
            if let Event::Client(id, event) = event
                && Some(id) == self.client
            {
                tell(Msg::Net(Box::new(event)));
            }
        }
        Ok(())
    }

    pub fn connect(&mut self, address: &Address, name: &str, passkey: Option<String>) {
        self.disconnect();
        let agent = concat!("im-fltk/", env!("CARGO_PKG_VERSION")).into();
        let config = ClientConfig { passkey, agent, ..ClientConfig::new(name) };
        self.client = Some(self.lp.connect(address, config));
    }

    pub fn disconnect(&mut self) {
        if let Some(client) = self.client.take() {
            self.lp.remove_client(client);
        }
    }

    /// Asks something of the client.
    pub fn ask<T>(
        &mut self,
        request: impl FnOnce(&mut Client) -> Result<T, CommandError>,
    ) -> Result<T, String> {
        let client = self.client.and_then(|id| self.lp.client(id));
        client.ok_or(CommandError::Closed).and_then(request).map_err(|error| error.to_string())
    }

    pub fn text_max(&self) -> usize {
        self.client
            .and_then(|id| self.lp.look_at_client(id))
            .map_or(16 * 1024, |client| client.limits().text_bytes as usize)
    }

    /// Leaves in good order: what was posted is delivered first, if that takes no longer than a moment.
    pub fn quit(&mut self) {
        let Some(id) = self.client else { return };
        if let Some(client) = self.lp.client(id) {
            client.quit("");
        }
        for _ in 0..200 {
            if self.lp.look_at_client(id).is_none_or(Client::is_closed) {
                break;
            }
            if self.lp.turn(Some(Duration::from_millis(10))).is_err() {
                break;
            }
            while let Some(event) = self.lp.next_event() {
                if matches!(event, Event::Client(_, ClientEvent::Disconnected { retry_in: None, .. })) {
                    return;
                }
            }
        }
    }
}
