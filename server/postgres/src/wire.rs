//! Just enough of the Postgres protocol to ask a cluster of our own whether it is up and to run a
//! plain statement. A driver would be fifty crates for three messages, and this crate also serves
//! the build tool.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// Longest message we are ready to read; our own statements answer in a few bytes.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// Why a conversation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Nobody listens, or the connection broke.
    #[error("the connection failed")]
    Io(#[from] io::Error),
    /// Postgres answered with an error.
    #[error("Postgres answered {message} ({code})")]
    Refused {
        /// The SQLSTATE.
        code: String,
        /// Its text.
        message: String,
    },
    /// An answer this module does not understand.
    #[error("Postgres gave an unexpected answer ({0})")]
    Unexpected(&'static str),
}

impl WireError {
    /// The SQLSTATE when Postgres refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            Self::Io(_) | Self::Unexpected(_) => None,
        }
    }
}

/// What a postmaster says when one knocks.
#[derive(Debug)]
pub(crate) enum Knock {
    /// It takes connections.
    Open,
    /// It is there, but starting, recovering or ending; with its words.
    NotYet(String),
    /// It is there and refuses us for another reason.
    Refused(String),
    /// Nobody answers.
    Nobody,
}

/// Asks the postmaster behind `socket` whether it takes connections.
pub(crate) fn knock(socket: &Path, user: &str) -> Knock {
    match Session::connect(socket, user, "postgres", Duration::from_secs(5)) {
        Ok(_) => Knock::Open,
        Err(WireError::Refused { code, message }) => match code.as_str() {
            // Starting up, shutting down, in recovery.
            "57P03" => Knock::NotYet(message),
            // Full is very much alive.
            "53300" => Knock::Open,
            _ => Knock::Refused(message),
        },
        Err(WireError::Unexpected(what)) => Knock::Refused(what.to_owned()),
        Err(WireError::Io(_)) => Knock::Nobody,
    }
}

/// One open connection.
pub struct Session {
    stream: UnixStream,
}

impl Session {
    /// Connects over the socket file `socket` as `user` to `database`. Reads and writes that take
    /// longer than `patience` fail.
    ///
    /// # Errors
    /// Any [`WireError`]; a password request counts as unexpected, our clusters never send one.
    pub fn connect(socket: &Path, user: &str, database: &str, patience: Duration) -> Result<Self, WireError> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let mut session = Self { stream };
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for word in ["user", user, "database", database, "application_name", "parsimony", ""] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        session.send(None, &body)?;
        loop {
            match session.receive()? {
                (b'R', body) if body.starts_with(&[0, 0, 0, 0]) => {}
                (b'R', _) => return Err(WireError::Unexpected("it asks for a password")),
                (b'E', body) => return Err(refusal(&body)),
                (b'Z', _) => return Ok(session),
                _ => {}
            }
        }
    }

    /// Runs SQL text and returns the rows as text.
    ///
    /// # Errors
    /// [`WireError::Refused`] when Postgres refuses the statement.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, WireError> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)?;
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            match self.receive()? {
                (b'D', body) => rows.push(row(&body).ok_or(WireError::Unexpected("a broken row"))?),
                (b'E', body) => refused = Some(refusal(&body)),
                (b'Z', _) => return refused.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4).map_err(|_| WireError::Unexpected("too long"))?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        Ok(self.stream.write_all(&message)?)
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>), WireError> {
        let mut head = [0_u8; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length) as usize;
        if !(4..=LONGEST_MESSAGE).contains(&length) {
            return Err(WireError::Unexpected("a message of impossible length"));
        }
        let mut body = vec![0; length - 4];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A polite goodbye keeps "unexpected EOF" out of the log; nothing to do if it fails.
        let _ = self.send(Some(b'X'), &[]);
    }
}

fn refusal(body: &[u8]) -> WireError {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .find(|field| field.first() == Some(&wanted))
            .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
            .unwrap_or_default()
    };
    WireError::Refused { code: field(b'C'), message: field(b'M') }
}

fn row(body: &[u8]) -> Option<Vec<Option<String>>> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut cells = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, after) = rest.split_first_chunk::<4>()?;
        // Length -1 is NULL.
        if *length == [0xff; 4] {
            cells.push(None);
            rest = after;
            continue;
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        cells.push(Some(String::from_utf8_lossy(after.get(..length)?).into_owned()));
        rest = after.get(length..)?;
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_nulls_are_read_and_broken_ones_are_not() {
        let body = [0, 2, 0, 0, 0, 1, b'7', 255, 255, 255, 255];
        assert_eq!(row(&body), Some(vec![Some("7".to_owned()), None]));
        assert_eq!(row(&body[..6]), None);
    }

    #[test]
    fn an_error_message_gives_code_and_text() {
        let error = refusal(b"SFATAL\0C57P03\0Mthe database system is starting up\0\0");
        assert_eq!(error.code(), Some("57P03"));
        assert!(error.to_string().contains("starting up"));
    }
}
