//! The document around every page and the route table.

use crate::components::layout::{Layout, Pending};
use crate::live::{Listen, LivePage};
use crate::pages::{
    assess::AssessPage, not_found::NotFoundPage, portfolio::PortfolioPage, reviews::ReviewsPage,
    scenario::ScenarioPage, use_case::UseCasePage, use_case_edit::UseCaseEditPage,
};
use crate::theme::Appearance;
use leptos::prelude::*;
use leptos_meta::{Link, Title, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// The HTML document of the live pages, rendered on the server only.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let scripts = view! { <HydrationScripts options=options.clone() /> };
    document(options, scripts.into_any(), view! { <App /> }.into_any())
}

/// The document around every page, with what takes the page over in the browser, if anything does.
#[cfg(feature = "ssr")]
pub(crate) fn document(options: LeptosOptions, scripts: AnyView, body: AnyView) -> impl IntoView {
    use crate::theme::{COOKIE, Theme};
    use leptos_meta::{HashedStylesheet, MetaTags};

    crate::response::set_content_security_policy();
    let theme = crate::response::cookie(COOKIE).and_then(|code| Theme::from_code(&code).attribute());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-role=crate::access::role_attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options id="style" />
                {scripts}
                <MetaTags />
            </head>
            <body>{body}</body>
        </html>
    }
}

/// An address that none of the live pages has. The plain pages of the server may have it, so a visitor who
/// follows a link asks the server; one who came here with the page itself has its answer already.
#[component]
fn Elsewhere() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    if expect_context::<Arrived>().0.get_untracked() {
        // The router writes the address after it has drawn what it found, which is this. Going there anew, not
        // loading again, makes the page an entry of its own in the history: back leads to a page that is loaded.
        set_timeout(
            || {
                let location = window().location();
                if let Ok(address) = location.href() {
                    let _ = location.replace(&address);
                }
            },
            std::time::Duration::ZERO,
        );
        return view! { <p class="loading">"Opening…"</p> }.into_any();
    }
    view! { <NotFoundPage /> }.into_any()
}

/// Whether the page that the server rendered has been taken over.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy)]
struct Arrived(RwSignal<bool>);

/// The application: the frame and the route table. Pages render completely before the first byte is sent
/// ([`SsrMode::Async`]), so that they read well without JavaScript and carry the right status.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Appearance::provide();
    let pending = RwSignal::new(false);
    provide_context(Pending(pending));
    LivePage::provide();
    #[cfg(feature = "hydrate")]
    {
        let arrived = RwSignal::new(false);
        provide_context(Arrived(arrived));
        Effect::new(move |_| arrived.set(true));
    }
    let titled = |title: String| {
        if title.is_empty() { "Parsimony".to_owned() } else { format!("{title} · Parsimony") }
    };
    view! {
        <Title formatter=titled />
        <Link rel="preload" href="/fonts/inter-latin.woff2" as_="font" type_="font/woff2" crossorigin="anonymous" />
        <Router set_is_routing=pending.write_only()>
            <Listen />
            <Layout>
                <Routes fallback=|| view! { <Elsewhere /> }>
                    <Route path=path!("/") view=AssessPage ssr=SsrMode::Async />
                    <Route path=path!("/portfolios/:id") view=PortfolioPage ssr=SsrMode::Async />
                    <Route path=path!("/use-cases/:id") view=UseCasePage ssr=SsrMode::Async />
                    <Route path=path!("/use-cases/:id/edit") view=UseCaseEditPage ssr=SsrMode::Async />
                    <Route path=path!("/reviews") view=ReviewsPage ssr=SsrMode::Async />
                    <Route path=path!("/s/:token") view=ScenarioPage ssr=SsrMode::Async />
                </Routes>
            </Layout>
        </Router>
    }
}
