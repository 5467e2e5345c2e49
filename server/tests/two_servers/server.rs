//! One of several servers on the same database, and what is asked of it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use rustix::process::Signal;

use crate::scratch::{self, send, wait_until};

/// One running server and the address it listens on.
pub struct Server {
    child: Child,
    pub addr: String,
}

impl Server {
    /// A server on this database.
    pub fn start(url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parsimony"))
            .env("DATABASE_URL", url)
            .env("PARSIMONY_ADDR", "127.0.0.1:0")
            .env("PARSIMONY_LOG", "info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
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
        wait_until("the server is ready", || {
            get(&server.addr, "/readyz", "").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        });
        server
    }

    /// Sends a signal and waits until the process is gone.
    pub fn end(mut self, signal: Signal) {
        send(self.child.id(), signal);
        let _ = self.child.wait();
    }
}

/// A page as whoever has this cookie gets it, with its headers; `None` without an answer.
pub fn get(addr: &str, path: &str, cookie: &str) -> Option<String> {
    ask(addr, &format!("GET {path}"), &format!("Cookie: parsimony_session={cookie}\r\n"), "")
}

/// Creates a portfolio as a form does; whether the server said that it is there.
pub fn create_portfolio(addr: &str, cookie: &str, name: &str) -> bool {
    let headers = format!(
        "Accept: text/html\r\nCookie: parsimony_session={cookie}\r\nContent-Type: \
         application/x-www-form-urlencoded\r\n"
    );
    let body = format!("name={name}&description=");
    ask(addr, "POST /api/portfolios/create", &headers, &body)
        .is_some_and(|answer| answer.starts_with("HTTP/1.1 30") && answer.contains("ocation: /portfolios/"))
}

/// Creates a use case as a program does. Its id, if the server said that it is there: the status and the address
/// of what was made are an acknowledgement, whether or not the rest of the answer came.
pub fn create_use_case(addr: &str, (token, portfolio): (&str, &str), name: &str) -> Option<String> {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let what = format!("POST /api/v1/portfolios/{portfolio}/use-cases");
    let answer = ask(addr, &what, &headers, &format!("{{\"name\":\"{name}\"}}"))?;
    let (_, rest) = answer.split_once("ocation: /api/v1/use-cases/")?;
    let (id, _) = rest.split_once("\r\n")?;
    answer.starts_with("HTTP/1.1 201").then(|| id.to_owned())
}

/// One request over a connection of its own: everything that came of the answer until the connection ended,
/// however it did.
fn ask(addr: &str, what: &str, headers: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.set_read_timeout(Some(scratch::PATIENCE)).ok()?;
    let length = body.len();
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let (mut answer, mut part) = (Vec::new(), [0; 16 * 1024]);
    while let Ok(length @ 1..) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..length]);
    }
    (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned())
}
