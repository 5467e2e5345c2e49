//! Hears of what happens in the database, on whichever server it was done.

use crate::connection::ACQUIRE_TIMEOUT;
use crate::{Store, StoreError, UseCaseId, WorkspaceId};
use sqlx::postgres::{PgListener, PgPoolOptions};

/// Something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// An event was added to a workspace's audit log.
    Event {
        /// The workspace.
        workspace: WorkspaceId,
        /// The event's number.
        seq: i64,
    },
    /// Somebody came to a use case's page or left it.
    Presence {
        /// The workspace.
        workspace: WorkspaceId,
        /// The use case.
        use_case: UseCaseId,
    },
    /// The connection broke for a while: anything may have happened.
    Anything,
}

/// An ear of its own: one connection outside the pool that requests share.
pub struct Listener(PgListener);

impl Store {
    /// Starts to listen, until the listener is dropped: closing the store leaves it alone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn listen(&self) -> Result<Listener, StoreError> {
        // A listener keeps its connection for good. Taken from the pool of the requests, it would be one less for
        // them; a pool of one is how the driver finds its way back after a broken connection.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with((*self.pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        // Nobody closes this pool.
        listener.ignore_pool_close_event(true);
        listener.listen_all(["parsimony_events", "parsimony_presence"]).await?;
        Ok(Listener(listener))
    }
}

impl Listener {
    /// Waits for the next thing. After a broken connection it says [`Heard::Anything`] once it listens again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database is away; ask again later.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        loop {
            let Some(notification) = self.0.try_recv().await? else { return Ok(Heard::Anything) };
            let mut words = notification.payload().split(' ');
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let heard = match notification.channel() {
                "parsimony_events" => first
                    .parse()
                    .ok()
                    .zip(second.parse().ok())
                    .map(|(workspace, seq)| Heard::Event { workspace, seq }),
                _ => first
                    .parse()
                    .ok()
                    .zip(second.parse().ok())
                    .map(|(workspace, use_case)| Heard::Presence { workspace, use_case }),
            };
            match heard {
                Some(heard) => return Ok(heard),
                None => tracing::warn!(payload = notification.payload(), "An announcement cannot be read"),
            }
        }
    }
}
