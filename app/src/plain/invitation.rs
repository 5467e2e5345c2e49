//! `/invitations/:token`: a link that lets one person into a workspace. The first administrator of a new server
//! comes this way too.

use super::fields::{Line, Said, go, page};
use super::organisation;
use super::sign_in::begin_session;
use crate::AppError;
use crate::access::{caller, sign_in_address};
use crate::functions::portfolios::address::with;
use crate::limits;
use crate::state::app_state;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use server_fn::ServerFn;
use store::{Credential, Invitation, Invitee, NewAccount, Store};

/// The page.
#[component]
pub(super) fn InvitationPage() -> impl IntoView {
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    page(move || async move {
        let store = app_state()?.store;
        let invitation = find(&store, &token).await?;
        let title = if invitation.invited_by.is_some() { "You are invited" } else { "Set up Parsimony" };
        let lead = match &invitation.invited_by {
            Some(admin) => format!(
                "{admin} invites you into the workspace “{}” as {}.",
                invitation.workspace,
                invitation.role.key()
            ),
            None => format!(
                "Make the first account. It becomes the admin of “{}” and invites everybody else.",
                invitation.workspace
            ),
        };
        let form = match caller().signed_in {
            Some(who) => known(&token, &who.name, &who.email),
            None => new_account(&token, &invitation),
        };
        Ok(view! {
            <Title text=title />
            <main id="main" class="page page-narrow" tabindex="-1">
                <header class="page-head">
                    <div>
                        <h1 class="page-title">{title}</h1>
                        <p class="page-lead">{lead}</p>
                    </div>
                </header>
                {Said::now().notice()}
                {form}
            </main>
        }
        .into_any())
    })
}

async fn find(store: &Store, token: &str) -> Result<Invitation, AppError> {
    limits::may_try_token(store).await?;
    match store.invitation(token).await? {
        Some(invitation) => Ok(invitation),
        None => {
            limits::count(store, limits::TOKEN_MISSES).await?;
            Err(AppError::Gone)
        }
    }
}

fn known(token: &str, name: &str, email: &str) -> AnyView {
    let refused = Said::now().refused("account");
    view! {
        <form class="form" method="post" action=AcceptInvitation::url()>
            <div role="alert">
                {refused.map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })}
            </div>
            <input type="hidden" name="token" value=token.to_owned() />
            <p>{format!("You are signed in as {name} ({email}).")}</p>
            <div class="actions">
                <button class="button button-primary" type="submit">
                    "Join the workspace"
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn new_account(token: &str, invitation: &Invitation) -> AnyView {
    let said = Said::now();
    let refused = said.refused("account");
    let weak = refused.clone().filter(|error| {
        matches!(
            error,
            AppError::ShortPassword
                | AppError::LongPassword
                | AppError::BreachedPassword
                | AppError::ObviousPassword
        )
    });
    let of = |wanted: fn(&AppError) -> bool| refused.clone().filter(wanted).map(|error| error.to_string());
    // What is wrong with an address is said at its field, if there is one.
    let has_field = invitation.email.is_none();
    let other = refused.clone().filter(|error| {
        let about_email = matches!(error, AppError::BadEmail | AppError::EmailTaken);
        weak.is_none() && !matches!(error, AppError::BadName) && !(about_email && has_field)
    });
    let email = match &invitation.email {
        Some(email) => view! {
            <p>"For " <strong>{email.clone()}</strong></p>
            <input type="hidden" name="email" value=email.clone() />
        }
        .into_any(),
        None => Line {
            kind: "email",
            value: said.first("email").unwrap_or_default().to_owned(),
            autocomplete: "username",
            help: "You sign in with it.",
            error: of(|error| matches!(error, AppError::BadEmail | AppError::EmailTaken)),
            ..Line::text("email", "E-mail address")
        }
        .view("account"),
    };
    let sign_in = sign_in_address(&format!("/invitations/{token}"));
    let organisation = app_state().ok().and_then(|state| organisation::join_button(&state, token));
    view! {
        {organisation}
        <form class="form" method="post" action=AcceptInvitation::url()>
            <div role="alert">
                {other.map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })}
            </div>
            <input type="hidden" name="token" value=token.to_owned() />
            {Line {
                value: said.first("name").unwrap_or_default().to_owned(),
                autocomplete: "name",
                help: "As your colleagues know you.",
                error: of(|error| matches!(error, AppError::BadName)),
                ..Line::text("name", "Name")
            }
                .view("account")}
            {email}
            {Line {
                help: "At least 15 characters. A few unrelated words do well; nothing else is asked of it.",
                error: weak.map(|error| error.to_string()),
                ..Line::password("password", "Password", "new-password")
            }
                .view("account")}
            <div class="actions">
                <button class="button button-primary" type="submit">
                    "Create the account"
                </button>
                <a class="button button-quiet" href=sign_in>
                    "I have an account: sign in"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// Joins a workspace by a link: whoever is signed in, or a new account.
///
/// # Errors
/// [`AppError::Gone`] for a link that does not work; [`AppError::EmailTaken`], [`AppError::BadEmail`],
/// [`AppError::BadName`] and those about passwords.
#[server(prefix = "/api", endpoint = "invitations/accept")]
pub async fn accept_invitation(
    #[server(default)] token: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let mut page = organisation::invitation_address(&token);
    for (parameter, text) in [("name", &name), ("email", &email)] {
        page = with(&page, parameter, &text.chars().take(254).collect::<String>());
    }
    let accepted = async {
        let store = app_state()?.store;
        find(&store, &token).await?;
        let signed_in = caller().signed_in;
        let invitee = match &signed_in {
            Some(who) => Invitee::Known(who.account),
            None => Invitee::New(NewAccount { email, name, credential: Credential::Password(password) }),
        };
        let accepted = store.accept_invitation(&token, invitee).await;
        let (account, workspace) = accepted.map_err(|error| match AppError::from(error) {
            AppError::NotFound => AppError::Gone,
            error => error,
        })?;
        match signed_in {
            Some(who) => store.switch_workspace(account, who.session, workspace).await?,
            None => begin_session(account).await?,
        }
        Ok("/portfolios".to_owned())
    };
    go(accepted.await, &page, "account")
}
