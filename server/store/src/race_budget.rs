//! What may be spent on an LLM endpoint in a day, by a person and by a workspace. Counted in the database because
//! several servers share one budget.

use crate::{AccountId, Scope, Store, StoreError};
use sqlx::{FromRow, PgConnection};
use time::{Date, OffsetDateTime};

/// What may be used in a day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaceBudget {
    /// Prompts.
    pub requests: i64,
    /// Tokens of prompts and answers together.
    pub tokens: i64,
}

/// What somebody may use, and what their workspace may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaceBudgets {
    /// One person, in all its workspaces together: anybody may found another workspace.
    pub account: RaceBudget,
    /// All people of one workspace together.
    pub workspace: RaceBudget,
}

/// What was used of the budgets today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaceUse {
    /// By the person.
    pub account: RaceBudget,
    /// By the workspace.
    pub workspace: RaceBudget,
    /// When both begin again.
    pub resets_at: OffsetDateTime,
    /// Seconds until then, at least 1.
    pub resets_in: u32,
}

/// Whose budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpentBy {
    /// The person's.
    Account,
    /// The workspace's.
    Workspace,
}

/// What a budget has too little of for another prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpentOn {
    /// No prompt is left.
    Requests,
    /// Fewer tokens are left than the prompt and its longest answer may take.
    Tokens,
}

/// A budget has too little left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Whose.
    pub by: SpentBy,
    /// Of what.
    pub on: SpentOn,
    /// When it begins again.
    pub resets_at: OffsetDateTime,
    /// Seconds until then, at least 1.
    pub resets_in: u32,
}

/// What was set aside for one prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a prompt that was not sent has to be given back"]
pub struct RaceReservation {
    scope: Scope,
    account: AccountId,
    day: Date,
    tokens: i64,
}

/// Sums of today, before another prompt.
#[derive(FromRow)]
struct Today {
    day: Date,
    resets_at: OffsetDateTime,
    resets_in: f64,
    account_requests: i64,
    account_tokens: i64,
    workspace_requests: i64,
    workspace_tokens: i64,
}

impl From<Today> for RaceUse {
    fn from(today: Today) -> Self {
        Self {
            account: RaceBudget { requests: today.account_requests, tokens: today.account_tokens },
            workspace: RaceBudget { requests: today.workspace_requests, tokens: today.workspace_tokens },
            resets_at: today.resets_at,
            resets_in: whole_seconds(today.resets_in),
        }
    }
}

/// A second more than the whole ones, so that nobody comes back too early. A day has 86,400 of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the seconds of a day"
)]
fn whole_seconds(seconds: f64) -> u32 {
    seconds.ceil().clamp(1.0, 86_401.0) as u32
}

impl RaceUse {
    /// Which budget has no room for another prompt of this many tokens, if one has none.
    fn lacks(&self, budgets: &RaceBudgets, tokens: i64) -> Option<(SpentBy, SpentOn)> {
        let lacks = |by, used: RaceBudget, may: RaceBudget| {
            if used.requests >= may.requests {
                Some((by, SpentOn::Requests))
            } else if used.tokens.saturating_add(tokens) > may.tokens {
                Some((by, SpentOn::Tokens))
            } else {
                None
            }
        };
        lacks(SpentBy::Account, self.account, budgets.account)
            .or_else(|| lacks(SpentBy::Workspace, self.workspace, budgets.workspace))
    }
}

impl Store {
    /// Sets aside one prompt and this many tokens, the most it can take, if both budgets have them. Two prompts at the
    /// same moment never share what is left.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without an account; [`StoreError::Unavailable`] and the like.
    pub async fn reserve_race(
        &self,
        scope: Scope,
        budgets: &RaceBudgets,
        tokens: i64,
    ) -> Result<Result<RaceReservation, Spent>, StoreError> {
        let account = scope.actor.account().ok_or(StoreError::NotFound)?;
        let mut transaction = self.begin(scope).await?;
        // The person first and then the workspace, always: nobody who has the second waits for the first.
        for whose in [account.to_string(), scope.workspace.to_string()] {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('race ' || $1, 0))")
                .bind(whose)
                .execute(&mut *transaction)
                .await?;
        }
        // A statement of its own: one begun before the wait would still see the sums as they were then.
        let today = today(&mut transaction, scope, account).await?;
        let day = today.day;
        let used = RaceUse::from(today);
        if let Some((by, on)) = used.lacks(budgets, tokens) {
            return Ok(Err(Spent { by, on, resets_at: used.resets_at, resets_in: used.resets_in }));
        }
        sqlx::query(
            "INSERT INTO race_uses AS u (workspace_id, account_id, day, requests, tokens) VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (workspace_id, day, account_id) DO UPDATE
                SET requests = u.requests + 1, tokens = u.tokens + excluded.tokens",
        )
        .bind(scope.workspace.uuid())
        .bind(account.uuid())
        .bind(day)
        .bind(tokens)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(RaceReservation { scope, account, day, tokens }))
    }

    /// Counts what a prompt really took instead of what was set aside for it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn settle_race(&self, reservation: RaceReservation, tokens: i64) -> Result<(), StoreError> {
        self.correct(reservation, 0, tokens.max(0).saturating_sub(reservation.tokens)).await
    }

    /// Gives back what was set aside for a prompt that the endpoint never answered.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn return_race(&self, reservation: RaceReservation) -> Result<(), StoreError> {
        self.correct(reservation, -1, reservation.tokens.saturating_neg()).await
    }

    async fn correct(&self, of: RaceReservation, requests: i64, tokens: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin(of.scope).await?;
        sqlx::query(
            "UPDATE race_uses SET requests = greatest(requests + $4, 0), tokens = greatest(tokens + $5, 0)
             WHERE workspace_id = $1 AND account_id = $2 AND day = $3",
        )
        .bind(of.scope.workspace.uuid())
        .bind(of.account.uuid())
        .bind(of.day)
        .bind(requests)
        .bind(tokens)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What was used today.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without an account; [`StoreError::Unavailable`] and the like.
    pub async fn race_use(&self, scope: Scope) -> Result<RaceUse, StoreError> {
        let account = scope.actor.account().ok_or(StoreError::NotFound)?;
        let mut transaction = self.begin(scope).await?;
        let today = today(&mut transaction, scope, account).await?;
        transaction.commit().await?;
        Ok(today.into())
    }
}

async fn today(connection: &mut PgConnection, scope: Scope, account: AccountId) -> Result<Today, StoreError> {
    let today = sqlx::query_as(
        "WITH now AS (
            SELECT day, day::timestamp AT TIME ZONE 'UTC' + interval '1 day' AS resets_at
            FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day) d
         )
         SELECT n.day, n.resets_at,
            extract(epoch FROM n.resets_at - clock_timestamp())::double precision AS resets_in,
            coalesce(sum(u.requests) FILTER (WHERE u.account_id = $2), 0)::bigint AS account_requests,
            coalesce(sum(u.tokens) FILTER (WHERE u.account_id = $2), 0)::bigint AS account_tokens,
            coalesce(sum(u.requests) FILTER (WHERE u.workspace_id = $1), 0)::bigint AS workspace_requests,
            coalesce(sum(u.tokens) FILTER (WHERE u.workspace_id = $1), 0)::bigint AS workspace_tokens
         FROM now n LEFT JOIN race_uses u ON u.day = n.day AND (u.workspace_id = $1 OR u.account_id = $2)
         GROUP BY n.day, n.resets_at",
    )
    .bind(scope.workspace.uuid())
    .bind(account.uuid())
    .fetch_one(connection)
    .await?;
    Ok(today)
}
