//! Where the review of a use case stands, and what its reader can do about it.

use super::answers::{
    ApproveReview, OverrideVerdict, ProposeReview, RaiseConcern, RequestChanges, ResolveConcern,
    RestoreApproved, WithdrawReview,
};
use super::diff::Since;
use super::said::Said;
use crate::components::textarea::textarea_text;
use crate::functions::dates::Moment;
use domain::access::{Action, Role};
use domain::decision::OptionKind;
use domain::field::Choice as _;
use domain::ids::{AccountId, UseCaseId};
use domain::review::{Concern, Review, ReviewRule, ReviewState, UnixSeconds};
use leptos::prelude::*;
use server_fn::ServerFn;
use store::{ReviewRecord, UseCaseRecord};
use time::OffsetDateTime;

/// Who reads the page.
pub(super) struct Reader {
    pub(super) account: AccountId,
    pub(super) role: Role,
    /// Whether the use case is archived, so that nothing can be done.
    pub(super) frozen: bool,
}

impl Reader {
    pub(super) fn may(&self, action: Action) -> bool {
        !self.frozen && self.role.may(action)
    }
}

pub(super) fn panel(
    id: UseCaseId,
    record: &ReviewRecord,
    use_case: &UseCaseRecord,
    since: Option<Since>,
    reader: &Reader,
    said: &Said,
) -> AnyView {
    let review = &record.review;
    let state = review.state();
    let person = |account: Option<AccountId>| match account {
        None => "Parsimony".to_owned(),
        Some(account) => record.names.get(&account).cloned().unwrap_or_else(|| "somebody".to_owned()),
    };
    view! {
        <section class="section" id="review" aria-labelledby="review-title">
            <header class="section-head">
                <h2 class="section-title" id="review-title">
                    "Review "
                    <span class=format!("badge state-{}", crate::components::class_code(state.key()))>{state.name()}</span>
                </h2>
                <p class="section-note">{rule_words(&rule_of(record), &person)}</p>
            </header>
            {standing(record, &person)}
            {review
                .reopened()
                .map(|reason| view! { <p class="notice notice-warn">{format!("Opened again. {reason}")}</p> })}
            {review
                .changes_wanted()
                .filter(|_| state == ReviewState::ChangesRequested)
                .map(|(by, reason)| {
                    view! {
                        <blockquote class="said">
                            <p class="prewrap">{reason.clone()}</p>
                            <footer>{person(Some(*by))}</footer>
                        </blockquote>
                    }
                })}
            {overridden(review, &person)}
            {since.map(Since::view)}
            {approvals(review, &person)}
            {concerns(id, review, &person, reader, said)}
            {actions(id, record, use_case, reader, said)}
        </section>
    }
    .into_any()
}

fn rule_of(record: &ReviewRecord) -> ReviewRule {
    match record.review.state() {
        ReviewState::Draft | ReviewState::Withdrawn | ReviewState::Superseded => record.rule.clone(),
        _ => record.review.rule().clone(),
    }
}

fn rule_words(rule: &ReviewRule, person: &dyn Fn(Option<AccountId>) -> String) -> String {
    let count = match rule.approvals() {
        1 => "One approval".to_owned(),
        number => format!("{number} approvals"),
    };
    let by = match rule.reviewers() {
        None => "by any reviewer".to_owned(),
        Some(named) => {
            let names: Vec<String> = named.iter().map(|account| person(Some(*account))).collect();
            format!("by {}", names.join(", "))
        }
    };
    let author = if rule.author_may_approve() { "" } else { ", not by the author" };
    format!("{count} {by}{author}, within {} days", rule.due_days())
}

fn moment(at: UnixSeconds) -> AnyView {
    OffsetDateTime::from_unix_timestamp(at).map_or_else(|_| ().into_any(), |at| Moment::from(at).view())
}

fn standing(record: &ReviewRecord, person: &dyn Fn(Option<AccountId>) -> String) -> AnyView {
    let review = &record.review;
    let approved = review.last_approved().map(|approved| {
        let people: Vec<String> = approved.by.iter().map(|account| person(Some(*account))).collect();
        view! {
            {format!("Revision {} was approved by {} on ", approved.content.revision, people.join(", "))}
            {moment(approved.at)}
            "."
        }
    });
    match review.state() {
        ReviewState::Draft => view! {
            <p>"Nobody proposed this classification yet. Proposing asks the reviewers whether they agree with it, on these inputs and prices."</p>
        }
        .into_any(),
        ReviewState::Proposed => {
            let missing = review.missing();
            let due = review.due_at();
            view! {
                <p>
                    {format!("{} proposed this", person(review.proposed_by()))}
                    {review.proposed_at().map(|at| view! { " on " {moment(at)} })}
                    {match missing {
                        0 => ". Enough people agree; it waits for the open concerns.".to_owned(),
                        1 => ". One approval is missing.".to_owned(),
                        number => format!(". {number} approvals are missing."),
                    }}
                    {due.map(|due| view! { " Answers are due by " {moment(due)} "." })}
                </p>
                {approved.map(|approved| view! { <p class="muted">{approved}</p> })}
            }
            .into_any()
        }
        ReviewState::ChangesRequested => view! {
            <p>"A reviewer asks for changes first. Edit the inputs and propose again, or go back to what was approved."</p>
            {approved.map(|approved| view! { <p class="muted">{approved}</p> })}
        }
        .into_any(),
        ReviewState::Approved => view! { <p>{approved}</p> }.into_any(),
        ReviewState::Superseded => view! {
            <p>"What was approved is not what this is now. Propose it again, or go back."</p>
            {approved.map(|approved| view! { <p class="muted">{approved}</p> })}
        }
        .into_any(),
        ReviewState::Withdrawn => view! {
            <p>"The proposal was taken back."</p>
            {approved.map(|approved| view! { <p class="muted">{approved}</p> })}
        }
        .into_any(),
    }
}

fn overridden(review: &Review, person: &dyn Fn(Option<AccountId>) -> String) -> Option<AnyView> {
    let overridden = review.overridden()?;
    Some(
        view! {
            <div class="callout callout-warning">
                <h3 class="callout-title">
                    {format!("{} put “{}” in the place of the engine’s answer", person(Some(overridden.by)), overridden.option.label())}
                </h3>
                <p class="prewrap">{overridden.reason.clone()}</p>
                {(!overridden.evidence.is_empty())
                    .then(|| view! { <p class="prewrap">{format!("Evidence: {}", overridden.evidence)}</p> })}
                <p class="muted">"Until " {moment(overridden.expires_at)} ", then this opens by itself."</p>
            </div>
        }
        .into_any(),
    )
}

fn approvals(review: &Review, person: &dyn Fn(Option<AccountId>) -> String) -> Option<AnyView> {
    let item = |account: AccountId, at: UnixSeconds, note: String, stale: bool| {
        view! {
            <li class="approval" class:is-stale=stale>
                <strong>{person(Some(account))}</strong>
                {if stale { " agreed to an earlier content on " } else { " agreed on " }}
                {moment(at)}
                {(!note.is_empty()).then(|| view! { <p class="prewrap">{note}</p> })}
            </li>
        }
        .into_any()
    };
    let mut items: Vec<AnyView> = review
        .approvals()
        .map(|(account, given)| item(account, given.at, given.note.clone(), false))
        .collect();
    items.extend(
        review.stale_approvals().map(|(account, given)| item(account, given.at, given.note.clone(), true)),
    );
    (!items.is_empty()).then(|| {
        view! {
            <h3 class="visually-hidden">"Approvals"</h3>
            <ul class="approvals">{items}</ul>
        }
        .into_any()
    })
}

fn concerns(
    id: UseCaseId,
    review: &Review,
    person: &dyn Fn(Option<AccountId>) -> String,
    reader: &Reader,
    said: &Said,
) -> Option<AnyView> {
    if review.concerns().is_empty() {
        return None;
    }
    let one = |concern: &Concern| {
        let form = format!("concern-{}", concern.number);
        let settles = concern.resolved.is_none()
            && reader.may(Action::Review)
            && (concern.by == reader.account || reader.role == Role::Admin);
        let end = match &concern.resolved {
            Some(resolution) => view! {
                <p class="muted prewrap">
                    {format!("Settled by {} on ", person(Some(resolution.by)))} {moment(resolution.at)}
                    {format!(": {}", resolution.how)}
                </p>
            }
            .into_any(),
            None => {
                view! { <p><span class="badge badge-contradicted">"blocks approval"</span></p> }.into_any()
            }
        };
        let how = said.typed(&form, "how");
        let refused = said.refused(&form);
        let number = concern.number;
        view! {
            <li class="concern" class:is-settled=concern.resolved.is_some()>
                <h3 class="concern-name">{concern.name.clone()}</h3>
                <p class="muted">{person(Some(concern.by))} ", " {moment(concern.at)}</p>
                <p class="prewrap">{concern.text.clone()}</p>
                {end}
                {settles
                    .then(|| {
                        view! {
                            <form class="form" method="post" action=ResolveConcern::url()>
                                <input type="hidden" name="use_case" value=id.to_string() />
                                <input type="hidden" name="number" value=number.to_string() />
                                {area(&format!("{form}-how"), "how", "How was it settled?", &how, refused)}
                                <div class="actions">
                                    <button class="button button-small" type="submit">"Settle the concern"</button>
                                </div>
                            </form>
                        }
                    })}
            </li>
        }
        .into_any()
    };
    Some(
        view! {
            <ul class="concerns">{review.concerns().iter().map(one).collect::<Vec<_>>()}</ul>
        }
        .into_any(),
    )
}

/// A field for a few sentences.
pub(super) fn area(
    id: &str,
    name: &'static str,
    label: &str,
    typed: &str,
    refused: Option<String>,
) -> AnyView {
    let error_id = format!("{id}-error");
    let invalid = refused.is_some();
    view! {
        <div class="field" class:is-invalid=invalid>
            <label class="field-label" for=id.to_owned()>
                {label.to_owned()}
            </label>
            <div class="field-control">
                <textarea
                    id=id.to_owned()
                    name=name
                    rows="3"
                    maxlength="4000"
                    aria-describedby=invalid.then(|| error_id.clone())
                    aria-invalid=invalid.then_some("true")
                >
                    {textarea_text(typed)}
                </textarea>
            </div>
            {refused.map(|reason| view! { <p class="field-error" id=error_id role="alert">{reason}</p> })}
        </div>
    }
    .into_any()
}

/// A form behind a button; open when it was refused.
fn behind(label: &'static str, open: bool, body: AnyView) -> AnyView {
    view! {
        <details class="disclosure" open=open>
            <summary class="button">{label}</summary>
            <div class="disclosure-panel">{body}</div>
        </details>
    }
    .into_any()
}

fn actions(
    id: UseCaseId,
    record: &ReviewRecord,
    use_case: &UseCaseRecord,
    reader: &Reader,
    said: &Said,
) -> AnyView {
    let review = &record.review;
    let state = review.state();
    let same = review.content().is_some_and(|content| content.hash == record.content.hash);
    let can_propose = reader.may(Action::Propose)
        && !(same && matches!(state, ReviewState::Proposed | ReviewState::Approved));
    let reviews = reader.may(Action::Review);
    let hidden = || {
        view! {
            <input type="hidden" name="use_case" value=id.to_string() />
            <input type="hidden" name="seen" value=record.content.hash.clone() />
        }
    };
    let propose = can_propose.then(|| {
        let note = said.typed("propose", "note");
        view! {
            <form class="form" method="post" action=ProposeReview::url()>
                {hidden()}
                {area("propose-note", "note", "What should reviewers know? (optional)", &note, said.refused("propose"))}
                <div class="actions">
                    <button class="button button-primary" type="submit">"Propose this classification"</button>
                </div>
            </form>
        }
    });
    let may_approve = review.may_approve(reader.account);
    let agreed = review.approvals().any(|(account, _)| account == reader.account);
    let approve = (reviews && state == ReviewState::Proposed).then(|| match (may_approve, agreed) {
        (Err(why), _) => view! { <p class="muted">{why.to_string()}</p> }.into_any(),
        (Ok(()), true) => view! { <p class="muted">"You agreed to this."</p> }.into_any(),
        (Ok(()), false) => {
            let note = said.typed("approve", "note");
            view! {
                <form class="form" method="post" action=ApproveReview::url()>
                    {hidden()}
                    {area("approve-note", "note", "Note with your approval (optional)", &note, said.refused("approve"))}
                    <div class="actions">
                        <button class="button button-primary" type="submit">"Approve"</button>
                    </div>
                </form>
            }
            .into_any()
        }
    });
    let request = (reviews && state == ReviewState::Proposed).then(|| {
        let refused = said.refused("changes");
        let open = refused.is_some();
        let form = view! {
            <form class="form" method="post" action=RequestChanges::url()>
                {hidden()}
                {area("changes-reason", "reason", "What should change, and why?", &said.typed("changes", "reason"), refused)}
                <div class="actions">
                    <button class="button" type="submit">"Request changes"</button>
                </div>
            </form>
        };
        behind("Request changes", open, form.into_any())
    });
    let is_open = matches!(state, ReviewState::Proposed | ReviewState::Approved);
    let concern = (reviews && is_open).then(|| {
        let refused = said.refused("concern");
        let open = refused.is_some();
        let form = view! {
            <form class="form" method="post" action=RaiseConcern::url()>
                {hidden()}
                <div class="field">
                    <label class="field-label" for="concern-name">"Name of the concern"</label>
                    <div class="field-control">
                        <input id="concern-name" name="name" type="text" maxlength="120" required value=said.typed("concern", "name") autocomplete="off" />
                    </div>
                </div>
                {area("concern-text", "text", "What is it about?", &said.typed("concern", "text"), refused)}
                <div class="actions">
                    <button class="button" type="submit">"Raise it"</button>
                </div>
            </form>
        };
        behind("Raise a blocking concern", open, form.into_any())
    });
    let may_replace = review.may_override(reader.account).is_ok();
    let replace = (reader.may(Action::Override) && is_open && may_replace).then(|| {
        let refused = said.refused("override");
        let open = refused.is_some();
        let leading = use_case.decision.leading_option();
        let options = OptionKind::ALL.iter().filter(|option| Some(**option) != leading).map(|option| {
            view! { <option value=option.code()>{option.label()}</option> }
        });
        let form = view! {
            <form class="form" method="post" action=OverrideVerdict::url()>
                {hidden()}
                <div class="field">
                    <label class="field-label" for="override-option">"Option in its place"</label>
                    <div class="field-control">
                        <select id="override-option" name="option">{options.collect_view()}</select>
                    </div>
                </div>
                {area("override-reason", "reason", "Why is the engine wrong here?", &said.typed("override", "reason"), refused)}
                {area("override-evidence", "evidence", "What shows it? (optional)", &said.typed("override", "evidence"), None)}
                <div class="field">
                    <label class="field-label" for="override-until">"Holds until (UTC)"</label>
                    <div class="field-control">
                        <input id="override-until" name="until" type="date" required value=said.typed("override", "until") />
                    </div>
                </div>
                <div class="actions">
                    <button class="button" type="submit">"Override the engine’s answer"</button>
                </div>
            </form>
        };
        behind("Override", open, form.into_any())
    });
    // Whether it could be withdrawn does not depend on when.
    let withdraws = reader.may(Action::Propose) && review.withdraw(reader.account, reader.role, 0).is_ok();
    let withdraw = withdraws.then(|| {
        view! {
            <form method="post" action=WithdrawReview::url()>
                {hidden()}
                <button class="button" type="submit">"Withdraw the proposal"</button>
            </form>
        }
    });
    let restores =
        reader.may(Action::Propose) && state != ReviewState::Approved && review.last_approved().is_some();
    let restore = restores.then(|| {
        view! {
            <form method="post" action=RestoreApproved::url()>
                {hidden()}
                <button class="button" type="submit">"Restore the approved revision"</button>
            </form>
        }
    });
    let refused = ["withdraw", "restore"].iter().find_map(|form| said.refused(form));
    view! {
        {refused.map(|reason| view! { <p class="notice notice-error" role="alert">{reason}</p> })}
        {propose}
        {approve}
        <div class="actions">{request} {concern} {replace} {withdraw} {restore}</div>
    }
    .into_any()
}
