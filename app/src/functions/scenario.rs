//! What a shared link opens.

use crate::AppError;
use crate::functions::dates::Moment;
use crate::functions::use_case::InputGroup;
use domain::decision::Decision;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A frozen decision as its page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioView {
    /// Title of the page and of link previews.
    pub title: String,
    /// The decision as it was.
    pub decision: Arc<Decision>,
    /// Day on which the prices were read.
    pub prices_as_of: String,
    /// Requests a month at which the policy of then divides.
    pub volume_gate: f64,
    /// The inputs.
    pub inputs: Vec<InputGroup>,
    /// When it was frozen.
    pub created: Moment,
    /// When the link stops working, if it does.
    pub expires: Option<Moment>,
    /// Address of the assess page with the same inputs.
    pub copy: String,
    /// Absolute address of this site, for link previews.
    pub site: String,
}

/// Opens the scenario of a link.
///
/// # Errors
/// [`AppError::NotFound`] when there never was such a link, [`AppError::Gone`] when it was revoked or its
/// time is over.
#[server(prefix = "/api", endpoint = "scenarios/open")]
pub async fn open_scenario(token: String) -> Result<ScenarioView, AppError> {
    crate::response::with_status(server::open(&token).await)
}

#[cfg(feature = "ssr")]
mod server {
    use super::ScenarioView;
    use crate::AppError;
    use crate::functions::use_case::server::input_groups;
    use crate::limits;
    use crate::link::Start;
    use crate::state::app_state;
    use domain::preset;
    use std::sync::Arc;
    use store::ScenarioLookup;

    /// The copy starts from the preset that fills in nothing about the task.
    const COPY_BASE: &str = "blank";

    pub(super) async fn open(token: &str) -> Result<ScenarioView, AppError> {
        let state = app_state()?;
        limits::may_try_token(&state.store).await?;
        let scenario = match state.store.scenario_by_token(token).await? {
            ScenarioLookup::Found(scenario) => *scenario,
            ScenarioLookup::Revoked | ScenarioLookup::Expired => return Err(AppError::Gone),
            ScenarioLookup::NotFound => {
                limits::count(&state.store, limits::TOKEN_MISSES).await?;
                return Err(AppError::NotFound);
            }
        };
        let frozen = scenario.frozen;
        let base = preset::by_id(COPY_BASE).map(preset::Preset::draft).unwrap_or_default();
        let start = Start::preset(COPY_BASE, "");
        let copy = start.address(&start.query(&base, &frozen.use_case.to_draft()));
        Ok(ScenarioView {
            title: frozen.title,
            inputs: input_groups(&frozen.use_case, &frozen.price_book),
            decision: Arc::new(frozen.decision),
            prices_as_of: frozen.price_book.as_of,
            volume_gate: frozen.policy.volume_gate,
            created: scenario.created_at.into(),
            expires: scenario.expires_at.map(Into::into),
            copy,
            site: state.public_url,
        })
    }
}
