//! What has to be done now and then, on whichever server comes first: overrides end, counters and old e-mails are swept.

use std::time::Duration;

use store::{Store, StoreError};
use time::OffsetDateTime;

use crate::{error::with_causes, readiness::Readiness};

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until the task is aborted.
pub(crate) async fn run(store: Store, readiness: Readiness) {
    loop {
        tokio::time::sleep(EVERY).await;
        if !readiness.is_prepared() {
            continue;
        }
        if let Err(error) = round(&store, OffsetDateTime::now_utc()).await {
            // A database that is away is the supervisor's to report.
            if !error.is_unavailable() {
                tracing::error!("A job failed: {}", with_causes(&error));
            }
        }
    }
}

/// One round at a given time.
pub(crate) async fn round(store: &Store, now: OffsetDateTime) -> Result<(), StoreError> {
    let ended = store.expire_overrides(now).await?;
    if ended > 0 {
        tracing::info!("{ended} overrides came to their end");
    }
    store.sweep_presence().await?;
    store.sweep_emails(now).await?;
    store.sweep().await
}
