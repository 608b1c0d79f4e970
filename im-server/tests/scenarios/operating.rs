//! What an operator sees.

use crate::support::{Program, example, server, terminal};
use std::process::Command;

fn im_server(args: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_im-server")).args(args).output().expect("it runs");
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_im-server"));
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
