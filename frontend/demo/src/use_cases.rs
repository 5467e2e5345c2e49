//! The use cases that something measured here can be given to.

use crate::http::{self, Failure};
use leptos::prelude::*;
use serde::Deserialize;

/// Where the use cases are listed that a member may edit.
pub(crate) const ADDRESS: &str = "/demo/use-cases";

#[derive(Deserialize)]
struct UseCases {
    /// By portfolio, then by name.
    use_cases: Vec<UseCase>,
}

/// A use case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct UseCase {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Name of its portfolio.
    pub(crate) portfolio: String,
}

/// The use cases that a member may edit, by portfolio, then by name.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn list() -> Result<Vec<UseCase>, Failure> {
    http::get::<UseCases>(ADDRESS).await.map(|listed| listed.use_cases)
}

/// The choices of a `select`, by portfolio, the first of them none.
pub(crate) fn choices(all: &[UseCase], chosen: &str) -> AnyView {
    let groups = all.chunk_by(|one, next| one.portfolio == next.portfolio).map(|group| {
        let options = group.iter().map(|use_case| {
            view! {
                <option value=use_case.id.clone() selected=use_case.id == chosen>
                    {use_case.name.clone()}
                </option>
            }
        });
        let portfolio = group.first().map(|use_case| use_case.portfolio.clone());
        view! { <optgroup label=portfolio>{options.collect_view()}</optgroup> }
    });
    view! {
        <option value="" selected=chosen.is_empty()>
            "Choose one"
        </option>
        {groups.collect_view()}
    }
    .into_any()
}
