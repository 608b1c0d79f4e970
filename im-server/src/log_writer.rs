//! Where log lines go. A thread of its own writes them, so that a reader that stops reading, a full disk or a closed terminal
//! never holds up the server or ends it: lines are lost instead, counted, and reported once writing works again.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written; beyond, they are lost.
const WAITING_MAX: usize = 1024;
/// How long the end of the program waits for the last lines.
const FLUSH_TIME_MAX: Duration = Duration::from_secs(1);

/// Takes finished lines and never fails.
#[derive(Clone)]
pub(crate) struct LogWriter {
    lines: SyncSender<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

/// Waits, when dropped, until the lines before are written, for a second at most.
pub(crate) struct Flush {
    lines: SyncSender<Vec<u8>>,
    flushed: Receiver<()>,
}

impl LogWriter {
    /// Starts writing to `out`.
    pub(crate) fn start(out: impl Write + Send + 'static) -> io::Result<(LogWriter, Flush)> {
        let (lines, waiting) = sync_channel(WAITING_MAX);
        let (done, flushed) = sync_channel(1);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = LogWriter { lines: lines.clone(), lost: lost.clone() };
        thread::Builder::new().name("log".into()).spawn(move || write_lines(out, &waiting, &lost, &done))?;
        Ok((writer, Flush { lines, flushed }))
    }
}

fn write_lines(mut out: impl Write, waiting: &Receiver<Vec<u8>>, lost: &AtomicU64, done: &SyncSender<()>) {
    while let Ok(line) = waiting.recv() {
        if line.is_empty() {
            // Nobody waits any more when the time to flush is over.
            let _ = done.try_send(());
            continue;
        }
        let missing = lost.swap(0, Ordering::Relaxed);
        let told = match missing {
            0 => Ok(()),
            _ => writeln!(out, "im-server: {missing} log lines were lost, since they could not be written"),
        };
        if told.is_err() {
            lost.fetch_add(missing + 1, Ordering::Relaxed);
        } else if out.write_all(&line).is_err() {
            lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.lines.try_send(line.to_vec()).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LogWriter;

    fn make_writer(&'a self) -> LogWriter {
        self.clone()
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        // An empty line asks for word of its turn. When too many lines wait, nobody reads them.
        if self.lines.try_send(Vec::new()).is_ok() {
            match self.flushed.recv_timeout(FLUSH_TIME_MAX) {
                Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A disk that can be full.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(bool, Vec<u8>)>>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            if disk.0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_lines_which_are_counted() {
        let disk = Disk::default();
        let (mut log, flush) = LogWriter::start(disk.clone()).unwrap();
        let mut write_all = |lines: &[&str], full: bool, flush: &Flush| {
            disk.0.lock().unwrap().0 = full;
            for line in lines {
                log.write_all(line.as_bytes()).unwrap();
            }
            flush.lines.send(Vec::new()).unwrap();
            flush.flushed.recv().unwrap();
        };
        write_all(&["one\n"], false, &flush);
        write_all(&["two\n", "three\n"], true, &flush);
        write_all(&["four\n"], false, &flush);
        drop(flush);
        let written = String::from_utf8(disk.0.lock().unwrap().1.clone()).unwrap();
        assert_eq!(written, "one\nim-server: 2 log lines were lost, since they could not be written\nfour\n");
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up() {
        let (reader, pipe) = io::pipe().unwrap();
        let (mut log, flush) = LogWriter::start(pipe).unwrap();
        for _ in 0..10 * WAITING_MAX {
            log.write_all(&[b'x'; 1000]).unwrap();
        }
        assert!(log.lost.load(Ordering::Relaxed) > 0);
        drop(flush);
        drop(reader);
    }
}
