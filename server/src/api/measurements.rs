//! Measurements of a use case: attached, listed.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    access::Action,
    field::Choice,
    measurement::{
        Adapter, Backend, Browser, LONGEST_MS, MeasuredInputs, Measurement, MeasurementKind, Percentiles,
    },
};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use store::{MeasurementId, MeasurementRecord, Scope, Store, StoreError, UseCaseId};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{caller::ApiCaller, fields::Fields, path::Id};
use crate::problem::{PROBLEM_JSON, Problem};

/// Most characters of a model's name and of what an adapter says about itself.
const LONGEST_NAME: usize = 200;

/// Measurements of a use case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Measurements {
    /// Newest first; at most 200.
    pub(super) measurements: Vec<AttachedMeasurement>,
}

/// A measurement as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttachedMeasurement {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: MeasurementId,
    /// The use case it was measured for.
    #[schema(value_type = String, format = "uuid")]
    pub(super) use_case_id: UseCaseId,
    /// Name of who measured.
    pub(super) measured_by: Option<String>,
    /// When it was attached.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: OffsetDateTime,
    /// What was measured.
    pub(super) measurement: Measurement,
    /// The inputs by which a revision takes it over; `null` for an LLM endpoint. No decision changes before one does.
    pub(super) inputs: Option<MeasuredInputs>,
}

impl From<MeasurementRecord> for AttachedMeasurement {
    fn from(record: MeasurementRecord) -> Self {
        Self {
            id: record.id,
            use_case_id: record.use_case,
            measured_by: record.measured_by,
            created_at: record.created_at,
            inputs: record.measurement.inputs(&record.created_at.date().to_string()),
            measurement: record.measurement,
        }
    }
}

/// Attaches what a body says, for whoever may edit.
///
/// # Errors
/// 4xx for what is wrong with the body, 404 and 409 about the use case.
pub(crate) async fn attach_to(
    store: &Store,
    scope: Scope,
    use_case: UseCaseId,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Problem> {
    // What another workspace has is not there at all, whatever is wrong with the request.
    store.use_case_label(scope, use_case).await?.ok_or(StoreError::NotFound)?;
    let measurement = read(Fields::read(headers, body)?)?;
    let record = store.attach_measurement(scope, use_case, &measurement).await?;
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, no_store, Json(AttachedMeasurement::from(record))).into_response())
}

/// Lists those of a use case, for whoever may read.
///
/// # Errors
/// 404 about the use case.
pub(crate) async fn list_of(store: &Store, scope: Scope, use_case: UseCaseId) -> Result<Response, Problem> {
    let records = store.measurements(scope, use_case).await?;
    let measurements = records.into_iter().map(AttachedMeasurement::from).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(Measurements { measurements })).into_response())
}

/// List the measurements of a use case
///
/// Newest first. Takes a token of any role.
#[utoipa::path(
    get,
    path = "/api/v1/use-cases/{id}/measurements",
    operation_id = "listMeasurements",
    tag = "use cases",
    security(("api_token" = [])),
    params(("id" = String, Path, description = "Id of the use case.")),
    responses(
        (status = 200, description = "The measurements.", body = Measurements, content_type = "application/json"),
        (
            status = 404,
            description = "The workspace has no such use case.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn list(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(id): Id<UseCaseId>,
) -> Result<Response, Problem> {
    list_of(&store, caller.may(Action::Read)?, id).await
}

/// Attach a measurement to a use case
///
/// Keeps a latency run with its device. It changes no decision by itself: to count, its `inputs` have to become part of
/// a revision, which is then decided like any other. Takes a token that writes, of an editor at least.
#[utoipa::path(
    post,
    path = "/api/v1/use-cases/{id}/measurements",
    operation_id = "attachMeasurement",
    tag = "use cases",
    security(("api_token" = [])),
    params(("id" = String, Path, description = "Id of the use case.")),
    request_body(content = Measurement, content_type = "application/json", description = "The measurement."),
    responses(
        (
            status = 201,
            description = "It is attached.",
            body = AttachedMeasurement,
            content_type = "application/json"
        ),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 404,
            description = "The workspace has no such use case.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 409,
            description = "The use case or its portfolio is archived.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (status = 413, description = "The body is larger than 1 MiB.", body = Problem, content_type = PROBLEM_JSON),
        (status = 415, description = "The body is not declared as JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 422,
            description = "Some fields cannot be used, which `errors` lists.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn attach(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(id): Id<UseCaseId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    attach_to(&store, caller.may(Action::Edit)?, id, &headers, &body).await
}

/// Reads a measurement.
///
/// # Errors
/// 422 that names everything that is wrong with it.
fn read(mut fields: Fields) -> Result<Measurement, Problem> {
    let kind = fields.choice("kind", &choices::<MeasurementKind>());
    let model = line(&mut fields, "model", LONGEST_NAME);
    let prompt_set = line(&mut fields, "prompt_set", 100);
    let backend = fields.choice("backend", &choices::<Backend>());
    let adapter = fields.optional_object("adapter", |adapter| {
        Some(Adapter {
            vendor: optional_line(adapter, "vendor"),
            architecture: optional_line(adapter, "architecture"),
            description: optional_line(adapter, "description"),
        })
    });
    let browser = fields.object("browser", |browser| {
        let name = line(browser, "name", 60);
        let version = browser.whole("version", 0..=9_999);
        Some(Browser { name: name?, version: u16::try_from(version?).ok()? })
    });
    let runs = fields.whole("runs", 1..=100_000);
    let first_token_ms = percentiles(&mut fields, "first_token_ms");
    let per_token_ms = optional_percentiles(&mut fields, "per_token_ms");
    let total_ms = percentiles(&mut fields, "total_ms");
    if let Some((kind, backend)) = kind.zip(backend)
        && (kind == MeasurementKind::Api) != (backend == Backend::Api)
    {
        fields.note("backend", "does not go with the kind", "gpu or cpu for browser_model, api for api");
    }
    fields.finish()?;
    let whole = || {
        Some(Measurement {
            kind: kind?,
            model: model?,
            prompt_set: prompt_set?,
            backend: backend?,
            // One that says nothing is none.
            adapter: adapter.filter(|adapter| *adapter != Adapter::default()),
            browser: browser?,
            runs: u32::try_from(runs?).ok()?,
            first_token_ms: first_token_ms?,
            per_token_ms,
            total_ms: total_ms?,
        })
    };
    // Whatever is missing was refused above.
    whole().ok_or_else(super::failure::internal)
}

fn choices<C: Choice>() -> Vec<(&'static str, C)> {
    C::ALL.iter().map(|choice| (choice.code(), *choice)).collect()
}

/// A text on one line.
fn line(fields: &mut Fields, name: &str, longest: usize) -> Option<String> {
    let text = fields.text(name, 1..=longest)?;
    let text = one_line(fields, name, text)?;
    if text.is_empty() {
        fields.note(name, "is blank", "text on one line");
        return None;
    }
    Some(text)
}

/// The same, or none; browsers say the empty text where they say nothing.
fn optional_line(fields: &mut Fields, name: &str) -> Option<String> {
    let text = fields.optional_text(name, 0..=LONGEST_NAME)?;
    one_line(fields, name, text).filter(|text| !text.is_empty())
}

fn one_line(fields: &mut Fields, name: &str, text: String) -> Option<String> {
    if text.contains(['\n', '\r', '\t']) {
        fields.note(name, "has more than one line", "text on one line");
        return None;
    }
    Some(text.trim().to_owned())
}

fn percentiles(fields: &mut Fields, name: &str) -> Option<Percentiles> {
    let read = fields.object(name, three)?;
    rising(fields, name, read)
}

fn optional_percentiles(fields: &mut Fields, name: &str) -> Option<Percentiles> {
    let read = fields.optional_object(name, three)?;
    rising(fields, name, read)
}

fn three(percentiles: &mut Fields) -> Option<[f64; 3]> {
    let [p50, p95, p99] = ["p50", "p95", "p99"].map(|name| percentiles.number(name, 0.0..=LONGEST_MS));
    Some([p50?, p95?, p99?])
}

fn rising(fields: &mut Fields, name: &str, [p50, p95, p99]: [f64; 3]) -> Option<Percentiles> {
    let rising = Percentiles::new(p50, p95, p99);
    if rising.is_err() {
        fields.note(name, "does not rise", "p50 ≤ p95 ≤ p99");
    }
    rising.ok()
}
