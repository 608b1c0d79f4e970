//! The end of a turn: engines are settled, and their output is carried out.

use super::endpoint::EndpointKey;
use super::event_loop::Loop;
use super::sources::Timer;
use super::transport::Written;
use crate::engine::{Action, Transmit};
use std::cmp::Reverse;

/// Send queues written before other work is done.
const WRITES_PER_TURN: usize = 2048;

impl Loop {
    /// Settles engines that have had input and carries out their output, until there is none or the turn's budget is used.
    pub(super) fn flush(&mut self) {
        let mut writes = WRITES_PER_TURN;
        let mut rounds = self.to_settle.len() + self.endpoints.len();
        while let Some(key) = self.to_settle.pop_front() {
            let now = self.clock.now();
            if let Some(endpoint) = self.endpoint(key) {
                endpoint.touched = false;
                endpoint.engine.machine().settle(now);
                #[cfg(feature = "client")]
                endpoint.keep_session();
                let prefers_batching = endpoint.engine.machine().prefers_batching();
                self.prefers_batching = prefers_batching.unwrap_or(self.prefers_batching);
                self.transmit(key, &mut writes);
                self.act(key);
                self.arm(key);
            }
            rounds = rounds.saturating_sub(1);
            if writes == 0 || rounds == 0 {
                return;
            }
        }
    }

    fn transmit(&mut self, key: EndpointKey, writes: &mut usize) {
        let now = self.clock.now();
        let Some(endpoint) = self.endpoints.get_mut(key.index) else { return };
        let machine = endpoint.engine.machine();
        let mut broken = Vec::new();
        while *writes > 0
            && let Some(Transmit { conn, link, send_queue }) = machine.poll_transmit()
        {
            *writes -= 1;
            match self.sources.write(link, send_queue) {
                Written::All => machine.handle_sent(now, conn),
                Written::Blocked => {
                    machine.handle_sent(now, conn);
                    machine.handle_blocked(now, conn);
                }
                Written::Broken(why) => broken.push((link, why)),
            }
        }
        for (link, why) in broken {
            // The peer's last bytes may say why it closed the connection.
            self.read_rest(now, link);
            self.close(now, link, &why);
        }
        if *writes == 0 {
            // The rest is written in the next turn, after other sources have been read.
            self.touch(key);
        }
        self.handle_wakeups(now);
    }

    fn act(&mut self, key: EndpointKey) {
        let now = self.clock.now();
        while let Some(action) =
            self.endpoint(key).and_then(|endpoint| endpoint.engine.machine().poll_action())
        {
            match action {
                Action::Dial => self.dial(now, key),
                Action::Resume(link) => {
                    if let Some((owner, conn)) = self.sources.conn_at(link) {
                        self.with_machine(owner, |machine| machine.handle_bytes(now, conn, &[]));
                        self.read_again(link);
                    }
                }
                Action::Close(link) => self.begin_close(now, link),
                Action::Abort(link) => self.close(now, link, "closed"),
                Action::StopListening => self.stop_listening(key),
            }
        }
    }

    /// Adds an engine to the timer heap and to the lists of engines with events and of idlers, where needed.
    fn arm(&mut self, key: EndpointKey) {
        let Some(endpoint) = self.endpoints.get_mut(key.index) else { return };
        if endpoint.engine.machine().has_events() && !endpoint.eventful {
            endpoint.eventful = true;
            self.eventful.push_back(key);
        }
        if endpoint.engine.machine().wants_idle() && !endpoint.idler {
            endpoint.idler = true;
            self.idlers.push(key);
        }
        let due = endpoint.engine.machine().poll_timeout();
        if let Some(due) = due.filter(|due| endpoint.armed.is_none_or(|armed| *due < armed)) {
            endpoint.armed = Some(due);
            self.timers.push(Reverse((due, Timer::Endpoint(key))));
        }
    }
}
