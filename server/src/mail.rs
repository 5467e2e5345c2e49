//! Sends the e-mails that wait in the database. Any number of servers may do so at once: each claims a few at a
//! time, and one that is killed leaves its own to the others.

use std::time::Duration;

use futures_util::future::join_all;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError,
        response::{Category, Severity},
    },
};
use store::{DueEmail, Store, StoreError};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    config::{ConfigError, MailConfig, mail::SMTP_URL},
    error::with_causes,
    readiness::Readiness,
    supervisor::log_once,
};

/// Time between two looks for e-mails that other servers wrote or that are to be tried again. What this server
/// writes is sent at once.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// E-mails claimed and sent at a time, each on a connection of its own: mail servers allow few.
const AT_A_TIME: usize = 4;

/// How long one attempt may take. Well below the two minutes for which an e-mail is claimed.
const SEND_LIMIT: Duration = Duration::from_secs(30);

/// How long the e-mails being sent may take once the server was asked to end.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Most characters kept of what a mail server says.
const PROBLEM_LENGTH: usize = 500;

/// Hands e-mails to the mail server.
pub(crate) struct Mailer {
    // Holds the password: never printed.
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The running job.
pub(crate) struct MailJob {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Why an e-mail was not sent.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    /// In one line.
    problem: String,
    /// Whether trying again is pointless.
    is_final: bool,
}

impl Mailer {
    /// Gets ready; connects to nobody yet.
    ///
    /// # Errors
    /// [`ConfigError`] for an address that the mail library cannot use.
    pub(crate) fn new(config: &MailConfig) -> Result<Self, ConfigError> {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(config.smtp.reveal()).map_err(|error| {
                ConfigError {
                    variable: SMTP_URL,
                    problem: format!("cannot be used: {}", with_causes(&error)),
                }
            })?;
        tracing::info!("E-mails go out through {}", config.smtp);
        Ok(Self { transport: transport.timeout(Some(SEND_LIMIT)).build(), from: config.from.clone() })
    }

    /// Starts sending what waits in this database, as soon as it is prepared.
    pub(crate) fn start(self, store: Store, readiness: Readiness) -> MailJob {
        let (stop, stopped) = oneshot::channel();
        MailJob { stop, task: tokio::spawn(self.run(store, readiness, stopped)) }
    }

    async fn run(self, store: Store, readiness: Readiness, mut stopped: oneshot::Receiver<()>) {
        let mut said = String::new();
        loop {
            let mut pause = LOOK_EVERY;
            if readiness.is_prepared() {
                match self.round(&store).await {
                    Ok(sent) => {
                        said.clear();
                        if sent == AT_A_TIME {
                            pause = Duration::ZERO;
                        }
                    }
                    // A database that is away is the supervisor's to report.
                    Err(error) if error.is_unavailable() => {}
                    Err(error) => {
                        log_once(&mut said, &format!("E-mails cannot be sent: {}", with_causes(&error)))
                    }
                }
            }
            tokio::select! {
                biased;
                // Also when the other end is gone.
                _ = &mut stopped => return,
                () = store.email_written() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Tries to send a few e-mails whose time has come; returns how many were tried.
    async fn round(&self, store: &Store) -> Result<usize, StoreError> {
        store.write_notification_emails(AT_A_TIME).await?;
        let due = store.due_emails(AT_A_TIME).await?;
        let all = join_all(due.iter().map(|email| self.deliver(store, email))).await;
        all.into_iter().collect::<Result<(), StoreError>>()?;
        Ok(due.len())
    }

    /// Tries to send one e-mail and notes how it went. If that cannot be noted, it goes out again later, under
    /// the same message id.
    async fn deliver(&self, store: &Store, email: &DueEmail) -> Result<(), StoreError> {
        let Err(Failure { problem, is_final }) = self.send(email).await else {
            return store.email_sent(email.id).await;
        };
        match store.email_failed(email.id, &problem, is_final).await? {
            Some(next) => {
                tracing::warn!("E-mail {} was not sent; the next attempt is at {next}: {problem}", email.id)
            }
            None => tracing::error!("E-mail {} was given up: {problem}", email.id),
        }
        Ok(())
    }

    async fn send(&self, email: &DueEmail) -> Result<(), Failure> {
        let message = message(&self.from, email)?;
        match tokio::time::timeout(SEND_LIMIT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(Failure { problem: one_line(&with_causes(&error)), is_final: is_final(&error) })
            }
            Err(_) => {
                let problem = format!("the mail server took longer than {} seconds", SEND_LIMIT.as_secs());
                Err(Failure { problem, is_final: false })
            }
        }
    }
}

impl MailJob {
    /// Ends the job after the e-mails that are being sent just now, or without them if they take too long.
    pub(crate) async fn stop(mut self) {
        drop(self.stop);
        if tokio::time::timeout(STOP_LIMIT, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// The e-mail as it goes out. Each attempt makes the same one, so that one sent twice can be recognised.
fn message(from: &Mailbox, email: &DueEmail) -> Result<Message, Failure> {
    let unusable = |problem: String| Failure { problem: one_line(&problem), is_final: true };
    let to = email
        .recipient
        .parse::<Address>()
        .map_err(|error| unusable(format!("the address cannot be written to: {error}")))?;
    // Asks holiday notices and the like not to answer (RFC 3834).
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    Message::builder()
        .message_id(Some(format!("<{}@{}>", email.id, from.email.domain())))
        .date(email.created_at.into())
        .from(from.clone())
        .to(to.into())
        .subject(email.subject.clone())
        .raw_header(automatic)
        .singlepart(SinglePart::plain(email.body.clone()))
        .map_err(|error| unusable(format!("the message cannot be made: {error}")))
}

/// Whether a mail server's answer will be the same next time: it knows no such mailbox, or does not want the
/// message. Other permanent refusals, such as one of a wrong password, are the operator's to mend in time.
fn is_final(error: &SmtpError) -> bool {
    error.status().is_some_and(|code| {
        code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem
    })
}

/// A problem as it fits into one line of the log and the database.
fn one_line(problem: &str) -> String {
    problem.chars().map(|c| if c.is_control() { ' ' } else { c }).take(PROBLEM_LENGTH).collect()
}

#[cfg(test)]
mod tests;
