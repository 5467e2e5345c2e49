//! Pages that only show and post: portfolios, evidence, shared links, signing in, invitations, settings. They are rendered
//! on the server and load no script, so they cost a visitor nothing and the browser module does not grow with
//! them. The demo is among them for that reason: it has a module of its own, which no other page needs. The live pages lead to them like to any other page.

mod audit;
mod comment_history;
pub mod demo;
mod evidence;
mod fields;
mod invitation;
mod members;
mod merge;
mod notifications;
pub mod organisation;
mod portfolios;
mod profile;
mod shared;
mod sign_in;
mod tokens;
mod workspace;

use crate::app::document;
use crate::components::layout::{Layout, Pending};
use crate::live::LivePage;
use crate::pages::not_found::NotFoundPage;
use crate::theme::Appearance;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use audit::AuditPage;
use comment_history::CommentHistoryPage;
use demo::{AdapterCardPage, DemoPage};
use evidence::EvidencePage;
use invitation::InvitationPage;
use members::MembersPage;
use merge::MergePage;
use notifications::NotificationsPage;
use portfolios::PortfoliosPage;
use profile::ProfilePage;
use shared::SharedPage;
use sign_in::SignInPage;
use tokens::TokensPage;
use workspace::WorkspacePage;

/// The document around these pages: the same as around the live ones, without scripts.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    document(options, ().into_any(), view! { <PlainApp /> }.into_any())
}

/// The frame and the route table of these pages.
#[component]
pub fn PlainApp() -> impl IntoView {
    provide_meta_context();
    Appearance::provide();
    provide_context(Pending(RwSignal::new(false)));
    LivePage::provide();
    view! {
        <Title formatter=|title: String| format!("{title} · Parsimony") />
        <Router>
            <Layout>
                <Routes fallback=|| view! { <NotFoundPage /> }>
                    <Route path=path!("/portfolios") view=PortfoliosPage ssr=SsrMode::Async />
                    <Route path=path!("/demo") view=DemoPage ssr=SsrMode::Async />
                    <Route path=path!("/demo/adapters/banking77") view=AdapterCardPage ssr=SsrMode::Async />
                    <Route path=path!("/evidence") view=EvidencePage ssr=SsrMode::Async />
                    <Route path=path!("/shared") view=SharedPage ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=NotificationsPage ssr=SsrMode::Async />
                    <Route path=path!("/comments/:id") view=CommentHistoryPage ssr=SsrMode::Async />
                    <Route path=path!("/use-cases/:id/merge") view=MergePage ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/invitations/:token") view=InvitationPage ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=ProfilePage ssr=SsrMode::Async />
                    <Route path=path!("/settings/workspace") view=WorkspacePage ssr=SsrMode::Async />
                    <Route path=path!("/settings/members") view=MembersPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/audit") view=AuditPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/tokens") view=TokensPage ssr=SsrMode::Async />
                </Routes>
            </Layout>
        </Router>
    }
}
