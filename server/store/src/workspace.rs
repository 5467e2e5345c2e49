//! Workspaces: until accounts exist, one.

use crate::{Store, StoreError, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Slug of the workspace that everybody shares until accounts exist.
const LOCAL: &str = "local";

impl Store {
    /// The workspace that everybody shares until accounts exist; created when it is first asked for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn local_workspace(&self) -> Result<WorkspaceId, StoreError> {
        let found: Option<Uuid> = self
            .read(|pool| async move {
                sqlx::query_scalar("SELECT id FROM workspaces WHERE slug = $1")
                    .bind(LOCAL)
                    .fetch_optional(&pool)
                    .await
            })
            .await?;
        match found {
            Some(id) => Ok(id.into()),
            None => self.create_workspace(LOCAL, "Local workspace").await,
        }
    }

    /// The workspace of this slug, created if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn create_workspace(&self, slug: &str, name: &str) -> Result<WorkspaceId, StoreError> {
        let mut connection = self.pool.acquire().await?;
        ensure_workspace(&mut connection, slug, name).await
    }
}

/// Finds or creates the local workspace inside the caller's transaction.
pub(crate) async fn ensure_local(connection: &mut PgConnection) -> Result<WorkspaceId, StoreError> {
    ensure_workspace(connection, LOCAL, "Local workspace").await
}

async fn ensure_workspace(
    connection: &mut PgConnection,
    slug: &str,
    name: &str,
) -> Result<WorkspaceId, StoreError> {
    sqlx::query("INSERT INTO workspaces (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING")
        .bind(Uuid::now_v7())
        .bind(slug)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    let id: Uuid = sqlx::query_scalar("SELECT id FROM workspaces WHERE slug = $1")
        .bind(slug)
        .fetch_one(connection)
        .await?;
    Ok(id.into())
}
