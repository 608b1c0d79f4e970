//! The thread that reads ahead: it waits for the disk, so that the writer does not.

use super::directory::Directory;
use super::page::page;
use super::schema;
use super::writer::{Call, Reading};
use crate::engine::store::{PageQuery, Ticket};
use crate::wire::Seq;
use rusqlite::{Connection, Result};
use std::sync::mpsc::{Receiver, Sender};

/// The state of the thread.
pub(super) struct Reader {
    connection: Connection,
    pages: Receiver<(Ticket, PageQuery)>,
    calls: Sender<Call>,
}

impl Reader {
    pub(super) fn open(
        directory: &Directory,
        pages: Receiver<(Ticket, PageQuery)>,
        calls: Sender<Call>,
    ) -> Result<Reader> {
        Ok(Reader { connection: schema::open_to_read(directory)?, pages, calls })
    }

    /// Runs until the store is dropped.
    pub(super) fn run(self) {
        let Reader { connection, pages, calls } = self;
        while let Ok((ticket, query)) = pages.recv() {
            // What is read here is then in the system's cache. Errors come again, where they are answered.
            let _ = page(&connection, &query, Some(Seq(u64::MAX)));
            if calls.send(Call::Read(ticket, Reading::Page(query))).is_err() {
                return;
            }
        }
        // Before the writer's connection, which ends when there are no more calls: the last connection to close removes the log of
        // changes, and only the writer's can.
        drop(connection);
        drop(calls);
    }
}
