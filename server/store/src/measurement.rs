//! Measurements attached to use cases. They only ever grow in number, and no decision changes by them.

use crate::audit::{self, Change};
use crate::{AuditAction, MeasurementId, Scope, Store, StoreError, UseCaseId};
use domain::field::Choice;
use domain::measurement::{Adapter, Backend, Browser, Measurement, MeasurementKind, Percentiles};
use serde_json::json;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most measurements that are listed; whoever has more of one use case looks at the newest.
const MOST_LISTED: i64 = 200;

/// A measurement as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementRecord {
    /// Its id.
    pub id: MeasurementId,
    /// The use case it was measured for.
    pub use_case: UseCaseId,
    /// Name of who measured; none for the product itself.
    pub measured_by: Option<String>,
    /// When it was attached.
    pub created_at: OffsetDateTime,
    /// What was measured.
    pub measurement: Measurement,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    use_case_id: Uuid,
    measured_by: Option<String>,
    created_at: OffsetDateTime,
    kind: String,
    model: String,
    prompt_set: String,
    backend: String,
    adapter_vendor: Option<String>,
    adapter_architecture: Option<String>,
    adapter_description: Option<String>,
    browser_name: String,
    browser_version: i32,
    runs: i32,
    first_token_p50_ms: f64,
    first_token_p95_ms: f64,
    first_token_p99_ms: f64,
    per_token_p50_ms: Option<f64>,
    per_token_p95_ms: Option<f64>,
    per_token_p99_ms: Option<f64>,
    total_p50_ms: f64,
    total_p95_ms: f64,
    total_p99_ms: f64,
}

impl Row {
    fn into_record(self) -> Result<MeasurementRecord, StoreError> {
        let adapter = Adapter {
            vendor: self.adapter_vendor,
            architecture: self.adapter_architecture,
            description: self.adapter_description,
        };
        let per_token = match (self.per_token_p50_ms, self.per_token_p95_ms, self.per_token_p99_ms) {
            (Some(p50), Some(p95), Some(p99)) => Some(Percentiles::new(p50, p95, p99).map_err(unreadable)?),
            _ => None,
        };
        Ok(MeasurementRecord {
            id: self.id.into(),
            use_case: self.use_case_id.into(),
            measured_by: self.measured_by,
            created_at: self.created_at,
            measurement: Measurement {
                kind: choice::<MeasurementKind>(&self.kind)?,
                model: self.model,
                prompt_set: self.prompt_set,
                backend: choice::<Backend>(&self.backend)?,
                adapter: Some(adapter).filter(|adapter| *adapter != Adapter::default()),
                browser: Browser {
                    name: self.browser_name,
                    version: u16::try_from(self.browser_version).map_err(unreadable)?,
                },
                runs: u32::try_from(self.runs).map_err(unreadable)?,
                first_token_ms: Percentiles::new(
                    self.first_token_p50_ms,
                    self.first_token_p95_ms,
                    self.first_token_p99_ms,
                )
                .map_err(unreadable)?,
                per_token_ms: per_token,
                total_ms: Percentiles::new(self.total_p50_ms, self.total_p95_ms, self.total_p99_ms)
                    .map_err(unreadable)?,
            },
        })
    }
}

fn unreadable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unreadable { what: "measurement", source: source.into() }
}

fn choice<C: Choice>(code: &str) -> Result<C, StoreError> {
    let known = C::ALL.iter().find(|choice| choice.code() == code).copied();
    known.ok_or_else(|| unreadable(format!("{code} is not known")))
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT m.id, m.use_case_id, a.name AS measured_by, m.created_at, m.kind, m.model, m.prompt_set, m.backend,
                m.adapter_vendor, m.adapter_architecture, m.adapter_description, m.browser_name, m.browser_version,
                m.runs, m.first_token_p50_ms, m.first_token_p95_ms, m.first_token_p99_ms, m.per_token_p50_ms,
                m.per_token_p95_ms, m.per_token_p99_ms, m.total_p50_ms, m.total_p95_ms, m.total_p99_ms
             FROM measurements m LEFT JOIN accounts a ON a.id = m.account_id ",
            $tail
        )
    };
}

impl Store {
    /// Attaches a measurement to a use case. Whoever calls this has checked that its texts fit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] about the use case; [`StoreError::Archived`] when it or its portfolio was put away.
    pub async fn attach_measurement(
        &self,
        scope: Scope,
        use_case: UseCaseId,
        measurement: &Measurement,
    ) -> Result<MeasurementRecord, StoreError> {
        let id = Uuid::now_v7();
        let Measurement { first_token_ms: first, per_token_ms: further, total_ms: total, .. } = measurement;
        let adapter = measurement.adapter.as_ref();
        let mut transaction = self.begin(scope).await?;
        let archived: Option<bool> = sqlx::query_scalar(
            "SELECT u.archived_at IS NOT NULL OR p.archived_at IS NOT NULL
             FROM use_cases u JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
             WHERE u.workspace_id = $1 AND u.id = $2 FOR SHARE",
        )
        .bind(scope.workspace.uuid())
        .bind(use_case.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        match archived {
            None => return Err(StoreError::NotFound),
            Some(true) => return Err(StoreError::Archived),
            Some(false) => {}
        }
        sqlx::query(
            "INSERT INTO measurements (id, workspace_id, use_case_id, account_id, kind, model, prompt_set, backend,
                adapter_vendor, adapter_architecture, adapter_description, browser_name, browser_version, runs,
                first_token_p50_ms, first_token_p95_ms, first_token_p99_ms, per_token_p50_ms, per_token_p95_ms,
                per_token_p99_ms, total_p50_ms, total_p95_ms, total_p99_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23)",
        )
        .bind(id)
        .bind(scope.workspace.uuid())
        .bind(use_case.uuid())
        .bind(scope.actor.account().map(crate::AccountId::uuid))
        .bind(measurement.kind.code())
        .bind(&measurement.model)
        .bind(&measurement.prompt_set)
        .bind(measurement.backend.code())
        .bind(adapter.and_then(|adapter| adapter.vendor.as_ref()))
        .bind(adapter.and_then(|adapter| adapter.architecture.as_ref()))
        .bind(adapter.and_then(|adapter| adapter.description.as_ref()))
        .bind(&measurement.browser.name)
        .bind(i32::from(measurement.browser.version))
        .bind(i32::try_from(measurement.runs).map_err(unreadable)?)
        .bind(first.p50)
        .bind(first.p95)
        .bind(first.p99)
        .bind(further.map(|further| further.p50))
        .bind(further.map(|further| further.p95))
        .bind(further.map(|further| further.p99))
        .bind(total.p50)
        .bind(total.p95)
        .bind(total.p99)
        .execute(&mut *transaction)
        .await?;
        let row: Row = sqlx::query_as(select!("WHERE m.workspace_id = $1 AND m.id = $2"))
            .bind(scope.workspace.uuid())
            .bind(id)
            .fetch_one(&mut *transaction)
            .await?;
        let record = row.into_record()?;
        let change = Change::of(AuditAction::MeasurementAttached, id).about(use_case).after(json!({
            "kind": measurement.kind,
            "model": measurement.model,
            "backend": measurement.backend,
            "runs": measurement.runs,
            "total_p95_ms": total.p95,
        }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(record)
    }

    /// Measurements of a use case, newest first, at most 200.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn measurements(
        &self,
        scope: Scope,
        use_case: UseCaseId,
    ) -> Result<Vec<MeasurementRecord>, StoreError> {
        self.use_case_label(scope, use_case).await?.ok_or(StoreError::NotFound)?;
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(select!(
                    "WHERE m.workspace_id = $1 AND m.use_case_id = $2 ORDER BY m.created_at DESC, m.id DESC LIMIT $3"
                ))
                .bind(scope.workspace.uuid())
                .bind(use_case.uuid())
                .bind(MOST_LISTED)
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        rows.into_iter().map(Row::into_record).collect()
    }
}
