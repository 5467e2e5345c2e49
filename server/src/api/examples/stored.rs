//! Examples of what takes a token: portfolios, use cases, the audit log.

use std::time::Duration;

use domain::{
    access::Role,
    audit::{BEGINNING, Broken, Verified},
    decision::Decision,
    prices::PriceBook,
    units::Usd,
    use_case::UseCase,
};
use serde_json::Value;
use store::{Limited, PortfolioId, UseCaseId};
use time::{OffsetDateTime, macros::datetime};
use utoipa::openapi::OpenApi;
use uuid::{Uuid, uuid};

use super::{
    Failure, decide,
    place::{
        Method::{Get, Post, Put},
        Operation,
    },
    read, sketch,
};
use crate::{
    api::{
        audit::{self, VerifiedAudit},
        caller, failure, misses,
        portfolios::{Portfolio, Portfolios},
        revision_tag,
        use_cases::{SavedUseCase, StoredUseCase, UseCaseEntry, UseCases},
    },
    middleware::database_gate,
    readiness::NotReady,
};

const LIST_PORTFOLIOS: Operation = Operation(Get, "/api/v1/portfolios");
const LIST: Operation = Operation(Get, "/api/v1/portfolios/{id}/use-cases");
const CREATE: Operation = Operation(Post, "/api/v1/portfolios/{id}/use-cases");
const READ: Operation = Operation(Get, "/api/v1/use-cases/{id}");
const REPLACE: Operation = Operation(Put, "/api/v1/use-cases/{id}");
const MEASURED: Operation = Operation(Get, "/api/v1/use-cases/{id}/measurements");
const ATTACH: Operation = Operation(Post, "/api/v1/use-cases/{id}/measurements");
const READ_TERMS: Operation = Operation(Get, "/api/v1/race");
const RACE: Operation = Operation(Post, "/api/v1/race");
const EXPORT: Operation = Operation(Get, "/api/v1/audit");
const VERIFY: Operation = Operation(Get, "/api/v1/audit/verification");

const PORTFOLIO: Uuid = uuid!("0198a1b2-0000-7000-8000-000000000001");
const USE_CASE: Uuid = uuid!("0198a1b2-0000-7000-8000-000000000002");
const MORNING: OffsetDateTime = datetime!(2026-01-12 09:30 UTC);

/// What happens in the examples: a portfolio and one use case in it, which is then replaced.
struct Story {
    sent: Value,
    use_case: UseCase,
    decision: Decision,
}

/// Adds them.
///
/// # Errors
/// When an example has no place in the document.
pub(super) fn add(document: &mut OpenApi, book: &PriceBook) -> Result<(), Failure> {
    let sent = sketch();
    let use_case = read(&sent.to_string(), book).map_err(|problem| problem.title)?;
    let decision = decide(&sent, book)?;
    answers(document, &Story { sent, use_case, decision })?;
    refusals_of_tokens(document)?;
    refusals(document)
}

fn answers(document: &mut OpenApi, story: &Story) -> Result<(), Failure> {
    let claims = ["claims", "One portfolio with one use case", "200"];
    LIST_PORTFOLIOS.answer(document, claims, &Portfolios { portfolios: vec![story.portfolio()] })?;
    let triage = ["triage", "One use case", "200"];
    LIST.answer(document, triage, &UseCases { use_cases: vec![story.entry()] })?;
    READ.answer(document, triage, &story.stored())?;
    let sketch = "Little is known yet";
    CREATE.show(document, ["first-sketch", sketch, "201"], &story.sent, &story.saved(1))?;
    REPLACE.show(document, ["first-sketch", sketch, "200"], &story.sent, &story.saved(2))?;
    let verified = VerifiedAudit::from(Verified { entries: 4, head: BEGINNING });
    VERIFY.answer(document, ["holds", "A log that holds", "200"], &verified)
}

/// What anything that takes a token may answer instead.
fn refusals_of_tokens(document: &mut OpenApi) -> Result<(), Failure> {
    let away = database_gate::refusal(NotReady::DatabaseAway).problem();
    let missed = misses::too_many(Limited { retry_after: Duration::from_secs(600) });
    let all =
        [LIST_PORTFOLIOS, LIST, CREATE, READ, REPLACE, MEASURED, ATTACH, READ_TERMS, RACE, EXPORT, VERIFY];
    for operation in all {
        for (name, summary, problem) in [
            ("no-token", "No token", &caller::token_missing()),
            ("bad-token", "A token that does not work", &caller::token_unknown()),
            ("too-many-misses", "Too many tokens that do not work", &missed),
            ("database-away", "The database is away", &away),
        ] {
            operation.refusal(document, [name, summary, ""], problem)?;
        }
    }
    for operation in [CREATE, REPLACE, ATTACH, RACE] {
        let viewer = caller::role_too_low(Role::Viewer, Role::Editor);
        operation.refusal(document, ["viewer", "A viewer’s token", ""], &viewer)?;
        operation.refusal(document, ["only-reads", "A token that only reads", ""], &caller::only_reads())?;
    }
    for operation in [EXPORT, VERIFY] {
        let reviewer = caller::role_too_low(Role::Reviewer, Role::Admin);
        operation.refusal(document, ["reviewer", "A reviewer’s token", ""], &reviewer)?;
    }
    Ok(())
}

fn refusals(document: &mut OpenApi) -> Result<(), Failure> {
    for operation in [LIST, CREATE, READ, REPLACE, MEASURED, ATTACH] {
        operation.refusal(document, ["not-found", "Another workspace’s id", ""], &failure::not_found())?;
    }
    for operation in [CREATE, REPLACE] {
        operation.refusal(document, ["archived", "An archived portfolio", ""], &failure::archived())?;
    }
    let changed = revision_tag::changed(2);
    REPLACE.refusal(document, ["changed", "Somebody saved in the meantime", ""], &changed)?;
    let unnamed = revision_tag::required();
    REPLACE.refusal(document, ["no-revision", "No If-Match", ""], &unnamed)?;
    let broken = audit::does_not_hold(&Broken::Content { seq: 1 });
    VERIFY.refusal(document, ["broken", "A log that was changed", ""], &broken)
}

impl Story {
    fn portfolio(&self) -> Portfolio {
        let summary = self.decision.summary();
        let both = summary.option_total.zip(summary.frontier_total);
        let (recommended_total, frontier_total) = both.unwrap_or((Usd::ZERO, Usd::ZERO));
        Portfolio {
            id: PortfolioId::from(PORTFOLIO),
            name: "Claims".to_owned(),
            description: "What the claims team asks for".to_owned(),
            archived: false,
            use_case_count: 1,
            costed_count: u32::from(both.is_some()),
            recommended_total,
            frontier_total,
            updated_at: MORNING,
        }
    }

    fn entry(&self) -> UseCaseEntry {
        UseCaseEntry {
            id: UseCaseId::from(USE_CASE),
            name: self.use_case.title().to_owned(),
            revision: 1,
            summary: self.decision.summary(),
            updated_at: MORNING,
            archived_at: None,
        }
    }

    fn stored(&self) -> StoredUseCase {
        StoredUseCase {
            id: UseCaseId::from(USE_CASE),
            portfolio_id: PortfolioId::from(PORTFOLIO),
            revision: 1,
            note: "Saved through the API".to_owned(),
            use_case: self.use_case.clone(),
            decision: self.decision.clone(),
            created_at: MORNING,
            updated_at: MORNING,
            archived_at: None,
        }
    }

    fn saved(&self, revision: i32) -> SavedUseCase {
        SavedUseCase { id: UseCaseId::from(USE_CASE), revision, decision: self.decision.clone() }
    }
}
