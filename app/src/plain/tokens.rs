//! `/settings/tokens`: secrets for programs that use the API.

use super::fields::{Line, Said, go, page, settings};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use crate::functions::dates::Moment;
use crate::response::{show_once, shown_once};
use domain::access::Action;
use leptos::prelude::*;
use server_fn::ServerFn;
use store::{ApiTokenId, ApiTokenRow};
use time::{Duration, OffsetDateTime};

const HERE: &str = "/settings/tokens";

/// Cookie with a token that is shown once.
const MADE: &str = "parsimony_new_token";

/// Lifetimes to choose from, in days. There is none without an end.
const LIFETIMES: [(u16, &str); 4] = [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "one year")];

/// The page.
#[component]
pub(super) fn TokensPage() -> impl IntoView {
    page(|| async {
        let Access { store, scope, role, who } = allowed(Action::Read)?;
        let all = role.may(Action::ManageTokens);
        let tokens = store.api_tokens(scope, (!all).then_some(who.account)).await?;
        let lead = if all {
            "Programs use the JSON API with these. As an admin you see everybody’s."
        } else {
            "Programs use the JSON API with these, in your name."
        };
        let body = view! {
            {list(tokens)}
            {make()}
        };
        Ok(settings("API tokens", lead, body.into_any()))
    })
}

fn list(tokens: Vec<ApiTokenRow>) -> AnyView {
    if tokens.is_empty() {
        return view! {
            <div class="empty">
                <h2 class="empty-title">"No tokens yet"</h2>
                <p>"A token opens this workspace to a program, for as long as you choose."</p>
            </div>
        }
        .into_any();
    }
    let rows = tokens.into_iter().map(|token| {
        let used = match token.last_used_at {
            Some(at) => Moment::from(at).view(),
            None => "never".into_any(),
        };
        view! {
            <tr>
                <th scope="row">{token.name.clone()}</th>
                <td>{token.account_name}</td>
                <td>{if token.may_write { "reads and writes" } else { "reads" }}</td>
                <td class="nowrap">{Moment::from(token.created_at).view()}</td>
                <td class="nowrap">{used}</td>
                <td class="nowrap">{Moment::from(token.expires_at).view()}</td>
                <td class="row-actions">
                    <form method="post" action=RevokeApiToken::url()>
                        <input type="hidden" name="token" value=token.id.to_string() />
                        <button
                            class="button button-quiet button-small"
                            type="submit"
                            aria-label=format!("Revoke {}", token.name)
                        >
                            "Revoke"
                        </button>
                    </form>
                </td>
            </tr>
        }
    });
    view! {
        {data_table("API tokens", &[Head::Words("Token"), Head::Words("In the name of"), Head::Words("May"), Head::Words("Made"), Head::Words("Last used"), Head::Words("Works until"), Head::Unseen("Actions")], rows.collect_view())}
    }
    .into_any()
}

fn make() -> AnyView {
    let said = Said::now();
    let error = said.refused("token").map(|error| error.to_string());
    let made = shown_once(MADE).map(|secret| {
        view! {
            <div class="notice notice-good">
                <p>"Copy the token now. It is shown only once: nothing but its hash is kept."</p>
                <div class="copy-field">
                    <input readonly class="mono" value=secret aria-label="The new token" />
                </div>
            </div>
        }
    });
    let lifetimes = LIFETIMES.map(|(days, name)| {
        view! {
            <option value=days.to_string() selected=days == 90>
                {name}
            </option>
        }
    });
    view! {
        <section class="section" aria-labelledby="new-token">
            <header class="section-head">
                <h2 class="section-title" id="new-token">"New token"</h2>
                <p class="section-note">"It can never do more than your role allows."</p>
            </header>
            {made}
            <form class="form" method="post" action=CreateApiToken::url()>
                {Line {
                    value: said.first("name").unwrap_or_default().to_owned(),
                    help: "What it is for, e.g. the nightly export.",
                    error,
                    ..Line::text("name", "Name")
                }
                    .view("token")}
                <div class="field">
                    <label class="field-label" for="token-days">"Works for"</label>
                    <div class="field-control">
                        <select id="token-days" name="days">{lifetimes}</select>
                    </div>
                </div>
                <label class="check">
                    <input type="checkbox" name="may_write" value="true" />
                    " It may also change things"
                </label>
                <div class="actions">
                    <button class="button button-primary" type="submit">"Make the token"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Makes a token and shows it once.
///
/// # Errors
/// [`AppError::BadName`], [`AppError::Forbidden`] for one that writes where the role only reads.
#[server(prefix = "/api", endpoint = "tokens/create")]
pub async fn create_api_token(
    #[server(default)] name: String,
    #[server(default)] days: u16,
    #[server(default)] may_write: bool,
) -> Result<(), AppError> {
    let made = async {
        let Access { store, scope, .. } = allowed(if may_write { Action::Edit } else { Action::Read })?;
        if !LIFETIMES.iter().any(|(offered, _)| *offered == days) {
            return Err(AppError::Unreadable);
        }
        let until = OffsetDateTime::now_utc().saturating_add(Duration::days(days.into()));
        let token = store.create_api_token(scope, &name, may_write, until).await?;
        show_once(MADE, &token.secret)?;
        Ok(format!("{HERE}#new-token"))
    };
    let back = crate::functions::portfolios::address::with(
        HERE,
        "name",
        &name.chars().take(120).collect::<String>(),
    );
    go(made.await, &back, "token")
}

/// Revokes a token: one's own, or anybody's as an admin.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "tokens/revoke")]
pub async fn revoke_api_token(#[server(default)] token: String) -> Result<(), AppError> {
    let revoked = async {
        let Access { store, scope, role, who } = allowed(Action::Read)?;
        let id: ApiTokenId = token.parse().map_err(|_| AppError::NotFound)?;
        let all = role.may(Action::ManageTokens);
        store.revoke_api_token(scope, id, (!all).then_some(who.account)).await?;
        Ok(format!("{HERE}?done=revoked"))
    };
    go(revoked.await, HERE, "")
}
