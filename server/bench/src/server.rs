//! The server under measure, as an operator would run it.

use std::{
    env, fs,
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    client::{Ask, Client},
    error::{BenchError, Result},
    machine::first_number,
    site::Site,
    wanted::Wanted,
};

/// A first start migrates and seeds.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Nobody waits for an answer by then. Whoever asked this process to end waits ten seconds, in which Postgres has to
/// be stopped as well.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Time between two looks at something that takes a moment.
const POLL: Duration = Duration::from_millis(50);

/// Lines of its log that are shown when it ends by itself.
const LAST_LINES: usize = 12;

/// A running server. Dropping it ends it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    printed: PathBuf,
}

impl Server {
    /// Starts the server on a port of the system's choice and waits until it is ready. Its log goes to a file, at
    /// the level that it has in production.
    ///
    /// # Errors
    /// [`BenchError::ServerEnded`], [`BenchError::TooSlow`].
    pub async fn start(wanted: &Wanted, site: &Site) -> Result<Self> {
        let (log, printed) = (site.folder().join("server.log"), site.folder().join("server.out"));
        let file = |path: &PathBuf| File::create(path).map_err(BenchError::file("create", path));
        let mut command = Command::new(&wanted.server);
        // What the caller has set is meant for another server.
        for (name, _) in env::vars_os() {
            let is_ours = |text: &str| text.starts_with("PARSIMONY_") || text.starts_with("LEPTOS_");
            if name.to_str().is_some_and(is_ours) {
                command.env_remove(&name);
            }
        }
        let child = command
            .env("DATABASE_URL", site.database_url())
            .env("PARSIMONY_ADDR", "127.0.0.1:0")
            // Not in the work tree, where it would look for a site that belongs to another build.
            .current_dir(site.folder())
            .stdin(Stdio::null())
            .stdout(file(&printed)?)
            .stderr(file(&log)?)
            .spawn()
            .map_err(BenchError::file("start", &wanted.server))?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), printed };
        let ready = async {
            server.address = server.ask_log(&log, listening).await?;
            server.ask_log(&log, |log| log.contains("Parsimony is ready").then_some(())).await?;
            let answer = Client::connect(server.address).await?.send(&Ask::get("/readyz")).await?;
            answer.succeeded().map(drop)
        };
        let too_slow =
            |_| BenchError::TooSlow { what: "the start of the server", seconds: START_LIMIT.as_secs() };
        tokio::time::timeout(START_LIMIT, ready).await.map_err(too_slow)??;
        Ok(server)
    }

    /// What the server printed for whoever started it: the way to the first account.
    ///
    /// # Errors
    /// [`BenchError::TooSlow`], [`BenchError::File`].
    pub async fn setup_link(&self) -> Result<String> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            let said = fs::read_to_string(&self.printed).map_err(BenchError::file("read", &self.printed))?;
            if let Some(token) = invitation(&said) {
                return Ok(token.to_owned());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(BenchError::TooSlow { what: "the link for the first account", seconds: START_LIMIT.as_secs() })
    }

    /// Memory of the process that is in use now, in KiB: its resident set, in which neither Postgres nor the
    /// kernel's buffers count.
    ///
    /// # Errors
    /// [`BenchError::File`] where there is no `/proc`.
    pub fn memory_kib(&self) -> Result<u64> {
        let path = PathBuf::from(format!("/proc/{}/status", self.child.id()));
        let status = fs::read_to_string(&path).map_err(BenchError::file("read", &path))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(first_number).ok_or_else(|| BenchError::Incomplete {
            path: path.display().to_string(),
            missing: "VmRSS".to_owned(),
        })
    }

    /// Waits until the log says something.
    async fn ask_log<T>(&mut self, log: &PathBuf, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        loop {
            let said = fs::read_to_string(log).map_err(BenchError::file("read", log))?;
            if let Some(found) = find(&said) {
                return Ok(found);
            }
            if !matches!(self.child.try_wait(), Ok(None)) {
                let lines: Vec<&str> = said.lines().collect();
                let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
                return Err(BenchError::ServerEnded { said: last.join("\n") });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + STOP_LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in a line such as `Listening on 127.0.0.1:4711; preparing the database`. The log is colourless, as
/// it goes to a file.
fn listening(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("Listening on ")?;
    rest.split(';').next()?.parse().ok()
}

/// The token of the first link to an invitation.
fn invitation(said: &str) -> Option<&str> {
    said.split_once("/invitations/")?
        .1
        .split_once(|letter: char| letter.is_whitespace())
        .map(|(token, _)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_where_it_listens_and_the_terminal_how_to_begin() {
        let log = "2026 INFO Listening on 127.0.0.1:4711; preparing the database\n";
        assert_eq!(listening(log), Some(SocketAddr::from(([127, 0, 0, 1], 4711))));
        assert_eq!(listening("2026 INFO Listening"), None);
        assert_eq!(invitation("\n  http://127.0.0.1:4711/invitations/abc-_9\n"), Some("abc-_9"));
        assert_eq!(invitation("http://127.0.0.1:4711/invitations/abc"), None, "it is still being written");
    }
}
