//! Server processes: starting, pinning, measuring and killing.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Rlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The server to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Floor,
    Libim(PathBuf),
}

/// A running server. Dropping it kills the process.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// Kept open, so that the server can write more.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server on the first processor.
    pub(crate) fn start(kind: &Kind, pairs: bool) -> Result<Server> {
        let mut command = match kind {
            Kind::Floor => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("floor").args(pairs.then_some("--pairs"));
                command
            }
            Kind::Libim(path) => {
                let mut command = Command::new(path);
                command.args([
                    "--memory",
                    "--listen",
                    "127.0.0.1:0",
                    "--open",
                    "--rate",
                    "0",
                    "--log",
                    "off",
                    "--connections",
                    "50000",
                ]);
                command
            }
        };
        let mut child =
            command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {kind:?}"))?;
        let output = child.stdout.take().context("no output")?;
        let mut port = None;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            let digits =
                line.split("127.0.0.1:").last().unwrap_or("").split_whitespace().next().unwrap_or("");
            if let Ok(found) = digits.parse() {
                port = Some(found);
                break;
            }
            line.clear();
        }
        let Some(port) = port else { bail!("{kind:?} did not say where it listens") };
        let server = Server { child, port, _output: output };
        pin(Some(server.pid()?), 0)?;
        Ok(server)
    }

    fn pid(&self) -> Result<Pid> {
        Pid::from_raw(i32::try_from(self.child.id())?).context("no process id")
    }

    /// CPU time of the server's main thread, as the scheduler accounts it.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.child.id()))?;
        let nanos = text.split_whitespace().next().context("empty schedstat")?.parse()?;
        Ok(Duration::from_nanos(nanos))
    }

    /// CPU time since `before`, in microseconds.
    pub(crate) fn micros_since(&self, before: Duration) -> Result<f64> {
        Ok(micros(self.cpu()?.saturating_sub(before)))
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        Ok(kib * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}

/// Pins a process, or this thread, to one processor, if there is one of that number.
pub(crate) fn pin(pid: Option<Pid>, cpu: usize) -> Result<()> {
    if std::thread::available_parallelism()?.get() > cpu {
        let mut set = CpuSet::new();
        set.set(cpu);
        sched_setaffinity(pid, &set)?;
    }
    Ok(())
}

/// Raises the soft limit of open files to the hard limit; child processes inherit it.
pub(crate) fn raise_descriptor_limit() -> Result<u64> {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let all = Rlimit { current: limit.maximum, maximum: limit.maximum };
    rustix::process::setrlimit(Resource::Nofile, all)?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// The path of the im-server binary beside this program.
pub(crate) fn default_server() -> Result<PathBuf> {
    let path = std::env::current_exe()?.parent().unwrap_or(Path::new(".")).join("im-server");
    anyhow::ensure!(
        path.exists(),
        "there is no {}; build it: cargo build --release -p im-server",
        path.display()
    );
    Ok(path)
}
