//! Comments on a use case: threads, edits with their history, mentions.

use crate::audit::{self, Change};
use crate::notification::{self, Reason};
use crate::{AccountId, AuditAction, CommentId, Scope, Store, StoreError, UseCaseId, text};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a comment.
const COMMENT_LENGTH: usize = 10_000;

/// Most characters of the key of what a comment is about.
const ABOUT_LENGTH: usize = 64;

/// A comment as it stands in its thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The comment it answers.
    pub parent: Option<CommentId>,
    /// Key of the input or dimension it is about; none for the use case as a whole.
    pub about: Option<String>,
    /// Who wrote it.
    pub account: AccountId,
    /// That account's name.
    pub author: String,
    /// Its words, in Markdown; none once it was withdrawn.
    pub body: Option<String>,
    /// How many versions of its words there are.
    pub versions: i32,
    /// When it was written.
    pub created_at: OffsetDateTime,
}

/// One version of a comment's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentVersion {
    /// 1 for the first.
    pub number: i32,
    /// The words.
    pub body: String,
    /// When they were written.
    pub created_at: OffsetDateTime,
}

impl Store {
    /// Comments on a use case in the order they were written.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn comments(&self, scope: Scope, use_case: UseCaseId) -> Result<Vec<Comment>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            parent_id: Option<Uuid>,
            about: Option<String>,
            account_id: Uuid,
            author: String,
            body: Option<String>,
            versions: i32,
            created_at: OffsetDateTime,
        }
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT c.id, c.parent_id, c.about, c.account_id, a.name AS author,
                        CASE WHEN c.withdrawn_at IS NULL THEN v.body END AS body, c.versions, c.created_at
                     FROM comments c
                     JOIN accounts a ON a.id = c.account_id
                     JOIN comment_versions v ON v.workspace_id = c.workspace_id AND v.comment_id = c.id
                        AND v.number = c.versions
                     WHERE c.workspace_id = $1 AND c.use_case_id = $2
                     ORDER BY c.created_at, c.id",
                )
                .bind(scope.workspace.uuid())
                .bind(use_case.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let comment = |row: Row| Comment {
            id: row.id.into(),
            parent: row.parent_id.map(CommentId::from),
            about: row.about,
            account: row.account_id.into(),
            author: row.author,
            body: row.body,
            versions: row.versions,
            created_at: row.created_at,
        };
        Ok(rows.into_iter().map(comment).collect())
    }

    /// All versions of a comment's words, oldest first; none of one that was withdrawn.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn comment_versions(
        &self,
        scope: Scope,
        id: CommentId,
    ) -> Result<Vec<CommentVersion>, StoreError> {
        let rows: Vec<(i32, String, OffsetDateTime)> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT v.number, v.body, v.created_at FROM comment_versions v
                     JOIN comments c ON c.workspace_id = v.workspace_id AND c.id = v.comment_id
                     WHERE v.workspace_id = $1 AND v.comment_id = $2 AND c.withdrawn_at IS NULL ORDER BY v.number",
                )
                .bind(scope.workspace.uuid())
                .bind(id.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        let version = |(number, body, created_at): (i32, String, OffsetDateTime)| CommentVersion {
            number,
            body,
            created_at,
        };
        Ok(rows.into_iter().map(version).collect())
    }

    /// Writes a comment. An answer stands in the thread of what it answers and is about the same thing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] about the use case or the comment answered; [`StoreError::Text`].
    pub async fn write_comment(
        &self,
        scope: Scope,
        use_case: UseCaseId,
        parent: Option<CommentId>,
        about: Option<&str>,
        body: &str,
    ) -> Result<CommentId, StoreError> {
        let account = scope.actor.account().ok_or(StoreError::NotFound)?;
        let body = words(body)?;
        let id = CommentId::from(Uuid::now_v7());
        let mut transaction = self.begin(scope).await?;
        sqlx::query_scalar::<_, Uuid>("SELECT id FROM use_cases WHERE workspace_id = $1 AND id = $2")
            .bind(scope.workspace.uuid())
            .bind(use_case.uuid())
            .fetch_one(&mut *transaction)
            .await?;
        // Threads are one level deep: an answer to an answer joins the thread.
        let thread: Option<(Uuid, Option<String>, Uuid)> = match parent {
            None => None,
            Some(parent) => Some(
                sqlx::query_as(
                    "SELECT coalesce(parent_id, id), about, account_id FROM comments
                     WHERE workspace_id = $1 AND use_case_id = $2 AND id = $3",
                )
                .bind(scope.workspace.uuid())
                .bind(use_case.uuid())
                .bind(parent.uuid())
                .fetch_one(&mut *transaction)
                .await?,
            ),
        };
        let about = match &thread {
            Some((_, about, _)) => about.clone(),
            None => about.map(|about| text::required("subject", about, ABOUT_LENGTH)).transpose()?,
        };
        sqlx::query(
            "INSERT INTO comments (id, workspace_id, use_case_id, parent_id, about, account_id)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.uuid())
        .bind(scope.workspace.uuid())
        .bind(use_case.uuid())
        .bind(thread.as_ref().map(|(parent, ..)| *parent))
        .bind(&about)
        .bind(account.uuid())
        .execute(&mut *transaction)
        .await?;
        add_version(&mut transaction, scope, (use_case, id), 1, &body).await?;
        let change = Change::of(AuditAction::CommentWritten, id.uuid())
            .about(use_case)
            .after(json!({ "body": body, "about": about, "answers": parent }));
        let seq = audit::record(&mut transaction, scope, change).await?;
        let mentioned = mentioned(&mut transaction, scope, &body).await?;
        let others = |people: Vec<AccountId>| people.into_iter().filter(|other| *other != account).collect();
        let replied: Vec<AccountId> = match &thread {
            None => Vec::new(),
            Some((thread, ..)) => in_thread(&mut transaction, scope, *thread).await?,
        };
        let replied = replied.into_iter().filter(|other| !mentioned.contains(other)).collect();
        let what = Some(use_case);
        notification::tell(&mut transaction, scope, (seq, Reason::Mentioned), what, others(mentioned))
            .await?;
        notification::tell(&mut transaction, scope, (seq, Reason::Replied), what, others(replied)).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Gives one's own comment other words; the ones before stay in its history. The same words change nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a comment that is not one's own or was withdrawn; [`StoreError::Text`].
    pub async fn edit_comment(&self, scope: Scope, id: CommentId, body: &str) -> Result<(), StoreError> {
        let body = words(body)?;
        let mut transaction = self.begin(scope).await?;
        let (use_case, versions, before) = own(&mut transaction, scope, id).await?;
        if before == body {
            return Ok(());
        }
        let number = versions.saturating_add(1);
        add_version(&mut transaction, scope, (use_case, id), number, &body).await?;
        sqlx::query("UPDATE comments SET versions = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(scope.workspace.uuid())
            .bind(id.uuid())
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        let change = Change::of(AuditAction::CommentEdited, id.uuid())
            .about(use_case)
            .before(json!({ "body": before }))
            .after(json!({ "body": body }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes one's own comment back. Its place in the thread stays, its words are no longer shown; the audit log
    /// keeps them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a comment that is not one's own or was withdrawn already.
    pub async fn withdraw_comment(&self, scope: Scope, id: CommentId) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let (use_case, _, before) = own(&mut transaction, scope, id).await?;
        sqlx::query("UPDATE comments SET withdrawn_at = now() WHERE workspace_id = $1 AND id = $2")
            .bind(scope.workspace.uuid())
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await?;
        let change = Change::of(AuditAction::CommentWithdrawn, id.uuid())
            .about(use_case)
            .before(json!({ "body": before }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn words(body: &str) -> Result<String, StoreError> {
    let body = text::optional("comment", body, COMMENT_LENGTH)?;
    if body.is_empty() {
        return Err(StoreError::Text { field: "comment", problem: "is missing".to_owned() });
    }
    Ok(body)
}

async fn add_version(
    connection: &mut PgConnection,
    scope: Scope,
    (use_case, id): (UseCaseId, CommentId),
    number: i32,
    body: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO comment_versions (workspace_id, use_case_id, comment_id, number, body)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(scope.workspace.uuid())
    .bind(use_case.uuid())
    .bind(id.uuid())
    .bind(number)
    .bind(body)
    .execute(connection)
    .await?;
    Ok(())
}

/// Use case, number of versions and present words of the acting account's own comment, held until the caller's
/// transaction ends.
async fn own(
    connection: &mut PgConnection,
    scope: Scope,
    id: CommentId,
) -> Result<(UseCaseId, i32, String), StoreError> {
    let held: Option<(Uuid, i32)> = sqlx::query_as(
        "SELECT use_case_id, versions FROM comments
         WHERE workspace_id = $1 AND id = $2 AND account_id = $3 AND withdrawn_at IS NULL FOR UPDATE",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(scope.actor.account().map(AccountId::uuid))
    .fetch_optional(&mut *connection)
    .await?;
    let (use_case, versions) = held.ok_or(StoreError::NotFound)?;
    let body: String = sqlx::query_scalar(
        "SELECT body FROM comment_versions WHERE workspace_id = $1 AND comment_id = $2 AND number = $3",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(versions)
    .fetch_one(connection)
    .await?;
    Ok((use_case.into(), versions, body))
}

/// Who wrote in a thread.
async fn in_thread(
    connection: &mut PgConnection,
    scope: Scope,
    thread: Uuid,
) -> Result<Vec<AccountId>, StoreError> {
    let people: Vec<Uuid> = sqlx::query_scalar(
        "SELECT DISTINCT account_id FROM comments WHERE workspace_id = $1 AND (id = $2 OR parent_id = $2)",
    )
    .bind(scope.workspace.uuid())
    .bind(thread)
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(AccountId::from).collect())
}

/// Members that a text mentions: `@` and the part of their e-mail address before its `@`, or the whole address.
async fn mentioned(
    connection: &mut PgConnection,
    scope: Scope,
    body: &str,
) -> Result<Vec<AccountId>, StoreError> {
    let handles: Vec<String> = handles(body).into_iter().collect();
    if handles.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<Uuid> = sqlx::query_scalar(
        "SELECT a.id FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE m.workspace_id = $1 AND m.left_at IS NULL
            AND (lower(split_part(a.email, '@', 1)) = ANY ($2) OR lower(a.email) = ANY ($2))",
    )
    .bind(scope.workspace.uuid())
    .bind(handles)
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(AccountId::from).collect())
}

/// What stands after each `@` that begins a word, in lower case.
fn handles(body: &str) -> BTreeSet<String> {
    let mut handles = BTreeSet::new();
    let mut before = ' ';
    for (at, character) in body.char_indices() {
        if character == '@' && !before.is_alphanumeric() {
            let rest = &body[at + 1..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@')))
                .unwrap_or(rest.len());
            let handle = rest[..end].trim_end_matches(['.', '-', '@']).to_lowercase();
            if !handle.is_empty() {
                handles.insert(handle);
            }
        }
        before = character;
    }
    handles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_begin_words_and_end_with_them() {
        let found: Vec<String> =
            handles("@ada, please; cc @Bob.Smith. (@eve) not a@mail.example, but @carl@example.org!")
                .into_iter()
                .collect();
        assert_eq!(found, ["ada", "bob.smith", "carl@example.org", "eve"]);
        assert!(handles("@ @@ no").is_empty());
    }
}
