//! The event stream of an open page.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpStream},
    sync::mpsc,
    thread,
};

use crate::scratch::PATIENCE;

/// What a page is told about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number in the audit log.
    pub seq: i64,
    /// What was done.
    pub action: String,
    /// The use case it concerns; empty if it concerns none.
    pub use_case: String,
}

/// An open stream of events; closed when it is dropped.
pub struct Stream {
    changes: mpsc::Receiver<Change>,
    connection: TcpStream,
}

impl Stream {
    /// Opens a stream, after the event of this number if there is one, and waits until it listens.
    pub fn open(addr: &str, cookie: &str, after: Option<i64>) -> Self {
        let mut connection = TcpStream::connect(addr).unwrap();
        let seen = after.map_or_else(String::new, |after| format!("Last-Event-ID: {after}\r\n"));
        write!(
            connection,
            "GET /events HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAccept: text/event-stream\r\nCookie: \
             parsimony_session={cookie}\r\n{seen}\r\n"
        )
        .unwrap();
        let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
        assert!(lines.next().unwrap().starts_with("HTTP/1.1 200"));
        // The first words come once it listens.
        assert!(lines.by_ref().any(|line| line.contains("hello")));
        let (sender, changes) = mpsc::channel();
        thread::spawn(move || {
            let (mut event, mut data, mut seq) = (String::new(), String::new(), 0);
            for line in lines {
                if let Some(text) = line.strip_prefix("event: ") {
                    text.clone_into(&mut event);
                } else if let Some(text) = line.strip_prefix("data: ") {
                    text.clone_into(&mut data);
                } else if let Some(text) = line.strip_prefix("id: ") {
                    seq = text.parse().unwrap();
                } else if line.is_empty() && event == "change" {
                    let (action, use_case) = data.split_once(' ').unwrap();
                    let change = Change { seq, action: action.to_owned(), use_case: use_case.to_owned() };
                    if sender.send(change).is_err() {
                        return;
                    }
                    event.clear();
                }
            }
        });
        Self { changes, connection }
    }

    /// The next change.
    pub fn next(&self) -> Change {
        self.changes.recv_timeout(PATIENCE).expect("an event")
    }

    /// All changes up to and with the one of this number.
    pub fn until(&self, seq: i64) -> Vec<Change> {
        let mut changes = Vec::new();
        while changes.last().is_none_or(|last: &Change| last.seq < seq) {
            changes.push(self.next());
        }
        changes
    }

    /// All changes until the other side ends the stream.
    pub fn until_end(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        loop {
            match self.changes.recv_timeout(PATIENCE) {
                Ok(change) => changes.push(change),
                Err(mpsc::RecvTimeoutError::Disconnected) => return changes,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the stream did not end"),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The other side may have been quicker.
        let _ = self.connection.shutdown(Shutdown::Both);
    }
}
