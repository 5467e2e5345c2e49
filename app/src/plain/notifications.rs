//! `/notifications`: what one should have heard of.

use super::fields::{go, page};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::dates::Moment;
use domain::access::Action;
use leptos::prelude::*;
use leptos_meta::Title;
use server_fn::ServerFn;
use store::{Notification, Reason};

/// Notifications on the page.
const MOST: u32 = 200;

/// The page.
#[component]
pub(super) fn NotificationsPage() -> impl IntoView {
    page(|| async {
        let Access { store, scope, .. } = allowed(Action::Read)?;
        let notifications = store.notifications(scope, MOST).await?;
        let unread = notifications.iter().any(|each| !each.is_read);
        let list = if notifications.is_empty() {
            view! {
                <div class="empty">
                    <h2 class="empty-title">"Nothing yet"</h2>
                    <p>"You hear here when something waits for your review, when somebody answers you or mentions you, and when something you approved is opened again."</p>
                </div>
            }
            .into_any()
        } else {
            let items = notifications.into_iter().map(item).collect::<Vec<_>>();
            view! { <ol class="notifications">{items}</ol> }.into_any()
        };
        Ok(view! {
            <Title text="Notifications" />
            <main id="main" class="page page-narrow" tabindex="-1">
                <header class="page-head">
                    <div>
                        <h1 class="page-title">"Notifications"</h1>
                        <p class="page-lead">"Opening a use case marks those about it as read."</p>
                    </div>
                    {unread
                        .then(|| {
                            view! {
                                <form class="actions" method="post" action=ReadAll::url()>
                                    <button class="button" type="submit">"Mark all as read"</button>
                                </form>
                            }
                        })}
                </header>
                {list}
            </main>
        }
        .into_any())
    })
}

fn item(notification: Notification) -> AnyView {
    let unread = !notification.is_read;
    let who = notification.actor.clone().unwrap_or_else(|| "Parsimony".to_owned());
    let subject = match (notification.use_case, notification.use_case_name) {
        (Some(id), Some(name)) => {
            let part = match notification.reason {
                Reason::Mentioned | Reason::Replied => "comments",
                _ => "review",
            };
            view! { <a href=format!("/use-cases/{id}#{part}")>{name}</a> }.into_any()
        }
        _ => ().into_any(),
    };
    let words = match notification.reason {
        Reason::ReviewWanted => "asks for your review of",
        Reason::ReviewAnswered => "answered your proposal of",
        Reason::Reopened => "opened again",
        Reason::Mentioned => "mentioned you at",
        Reason::Replied => "answered in your thread at",
    };
    view! {
        <li class="notification" class:is-unread=unread>
            <span>
                {unread.then(|| view! { <span class="visually-hidden">"Unread: "</span> })}
                <strong>{who}</strong> " " {words} " " {subject}
            </span>
            <span class="muted">{Moment::from(notification.created_at).view()}</span>
        </li>
    }
    .into_any()
}

/// Marks all of one's notifications as read.
///
/// # Errors
/// [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "notifications/read-all")]
pub async fn read_all() -> Result<(), AppError> {
    let done = async {
        let Access { store, scope, .. } = allowed(Action::Read)?;
        store.read_notifications(scope, None, None).await?;
        Ok("/notifications".to_owned())
    };
    go(done.await, "/notifications", "")
}
