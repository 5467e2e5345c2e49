//! Stored price books. They never change; new prices are a new price book.

use crate::audit::{self, Change};
use crate::document::{sha256, write};
use crate::policy::free_version;
use crate::price_row::{self, PriceRow};
use crate::scope::View;
use crate::seed::SEED_LOCK;
use crate::{AccountId, AuditAction, PriceBookId, Scope, Store, StoreError};
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

    /// The price book that new decisions of a workspace are made with: of its own and the built-in ones, the one that
    /// was added or returned to last.
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
                sqlx::query_as(IN_FORCE).bind(Uuid::nil()).bind(workspace).fetch_one(&mut *connection).await
            })
            .await?;
        let id = PriceBookId::from(head.0);
        Ok((id, self.whole_price_book(view, head).await?))
    }

    /// The price book in force in a workspace, which no other replaces until the caller's transaction ends.
    pub(crate) async fn held_price_book(
        &self,
        connection: &mut PgConnection,
        scope: Scope,
    ) -> Result<Arc<PriceBook>, StoreError> {
        sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR SHARE")
            .bind(scope.workspace.uuid())
            .execute(&mut *connection)
            .await?;
        let head: Head = sqlx::query_as(IN_FORCE)
            .bind(Uuid::nil())
            .bind(scope.workspace.uuid())
            .fetch_one(&mut *connection)
            .await?;
        self.whole_price_book_on(connection, head).await
    }

    /// Puts a price book in force in a workspace: a new one of its own, or one that it had or could have had before.
    /// What that does to approved classifications is [`Store::reprice`]'s to find out.
    ///
    /// # Errors
    /// [`StoreError::Text`] for a book without a version or date, or whose version names other prices already:
    /// decisions name their prices by it.
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
        // Nor does a release bring a version of this name meanwhile.
        sqlx::query("SELECT pg_advisory_xact_lock_shared($1)")
            .bind(SEED_LOCK)
            .execute(&mut *transaction)
            .await?;
        // Its content may be there as it was handed in, or as it is shown since it got a version of its own.
        let alike: Vec<(Uuid, String, String, Uuid, bool)> = sqlx::query_as(
            "SELECT id, version, as_of, scope, source_hash = $2 FROM price_books
             WHERE scope IN ($1, $3) AND (source_hash = $2 OR version = $4) ORDER BY scope = $3",
        )
        .bind(scope.workspace.uuid())
        .bind(&hash)
        .bind(Uuid::nil())
        .bind(&book.version)
        .fetch_all(&mut *transaction)
        .await?;
        let mut taken = false;
        for (id, version, as_of, whose, same) in alike {
            taken |= version == book.version;
            let stored = self.whole_price_book_on(&mut transaction, (id, version, as_of)).await?;
            if same || *stored == book {
                put_in_force_again(&mut transaction, scope, (whose, id), &stored).await?;
                transaction.commit().await?;
                return Ok(stored);
            }
        }
        if taken {
            let problem =
                format!("“{}” names other prices already; give these a version of their own", book.version);
            return Err(StoreError::Text { field: "version", problem });
        }
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

    async fn whole_price_book(&self, view: View, head: Head) -> Result<Arc<PriceBook>, StoreError> {
        if let Some(book) = self.kept_price_book(head.0) {
            return Ok(book);
        }
        let rows: Vec<PriceRow> = self
            .read(view, |mut connection| async move {
                sqlx::query_as(price_row::OF_BOOK).bind(head.0).fetch_all(&mut *connection).await
            })
            .await?;
        self.keep_price_book(head, rows)
    }

    /// The same on the connection of a transaction, which must not wait for another one.
    async fn whole_price_book_on(
        &self,
        connection: &mut PgConnection,
        head: Head,
    ) -> Result<Arc<PriceBook>, StoreError> {
        if let Some(book) = self.kept_price_book(head.0) {
            return Ok(book);
        }
        let rows = sqlx::query_as(price_row::OF_BOOK).bind(head.0).fetch_all(connection).await?;
        self.keep_price_book(head, rows)
    }

    fn kept_price_book(&self, id: Uuid) -> Option<Arc<PriceBook>> {
        let kept = self.price_books.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(&PriceBookId::from(id)).cloned()
    }

    fn keep_price_book(
        &self,
        (id, version, as_of): Head,
        rows: Vec<PriceRow>,
    ) -> Result<Arc<PriceBook>, StoreError> {
        let book = Arc::new(price_row::assemble(version, as_of, rows)?);
        let mut kept = self.price_books.write().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.entry(PriceBookId::from(id)).or_insert(book).clone())
    }
}

/// Id, version and as-of date.
type Head = (Uuid, String, String);

/// Head of the price book in force in workspace `$2`: of its own and the built-in ones of scope `$1`, the one that was
/// added or returned to last.
const IN_FORCE: &str = "
    SELECT b.id, b.version, b.as_of FROM price_books b WHERE b.scope IN ($1, $2)
    ORDER BY greatest(b.created_at, (SELECT max(r.created_at) FROM price_book_returns r WHERE r.workspace_id = $2
        AND r.price_book_scope = b.scope AND r.price_book_id = b.id)) DESC, b.id DESC
    LIMIT 1";

/// Returns to a price book inside the caller's transaction, unless it is in force.
async fn put_in_force_again(
    connection: &mut PgConnection,
    scope: Scope,
    (whose, id): (Uuid, Uuid),
    book: &PriceBook,
) -> Result<(), StoreError> {
    let in_force: Head = sqlx::query_as(IN_FORCE)
        .bind(Uuid::nil())
        .bind(scope.workspace.uuid())
        .fetch_one(&mut *connection)
        .await?;
    if in_force.0 == id {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO price_book_returns (id, workspace_id, price_book_scope, price_book_id, created_by)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(scope.workspace.uuid())
    .bind(whose)
    .bind(id)
    .bind(scope.actor.account().map(AccountId::uuid))
    .execute(&mut *connection)
    .await?;
    let change = Change::of(AuditAction::PriceBookReturned, id)
        .before(json!({ "version": in_force.1, "as_of": in_force.2 }))
        .after(json!({ "version": book.version, "as_of": book.as_of }));
    audit::record(connection, scope, change).await?;
    Ok(())
}

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
    // Of all workspaces: a decision names a version, which must mean one thing in each of them.
    let versions: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT version FROM price_books").fetch_all(&mut *connection).await?;
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
