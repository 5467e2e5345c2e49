//! Writing, editing and taking back comments, as forms send it.

use super::comments::about_words;
use super::said::back;
use crate::AppError;
use crate::access::{Access, allowed};
use domain::access::Action;
use domain::ids::{CommentId, UseCaseId};
use leptos::prelude::*;

/// Writes a comment, or answers one.
///
/// # Errors
/// [`AppError::BadText`], [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "comments/write")]
pub async fn write_comment(
    #[server(default)] use_case: String,
    #[server(default)] parent: String,
    #[server(default)] about: String,
    #[server(default)] body: String,
) -> Result<(), AppError> {
    let form = if parent.is_empty() { "comment".to_owned() } else { format!("comment-{parent}") };
    let written = async {
        let Access { store, scope, .. } = allowed(Action::Comment)?;
        let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
        let parent: Option<CommentId> =
            if parent.is_empty() { None } else { Some(parent.parse().map_err(|_| AppError::NotFound)?) };
        if !about.is_empty() && about_words(&about).is_none() {
            return Err(AppError::Unreadable);
        }
        let about = (!about.is_empty()).then_some(about.as_str());
        Ok(store.write_comment(scope, id, parent, about, &body).await?)
    };
    let written: Result<CommentId, AppError> = written.await;
    back(&use_case, &form, written, &[("body", &body), ("about", &about)])
}

/// Gives one's own comment other words.
///
/// # Errors
/// [`AppError::BadText`], [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "comments/edit")]
pub async fn edit_comment(
    #[server(default)] use_case: String,
    #[server(default)] comment: String,
    #[server(default)] body: String,
) -> Result<(), AppError> {
    let edited = async {
        let Access { store, scope, .. } = allowed(Action::Comment)?;
        let id: CommentId = comment.parse().map_err(|_| AppError::NotFound)?;
        Ok(store.edit_comment(scope, id, &body).await?)
    };
    let edited: Result<(), AppError> = edited.await;
    back(&use_case, &format!("comment-edit-{comment}"), edited, &[("body", &body)])
}

/// Takes one's own comment back.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "comments/withdraw")]
pub async fn withdraw_comment(
    #[server(default)] use_case: String,
    #[server(default)] comment: String,
) -> Result<(), AppError> {
    let withdrawn = async {
        let Access { store, scope, .. } = allowed(Action::Comment)?;
        let id: CommentId = comment.parse().map_err(|_| AppError::NotFound)?;
        Ok(store.withdraw_comment(scope, id).await?)
    };
    let withdrawn: Result<(), AppError> = withdrawn.await;
    back(&use_case, "comment-withdraw", withdrawn, &[])
}
