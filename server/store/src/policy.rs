//! Stored policies. They never change; new thresholds are a new policy.

use crate::document::{read, sha256, write};
use crate::scope::View;
use crate::{PolicyId, Scope, Store, StoreError};
use domain::policy::Policy;
use sqlx::PgConnection;
use uuid::Uuid;

impl Store {
    /// The policy that new decisions are made with: the newest built-in one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before the database is seeded.
    pub async fn current_policy(&self) -> Result<(PolicyId, Policy), StoreError> {
        let (id, thresholds): (Uuid, String) = self
            .read(View::Shared, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, thresholds::text FROM policies WHERE scope = $1
                     ORDER BY created_at DESC, id DESC LIMIT 1",
                )
                .bind(Uuid::nil())
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        Ok((id.into(), read("policy", &thresholds)?))
    }

    /// A policy of the workspace or a built-in one, or `None` if there is no such policy.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn policy(&self, scope: Scope, id: PolicyId) -> Result<Option<Policy>, StoreError> {
        let thresholds: Option<String> = self
            .read(scope, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT thresholds::text FROM policies WHERE scope IN ($1, $2) AND id = $3",
                )
                .bind(scope.workspace.uuid())
                .bind(Uuid::nil())
                .bind(id.uuid())
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        thresholds.map(|text| read("policy", &text)).transpose()
    }
}

/// Adds a built-in policy unless one of the same content is there; returns it as stored.
pub(crate) async fn ensure_built_in(
    connection: &mut PgConnection,
    mut policy: Policy,
) -> Result<Policy, StoreError> {
    let hash = sha256(write("policy", &policy)?);
    let stored: Option<String> =
        sqlx::query_scalar("SELECT thresholds::text FROM policies WHERE scope = $1 AND source_hash = $2")
            .bind(Uuid::nil())
            .bind(&hash)
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(text) = stored {
        return read("policy", &text);
    }
    let versions: Vec<String> = sqlx::query_scalar("SELECT version FROM policies WHERE scope = $1")
        .bind(Uuid::nil())
        .fetch_all(&mut *connection)
        .await?;
    policy.version = free_version(&policy.version, &versions);
    sqlx::query("INSERT INTO policies (id, version, thresholds, source_hash) VALUES ($1, $2, $3::json, $4)")
        .bind(Uuid::now_v7())
        .bind(&policy.version)
        .bind(write("policy", &policy)?)
        .bind(hash)
        .execute(connection)
        .await?;
    tracing::info!(version = policy.version, "Added a policy; it is the current one");
    Ok(policy)
}

/// The version, or with a number behind it where other content has taken it: a decision names a version,
/// which must therefore mean one thing.
pub(crate) fn free_version(version: &str, taken: &[String]) -> String {
    let is_free = |candidate: &String| !taken.contains(candidate);
    let numbered = |number: u32| format!("{version}.{number}");
    Some(version.to_owned())
        .filter(&is_free)
        .unwrap_or_else(|| (2..).map(numbered).find(is_free).unwrap_or_default())
}
