//! Everything that is logged in this process, down to the libraries' own traces.

use std::{
    io,
    sync::{Mutex, OnceLock},
};

use tracing_subscriber::fmt::MakeWriter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Log;

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

/// Begins to listen, once.
pub fn listen() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let quiet_about_sql = "trace,sqlx=warn";
        tracing_subscriber::fmt().with_env_filter(quiet_about_sql).with_writer(Log).with_ansi(false).init();
    });
}

/// Everything so far.
pub fn read() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}
