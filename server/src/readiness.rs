//! Whether the database can be used right now. One shared answer for the readiness probe, the
//! gate in front of pages and APIs, and the supervisor.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use store::Store;
use tokio::sync::{Mutex, Notify};

/// How long one answer of the database stands for all requests. Short enough that hardly a request
/// slips through to a dead database, long enough that a busy server asks four times a second
/// rather than once a request.
const GOOD_FOR: Duration = Duration::from_millis(250);

/// How long a failure stands, so that a crowd of waiting visitors does not hammer the database.
const BAD_FOR: Duration = Duration::from_secs(1);

/// How long a database that was fine may take to answer.
const PATIENCE_WHEN_UP: Duration = Duration::from_secs(2);

/// How long one that was away may take: visitors get their answer quickly while it is down.
const PATIENCE_WHEN_DOWN: Duration = Duration::from_millis(300);

/// Why requests cannot be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// Migrations have not finished.
    #[error("the database is still being prepared")]
    Starting,
    /// The database was there and does not answer.
    #[error("the database does not answer")]
    DatabaseAway,
}

/// Shared knowledge about the database. Cheap to clone.
#[derive(Clone)]
pub struct Readiness(Arc<Inner>);

struct Inner {
    store: Store,
    is_prepared: AtomicBool,
    /// The last answer; locked while asking, so that one question serves all who wait.
    last: Mutex<Option<(Instant, bool)>>,
    trouble: Notify,
}

impl Readiness {
    /// For a database whose schema is not known to be up to date yet.
    pub fn starting(store: Store) -> Self {
        Self(Arc::new(Inner {
            store,
            is_prepared: AtomicBool::new(false),
            last: Mutex::new(None),
            trouble: Notify::new(),
        }))
    }

    /// For a database that has been migrated already.
    pub fn prepared(store: Store) -> Self {
        let readiness = Self::starting(store);
        readiness.set_prepared();
        readiness
    }

    /// Says that migrations and seed data are in place. They stay so until the process ends.
    pub fn set_prepared(&self) {
        self.0.is_prepared.store(true, Ordering::Release);
    }

    /// Whether [`Readiness::set_prepared`] was called.
    pub fn is_prepared(&self) -> bool {
        self.0.is_prepared.load(Ordering::Acquire)
    }

    /// Asks the database, unless somebody did so a moment ago.
    ///
    /// # Errors
    /// [`NotReady`], and the supervisor is woken when the database has just gone away.
    pub async fn check(&self) -> Result<(), NotReady> {
        if !self.is_prepared() {
            return Err(NotReady::Starting);
        }
        let mut last = self.0.last.lock().await;
        let was_up = last.is_none_or(|(_, was_up)| was_up);
        if let Some((at, is_up)) = *last
            && at.elapsed() < if is_up { GOOD_FOR } else { BAD_FOR }
        {
            return if is_up { Ok(()) } else { Err(NotReady::DatabaseAway) };
        }
        let patience = if was_up { PATIENCE_WHEN_UP } else { PATIENCE_WHEN_DOWN };
        let is_up = matches!(tokio::time::timeout(patience, self.0.store.ping()).await, Ok(Ok(())));
        *last = Some((Instant::now(), is_up));
        drop(last);
        match (was_up, is_up) {
            (false, true) => tracing::info!("The database answers again"),
            (true, false) => {
                tracing::error!("The database does not answer; pages say so until it is back");
                self.0.trouble.notify_one();
            }
            _ => {}
        }
        if is_up { Ok(()) } else { Err(NotReady::DatabaseAway) }
    }

    /// Waits until a request finds the database gone.
    pub(crate) async fn trouble(&self) {
        self.0.trouble.notified().await;
    }
}
