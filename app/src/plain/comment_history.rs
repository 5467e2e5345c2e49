//! `/comments/:id`: every version of a comment's words.

use super::fields::page;
use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::dates::Moment;
use crate::review::comment_html;
use domain::access::Action;
use domain::ids::CommentId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub(super) fn CommentHistoryPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    page(move || async move {
        let Access { store, scope, .. } = allowed(Action::Read)?;
        let id: CommentId = id.parse().map_err(|_| AppError::NotFound)?;
        let versions = store.comment_versions(scope, id).await?;
        let items = versions.into_iter().rev().map(|version| {
            view! {
                <li class="comment">
                    <p class="comment-head">
                        <strong>{format!("Version {}", version.number)}</strong> " "
                        {Moment::from(version.created_at).view()}
                    </p>
                    <div class="prose" inner_html=comment_html(&version.body)></div>
                </li>
            }
        });
        Ok(view! {
            <Title text="History of a comment" />
            <main id="main" class="page page-narrow" tabindex="-1">
                <header class="page-head">
                    <div>
                        <h1 class="page-title">"History of a comment"</h1>
                        <p class="page-lead">"Newest first."</p>
                    </div>
                </header>
                <ol class="threads">{items.collect_view()}</ol>
            </main>
        }
        .into_any())
    })
}
