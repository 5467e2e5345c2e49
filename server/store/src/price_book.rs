//! Stored price books. They never change; new prices are a new price book.

use crate::audit::{self, Change};
use crate::document::{sha256, write};
use crate::policy::free_version;
use crate::price_row::{self, PriceRow};
use crate::scope::View;
use crate::{AuditAction, PriceBookId, Scope, Store, StoreError};
use domain::prices::PriceBook;
use domain::provenance::LazyDigest;
use serde_json::json;
use sqlx::PgConnection;
use std::sync::{Arc, PoisonError};
use uuid::Uuid;

impl Store {
    /// The price book that new decisions of a stranger are made with: the newest built-in one. Reading it again is
    /// cheap, for its content is kept.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before the database is seeded.
    pub async fn current_price_book(&self) -> Result<(PriceBookId, Arc<PriceBook>), StoreError> {
        self.newest_price_book(View::Shared, Uuid::nil()).await
    }

    /// The price book that new decisions of a workspace are made with: the newest of its own and the built-in ones.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before the database is seeded.
    pub async fn workspace_price_book(
        &self,
        scope: Scope,
    ) -> Result<(PriceBookId, Arc<PriceBook>), StoreError> {
        self.newest_price_book(scope.into(), scope.workspace.uuid()).await
    }

    async fn newest_price_book(
        &self,
        view: View,
        workspace: Uuid,
    ) -> Result<(PriceBookId, Arc<PriceBook>), StoreError> {
        let head: Head = self
            .read(view.clone(), |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, version, as_of FROM price_books WHERE scope IN ($1, $2)
                     ORDER BY created_at DESC, id DESC LIMIT 1",
                )
                .bind(Uuid::nil())
                .bind(workspace)
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        let id = PriceBookId::from(head.0);
        Ok((id, self.whole_price_book(view, head).await?))
    }

    /// Gives a workspace a price book of its own, which is the current one from then on. The same content again is
    /// no new price book. What it does to approved classifications is [`Store::reprice`]'s to find out.
    ///
    /// # Errors
    /// [`StoreError::Text`] for a book without a version or date.
    pub async fn add_price_book(&self, scope: Scope, book: &PriceBook) -> Result<Arc<PriceBook>, StoreError> {
        crate::text::required("version", &book.version, 60)?;
        crate::text::required("as_of", &book.as_of, 60)?;
        let mut book = book.clone();
        book.digest = LazyDigest::default();
        let hash = sha256(write("price book", &book)?);
        let mut transaction = self.begin(scope).await?;
        sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE")
            .bind(scope.workspace.uuid())
            .execute(&mut *transaction)
            .await?;
        let known: Vec<(String, bool)> = sqlx::query_as(
            "SELECT version, source_hash = $2 AND scope = $1 FROM price_books WHERE scope IN ($1, $3)",
        )
        .bind(scope.workspace.uuid())
        .bind(&hash)
        .bind(Uuid::nil())
        .fetch_all(&mut *transaction)
        .await?;
        if known.iter().any(|(_, same)| *same) {
            return Ok(self.workspace_price_book(scope).await?.1);
        }
        let versions: Vec<String> = known.into_iter().map(|(version, _)| version).collect();
        book.version = free_version(&book.version, &versions);
        let id = Uuid::now_v7();
        sqlx::query(
            "INSERT INTO price_books (id, workspace_id, version, as_of, source_hash) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(scope.workspace.uuid())
        .bind(&book.version)
        .bind(&book.as_of)
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
        for row in price_row::rows_of(&book)? {
            row.insert(&mut transaction, id).await?;
        }
        let change = Change::of(AuditAction::PriceBookAdded, id)
            .after(json!({ "version": book.version, "as_of": book.as_of }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(Arc::new(book))
    }

    /// A price book of the workspace or a built-in one, or `None` if there is no such price book.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn price_book(
        &self,
        scope: Scope,
        id: PriceBookId,
    ) -> Result<Option<Arc<PriceBook>>, StoreError> {
        let head: Option<Head> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, version, as_of FROM price_books WHERE scope IN ($1, $2) AND id = $3",
                )
                .bind(scope.workspace.uuid())
                .bind(Uuid::nil())
                .bind(id.uuid())
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        match head {
            Some(head) => self.whole_price_book(scope.into(), head).await.map(Some),
            None => Ok(None),
        }
    }

    async fn whole_price_book(
        &self,
        view: View,
        (id, version, as_of): Head,
    ) -> Result<Arc<PriceBook>, StoreError> {
        let book_id = PriceBookId::from(id);
        let kept = self.price_books.read().unwrap_or_else(PoisonError::into_inner).get(&book_id).cloned();
        if let Some(book) = kept {
            return Ok(book);
        }
        let rows: Vec<PriceRow> = self
            .read(view, |mut connection| async move {
                sqlx::query_as(price_row::OF_BOOK).bind(id).fetch_all(&mut *connection).await
            })
            .await?;
        let book = Arc::new(price_row::assemble(version, as_of, rows)?);
        let mut kept = self.price_books.write().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.entry(book_id).or_insert(book).clone())
    }
}

/// Id, version and as-of date.
type Head = (Uuid, String, String);

/// Adds a built-in price book unless one of the same content is there; returns it as stored.
pub(crate) async fn ensure_built_in(
    connection: &mut PgConnection,
    mut book: PriceBook,
) -> Result<PriceBook, StoreError> {
    let hash = sha256(write("price book", &book)?);
    let stored: Option<String> =
        sqlx::query_scalar("SELECT version FROM price_books WHERE scope = $1 AND source_hash = $2")
            .bind(Uuid::nil())
            .bind(&hash)
            .fetch_optional(&mut *connection)
            .await?;
    // The digest a book keeps is about its old version once the version changes.
    book.digest = LazyDigest::default();
    if let Some(version) = stored {
        book.version = version;
        return Ok(book);
    }
    let versions: Vec<String> = sqlx::query_scalar("SELECT version FROM price_books WHERE scope = $1")
        .bind(Uuid::nil())
        .fetch_all(&mut *connection)
        .await?;
    book.version = free_version(&book.version, &versions);
    let id = Uuid::now_v7();
    sqlx::query("INSERT INTO price_books (id, version, as_of, source_hash) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(&book.version)
        .bind(&book.as_of)
        .bind(hash)
        .execute(&mut *connection)
        .await?;
    for row in price_row::rows_of(&book)? {
        row.insert(connection, id).await?;
    }
    tracing::info!(version = book.version, "Added a price book; it is the current one");
    Ok(book)
}
