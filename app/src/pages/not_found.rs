//! What an address that names nothing shows.

use crate::AppError;
use crate::components::failure::FailurePage;
use leptos::prelude::*;

/// A 404 that says where to go instead.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <FailurePage error=AppError::NotFound /> }.into_any()
}
