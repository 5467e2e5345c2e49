//! The moves in a review, as forms send them. Each names the content its sender saw; one that changed meanwhile
//! is refused, so that nobody agrees to what they did not see.

use super::said::back;
use crate::AppError;
use crate::access::{Access, allowed};
use domain::access::{Action, Role};
use domain::decision::OptionKind;
use domain::field::Choice as _;
use domain::ids::{AccountId, UseCaseId};
use domain::review::{MoveRefused, Review, ReviewEvent, UnixSeconds};
use leptos::prelude::*;

async fn answer(
    action: Action,
    use_case: &str,
    make: impl FnOnce(&Review, AccountId, Role, UnixSeconds) -> Result<ReviewEvent, MoveRefused> + Send,
) -> Result<(), AppError> {
    let Access { store, scope, role, who } = allowed(action)?;
    let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
    store.move_review(scope, id, |review, _, _, now| make(review, who.account, role, now)).await?;
    Ok(())
}

/// Proposes the classification as it is.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/propose")]
pub async fn propose_review(
    #[server(default)] use_case: String,
    #[server(default)] seen: String,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    let proposed = async {
        let Access { store, scope, who, .. } = allowed(Action::Propose)?;
        let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
        store
            .move_review(scope, id, |review, content, rule, now| {
                if content.hash != seen {
                    return Err(MoveRefused::Changed);
                }
                review.propose(who.account, content, rule, &note, now)
            })
            .await?;
        Ok(())
    };
    let proposed: Result<(), AppError> = proposed.await;
    back(&use_case, "propose", proposed, &[("note", &note)])
}

/// Agrees to the content that the sender saw.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/approve")]
pub async fn approve_review(
    #[server(default)] use_case: String,
    #[server(default)] seen: String,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    let approved =
        answer(Action::Review, &use_case, |review, by, _, now| review.approve(by, &seen, &note, now)).await;
    back(&use_case, "approve", approved, &[("note", &note)])
}

/// Wants something changed first.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/request-changes")]
pub async fn request_changes(
    #[server(default)] use_case: String,
    #[server(default)] seen: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let requested = answer(Action::Review, &use_case, |review, by, _, now| {
        review.request_changes(by, &seen, &reason, now)
    })
    .await;
    back(&use_case, "changes", requested, &[("reason", &reason)])
}

/// Takes a proposal back.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/withdraw")]
pub async fn withdraw_review(#[server(default)] use_case: String) -> Result<(), AppError> {
    let withdrawn =
        answer(Action::Propose, &use_case, |review, by, role, now| review.withdraw(by, role, now)).await;
    back(&use_case, "withdraw", withdrawn, &[])
}

/// Raises something that blocks approval.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/raise-concern")]
pub async fn raise_concern(
    #[server(default)] use_case: String,
    #[server(default)] name: String,
    #[server(default)] text: String,
) -> Result<(), AppError> {
    let raised =
        answer(Action::Review, &use_case, |review, by, _, now| review.raise_concern(by, &name, &text, now))
            .await;
    back(&use_case, "concern", raised, &[("name", &name), ("text", &text)])
}

/// Settles a concern.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/resolve-concern")]
pub async fn resolve_concern(
    #[server(default)] use_case: String,
    #[server(default)] number: u32,
    #[server(default)] how: String,
) -> Result<(), AppError> {
    let settled = answer(Action::Review, &use_case, |review, by, role, now| {
        review.resolve_concern(by, role, number, &how, now)
    })
    .await;
    back(&use_case, &format!("concern-{number}"), settled, &[("how", &how)])
}

/// Puts another option in the place of the engine's, until a day (`YYYY-MM-DD`, its end in UTC).
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/override")]
pub async fn override_verdict(
    #[server(default)] use_case: String,
    #[server(default)] option: String,
    #[server(default)] reason: String,
    #[server(default)] evidence: String,
    #[server(default)] until: String,
) -> Result<(), AppError> {
    let overridden = async {
        let option = OptionKind::ALL.iter().copied().find(|each| each.code() == option);
        let option = option.ok_or(AppError::Unreadable)?;
        answer(Action::Override, &use_case, |review, by, _, now| {
            let until = end_of_day(&until).ok_or(MoveRefused::Expiry)?;
            review.override_verdict(by, option, (&reason, &evidence), until, now)
        })
        .await
    };
    let typed = [("reason", reason.as_str()), ("evidence", evidence.as_str()), ("until", until.as_str())];
    let overridden: Result<(), AppError> = overridden.await;
    back(&use_case, "override", overridden, &typed)
}

/// Puts the revision that was last approved in force again.
///
/// # Errors
/// [`AppError::MoveRefused`], [`AppError::Forbidden`], [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "reviews/restore")]
pub async fn restore_approved(#[server(default)] use_case: String) -> Result<(), AppError> {
    let restored = async {
        let Access { store, scope, .. } = allowed(Action::Propose)?;
        let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
        Ok(store.restore_approved(scope, id).await?)
    };
    let restored: Result<i32, AppError> = restored.await;
    back(&use_case, "restore", restored, &[])
}

fn end_of_day(text: &str) -> Option<UnixSeconds> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    let day = time::Date::parse(text.trim(), &format).ok()?;
    Some(day.next_day()?.midnight().assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_holds_to_the_end_of_its_day() {
        assert_eq!(end_of_day("2026-11-25"), Some(1_795_651_200));
        for text in ["", "2026-13-01", "25.11.2026", "9999-12-31"] {
            assert_eq!(end_of_day(text), None, "{text}");
        }
    }
}
