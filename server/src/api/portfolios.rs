//! The portfolios of a workspace.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{access::Action, units::Usd};
use http::header;
use serde::Serialize;
use store::{PortfolioId, PortfolioSummary, Store};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::caller::ApiCaller;
use crate::problem::Problem;

/// The portfolios of a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Portfolios {
    /// By name, archived ones last.
    pub(super) portfolios: Vec<Portfolio>,
}

/// A named list of use cases, with its totals.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Portfolio {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: PortfolioId,
    /// Its name, unique among the portfolios in use.
    pub(super) name: String,
    /// What it is for; may be empty.
    pub(super) description: String,
    /// Whether it was put away; its use cases cannot be changed then.
    pub(super) archived: bool,
    /// Number of use cases in it, archived ones apart.
    pub(super) use_case_count: u32,
    /// Number of those whose cost is known both ways; the totals are about these.
    pub(super) costed_count: u32,
    /// Likely cost over their horizons if each costed use case takes its leading option.
    pub(super) recommended_total: Usd,
    /// Likely cost over their horizons if each costed use case goes to the frontier API.
    pub(super) frontier_total: Usd,
    /// When it or one of its use cases last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) updated_at: OffsetDateTime,
}

impl From<PortfolioSummary> for Portfolio {
    fn from(summary: PortfolioSummary) -> Self {
        Self {
            id: summary.id,
            name: summary.name,
            description: summary.description,
            archived: summary.archived_at.is_some(),
            use_case_count: summary.use_case_count,
            costed_count: summary.costed_count,
            recommended_total: summary.recommended_total,
            frontier_total: summary.frontier_total,
            updated_at: summary.updated_at,
        }
    }
}

/// List the portfolios
///
/// All portfolios of the token's workspace with their totals. Takes a token of any role.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios",
    operation_id = "listPortfolios",
    tag = "use cases",
    security(("api_token" = [])),
    responses(
        (status = 200, description = "The portfolios.", body = Portfolios, content_type = "application/json"),
        ApiCaller,
    )
)]
pub(super) async fn list(State(store): State<Store>, caller: ApiCaller) -> Result<Response, Problem> {
    let scope = caller.may(Action::Read)?;
    let portfolios = store.portfolios(scope).await?.into_iter().map(Portfolio::from).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(Portfolios { portfolios })).into_response())
}
