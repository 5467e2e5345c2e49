//! Shared links in a list, each with its state and, while it works, a button that withdraws it.

use crate::functions::links::{LinkState, LinkView, RevokeLink};
use leptos::prelude::*;
use server_fn::ServerFn;

/// A list of links; says so when there are none.
#[must_use]
pub fn links(links: &[LinkView], with_title: bool) -> AnyView {
    if links.is_empty() {
        return view! { <p class="muted">"No links yet."</p> }.into_any();
    }
    let items = links.iter().map(|link| item(link, with_title)).collect_view();
    view! { <ul class="share-list">{items}</ul> }.into_any()
}

fn item(link: &LinkView, with_title: bool) -> AnyView {
    let (class, state) = match (link.state, &link.expires) {
        (LinkState::Revoked, _) => ("share-item is-revoked", "revoked".to_owned()),
        (LinkState::Expired, _) => ("share-item is-revoked", "expired".to_owned()),
        (LinkState::Works, Some(until)) => ("share-item", format!("works until {}", until.day)),
        (LinkState::Works, None) => ("share-item", "works until revoked".to_owned()),
    };
    let name = if with_title { link.title.clone() } else { format!("Link of {}", link.created.day) };
    let name = match (with_title, link.use_case.as_str()) {
        (true, id) if !id.is_empty() => view! { <a href=format!("/use-cases/{id}")>{name}</a> }.into_any(),
        _ => name.into_any(),
    };
    let button = (link.state == LinkState::Works).then(|| {
        let label = format!("Revoke the link to {} of {}", link.title, link.created.text);
        let id = link.id.clone();
        view! {
            <form method="post" action=RevokeLink::url()>
                <input type="hidden" name="id" value=id.clone() />
                <button class="button button-quiet button-small" type="submit" aria-label=label>
                    "Revoke"
                </button>
            </form>
        }
    });
    view! {
        <li class=class>
            <span class="share-name">{name}</span>
            <time class="share-date" datetime=link.created.iso.clone()>
                {link.created.text.clone()}
            </time>
            <span class="share-state">{state}</span>
            {button}
        </li>
    }
    .into_any()
}
