//! What can go wrong between a request and the database, in terms of the product.

use sqlx::migrate::MigrateError;

/// Why a call on the store failed. The messages are for people; the cause, which may hold SQL, is kept
/// in [`std::error::Error::source`] for the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The configured address is not one of a Postgres database.
    #[error("the database address cannot be read: it should look like postgres://user@host/database")]
    Address(#[source] sqlx::Error),
    /// The database does not answer now; the same call may succeed later.
    #[error("the database cannot be reached at the moment")]
    Unavailable(#[source] sqlx::Error),
    /// The database is older than the oldest one the schema works on.
    #[error("the database runs Postgres {found}, but Parsimony needs Postgres 15 or later")]
    PostgresTooOld {
        /// The version it reports.
        found: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date")]
    Migration(#[source] Box<MigrateError>),
    /// No such thing in this workspace.
    #[error("there is no such thing in this workspace")]
    NotFound,
    /// Another portfolio in use has this name.
    #[error("another portfolio already has this name")]
    NameTaken,
    /// Somebody else saved first.
    #[error("somebody else saved revision {current} in the meantime")]
    Conflict {
        /// The revision that is current now.
        current: i32,
    },
    /// The use case or its portfolio is archived and must be restored before it is changed.
    #[error("this is archived: restore it first")]
    Archived,
    /// A new password is too easy to guess.
    #[error("the password {0}")]
    WeakPassword(#[from] crate::password::WeakPassword),
    /// The present password was not given.
    #[error("the present password is not right")]
    WrongPassword,
    /// There is an account with this e-mail address already.
    #[error("there is an account with this e-mail address already")]
    EmailTaken,
    /// The person at the provider belongs to another account.
    #[error("this sign-in belongs to another account")]
    IdentityTaken,
    /// An invitation is meant for another address.
    #[error("this invitation is meant for somebody else")]
    NotInvited,
    /// The last admin of a workspace can neither leave nor step down.
    #[error("a workspace keeps at least one admin")]
    LastAdmin,
    /// A move in a review is not possible now.
    #[error(transparent)]
    MoveRefused(#[from] domain::review::MoveRefused),
    /// A password could not be hashed, which would be a mistake in this program.
    #[error("a password could not be hashed")]
    Hashing,
    /// A text does not fit where it should be stored.
    #[error("the {field} {problem}")]
    Text {
        /// Which text, as people call it: `name`, `description`, `note`, `title`.
        field: &'static str,
        /// What is wrong with it, as the rest of a sentence.
        problem: String,
    },
    /// A decision names a price book or policy that is not stored.
    #[error("{what} {version} is not known here")]
    UnknownVersion {
        /// `price book` or `policy`.
        what: &'static str,
        /// The version named.
        version: String,
    },
    /// Something stored cannot be read by this release.
    #[error("the stored {what} cannot be read by this release")]
    Unreadable {
        /// What was being read.
        what: &'static str,
        /// What the reader said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operating system gave no random numbers for a token.
    #[error("no random numbers could be had for the link")]
    Random(#[source] getrandom::Error),
    /// The database refused in a way that points to a mistake in this program or its set-up.
    #[error("the database refused the request")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the database does not answer now: show that, try again later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the connection broke while in use, so that one more attempt on a new one makes sense. A
    /// pool that found no connection in time has tried long enough already.
    pub(crate) fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Unavailable(cause) if match cause {
            sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| BROKEN.contains(&code.as_ref())),
            _ => false,
        })
    }
}

/// SQLSTATEs with which Postgres ends a connection: shutdown by an administrator, after a crash of another
/// backend, because the database is gone, and after idling too long.
const BROKEN: [&str; 4] = ["57P01", "57P02", "57P04", "57P05"];

/// Further SQLSTATEs that pass by themselves: starting up or in recovery, too many connections, out of
/// memory or disk, a statement or lock that took longer than the pool allows, a transaction left idle too
/// long, a deadlock that this side lost, a standby that has not been promoted yet.
const PASSING: [&str; 10] =
    ["57P03", "53300", "53100", "53200", "53000", "57014", "55P03", "25P03", "40P01", "25006"];

/// What a failed query means to the caller.
enum Meaning {
    NotFound,
    NameTaken,
    EmailTaken,
    LastAdmin,
    Passing,
    Mistake,
}

fn meaning_of(error: &sqlx::Error) -> Meaning {
    match error {
        sqlx::Error::RowNotFound => Meaning::NotFound,
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Meaning::Passing,
        sqlx::Error::Database(refusal) => match (refusal.constraint(), refusal.code().as_deref()) {
            (Some("portfolio_name_key"), _) => Meaning::NameTaken,
            (Some("account_email_key"), _) => Meaning::EmailTaken,
            (Some("member_last_admin"), _) => Meaning::LastAdmin,
            (Some("use_case_portfolio_fkey" | "scenario_use_case_fkey"), _) => Meaning::NotFound,
            (_, Some(code))
                if code.starts_with("08") || BROKEN.contains(&code) || PASSING.contains(&code) =>
            {
                Meaning::Passing
            }
            _ => Meaning::Mistake,
        },
        _ => Meaning::Mistake,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match meaning_of(&error) {
            Meaning::NotFound => Self::NotFound,
            Meaning::NameTaken => Self::NameTaken,
            Meaning::EmailTaken => Self::EmailTaken,
            Meaning::LastAdmin => Self::LastAdmin,
            Meaning::Passing => Self::Unavailable(error),
            Meaning::Mistake => Self::Database(error),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)
                if matches!(cause, sqlx::Error::Io(_)) =>
            {
                Self::Unavailable(cause)
            }
            other => Self::Migration(Box::new(other)),
        }
    }
}
