//! Workspaces: the first one, which holds the sample portfolio, and those that teams found.

use crate::scope::View;
use crate::{Store, StoreError, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Slug of the workspace that every installation starts with.
const FIRST: &str = "local";

/// Its name, until an admin gives it another.
const FIRST_NAME: &str = "First workspace";

impl Store {
    /// The workspace that every installation starts with; created when it is first asked for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn first_workspace(&self) -> Result<WorkspaceId, StoreError> {
        self.create_workspace(FIRST, FIRST_NAME).await
    }

    /// The workspace of this slug, created if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn create_workspace(&self, slug: &str, name: &str) -> Result<WorkspaceId, StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        let id = ensure_workspace(&mut transaction, slug, name).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Finds or creates the first workspace inside the caller's transaction.
pub(crate) async fn ensure_first(connection: &mut PgConnection) -> Result<WorkspaceId, StoreError> {
    ensure_workspace(connection, FIRST, FIRST_NAME).await
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
