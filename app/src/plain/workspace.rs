//! `/settings/workspace`: the workspace's name, its rule for approvals, and what experts keep correcting.

mod prices;

use super::fields::{Line, Said, go, page, settings};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use domain::access::Action;
use domain::ids::AccountId;
use domain::override_rate::RuleRate;
use domain::review::{ReviewRule, RuleError};
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
        let set = prices::PricesSet::read(&said, &store, scope).await?;
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
                {prices::form(&book, &said, set)}
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
