//! `/settings/workspace`: the workspace's name, its rule for approvals, and what experts keep correcting.

use super::fields::{Line, Said, go, page, settings};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use crate::components::textarea::textarea_text;
use crate::functions::portfolios::address::with;
use domain::access::Action;
use domain::ids::AccountId;
use domain::override_rate::RuleRate;
use domain::prices::PriceBook;
use domain::review::{Effect, ReviewRule, RuleError};
use leptos::prelude::*;
use server_fn::ServerFn;
use store::Member;

const HERE: &str = "/settings/workspace";

/// The page.
#[component]
pub(super) fn WorkspacePage() -> impl IntoView {
    page(|| async {
        let Access { store, scope, role, who } = allowed(Action::Read)?;
        let rule = store.review_rule(scope).await?;
        let (_, book) = store.workspace_price_book(scope).await?;
        let rates = store.override_rates(scope).await?;
        let members = store.members(scope).await?;
        let name = who.workspace.map(|workspace| workspace.name).unwrap_or_default();
        let said = Said::now();
        let error = said.refused("workspace").map(|error| error.to_string());
        let refused = said
            .first("rule")
            .and_then(|code| RULE_ERRORS.iter().find(|(key, _)| *key == code))
            .map(|(_, error)| *error);
        let body = if role.may(Action::ManageRules) {
            view! {
                <section class="section" aria-labelledby="name-title">
                    <header class="section-head">
                        <h2 class="section-title" id="name-title">"Name"</h2>
                    </header>
                    <form class="form" method="post" action=RenameWorkspace::url()>
                        {Line { value: name, error, ..Line::text("name", "Name of the workspace") }.view("workspace")}
                        <div class="actions">
                            <button class="button" type="submit">"Change the name"</button>
                        </div>
                    </form>
                </section>
                {rule_form(&rule, &members, refused)}
                {prices_form(&book, &said)}
                {corrections(&rates)}
            }
            .into_any()
        } else {
            view! {
                <p>{format!("You work in “{name}”.")}</p>
                <p>{format!(
                    "A classification needs {} approvals within {} days.",
                    rule.approvals(),
                    rule.due_days(),
                )}</p>
            }
            .into_any()
        };
        Ok(settings("Workspace", "What holds for everybody here.", body))
    })
}

fn prices_form(book: &PriceBook, said: &Said) -> AnyView {
    let refused = said.refused("prices").map(|error| match error {
        AppError::Unreadable => {
            "This is no price book. Start from the text above and keep its shape: JSON as GET /api/v1/price-book has it."
                .to_owned()
        }
        error => error.to_string(),
    });
    let opened = said.first("opened").and_then(|count| count.parse::<u32>().ok());
    let held = said.first("held").and_then(|count| count.parse::<u32>().ok());
    let names = said.first("names").unwrap_or_default().to_owned();
    let done = opened.zip(held).map(|(opened, held)| {
        let words = match opened {
            0 => {
                format!("The prices are set. No approved or proposed answer changes; {held} were looked at.")
            }
            1 => format!("The prices are set. One answer is opened again: {names}. {held} stay as they are."),
            count => format!(
                "The prices are set. {count} answers are opened again: {names}. {held} stay as they are."
            ),
        };
        view! { <p class="notice notice-good" role="status">{words}</p> }
    });
    let open = refused.is_some();
    let text = serde_json::to_string_pretty(book).unwrap_or_default();
    view! {
        <section class="section" id="prices" aria-labelledby="prices-title">
            <header class="section-head">
                <h2 class="section-title" id="prices-title">"Prices"</h2>
                <p class="section-note">{format!("In force: version {}, read on {}", book.version, book.as_of)}</p>
            </header>
            {done}
            <details class="disclosure" open=open>
                <summary class="button">"Put in other prices"</summary>
                <div class="disclosure-panel">
                    <form class="form" method="post" action=AddPriceBook::url()>
                        <p>
                            "The price book as JSON: change version, as_of and prices, with their sources. New decisions use it from then on. Approved answers that it flips, or whose margin it shrinks below the rule’s threshold, are opened again; the others keep their approvals."
                        </p>
                        <div class="field" class:is-invalid=open>
                            <label class="field-label" for="prices-document">"Price book"</label>
                            <div class="field-control">
                                <textarea id="prices-document" name="document" rows="16" class="mono" spellcheck="false">
                                    {textarea_text(&text)}
                                </textarea>
                            </div>
                            {refused.map(|refused| view! { <p class="field-error" role="alert">{refused}</p> })}
                        </div>
                        <div class="actions">
                            <button class="button" type="submit">"Set the prices"</button>
                        </div>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn corrections(rates: &[RuleRate]) -> AnyView {
    let body = if rates.is_empty() {
        view! { <p class="muted">"Nothing was approved yet."</p> }.into_any()
    } else {
        let rows = rates.iter().map(|rate| {
            let share = 100.0 * rate.share();
            view! {
                <tr>
                    <th scope="row">{rate.rule.clone()}</th>
                    <td class="num">{rate.reviewed}</td>
                    <td class="num">{rate.corrected}</td>
                    <td class="num">{format!("{share:.0}%")}</td>
                </tr>
            }
        });
        view! {
            {data_table("Override rate by rule", &[Head::Words("Rule"), Head::Numbers("Approved"), Head::Numbers("Overridden"), Head::Numbers("Rate")], rows.collect_view())}
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="corrections-title">
            <header class="section-head">
                <h2 class="section-title" id="corrections-title">"What experts correct"</h2>
                <p class="section-note">
                    "For each rule that led to an approved answer: how often reviewers put another option in its place"
                </p>
            </header>
            {body}
        </section>
    }
    .into_any()
}

/// Gives the workspace prices of its own, and opens again what they change.
///
/// # Errors
/// [`AppError::Unreadable`] for a text that is no price book, [`AppError::BadVersion`] for one whose version names
/// other prices already, [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "workspaces/prices")]
pub async fn add_price_book(#[server(default)] document: String) -> Result<(), AppError> {
    let added = async {
        let Access { store, scope, .. } = allowed(Action::ManageRules)?;
        let book: PriceBook = serde_json::from_str(&document).map_err(|_| AppError::Unreadable)?;
        store.add_price_book(scope, &book).await?;
        let (held, opened): (Vec<_>, Vec<_>) =
            store.reprice(scope).await?.into_iter().partition(|each| each.effect == Effect::Holds);
        let names: Vec<String> = opened.iter().map(|each| format!("“{}”", each.name)).take(20).collect();
        let mut page = with(HERE, "opened", &opened.len().to_string());
        page = with(&page, "held", &held.len().to_string());
        Ok(format!("{}#prices", with(&page, "names", &names.join(", "))))
    };
    go(added.await, HERE, "prices")
}

/// What can be wrong with a rule, by the code that travels in the address.
const RULE_ERRORS: [(&str, RuleError); 4] = [
    ("approvals", RuleError::Approvals),
    ("due-days", RuleError::DueDays),
    ("margin", RuleError::Margin),
    ("reviewers", RuleError::Reviewers),
];

fn rule_form(rule: &ReviewRule, members: &[Member], refused: Option<RuleError>) -> AnyView {
    let named = rule.reviewers().unwrap_or_default().to_vec();
    let reviewers: Vec<AnyView> = members
        .iter()
        .filter(|member| member.role.may(Action::Review))
        .map(|member| {
            let checked = named.contains(&member.account);
            view! {
                <label class="check">
                    <input type="checkbox" name="reviewers[]" value=member.account.to_string() checked=checked />
                    " "
                    {member.name.clone()}
                </label>
            }
            .into_any()
        })
        .collect();
    let number =
        |id: &'static str, name: &'static str, label: &'static str, value: String, most: &'static str| {
            view! {
                <div class="field">
                    <label class="field-label" for=id>{label}</label>
                    <div class="field-control">
                        <input id=id name=name type="number" min="0" max=most value=value required />
                    </div>
                </div>
            }
            .into_any()
        };
    view! {
        <section class="section" aria-labelledby="rule-title">
            <header class="section-head">
                <h2 class="section-title" id="rule-title">"Rule for approvals"</h2>
                <p class="section-note">"It holds for what is proposed from now on."</p>
            </header>
            <form class="form" method="post" action=SetReviewRule::url()>
                <div role="alert">
                    {refused.map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })}
                </div>
                {number("rule-approvals", "approvals", "Approvals needed", rule.approvals().to_string(), "9")}
                {number("rule-days", "due_days", "Days for an answer", rule.due_days().to_string(), "365")}
                {number("rule-margin", "margin", "Open again when the margin shrinks below (%)", format!("{:.0}", rule.margin_threshold() * 100.0), "100")}
                <label class="check">
                    <input type="checkbox" name="author_may_approve" value="true" checked=rule.author_may_approve() />
                    " Whoever wrote, proposed or overrode it may approve it too"
                </label>
                <fieldset class="group">
                    <legend class="group-title">"Only these reviewers"</legend>
                    <p class="group-about">"Without any tick, every reviewer may approve."</p>
                    {reviewers}
                </fieldset>
                <div class="actions">
                    <button class="button" type="submit">"Set the rule"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Sets the rule for approvals. `margin` is in percent; no reviewers means any.
///
/// # Errors
/// [`AppError::Unreadable`] for a rule that cannot be, [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "workspaces/rule")]
pub async fn set_review_rule(
    #[server(default)] approvals: u8,
    #[server(default)] due_days: u16,
    #[server(default)] margin: f64,
    #[server(default)] author_may_approve: bool,
    #[server(default)] reviewers: Vec<String>,
) -> Result<(), AppError> {
    let mut page = HERE.to_owned();
    let set = async {
        let Access { store, scope, .. } = allowed(Action::ManageRules)?;
        let members = store.members(scope).await?;
        let mut named = Vec::with_capacity(reviewers.len());
        for text in &reviewers {
            let account: AccountId = text.parse().map_err(|_| AppError::NotFound)?;
            let member = members.iter().find(|member| member.account == account).ok_or(AppError::NotFound)?;
            if member.role.may(Action::Review) {
                named.push(account);
            }
        }
        let named = (!named.is_empty()).then_some(named);
        let rule = ReviewRule::new(approvals, author_may_approve, named, due_days, margin / 100.0);
        let rule = rule.map_err(|error| {
            if let Some((code, _)) = RULE_ERRORS.iter().find(|(_, each)| *each == error) {
                page = format!("{HERE}?rule={code}");
            }
            AppError::Unreadable
        })?;
        store.set_review_rule(scope, &rule).await?;
        Ok(format!("{HERE}?done=rule"))
    };
    let set: Result<String, AppError> = set.await;
    go(set, &page, "rule")
}

/// Gives the workspace another name.
///
/// # Errors
/// [`AppError::BadName`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "workspaces/rename")]
pub async fn rename_workspace(#[server(default)] name: String) -> Result<(), AppError> {
    let renamed = async {
        let Access { store, scope, .. } = allowed(Action::ManageRules)?;
        store.rename_workspace(scope, &name).await?;
        Ok(format!("{HERE}?done=renamed"))
    };
    go(renamed.await, HERE, "workspace")
}
