//! From inputs to a decision, without keeping anything.
//!
//! Inputs start from a preset on the assess page, or from a stored revision on the page that edits a use
//! case; the address holds what differs from that start.

use crate::AppError;
use crate::functions::catalogue::Lists;
use crate::link::Start;
use domain::decision::Decision;
use domain::field::{Draft, FieldError};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A preset as the picker shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetEntry {
    /// Id in links.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it stands for, in a sentence.
    pub about: String,
}

/// A portfolio that a use case can be saved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioEntry {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A decision with what is needed to show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Name of the use case.
    pub title: String,
    /// The engine's result.
    pub decision: Arc<Decision>,
    /// Day on which the prices were read.
    pub prices_as_of: String,
    /// Requests a month at which the policy's flowchart and quadrant divide.
    pub volume_gate: f64,
    /// What was measured about classical models, for the option that is one; may be empty.
    pub classical: String,
}

/// The use case that is being edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editing {
    /// Its id.
    pub id: String,
    /// Its name in the current revision.
    pub name: String,
    /// Id of its portfolio.
    pub portfolio_id: String,
    /// Name of its portfolio.
    pub portfolio_name: String,
    /// Revision the edit starts from.
    pub revision: i32,
    /// Revision that is current now; a greater one means that somebody else saved meanwhile.
    pub current_revision: i32,
    /// Whether it or its portfolio is archived, so that nothing can be saved.
    pub archived: bool,
    /// What was typed as the note on the next revision.
    pub note: String,
}

/// Everything the assess page, or the page that edits a use case, opens with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Where the inputs start from.
    pub start: Start,
    /// Id of the preset the inputs start from; empty while editing a use case.
    pub preset: String,
    /// The use case that is being edited, if one is.
    pub editing: Option<Editing>,
    /// Id of the portfolio that the address proposes for saving; may be empty.
    pub portfolio: String,
    /// All presets.
    pub presets: Vec<PresetEntry>,
    /// The preset's inputs.
    pub base: Draft,
    /// The inputs as typed.
    pub draft: Draft,
    /// What the lists of the form offer.
    pub lists: Lists,
    /// Where a use case can be saved.
    pub portfolios: Vec<PortfolioEntry>,
    /// The result, unless some input cannot be read.
    pub assessment: Option<Assessment>,
    /// What cannot be read.
    pub errors: Vec<FieldError>,
    /// Whether the address says more than it needs to, as after a form sent without JavaScript.
    pub redundant: bool,
}

/// Opens a page of inputs at an address; `query` is the part after `?`, and `use_case` the id of the use
/// case whose inputs are edited, empty on the assess page.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown preset, use case or revision, [`AppError::Unavailable`] without the
/// database.
#[server(prefix = "/api", endpoint = "assess/open")]
pub async fn open_assessment(
    query: String,
    #[server(default)] use_case: String,
) -> Result<Opening, AppError> {
    crate::response::with_status(server::open(&query, &use_case).await)
}

/// Decides the inputs of an address; the arguments are those of [`open_assessment`].
///
/// # Errors
/// [`AppError::Invalid`] with one entry for each field that cannot be read.
#[server(prefix = "/api", endpoint = "assess")]
pub async fn assess(query: String, #[server(default)] use_case: String) -> Result<Assessment, AppError> {
    crate::response::with_status(server::assess(&query, &use_case).await)
}

#[cfg(feature = "ssr")]
mod inputs;

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use super::inputs::{self, Inputs};
    use super::{Assessment, Opening, PortfolioEntry, PresetEntry};
    use crate::AppError;
    use crate::access::{Access, may};
    use crate::functions::catalogue::Lists;
    use crate::state::app_state;
    use domain::access::Action;
    use domain::decision::Decision;
    use domain::field::Draft;
    use domain::policy::Policy;
    use domain::preset::PRESETS;
    use domain::prices::PriceBook;
    use domain::use_case::UseCase;
    use std::sync::Arc;

    /// A use case with everything that was used to decide it.
    pub(crate) struct Decided {
        pub(crate) use_case: UseCase,
        pub(crate) policy: Policy,
        pub(crate) prices: Arc<PriceBook>,
        pub(crate) decision: Decision,
    }

    fn decide(draft: &Draft, policy: Policy, prices: Arc<PriceBook>) -> Result<Decided, AppError> {
        let use_case = prices.parse(draft).map_err(|errors| AppError::Invalid { errors })?;
        let decision = domain::decide(&use_case, &policy, &prices);
        Ok(Decided { use_case, policy, prices, decision })
    }

    async fn current() -> Result<(Policy, Arc<PriceBook>), AppError> {
        let store = app_state()?.store;
        let (_, policy) = store.current_policy().await?;
        // A team may have prices of its own; a stranger gets the built-in ones.
        let (_, prices) = match may(Action::Read) {
            Ok(access) => store.workspace_price_book(access.scope).await?,
            Err(_) => store.current_price_book().await?,
        };
        Ok((policy, prices))
    }

    fn assessment_of(decided: Decided) -> Assessment {
        Assessment {
            title: decided.use_case.title().to_owned(),
            decision: Arc::new(decided.decision),
            prices_as_of: decided.prices.as_of.clone(),
            volume_gate: decided.policy.volume_gate,
            classical: crate::evaluation::of_classical_models(),
        }
    }

    /// Decides inputs with today's policy and prices.
    pub(crate) async fn decide_draft(draft: &Draft) -> Result<Decided, AppError> {
        let (policy, prices) = current().await?;
        decide(draft, policy, prices)
    }

    /// Decides the inputs of an address of the assess page with today's policy and prices.
    pub(crate) async fn decide_query(query: &str) -> Result<Decided, AppError> {
        decide_draft(&inputs::read(query, "").await?.draft).await
    }

    pub(super) async fn assess(query: &str, use_case: &str) -> Result<Assessment, AppError> {
        decide_draft(&inputs::read(query, use_case).await?.draft).await.map(assessment_of)
    }

    pub(super) async fn open(query: &str, use_case: &str) -> Result<Opening, AppError> {
        let Inputs { start, preset, editing, portfolio, base, draft, redundant } =
            inputs::read(query, use_case).await?;
        let (policy, prices) = current().await?;
        let portfolios = if editing.is_some() { Vec::new() } else { portfolios().await? };
        let lists = Lists::from_price_book(&prices);
        let (assessment, errors) = match decide(&draft, policy, prices) {
            Ok(decided) => (Some(assessment_of(decided)), Vec::new()),
            Err(AppError::Invalid { errors }) => (None, errors),
            Err(other) => return Err(other),
        };
        let presets = if editing.is_some() { Vec::new() } else { presets() };
        Ok(Opening {
            start,
            preset,
            editing,
            portfolio,
            presets,
            base,
            draft,
            lists,
            portfolios,
            assessment,
            errors,
            redundant,
        })
    }

    fn presets() -> Vec<PresetEntry> {
        let entry = |preset: &domain::preset::Preset| PresetEntry {
            id: preset.id.to_owned(),
            name: preset.name.to_owned(),
            about: preset.about.to_owned(),
        };
        PRESETS.iter().map(entry).collect()
    }

    /// Portfolios that take use cases.
    async fn portfolios() -> Result<Vec<PortfolioEntry>, AppError> {
        // A stranger assesses too, and is asked to sign in where saving stands.
        let Ok(Access { store, scope, .. }) = may(Action::Edit) else { return Ok(Vec::new()) };
        let portfolios = store.portfolios(scope).await?;
        let in_use = portfolios.into_iter().filter(|portfolio| portfolio.archived_at.is_none());
        Ok(in_use
            .map(|portfolio| PortfolioEntry { id: portfolio.id.to_string(), name: portfolio.name })
            .collect())
    }
}
