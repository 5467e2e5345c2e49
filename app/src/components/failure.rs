//! How errors are shown: as a whole page with the right status, or as a notice beside the work.

use crate::AppError;
use leptos::prelude::*;
use leptos_meta::Title;

/// A page that shows nothing but an error, with the HTTP status that belongs to it.
#[component]
pub fn FailurePage(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    // A stranger is on the way to the sign-in page already, with the status of that.
    #[cfg(feature = "ssr")]
    if error != AppError::SignInNeeded {
        crate::response::set_status(error.status());
    }
    let retry = matches!(error, AppError::Unavailable | AppError::Unreachable | AppError::Internal);
    view! {
        <Title text=error.heading() />
        <main id="main" class="page page-narrow" tabindex="-1">
            <section class="error-page">
                <p class="error-code">{error.status().as_u16()}</p>
                <h1 class="error-title">{error.heading()}</h1>
                <p>{error.to_string()}</p>
                <div class="actions">
                    {matches!(error, AppError::SignInNeeded)
                        .then(|| {
                            view! {
                                <a class="button button-primary" href="/sign-in" rel="external">
                                    "Sign in"
                                </a>
                            }
                        })}
                    {retry
                        .then(|| {
                            view! {
                                <a class="button" href="" rel="external">
                                    "Try again"
                                </a>
                            }
                        })}
                    <a class="button" href="/">
                        "Assess a use case"
                    </a>
                    <a class="button" href="/portfolios" rel="external">
                        "Portfolios"
                    </a>
                </div>
            </section>
        </main>
    }
    .into_any()
}

/// An error beside the work it concerns; says nothing when there is none.
#[component]
pub fn FailureNotice(
    /// What went wrong, if anything did.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                error.get().map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })
            }}
        </div>
    }
    .into_any()
}

/// Why the latest call of an action was refused, if it was.
#[must_use]
pub fn refused<S>(action: ServerAction<S>) -> Signal<Option<AppError>>
where
    S: server_fn::ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Signal::derive(move || action.value().with(|answer| answer.as_ref()?.as_ref().err().cloned()))
}
