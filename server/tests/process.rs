//! The program as an operator runs it: started, killed, started again, asked to end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod scratch;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use rustix::process::Signal;
use scratch::{Scratch, send, wait_until};

/// One running server and the address it listens on.
struct Server {
    child: Child,
    addr: String,
}

impl Server {
    fn command(scratch: &Scratch) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parsimony"));
        command.env_remove("DATABASE_URL").env("PARSIMONY_DATA_DIR", &scratch.folder);
        command.env("PARSIMONY_ADDR", "127.0.0.1:0").env("PARSIMONY_LOG", "info").stdin(Stdio::null());
        command
    }

    /// Starts a server and waits until it serves.
    fn start(scratch: &Scratch) -> Self {
        let mut child = Self::command(scratch).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, receiver) = mpsc::channel();
        // The pipe is read to its end, or the server would stall on its own log.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                eprintln!("{line}");
                if let Some((_, rest)) = line.split_once("Listening on ") {
                    let _ = sender.send(rest.split(';').next().unwrap().to_owned());
                }
            }
        });
        let addr = receiver.recv_timeout(scratch::PATIENCE).unwrap();
        let server = Self { child, addr };
        wait_until("the server is ready", || server.get("/readyz").starts_with("HTTP/1.1 200"));
        server
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: parsimony.test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a signal and waits for the end; true when the server ended without an error.
    fn end(mut self, signal: Signal) -> bool {
        send(self.child.id(), signal);
        self.child.wait().unwrap().success()
    }
}

#[test]
fn a_killed_server_finds_its_postgres_again_and_a_polite_one_stops_it() {
    let scratch = Scratch::new("process");
    let server = Server::start(&scratch);
    let postmaster = scratch.postmaster().unwrap();
    assert!(server.get("/").starts_with("HTTP/1.1 200"));

    // A second server on the same data is refused in a sentence.
    let second = Server::command(&scratch).output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("already uses the data folder"), "{said}");

    assert!(!server.end(Signal::KILL));
    assert_eq!(scratch.postmaster(), Some(postmaster));
    let server = Server::start(&scratch);
    assert_eq!(scratch.postmaster(), Some(postmaster));

    // Postgres dies under a running server, which starts it again.
    send(postmaster, Signal::KILL);
    wait_until("another Postgres runs", || scratch.postmaster().is_some_and(|pid| pid != postmaster));
    wait_until("the site works again", || server.get("/readyz").starts_with("HTTP/1.1 200"));

    assert!(server.end(Signal::TERM));
    assert_eq!(scratch.postmaster(), None);
}

#[test]
fn ctrl_c_stops_postgres_cleanly() {
    let scratch = Scratch::new("early");
    let server = Server::start(&scratch);
    assert!(server.end(Signal::INT));
    assert_eq!(scratch.postmaster(), None);
    let log = std::fs::read_to_string(scratch.folder.join("postgres/log/postgres.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
}

#[test]
fn unusable_configuration_is_refused_in_one_sentence() {
    let scratch = Scratch::new("refused");
    let mut command = Server::command(&scratch);
    let output = command.env("PARSIMONY_ADDR", "here").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("PARSIMONY_ADDR must be an IP address and a port"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}
