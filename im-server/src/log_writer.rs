//! Writes log lines on a separate thread, so that a reader that stops reading, a full disk or a closed terminal never blocks or
//! ends the server. Lines that cannot be written are lost and counted; the count is reported when writing works again.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written; further ones are lost.
const WAITING_MAX: usize = 1024;
/// How long the program waits for the last lines when it ends.
const FLUSH_TIME_MAX: Duration = Duration::from_secs(1);

/// Accepts complete lines and never fails.
#[derive(Clone)]
pub(crate) struct LogWriter {
    lines: SyncSender<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

/// When dropped, waits until the lines before it are written, for at most [`FLUSH_TIME_MAX`].
pub(crate) struct Flush {
    lines: SyncSender<Vec<u8>>,
    flushed: Receiver<()>,
}

impl LogWriter {
    /// Starts a thread that writes to `out`.
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
            // Fails when the waiting side has timed out.
            let _ = done.try_send(());
            continue;
        }
        let missing = lost.swap(0, Ordering::Relaxed);
        let reported = match missing {
            0 => Ok(()),
            _ => writeln!(out, "im-server: {missing} log lines were lost, since they could not be written"),
        };
        if reported.is_err() {
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
        // An empty line requests a reply when its turn comes. A full queue means that nobody reads the log.
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

    /// A writer that can fail as a full disk does.
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
    fn lines_lost_to_a_full_disk_are_counted() {
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
    fn a_reader_that_does_not_read_does_not_block() {
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
