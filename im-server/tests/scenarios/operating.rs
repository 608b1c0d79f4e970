//! What an operator sees.

use crate::support::{Clients, Program, example, program, server, terminal};
use libim::wire::RoomId;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

fn im_server(args: &[&str]) -> (bool, String) {
    let output = program().args(args).output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn help_is_for_newcomers() {
    let (ok, text) = im_server(&["--help"]);
    assert!(ok);
    for word in ["--listen", "--passkey", "--open", "--welcome", "--backlog", "0.0.0.0", "makes a passkey"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
}

#[test]
fn without_arguments_it_makes_a_passkey_that_works() {
    let (server, address) = server(&[]);
    let output = server.output();
    let passkey = output
        .lines()
        .find_map(|line| line.trim().strip_prefix("passkey     "))
        .expect("a passkey")
        .to_owned();
    assert_eq!(passkey.len(), 14);
    let anna = terminal(address, "anna", &passkey);
    anna.shows("logged in");
    let bert = terminal(address, "bert", "guess");
    bert.shows("refused: wrong passkey");
    server.shows("refused");
    let log = server.output();
    assert!(log.contains("entered") && log.contains("name=anna"), "{log}");
    assert_eq!(
        log.matches(&passkey).count(),
        3,
        "said, and in the invite and the line to connect; never logged"
    );
    let output = server.output();
    let invite = output.lines().find_map(|line| line.trim().strip_prefix("invite      ")).expect("an invite");
    let dora = Program::start(Command::new(example("chat")).args([invite, "dora"]));
    dora.shows("logged in");
}

#[test]
fn a_taken_port_is_explained() {
    let (_server, address) = server(&["--open"]);
    let (ok, text) = im_server(&["--listen", &address.to_string()]);
    assert!(!ok);
    assert!(
        text.contains("cannot listen on") && text.contains("choose another port with --listen"),
        "{text}"
    );
}

#[test]
fn bad_arguments_are_explained() {
    for (args, word) in [
        (["--listen", "no/where"], "HOST:PORT"),
        (["--listen", "a.host.name"], "127.0.0.1"),
        (["--passkey", " "], "--open"),
        (["--text-max", "99999999"], "65536"),
    ] {
        let (ok, text) = im_server(&args);
        assert!(!ok && text.contains(word), "{args:?}: {text}");
    }
}

#[test]
fn both_signals_close_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let (mut server, address) = server(&["--open", "--log-format", "json"]);
        let anna = terminal(address, "anna", "");
        anna.shows("logged in");
        server.signal(signal);
        anna.shows("the server is closing");
        assert_eq!(server.ends(), Some(0));
        let log = server.output();
        assert!(log.contains("\"message\":\"closed\"") && log.contains("\"name\":\"anna\""), "{log}");
    }
}

#[test]
fn it_listens_on_a_unix_socket_and_cleans_up_after_a_killed_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = format!("unix:{}", directory.path().join("im.sock").display());
    for _ in 0..2 {
        let mut command = program();
        let mut server = Program::start(command.args(["--listen", &path, "--open"]));
        server.shows("stop        Ctrl+C");
        let mut chat = Program::start(Command::new(crate::support::example("chat")).args([&path, "anna"]));
        chat.shows("logged in");
        chat.says("q");
        assert_eq!(chat.ends(), Some(0));
        server.signal("KILL");
        server.ends();
    }
}

#[test]
fn it_does_not_take_the_place_of_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("thesis.txt");
    std::fs::write(&path, "years of work").unwrap();
    let (ok, text) = im_server(&["--listen", &format!("unix:{}", path.display()), "--open"]);
    assert!(!ok && text.contains("cannot listen on"), "{text}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "years of work");
}

/// A server whose standard error goes where the test wants, and where it listens.
fn server_logging_to(log: Stdio, args: &[&str]) -> (Child, SocketAddr) {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--open"]).args(args);
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("it runs");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = lines.map_while(Result::ok).find(|line| line.contains("listening   ")).expect("it says where");
    let address =
        line.split_whitespace().nth(1).and_then(|address| address.parse().ok()).expect("an address");
    (child, address)
}

/// Two people chat while others come and go, more than any pipe holds lines for; then the server is asked to stop.
fn lives_on(mut server: Child, address: SocketAddr) {
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    for number in 0..600 {
        let guest = clients.log_in(address, &format!("guest {number}"));
        clients.get(guest).quit("").unwrap();
    }
    clients.get(anna).post(RoomId::LOBBY, "still here?").unwrap();
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).contains(&"still here?".to_owned()));
    assert_eq!(server.try_wait().expect("it is ours"), None);
    let kill = Command::new("kill").arg(server.id().to_string()).status();
    assert!(kill.expect("kill is there").success());
    assert_eq!(server.wait().expect("it is ours").code(), Some(0));
}

#[test]
fn it_outlives_a_log_that_cannot_be_written() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (server, address) = server_logging_to(full.into(), &[]);
    lives_on(server, address);
}

#[test]
fn it_outlives_a_log_reader_that_ends() {
    let (reader, pipe) = std::io::pipe().unwrap();
    let (server, address) = server_logging_to(pipe.into(), &[]);
    drop(reader);
    lives_on(server, address);
}

#[test]
fn a_log_reader_that_does_not_read_holds_nobody_up() {
    let (reader, pipe) = std::io::pipe().unwrap();
    let (server, address) = server_logging_to(pipe.into(), &["--log", "debug"]);
    lives_on(server, address);
    drop(reader);
}

#[test]
fn it_outlives_the_largest_file_that_is_allowed() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let script = format!(
        "ulimit -f 8; exec '{}' --memory --listen 127.0.0.1:0 --open 2>'{}'",
        env!("CARGO_BIN_EXE_im-server"),
        log.display()
    );
    let mut server =
        Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().expect("it runs");
    let lines = BufReader::new(server.stdout.take().expect("piped")).lines();
    let line = lines.map_while(Result::ok).find(|line| line.contains("listening   ")).expect("it says where");
    lives_on(server, line.split_whitespace().nth(1).unwrap().parse().unwrap());
    assert!(std::fs::metadata(&log).unwrap().len() > 2_000);
}

#[test]
fn a_closed_terminal_ends_it_in_good_order() {
    let (mut server, address) = server(&["--open"]);
    let anna = terminal(address, "anna", "");
    anna.shows("logged in");
    server.signal("HUP");
    server.signal("HUP");
    anna.shows("the server is closing");
    assert_eq!(server.ends(), Some(0));
    assert!(server.output().contains("closed"));
}

#[test]
fn signals_that_were_ignored_at_its_start_stay_so() {
    let script = format!(
        "trap '' HUP INT; exec '{}' --memory --listen 127.0.0.1:0 --open",
        env!("CARGO_BIN_EXE_im-server")
    );
    let mut server = Program::start(Command::new("sh").args(["-c", &script]));
    let address = crate::support::address_of(&server);
    for signal in ["HUP", "INT", "INT"] {
        server.signal(signal);
    }
    let mut anna = terminal(address, "anna", "");
    anna.shows("logged in");
    anna.says("still here");
    anna.shows("anna: still here");
    server.signal("TERM");
    assert_eq!(server.ends(), Some(0));
}

#[test]
fn nobody_floods_the_log_before_a_login() {
    let (server, address) = server(&["--passkey", "sesame"]);
    for _ in 0..100 {
        let guesser = terminal(address, "mallory", "guess");
        guesser.shows("refused");
    }
    let log = server.output();
    let lines = log.lines().filter(|line| line.contains("refused")).count();
    assert!((1..=10).contains(&lines), "{lines} lines:\n{log}");
}

#[test]
fn a_passkey_of_the_operators_own_is_not_printed_where_it_may_be_kept() {
    let (server, address) = server(&["--passkey", "sesame"]);
    assert!(!server.output().contains("sesame"), "{}", server.output());
    terminal(address, "anna", "sesame").shows("logged in");
    let mut command = program();
    let server = Program::start(command.args(["--listen", "127.0.0.1:0"]).env("IM_PASSKEY", "sesame"));
    crate::support::address_of(&server);
    assert!(!server.output().contains("sesame"), "{}", server.output());
}

#[test]
fn an_address_that_is_not_there_yet_is_waited_for() {
    // TEST-NET-3 (RFC 5737): nobody has it.
    let mut command = program();
    let mut server = Program::start(command.args(["--listen", "203.0.113.1:0", "--open"]));
    server.shows("does not have that address yet");
    server.signal("TERM");
    assert_eq!(server.ends(), Some(0));
}

/// A command that runs its argument as a shell script in a new network; `None` where that is not possible.
#[cfg(target_os = "linux")]
fn network_of_its_own() -> Option<impl Fn() -> Command> {
    let own = || {
        let mut command = Command::new("unshare");
        command.args(["-rn", "sh", "-c"]);
        command
    };
    if own().arg("ip link set lo up").status().is_ok_and(|status| status.success()) {
        return Some(own);
    }
    eprintln!("skipped: no network namespaces, or no iproute2");
    None
}

#[test]
#[cfg(target_os = "linux")]
fn an_address_is_listened_at_when_it_comes_and_people_come_in_meanwhile() {
    let binary = env!("CARGO_BIN_EXE_im-server");
    // In a network of its own, where addresses can be made.
    let script = format!(
        "ip link set lo up && exec {binary} --memory --listen 127.0.0.1:0 --listen 203.0.113.1:7464 --open"
    );
    let Some(own) = network_of_its_own() else { return };
    let mut server = Program::start(own().arg(script));
    server.shows("does not have that address yet");
    server.shows("is ready");
    let inside = |command: &str| {
        let id = server.id().to_string();
        let done = Command::new("nsenter")
            .args(["-t", &id, "-U", "-n", "--preserve-credentials", "sh", "-c", command])
            .status();
        assert!(done.expect("util-linux has it").success(), "{command}");
    };
    inside("ip address add 203.0.113.1/32 dev lo");
    server.shows("listening   203.0.113.1:7464");
    server.signal("TERM");
    assert_eq!(server.ends(), Some(0));
}

#[test]
fn an_invite_has_every_address_but_loopback() {
    let mut command = program();
    let server = Program::start(command.args(["--listen", "0.0.0.0:0"]));
    let output = server.shows("stop        Ctrl+C");
    let invite = output.lines().find_map(|line| line.trim().strip_prefix("invite      ")).expect("an invite");
    let own: Vec<_> = libim::own_addresses().into_iter().filter(std::net::IpAddr::is_ipv4).collect();
    for address in own.iter().take(6) {
        assert!(invite.contains(&address.to_string()), "{invite} lacks {address}");
    }
    assert_eq!(invite.contains("127.0.0.1"), own.is_empty(), "{invite}");
    let anna = Program::start(Command::new(example("chat")).args([invite, "anna"]));
    anna.shows("logged in");
}

#[test]
#[cfg(target_os = "linux")]
fn an_invite_has_several_addresses() {
    let binary = env!("CARGO_BIN_EXE_im-server");
    let script = format!(
        "ip link set lo up && ip address add 198.51.100.7/32 dev lo && ip address add 203.0.113.1/32 dev lo \
         && exec {binary} --memory --listen 0.0.0.0:7464 --open"
    );
    let Some(own) = network_of_its_own() else { return };
    let server = Program::start(own().arg(script));
    let output = server.shows("stop        Ctrl+C");
    assert!(output.contains("im://198.51.100.7:7464,203.0.113.1:7464"), "{output}");
}
