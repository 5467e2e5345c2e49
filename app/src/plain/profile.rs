//! `/settings`: one's own name, password, sessions and workspaces.

use super::fields::{Line, Said, go, page, settings};
use super::organisation;
use super::sign_in::SignOut;
use crate::AppError;
use crate::access::signed_in;
use crate::components::data_table::{Head, data_table};
use crate::functions::dates::Moment;
use crate::limits::{SIGN_IN_BY_EMAIL, count_of};
use crate::state::app_state;
use leptos::prelude::*;
use server_fn::ServerFn;
use store::{Membership, SessionId, SessionRow, SignedIn, WorkspaceId};

const HERE: &str = "/settings";

/// The page.
#[component]
pub(super) fn ProfilePage() -> impl IntoView {
    page(|| async {
        let who = signed_in()?;
        let state = app_state()?;
        let store = &state.store;
        let account = store.account(who.account).await?;
        let sessions = store.sessions(who.account).await?;
        let memberships = store.memberships(who.account).await?;
        let organisation = organisation::section(&state, store.has_identity(who.account).await?);
        let body = view! {
            {you(&who)}
            {password(account.has_password)}
            {organisation}
            {workspaces(&who, &memberships)}
            {session_list(&who, sessions)}
        };
        Ok(settings("Settings", "Your account, on this server.", body.into_any()))
    })
}

fn you(who: &SignedIn) -> AnyView {
    let error = Said::now().refused("name").map(|error| error.to_string());
    view! {
        <section class="section" aria-labelledby="you">
            <header class="section-head">
                <h2 class="section-title" id="you">"You"</h2>
                <p class="section-note">{who.email.clone()}</p>
            </header>
            <form class="form" method="post" action=RenameAccount::url()>
                {Line { value: who.name.clone(), autocomplete: "name", error, ..Line::text("name", "Name") }.view("you")}
                <div class="actions">
                    <button class="button" type="submit">"Change the name"</button>
                </div>
            </form>
            <form method="post" action=SignOut::url() class="actions">
                <button class="button" type="submit">"Sign out"</button>
            </form>
        </section>
    }
    .into_any()
}

fn password(has_one: bool) -> AnyView {
    let refused = Said::now().refused("password");
    let (wrong, weak) = match refused {
        Some(error @ AppError::WrongPassword) => (Some(error.to_string()), None),
        other => (None, other.map(|error| error.to_string())),
    };
    let present = has_one.then(|| {
        Line { error: wrong, ..Line::password("present", "Present password", "current-password") }
            .view("password")
    });
    view! {
        <section class="section" aria-labelledby="password-title">
            <header class="section-head">
                <h2 class="section-title" id="password-title">"Password"</h2>
                <p class="section-note">"Changing it ends all your other sessions."</p>
            </header>
            <form class="form" method="post" action=ChangePassword::url()>
                {present}
                {Line {
                    help: "At least 15 characters. A few unrelated words do well.",
                    error: weak,
                    ..Line::password("new", "New password", "new-password")
                }
                    .view("password")}
                <div class="actions">
                    <button class="button" type="submit">"Change the password"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn workspaces(who: &SignedIn, memberships: &[Membership]) -> AnyView {
    let present = who.workspace.as_ref().map(|workspace| workspace.workspace);
    let rows = memberships.iter().map(|membership| {
        let id = membership.workspace.to_string();
        let action = if present == Some(membership.workspace) {
            view! { <span class="badge">"you work here"</span> }.into_any()
        } else {
            let label = format!("Work in {}", membership.name);
            view! {
                <form method="post" action=SwitchWorkspace::url()>
                    <input type="hidden" name="workspace" value=id />
                    <button class="button button-small" type="submit" aria-label=label>"Work here"</button>
                </form>
            }
            .into_any()
        };
        view! {
            <tr>
                <th scope="row">{membership.name.clone()}</th>
                <td>{membership.role.name()}</td>
                <td class="row-actions">{action}</td>
            </tr>
        }
    });
    let error = Said::now().refused("workspace").map(|error| error.to_string());
    let leave = who.workspace.as_ref().map(|workspace| {
        view! {
            <details class="disclosure">
                <summary class="button">{format!("Leave “{}”", workspace.name)}</summary>
                <div class="disclosure-panel">
                    <form class="form" method="post" action=LeaveWorkspace::url()>
                        <p>"You lose access at once, and your API tokens of this workspace stop working. What you did keeps your name."</p>
                        <div class="actions">
                            <button class="button button-danger" type="submit">"Leave"</button>
                        </div>
                    </form>
                </div>
            </details>
        }
    });
    view! {
        <section class="section" aria-labelledby="workspaces">
            <header class="section-head">
                <h2 class="section-title" id="workspaces">"Workspaces"</h2>
                <p class="section-note">"Each has its own portfolios, people and rules."</p>
            </header>
            {data_table("Your workspaces", &[Head::Words("Workspace"), Head::Words("Your role"), Head::Unseen("Actions")], rows.collect_view())}
            {leave}
            <details class="disclosure">
                <summary class="button">"Found a workspace"</summary>
                <div class="disclosure-panel">
                    <form class="form" method="post" action=FoundWorkspace::url()>
                        {Line { error, ..Line::text("name", "Name of the new workspace") }.view("found")}
                        <div class="actions">
                            <button class="button button-primary" type="submit">"Found it"</button>
                        </div>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn session_list(who: &SignedIn, sessions: Vec<SessionRow>) -> AnyView {
    let present = who.session;
    let several = sessions.len() > 1;
    let rows = sessions.into_iter().map(|session| {
        let action = if session.id == present {
            view! { <span class="badge">"this one"</span> }.into_any()
        } else {
            view! {
                <form method="post" action=RevokeSession::url()>
                    <input type="hidden" name="session" value=session.id.to_string() />
                    <button class="button button-small" type="submit">"End"</button>
                </form>
            }
            .into_any()
        };
        let device = if session.device.is_empty() { "unknown browser".to_owned() } else { session.device };
        view! {
            <tr>
                <th scope="row" class="source-text">{device}</th>
                <td class="nowrap">{session.address}</td>
                <td class="nowrap">{Moment::from(session.created_at).view()}</td>
                <td class="nowrap">{Moment::from(session.last_used_at).view()}</td>
                <td class="row-actions">{action}</td>
            </tr>
        }
    });
    view! {
        <section class="section" aria-labelledby="sessions">
            <header class="section-head">
                <h2 class="section-title" id="sessions">"Sessions"</h2>
                <p class="section-note">"Browsers that are signed in as you. A session ends by itself after 30 days."</p>
            </header>
            {data_table("Your sessions", &[Head::Words("Browser"), Head::Words("Address"), Head::Words("Signed in"), Head::Words("Last used"), Head::Unseen("Actions")], rows.collect_view())}
            {several
                .then(|| {
                    view! {
                        <form method="post" action=RevokeOtherSessions::url() class="actions">
                            <button class="button" type="submit">"End all others"</button>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}

/// Changes one's own name.
///
/// # Errors
/// [`AppError::BadName`], [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "account/rename")]
pub async fn rename_account(#[server(default)] name: String) -> Result<(), AppError> {
    let renamed = async {
        app_state()?.store.rename_account(signed_in()?.account, &name).await?;
        Ok(format!("{HERE}?done=renamed"))
    };
    go(renamed.await, HERE, "name")
}

/// Changes one's own password.
///
/// # Errors
/// [`AppError::WrongPassword`], those about weak passwords, [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "account/password")]
pub async fn change_password(
    #[server(default)] present: String,
    #[server(default)] new: String,
) -> Result<(), AppError> {
    let changed = async {
        let who = signed_in()?;
        let store = app_state()?.store;
        count_of(&store, SIGN_IN_BY_EMAIL, &who.email).await?;
        store.change_password(who.account, &present, &new, who.session).await?;
        store.forget_attempts(SIGN_IN_BY_EMAIL, &who.email).await?;
        Ok(format!("{HERE}?done=password"))
    };
    go(changed.await, HERE, "password")
}

/// Ends one of one's own sessions.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "account/sessions/end")]
pub async fn revoke_session(#[server(default)] session: String) -> Result<(), AppError> {
    let ended = async {
        let session: SessionId = session.parse().map_err(|_| AppError::NotFound)?;
        app_state()?.store.revoke_session(signed_in()?.account, session).await?;
        Ok(format!("{HERE}?done=session"))
    };
    go(ended.await, HERE, "")
}

/// Ends all of one's own sessions but this one.
///
/// # Errors
/// [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "account/sessions/end-others")]
pub async fn revoke_other_sessions() -> Result<(), AppError> {
    let ended = async {
        let who = signed_in()?;
        app_state()?.store.revoke_other_sessions(who.account, who.session).await?;
        Ok(format!("{HERE}?done=sessions"))
    };
    go(ended.await, HERE, "")
}

/// Works in another of one's own workspaces from now on, in this browser.
///
/// # Errors
/// [`AppError::NotFound`] for a workspace one does not belong to.
#[server(prefix = "/api", endpoint = "account/switch")]
pub async fn switch_workspace(#[server(default)] workspace: String) -> Result<(), AppError> {
    let switched = async {
        let workspace: WorkspaceId = workspace.parse().map_err(|_| AppError::NotFound)?;
        let who = signed_in()?;
        app_state()?.store.switch_workspace(who.account, who.session, workspace).await?;
        Ok(format!("{HERE}?done=switched"))
    };
    go(switched.await, HERE, "")
}

/// Founds a workspace and works in it.
///
/// # Errors
/// [`AppError::BadName`], [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "workspaces/found")]
pub async fn found_workspace(#[server(default)] name: String) -> Result<(), AppError> {
    let founded = async {
        let who = signed_in()?;
        let store = app_state()?.store;
        let workspace = store.found_workspace(who.account, who.session, &name).await?;
        store.switch_workspace(who.account, who.session, workspace).await?;
        Ok(format!("{HERE}?done=founded"))
    };
    go(founded.await, HERE, "workspace")
}

/// Leaves the present workspace.
///
/// # Errors
/// [`AppError::LastAdmin`], [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "workspaces/leave")]
pub async fn leave_workspace() -> Result<(), AppError> {
    let left = async {
        let who = signed_in()?;
        let scope = who.scope().ok_or(AppError::NoWorkspace)?;
        app_state()?.store.remove_member(scope, who.account).await?;
        Ok(format!("{HERE}?done=left"))
    };
    go(left.await, HERE, "")
}
