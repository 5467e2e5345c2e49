//! Saving edited inputs as the next revision of a use case.

use crate::AppError;
use domain::field::Draft;
use leptos::prelude::*;

/// Saves what a form holds as the next revision and goes to the use case. Where somebody else saved first, the two
/// edits are put together if they do not touch the same fields. A form sent without JavaScript that
/// is refused goes back to its page with everything that was typed.
///
/// # Errors
/// [`AppError::Invalid`] for inputs that cannot be read, [`AppError::Conflict`] when somebody else
/// changed the same field first: `/use-cases/:id/merge` asks what should stand, [`AppError::Archived`], [`AppError::NotFound`], [`AppError::BadText`] for a note that is too long.
#[server(prefix = "/api", endpoint = "use-cases/revise")]
pub async fn revise_use_case(
    use_case: String,
    revision: i32,
    #[server(default)] draft: Draft,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    crate::response::with_status(server::revise(&use_case, revision, &draft, &note).await)
}

#[cfg(feature = "ssr")]
mod server {
    use crate::AppError;
    use crate::access::{Access, allowed};
    use crate::functions::assess::server::decide_draft;
    use crate::link::{NOTE_PARAMETER, Start, append};
    use crate::response::wants_html;
    use domain::access::Action;
    use domain::field::Draft;
    use domain::ids::UseCaseId;
    use domain::merge::merge;
    use domain::use_case::UseCase;
    use store::{Scope, Store, StoreError};

    /// How often an edit is put together with yet another revision that was saved in between.
    const MERGE_ATTEMPTS: u32 = 5;

    /// Longest text of one field that is carried back to a refused form: an address must stay one that
    /// browsers and proxies take. Forms limit what can be typed to less.
    const CARRIED_LENGTH: usize = 4_000;

    pub(super) async fn revise(
        use_case: &str,
        revision: i32,
        draft: &Draft,
        note: &str,
    ) -> Result<(), AppError> {
        let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
        let saved = save(id, revision, draft, note).await;
        match &saved {
            Ok(_) => leptos_axum::redirect(&format!("/use-cases/{id}")),
            Err(AppError::NotFound) => {}
            // Both changed the same field: a page of its own shows original, theirs and mine.
            Err(AppError::Conflict { .. }) => {
                let back = back(id, revision, draft, note).await?;
                leptos_axum::redirect(&back.replacen("/edit?", "/merge?", 1));
                // A script follows an address only from an answer that is no error.
                return Ok(());
            }
            Err(_) if wants_html() => leptos_axum::redirect(&back(id, revision, draft, note).await?),
            Err(_) => {}
        }
        saved.map(drop)
    }

    async fn save(id: UseCaseId, revision: i32, draft: &Draft, note: &str) -> Result<i32, AppError> {
        let decided = decide_draft(draft).await?;
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        let (mine, decision) = (&decided.use_case, &decided.decision);
        match store.revise_use_case(scope, id, revision, mine, decision, note).await {
            Err(StoreError::Conflict { current }) => {
                merge_and_save(&store, scope, id, (revision, current), mine, note).await
            }
            saved => Ok(saved?),
        }
    }

    /// Saves an edit of a revision that is no longer the current one, if nobody else changed the same fields.
    async fn merge_and_save(
        store: &Store,
        scope: Scope,
        id: UseCaseId,
        (from, mut current): (i32, i32),
        mine: &UseCase,
        note: &str,
    ) -> Result<i32, AppError> {
        let (original, _) = store.revision(scope, id, from).await?.ok_or(AppError::NotFound)?;
        for _ in 0..MERGE_ATTEMPTS {
            let (theirs, _) = store.revision(scope, id, current).await?.ok_or(AppError::NotFound)?;
            let merged = merge(&original.use_case.to_draft(), &theirs.use_case.to_draft(), &mine.to_draft());
            if !merged.conflicts.is_empty() {
                break;
            }
            let decided = decide_draft(&merged.draft).await?;
            let note = format!("{note} (put together with revision {current})");
            let (use_case, decision) = (&decided.use_case, &decided.decision);
            match store.revise_use_case(scope, id, current, use_case, decision, note.trim()).await {
                Err(StoreError::Conflict { current: newer }) => current = newer,
                saved => return Ok(saved?),
            }
        }
        Err(AppError::Conflict { current })
    }

    /// The address of the edit page with everything that was typed.
    async fn back(id: UseCaseId, revision: i32, draft: &Draft, note: &str) -> Result<String, AppError> {
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        let (base, _) = store.revision(scope, id, revision).await?.ok_or(AppError::NotFound)?;
        let carried = |text: &str| text.chars().take(CARRIED_LENGTH).collect::<String>();
        let typed = Draft(draft.0.iter().map(|(field, text)| (*field, carried(text))).collect());
        let start = Start::revision(&id.to_string(), revision);
        let mut query = start.query(&base.use_case.to_draft(), &typed);
        if !note.is_empty() {
            append(&mut query, NOTE_PARAMETER, &carried(note));
        }
        Ok(start.address(&query))
    }
}
