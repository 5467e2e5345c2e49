//! Child processes: each in a process group of its own, so that a time limit, Ctrl-C or a
//! request to end reaches everything it started.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};

use crate::error::{Result, XtaskError};

/// How often a running child is looked at. Short enough not to be felt after quick steps.
const POLL: Duration = Duration::from_millis(25);

/// How long a stopped child may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// How long the rest of a finished child's output is awaited.
const OUTPUT_GRACE: Duration = Duration::from_secs(5);

static REQUESTED_SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From now on Ctrl-C and SIGTERM are remembered instead of ending this process at once, so
/// that children can be ended first. Call once, at start.
pub fn watch_signals() -> Result<()> {
    let requested = REQUESTED_SIGNAL.get_or_init(Arc::default);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, Arc::clone(requested), number)
            .map_err(|error| XtaskError::Finding(format!("could not watch for signals: {error}")))?;
    }
    Ok(())
}

/// The signal somebody sent to this process, if any.
pub fn requested_signal() -> Option<Signal> {
    match REQUESTED_SIGNAL.get().map_or(0, |flag| flag.load(Ordering::Relaxed)) {
        0 => None,
        2 => Some(Signal::INT),
        _ => Some(Signal::TERM),
    }
}

/// What a finished program said and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code or signal.
    pub status: ExitStatus,
    /// Everything it wrote to its standard output.
    pub stdout: String,
    /// Everything it wrote to its standard error.
    pub stderr: String,
}

/// What happens to the output of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Straight to the terminal; nothing is kept.
    Live,
    /// To the terminal, and kept for reading.
    LiveAndKept,
    /// Kept only; shown by nobody unless the caller does.
    Kept,
}

/// A program to run: the command, what it is for, and how long it may take.
pub struct Step {
    command: Command,
    tried: String,
    limit: Option<Duration>,
    show: Show,
}

impl Step {
    /// `tried` is the start of a sentence, such as "Installing postgresql with apt-get".
    pub fn new(command: Command, tried: impl Into<String>) -> Self {
        Self { command, tried: tried.into(), limit: None, show: Show::Live }
    }

    /// Stops the program and all its children when this much time has passed.
    pub fn within(mut self, seconds: u64) -> Self {
        self.limit = Some(Duration::from_secs(seconds));
        self
    }

    /// Says what happens to the output; [`Show::Live`] unless told.
    pub fn show(mut self, show: Show) -> Self {
        self.show = show;
        self
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// When it cannot start, exceeds its limit, is interrupted, or ends with anything but success.
    pub fn run(self) -> Result<Finished> {
        let tried = self.tried.clone();
        let finished = self.run_to_any_end()?;
        if finished.status.success() {
            Ok(finished)
        } else {
            Err(XtaskError::Failed { tried, status: describe(finished.status) })
        }
    }

    /// Runs to the end, whatever its exit code: for test runners, whose failures are results.
    ///
    /// # Errors
    /// When it cannot start, exceeds its limit or is interrupted.
    pub fn run_to_any_end(mut self) -> Result<Finished> {
        // A line already printed must come before what the child prints.
        std::io::stdout().flush().ok();
        self.command.stdin(Stdio::null());
        if self.show != Show::Live {
            self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let mut child = spawn(&mut self.command, &self.tried)?;
        let echo = self.show == Show::LiveAndKept;
        let stdout = child.stdout.take().map(|pipe| collect(pipe, echo, std::io::stdout));
        let stderr = child.stderr.take().map(|pipe| collect(pipe, echo, std::io::stderr));
        let status = wait(&mut child, self.limit, &self.tried)?;
        let text = |reader: Option<Reader>| reader.map(Reader::finish).unwrap_or_default();
        Ok(Finished { status, stdout: text(stdout), stderr: text(stderr) })
    }
}

/// Starts a program in a process group of its own.
pub fn spawn(command: &mut Command, tried: &str) -> Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).spawn().map_err(|source| XtaskError::NotStarted {
        tried: tried.to_owned(),
        program,
        source,
    })
}

/// Reads a child's output in the background.
struct Reader {
    thread: thread::JoinHandle<()>,
    kept: Arc<Mutex<String>>,
}

impl Reader {
    /// What was read. A daemon left behind by the child may hold the pipe open for ever, so
    /// the end of the output is awaited only for a moment once the child itself has ended.
    fn finish(self) -> String {
        let start = Instant::now();
        while !self.thread.is_finished() && start.elapsed() < OUTPUT_GRACE {
            thread::sleep(POLL);
        }
        self.kept.lock().map(|kept| kept.clone()).unwrap_or_default()
    }
}

fn collect<P, W>(pipe: P, echo: bool, terminal: fn() -> W) -> Reader
where
    P: Read + Send + 'static,
    W: Write + 'static,
{
    let kept = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&kept);
    let thread = thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if echo {
                // A closed terminal is no reason to stop reading: the child would block.
                terminal().write_all(&line).ok();
            }
            if let Ok(mut kept) = shared.lock() {
                kept.push_str(&String::from_utf8_lossy(&line));
            }
            line.clear();
        }
    });
    Reader { thread, kept }
}

fn wait(child: &mut Child, limit: Option<Duration>, tried: &str) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = poll(child, tried)? {
            return Ok(status);
        }
        if requested_signal().is_some() {
            end_group(child);
            return Err(XtaskError::Interrupted);
        }
        if let Some(limit) = limit
            && start.elapsed() > limit
        {
            end_group(child);
            return Err(XtaskError::TimedOut { tried: tried.to_owned(), seconds: limit.as_secs() });
        }
        thread::sleep(POLL);
    }
}

fn poll(child: &mut Child, tried: &str) -> Result<Option<ExitStatus>> {
    child.try_wait().map_err(|source| XtaskError::NotStarted {
        tried: tried.to_owned(),
        program: format!("process {}", child.id()),
        source,
    })
}

/// The child's end, if it has come already.
pub fn ended(child: &mut Child, tried: &str) -> Result<Option<ExitStatus>> {
    poll(child, tried)
}

/// Asks a child, and only the child, to end; it may have children of its own to end in order.
pub fn pass_on(child: &Child, signal: Signal) {
    if let Some(pid) = pid_of(child) {
        // It may just have ended by itself; then there is nobody left to tell.
        rustix::process::kill_process(pid, signal).ok();
    }
}

/// Asks a child to end, waits as long as it needs for an orderly end, at most `limit`, and
/// kills its group after that.
pub fn end_orderly(child: &mut Child, signal: Signal, limit: Duration) -> Option<ExitStatus> {
    pass_on(child, signal);
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(POLL);
    }
    signal_group(child, Signal::KILL);
    child.wait().ok()
}

/// Ends a child and everything it started.
fn end_group(child: &mut Child) {
    signal_group(child, Signal::TERM);
    let start = Instant::now();
    while start.elapsed() < GRACE {
        if matches!(child.try_wait(), Ok(Some(_))) {
            break;
        }
        thread::sleep(POLL);
    }
    signal_group(child, Signal::KILL);
    child.wait().ok();
}

fn signal_group(child: &Child, signal: Signal) {
    if let Some(pid) = pid_of(child) {
        rustix::process::kill_process_group(pid, signal).ok();
    }
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// How a program ended, in words: `exit code 2` or `signal 9`.
pub fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// The full path of a program on the search path, if it is there.
pub fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_kept_on_both_streams() {
        let finished = Step::new(shell("echo one; echo two >&2"), "Echoing").show(Show::Kept).run().unwrap();
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("one\n", "two\n"));
    }

    #[test]
    fn a_failure_names_the_step_and_the_exit_code() {
        let error = Step::new(shell("exit 3"), "Pretending").run().unwrap_err();
        assert_eq!(error.to_string(), "Pretending failed (exit code 3).");
    }

    #[test]
    fn a_step_over_its_limit_is_stopped_with_its_children() {
        // The shell waits for a grandchild; both must go, or reading their output would hang.
        let error =
            Step::new(shell("sleep 60 & wait"), "Waiting").within(0).show(Show::Kept).run().unwrap_err();
        assert!(matches!(error, XtaskError::TimedOut { .. }));
    }

    #[test]
    fn an_absent_program_is_named() {
        let error = Step::new(Command::new("no-such-program-here"), "Calling").run().unwrap_err();
        assert_eq!(error.to_string(), "Calling could not start: is `no-such-program-here` installed?");
    }
}
