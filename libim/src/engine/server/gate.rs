//! The gate that every request passes before its handler: it checks the connection's stage, the rate, the lengths, and
//! membership. Handlers make only checks of their own.

use super::conn::Phase;
use super::reply::NOT_MEMBER;
use super::rows::{Decides, Stage, row};
use super::timeouts::Timeout;
use super::{Refused, Server, millis};
use crate::engine::{ConnId, Peer};
use crate::wire::{Code, FromClient, Limits, RoomId, Throttled};
use std::time::Duration;

/// The shortest interval between two Throttled messages to a connection.
const TELL_EVERY: Duration = Duration::from_secs(10);

impl Server {
    /// Passes a request to its handler, or refuses it.
    pub(super) fn handle_request(&mut self, conn: ConnId, request: FromClient) {
        let row = row(&request, &self.config.limits, &self.config.approvals);
        self.charge(conn, row.cost);
        let about = self.approval_needed(conn, &request, &row);
        let verdict = self
            .check_stage(conn, row.stage)
            .and_then(|()| row.check_text())
            .and_then(|()| self.check_membership(conn, row.room, about.is_some()));
        let (id, answered) = (row.id, row.answered);
        match (verdict, about) {
            (Ok(()), Some(about)) => self.request_approval(conn, request, about),
            (Ok(()), None) => self.dispatch(conn, request),
            (Err(_), _) if !answered => {}
            (Err(refused), _) => self.refuse(conn, id, refused),
        }
    }

    /// Carries out an approved request, after repeating the checks that may have changed.
    pub(super) fn carry_out(&mut self, conn: ConnId, request: FromClient) {
        let row = row(&request, &self.config.limits, &self.config.approvals);
        let verdict =
            self.check_stage(conn, row.stage).and_then(|()| self.check_membership(conn, row.room, true));
        let id = row.id;
        match (verdict, request) {
            (Ok(()), FromClient::Login(login)) => self.log_in(conn, &login),
            (Ok(()), request) => self.dispatch(conn, request),
            (Err(refused), _) => self.refuse(conn, id, refused),
        }
    }

    /// Counts a request against its connection's rate. Beyond the burst, the connection is read more slowly; nothing is lost,
    /// and other connections are not affected.
    pub(super) fn charge(&mut self, id: ConnId, cost: u32) {
        let Limits { requests_per_second, requests_burst, .. } = self.config.limits;
        let Some(conn) = self.connections.get_mut(id) else { return };
        if conn.peer == Peer::Program {
            // Connections of the server's own program are not limited.
            return;
        }
        let wait = conn.rate.charge(self.now.mono, cost, requests_per_second, requests_burst);
        if wait.is_zero() {
            return;
        }
        conn.throttled_until = self.now.mono + wait;
        let tell = conn.told_throttled.is_none_or(|last| last + TELL_EVERY <= self.now.mono);
        if tell {
            conn.told_throttled = Some(self.now.mono);
            let text = format!(
                "more than {requests_per_second} requests per second: the server reads this connection more slowly"
            );
            let wait_ms = millis(wait);
            self.send(id, &Throttled { text, wait_ms });
        }
        self.timers.add(self.now.mono + wait, Timeout::Throttle(id));
    }

    /// Which requests are allowed in which phase.
    fn check_stage(&self, conn: ConnId, stage: Stage) -> Result<(), Refused> {
        let Some(phase) = self.connections.get(conn).map(|conn| conn.phase) else {
            return Err(Refused::new(Code::OutOfTurn, "the connection is closing"));
        };
        let out_of_turn = |text: &str| Err(Refused::new(Code::OutOfTurn, text));
        match (phase, stage) {
            (Phase::AwaitHello, Stage::Hello)
            | (Phase::AwaitLogin { .. }, Stage::Login)
            | (Phase::LoggedIn(..), Stage::LoggedIn)
            | (Phase::AwaitHello | Phase::AwaitLogin { .. } | Phase::LoggedIn(..), Stage::Always) => Ok(()),
            (Phase::AwaitHello, Stage::Login | Stage::LoggedIn) => out_of_turn("send the hello first"),
            (Phase::AwaitLogin { .. } | Phase::LoggedIn(..), Stage::Hello) => {
                out_of_turn("the hello was sent already")
            }
            (Phase::AwaitLogin { .. }, Stage::LoggedIn) => out_of_turn("log in first"),
            (Phase::LoggedIn(..), Stage::Login) => out_of_turn("you are logged in already"),
            (Phase::Closing, _) => out_of_turn("the connection is closing"),
        }
    }

    /// Whether the sender is in the room, if the gate decides that. What is to be approved (`asked`) it decides in any case.
    fn check_membership(
        &self,
        conn: ConnId,
        room: Option<(RoomId, Decides)>,
        asked: bool,
    ) -> Result<(), Refused> {
        let Some((room, decides)) = room else { return Ok(()) };
        if decides == Decides::Store && !asked {
            return Ok(());
        }
        let user = self.user_of(conn).unwrap_or_default();
        if self.state.room(room).is_some_and(|room| room.has(user)) {
            return Ok(());
        }
        Err(Refused::new(Code::NotMember, NOT_MEMBER))
    }
}
