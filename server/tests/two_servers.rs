//! Two servers on one database: what happens on one reaches the pages of the other, and killing one loses nothing
//! that was acknowledged.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod scratch;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use domain::access::Role;
use embedded_postgres::Cluster;
use rustix::process::Signal;
use scratch::{Scratch, send, wait_until};
use store::{Actor, Credential, Invitee, NewAccount, Scope, Store};

/// One running server and the address it listens on.
struct Server {
    child: Child,
    addr: String,
}

impl Server {
    /// A server on this database.
    fn start(url: &str) -> Self {
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
            ask(&server.addr, "GET", "/readyz", "", "")
                .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        });
        server
    }

    fn end(mut self, signal: Signal) {
        send(self.child.id(), signal);
        let _ = self.child.wait();
    }
}

/// One request over a connection of its own; `None` if the whole answer did not come.
fn ask(addr: &str, method: &str, path: &str, cookie: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.set_read_timeout(Some(scratch::PATIENCE)).ok()?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAccept: text/html\r\nCookie: \
         parsimony_session={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \
         {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.contains("\r\n\r\n").then_some(answer)
}

/// Creates a portfolio as a form does; whether the server said that it is there.
fn create(addr: &str, cookie: &str, name: &str) -> bool {
    ask(addr, "POST", "/api/portfolios/create", cookie, &format!("name={name}&description="))
        .is_some_and(|answer| answer.starts_with("HTTP/1.1 30") && answer.contains("ocation: /portfolios/"))
}

/// An open stream of events.
struct Stream(mpsc::Receiver<(i64, String)>);

impl Stream {
    /// Opens a stream, after the event of this number if there is one.
    fn open(addr: &str, cookie: &str, after: Option<i64>) -> Self {
        let mut stream = TcpStream::connect(addr).unwrap();
        let seen = after.map_or_else(String::new, |after| format!("Last-Event-ID: {after}\r\n"));
        write!(
            stream,
            "GET /events HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAccept: text/event-stream\r\nCookie: \
             parsimony_session={cookie}\r\n{seen}\r\n"
        )
        .unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        assert!(lines.next().unwrap().starts_with("HTTP/1.1 200"));
        // The first words come once it listens.
        assert!(lines.by_ref().any(|line| line.contains("hello")));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let (mut event, mut data, mut id) = (String::new(), String::new(), 0);
            for line in lines {
                if let Some(text) = line.strip_prefix("event: ") {
                    text.clone_into(&mut event);
                } else if let Some(text) = line.strip_prefix("data: ") {
                    text.clone_into(&mut data);
                } else if let Some(text) = line.strip_prefix("id: ") {
                    id = text.parse().unwrap();
                } else if line.is_empty() && event == "change" {
                    if sender.send((id, data.clone())).is_err() {
                        return;
                    }
                    event.clear();
                }
            }
        });
        Self(receiver)
    }

    fn next(&self) -> (i64, String) {
        self.0.recv_timeout(scratch::PATIENCE).expect("an event")
    }

    /// Whether the stream has ended.
    fn has_ended(&self) -> bool {
        loop {
            match self.0.recv_timeout(scratch::PATIENCE) {
                Ok(_) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return true,
                Err(mpsc::RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

/// A database with an administrator, and the cookie of their session.
struct Site {
    url: String,
    cookie: String,
    scope: Scope,
    store: Store,
    runtime: tokio::runtime::Runtime,
    // Last, so that it outlives what uses it.
    cluster: Cluster,
    _scratch: Scratch,
}

impl Site {
    fn new(label: &str) -> Self {
        let scratch = Scratch::new(label);
        let cluster = Cluster::start(scratch.cluster_config()).unwrap();
        cluster.ensure_database("parsimony").unwrap();
        let url = cluster.url("parsimony");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (store, cookie, scope) = runtime.block_on(async {
            let store = Store::connect(&url).unwrap();
            store.migrate().await.unwrap();
            store.seed().await.unwrap();
            let link = store.setup_link().await.unwrap().unwrap();
            let (account, workspace) =
                store.accept_invitation(&link, Invitee::New(somebody("Ada"))).await.unwrap();
            let session = store.create_session(account, "", "").await.unwrap();
            let actor = Actor::Session { account, session: session.id };
            (store, session.token, Scope { workspace, actor })
        });
        Self { url, cookie, scope, store, runtime, cluster, _scratch: scratch }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
        let _ = self.cluster.stop();
    }
}

fn somebody(name: &str) -> NewAccount {
    NewAccount {
        email: format!("{}@example.org", name.to_lowercase()),
        name: name.to_owned(),
        credential: Credential::Password("three unrelated words walk".to_owned()),
    }
}

#[test]
fn what_happens_on_one_server_reaches_the_pages_of_the_other() {
    let site = Site::new("two");
    let (one, other) = (Server::start(&site.url), Server::start(&site.url));
    let stream = Stream::open(&other.addr, &site.cookie, None);
    assert!(create(&one.addr, &site.cookie, "First"));
    let (seen, what) = stream.next();
    assert_eq!(what.trim(), "portfolio.created");
    drop(stream);

    // Nobody listens while these happen, on either server.
    for name in ["Second", "Third"] {
        assert!(create(&other.addr, &site.cookie, name));
    }
    let again = Stream::open(&one.addr, &site.cookie, Some(seen));
    assert!(create(&other.addr, &site.cookie, "Fourth"));
    let missed: Vec<i64> = (0..3).map(|_| again.next().0).collect();
    assert_eq!(missed, [seen + 1, seen + 2, seen + 3], "each once, in order");

    // Whoever is removed hears no more.
    let cookie = site.runtime.block_on(async {
        let until = time::OffsetDateTime::now_utc() + time::Duration::days(1);
        let invitation = site.store.invite(site.scope, Role::Editor, None, until).await.unwrap();
        let invitee = Invitee::New(somebody("Grace"));
        let (account, _) = site.store.accept_invitation(&invitation.token, invitee).await.unwrap();
        (account, site.store.create_session(account, "", "").await.unwrap().token)
    });
    let (account, cookie) = cookie;
    let theirs = Stream::open(&other.addr, &cookie, None);
    site.runtime.block_on(site.store.remove_member(site.scope, account)).unwrap();
    assert!(theirs.has_ended());
    one.end(Signal::TERM);
    other.end(Signal::TERM);
}

#[test]
fn killing_a_server_among_200_writers_loses_nothing_acknowledged() {
    const WRITERS: usize = 200;
    const AT_ONCE: usize = 20;
    let site = Site::new("killed");
    let (one, other) = (Server::start(&site.url), Server::start(&site.url));
    let (next, acknowledged) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let addresses = [one.addr.clone(), other.addr.clone()];
    thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= WRITERS {
                        return;
                    }
                    let name = format!("Written{number:03}");
                    if create(&addresses[number % 2], &site.cookie, &name) {
                        acknowledged.lock().unwrap().insert(name);
                    }
                }
            });
        }
        threads.spawn(|| {
            wait_until("half of them have begun", || next.load(Ordering::SeqCst) > WRITERS / 2);
            one.end(Signal::KILL);
        });
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    let (stored, verified) = site.runtime.block_on(async {
        let portfolios = site.store.portfolios(site.scope).await.unwrap();
        let names: BTreeSet<String> = portfolios.into_iter().map(|portfolio| portfolio.name).collect();
        (names, site.store.verify_audit(site.scope).await.unwrap())
    });
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged were lost: {lost:?}", lost.len(), acknowledged.len());
    // The other server went on, and the killed one had done something.
    assert!(acknowledged.len() >= WRITERS / 2, "{} of {WRITERS} were acknowledged", acknowledged.len());
    assert!(verified.is_ok(), "{verified:?}");
    other.end(Signal::TERM);
}
