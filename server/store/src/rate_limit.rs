//! Rate limits: how often something may be tried, counted in the database because several servers share one
//! limit.

use crate::document::sha256;
use crate::scope::View;
use crate::{Store, StoreError};
use std::time::Duration;

/// What is counted, how often it is allowed, and within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Names the kind of attempt.
    pub kind: &'static str,
    /// Attempts allowed in one window.
    pub attempts: i32,
    /// Length of the window, which begins with the first attempt.
    pub window: Duration,
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// When the next attempt makes sense.
    pub retry_after: Duration,
}

impl Store {
    /// Counts an attempt by somebody (an address, an e-mail) and says whether it is one too many. An attempt
    /// too many is counted as well, but does not lengthen the window.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn attempt(&self, limit: RateLimit, who: &str) -> Result<Result<(), Limited>, StoreError> {
        let bucket = sha256(format!("{}\n{}", limit.kind, who.to_lowercase()));
        let mut transaction = self.begin(View::Owner).await?;
        let (count, left): (i32, f64) = sqlx::query_as(
            "INSERT INTO rate_limits AS r (bucket, count) VALUES ($1, 1)
             ON CONFLICT (bucket) DO UPDATE SET
                count = CASE WHEN r.started_at < now() - make_interval(secs => $2) THEN 1
                    ELSE least(r.count, 1000000) + 1 END,
                started_at = CASE WHEN r.started_at < now() - make_interval(secs => $2) THEN now()
                    ELSE r.started_at END
             RETURNING count, extract(epoch FROM started_at + make_interval(secs => $2) - now())::double precision",
        )
        .bind(bucket)
        .bind(limit.window.as_secs_f64())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if count <= limit.attempts {
            return Ok(Ok(()));
        }
        Ok(Err(Limited { retry_after: Duration::from_secs_f64(left.max(1.0)) }))
    }

    /// Whether somebody used up their attempts already. Counts nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn is_limited(&self, limit: RateLimit, who: &str) -> Result<Option<Limited>, StoreError> {
        let bucket = sha256(format!("{}\n{}", limit.kind, who.to_lowercase()));
        let left: Option<f64> = self
            .read(View::Owner, |mut connection| {
                let bucket = bucket.clone();
                async move {
                    sqlx::query_scalar(
                        "SELECT extract(epoch FROM started_at + make_interval(secs => $2) - now())::double precision
                         FROM rate_limits WHERE bucket = $1 AND count >= $3
                            AND started_at >= now() - make_interval(secs => $2)",
                    )
                    .bind(bucket)
                    .bind(limit.window.as_secs_f64())
                    .bind(limit.attempts)
                    .fetch_optional(&mut *connection)
                    .await
                }
            })
            .await?;
        Ok(left.map(|left| Limited { retry_after: Duration::from_secs_f64(left.max(1.0)) }))
    }

    /// Forgets the attempts of somebody, after one that was right.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn forget_attempts(&self, limit: RateLimit, who: &str) -> Result<(), StoreError> {
        let bucket = sha256(format!("{}\n{}", limit.kind, who.to_lowercase()));
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("DELETE FROM rate_limits WHERE bucket = $1")
            .bind(bucket)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Throws away counters that ended long ago, and who looked at what on servers that are gone. For a job that
    /// runs now and then.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("DELETE FROM rate_limits WHERE started_at < now() - interval '1 day'")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
