//! Servers, terminals and clients for the scenarios. Everything listens on a free port of 127.0.0.1 and ends with its
//! test.

use libim::wire::{Body, RoomId};
use libim::{Address, Client, ClientConfig, ClientEvent, ClientId, Event, Loop};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Nothing here takes so long on any machine, unless it never comes.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// A running program whose output is gathered.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: Arc<Mutex<String>>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Program {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let output = Arc::new(Mutex::new(String::new()));
        let pipes: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
        for pipe in pipes {
            let output = output.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    output.lock().expect("no panics").push_str(&(line + "\n"));
                }
            });
        }
        let input = child.stdin.take();
        Program { child, input, output }
    }

    pub(crate) fn says(&mut self, line: &str) {
        let input = self.input.as_mut().expect("not closed");
        writeln!(input, "{line}").expect("it reads");
    }

    pub(crate) fn sends(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("not closed").write_all(bytes).expect("it reads");
    }

    pub(crate) fn output(&self) -> String {
        self.output.lock().expect("no panics").clone()
    }

    /// Waits until the output contains a text.
    pub(crate) fn shows(&self, text: &str) -> String {
        let limit = Instant::now() + BOUND;
        loop {
            let output = self.output();
            if output.contains(text) {
                return output;
            }
            assert!(Instant::now() < limit, "'{text}' does not come:\n{output}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill is there").success());
    }

    /// Waits for the end; returns the exit code.
    pub(crate) fn ends(&mut self) -> Option<i32> {
        let limit = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status.code();
            }
            assert!(Instant::now() < limit, "it does not end:\n{}", self.output());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server program, which keeps nothing.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_im-server"));
    command.arg("--memory");
    command
}

/// A server with these further arguments, and where it listens. It keeps nothing unless they say where.
pub(crate) fn server(args: &[&str]) -> (Program, SocketAddr) {
    server_at("127.0.0.1:0", args)
}

pub(crate) fn server_at(listen: &str, args: &[&str]) -> (Program, SocketAddr) {
    // Shells and nohup(1) have SIGINT and SIGHUP ignored in what they start in the background, such as these tests.
    let mut command = Command::new("env");
    command.args(["--default-signal", env!("CARGO_BIN_EXE_im-server"), "--listen", listen]);
    if !args.contains(&"--data") {
        command.arg("--memory");
    }
    let program = Program::start(command.args(args));
    let address = address_of(&program);
    (program, address)
}

pub(crate) fn address_of(program: &Program) -> SocketAddr {
    let output = program.shows("stop        Ctrl+C");
    let line = output.lines().find(|line| line.contains("listening   ")).expect("it says where");
    line.split_whitespace().nth(1).and_then(|address| address.parse().ok()).expect("an address")
}

/// A terminal client.
pub(crate) fn terminal(server: SocketAddr, name: &str, passkey: &str) -> Program {
    let state = concat!(env!("CARGO_TARGET_TMPDIR"), "/state");
    let mut command = Command::new(example("chat"));
    Program::start(command.args([&server.to_string(), name, passkey]).env("XDG_STATE_HOME", state))
}

/// An example of libim, which `cargo test --workspace` builds beside this test.
pub(crate) fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("it has a path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let path = path.join("examples").join(name);
    assert!(path.exists(), "{} is not built; run cargo build --examples", path.display());
    path
}

/// A loop with clients, and everything that they were told.
pub(crate) struct Clients {
    pub(crate) event_loop: Loop,
    pub(crate) told: Vec<(ClientId, ClientEvent)>,
}

impl Clients {
    pub(crate) fn new() -> Clients {
        Clients { event_loop: Loop::new().expect("a loop"), told: Vec::new() }
    }

    pub(crate) fn connect(&mut self, address: impl Into<Address>, config: ClientConfig) -> ClientId {
        self.event_loop.connect(&address.into(), config)
    }

    /// Connects and waits until the client is in.
    pub(crate) fn log_in(&mut self, address: impl Into<Address>, name: &str) -> ClientId {
        let id = self.connect(address, ClientConfig::new(name));
        self.until(|clients| clients.get(id).is_ready());
        id
    }

    pub(crate) fn get(&mut self, id: ClientId) -> &mut Client {
        self.event_loop.client_mut(id).expect("never removed")
    }

    /// Runs the loop until something is so.
    pub(crate) fn until(&mut self, mut done: impl FnMut(&mut Clients) -> bool) {
        let limit = Instant::now() + BOUND;
        while !done(self) {
            assert!(Instant::now() < limit, "it does not come; told so far: {:#?}", self.told);
            self.event_loop.turn(Some(Duration::from_millis(20))).expect("the loop works");
            while let Some(event) = self.event_loop.next_event() {
                if let Event::Client(id, event) = event {
                    self.told.push((id, event));
                }
            }
        }
    }

    pub(crate) fn was_told(&self, id: ClientId, what: impl Fn(&ClientEvent) -> bool) -> bool {
        self.told.iter().any(|(who, event)| *who == id && what(event))
    }

    /// Texts of the messages that a client was given in a room, in order.
    pub(crate) fn texts(&self, id: ClientId, room: RoomId) -> Vec<String> {
        let texts = self.told.iter().filter(|(who, _)| *who == id).flat_map(|(_, event)| match event {
            ClientEvent::Entry { entry, .. } if entry.room == room => vec![entry.body.clone()],
            ClientEvent::Backlog { room: at, messages, .. } if *at == room => {
                messages.iter().map(|message| message.body.clone()).collect()
            }
            _ => vec![],
        });
        let text = |body| if let Body::Message(message) = body { Some(message.text) } else { None };
        texts.filter_map(text).collect()
    }
}

/// A cable that can be pulled: a relay to a server, which can cut or silence its connections.
pub(crate) struct Cable {
    pub(crate) address: SocketAddr,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    silent: Arc<AtomicBool>,
    target: Arc<Mutex<SocketAddr>>,
}

impl Cable {
    pub(crate) fn to(target: SocketAddr) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let silent = Arc::new(AtomicBool::new(false));
        let target = Arc::new(Mutex::new(target));
        let (all, mute, to) = (streams.clone(), silent.clone(), target.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let target = *to.lock().expect("no panics");
                let Ok(far) = TcpStream::connect(target) else { continue };
                for (from, into) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut into) =
                        (from.try_clone().expect("a copy"), into.try_clone().expect("a copy"));
                    let mute = mute.clone();
                    std::thread::spawn(move || relay(&mut from, &mut into, &mute));
                }
                all.lock().expect("no panics").extend([near, far]);
            }
        });
        Cable { address, streams, silent, target }
    }

    /// Breaks every connection.
    pub(crate) fn truncate(&self) {
        for stream in self.streams.lock().expect("no panics").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    /// From now on nothing comes through, and nobody is told.
    pub(crate) fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    pub(crate) fn move_to(&self, target: SocketAddr) {
        *self.target.lock().expect("no panics") = target;
    }
}

fn relay(from: &mut TcpStream, into: &mut TcpStream, silent: &AtomicBool) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 {
            break;
        }
        if !silent.load(Ordering::SeqCst) && into.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = into.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}
