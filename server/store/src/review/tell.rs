//! Whom a move in a review concerns.

use crate::notification::{self, Reason};
use crate::session::read_role;
use crate::{AccountId, Scope, StoreError, UseCaseId};
use domain::access::Role;
use domain::review::{Review, ReviewEvent, ReviewMove, ReviewState};
use sqlx::PgConnection;
use uuid::Uuid;

/// Tells the people whom a move concerns: reviewers that something waits for them; who is behind it that somebody
/// answered; everybody involved that it was opened again.
pub(super) async fn of_move(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    (seq, before, review, event): (i64, &Review, &Review, &ReviewEvent),
) -> Result<(), StoreError> {
    let (reason, mut people) = match &event.did {
        ReviewMove::Proposed { .. } => {
            let reviewers = reviewers(connection, scope).await?;
            let waiting =
                reviewers.into_iter().filter(|account| review.may_approve(*account).is_ok()).collect();
            (Reason::ReviewWanted, waiting)
        }
        ReviewMove::ContentChanged { .. } if review.state() == ReviewState::Proposed => {
            (Reason::ReviewWanted, before.approvals().map(|(account, _)| account).collect())
        }
        ReviewMove::Reopened { .. } | ReviewMove::OverrideExpired => {
            let mut involved: Vec<AccountId> = before.approvals().map(|(account, _)| account).collect();
            involved.extend(before.behind_it());
            (Reason::Reopened, involved)
        }
        ReviewMove::Approved { .. }
        | ReviewMove::ChangesRequested { .. }
        | ReviewMove::ConcernRaised { .. }
        | ReviewMove::ConcernResolved { .. }
        | ReviewMove::Overridden { .. } => (Reason::ReviewAnswered, review.behind_it().into_iter().collect()),
        ReviewMove::Withdrawn
        | ReviewMove::ContentChanged { .. }
        | ReviewMove::PricesHeld { .. }
        | ReviewMove::Restored { .. } => return Ok(()),
    };
    people.retain(|account| event.by != Some(*account));
    notification::tell(connection, scope, (seq, reason), Some(id), people).await
}

/// Members whose role lets them review.
async fn reviewers(connection: &mut PgConnection, scope: Scope) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT account_id, role FROM members WHERE workspace_id = $1 AND left_at IS NULL ORDER BY account_id",
    )
    .bind(scope.workspace.uuid())
    .fetch_all(connection)
    .await?;
    let mut reviewers = Vec::new();
    for (account, role) in rows {
        if read_role(&role)? >= Role::Reviewer {
            reviewers.push(account.into());
        }
    }
    Ok(reviewers)
}
