//! Review, comments and history of a use case, and the queue of what waits for whom.
//!
//! All of it only shows and posts, so the server renders it: as a part of the use case's page, which puts it in
//! place and fetches it anew when something happens, and as the list of `/reviews`.

mod answers;
mod comments;
mod conversation;
mod diff;
mod panel;
mod queue;
mod revisions;
mod said;
mod timeline;

pub(crate) use comments::html as comment_html;
pub(crate) use queue::queue;
pub(crate) use timeline::words as audit_words;

use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::links::server::link;
use domain::access::Action;
use domain::ids::UseCaseId;
use leptos::prelude::*;
use said::Said;

/// Entries of the history that the page shows; the audit log has the rest.
const TIMELINE: u32 = 100;

/// Review, comments and history of a use case as HTML; `query` is the part of the page's address after `?`.
/// Whoever opens it has read the notifications about it.
pub(crate) async fn discussion(id: &str, query: &str) -> Result<String, AppError> {
    let id: UseCaseId = id.parse().map_err(|_| AppError::NotFound)?;
    let Access { store, scope, role, who } = allowed(Action::Read)?;
    let record = store.review(scope, id).await?;
    let use_case = store.use_case(scope, id).await?.ok_or(AppError::NotFound)?;
    let comments = store.comments(scope, id).await?;
    let timeline = store.timeline(scope, id, TIMELINE).await?;
    let since = diff::since_my_last_look(&store, scope, id, &record, &use_case).await?;
    let revisions = store.revisions(scope, id).await?;
    let links: Vec<_> = store.scenarios(scope, id).await?.into_iter().map(link).collect();
    store.read_notifications(scope, None, Some(id)).await?;
    let said = Said::of(query);
    let frozen = use_case.archived_at.is_some() || use_case.portfolio_archived_at.is_some();
    let reader = panel::Reader { account: who.account, role, frozen };
    let view = view! {
        {panel::panel(id, &record, &use_case, since, &reader, &said)}
        {comments::comments(id, &comments, &reader, &said)}
        {revisions::revisions(&id.to_string(), revisions, record.content.revision)}
        {timeline::timeline(&timeline)}
        <section class="share-panel" aria-labelledby="links-title">
            <h2 class="share-title" id="links-title">"Links shared from here"</h2>
            {crate::components::links::links(&links, false)}
        </section>
    };
    Ok(view.into_any().to_html())
}
