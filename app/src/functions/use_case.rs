//! One use case: inputs and decision.

use crate::AppError;
use crate::functions::dates::Moment;
use domain::decision::Decision;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One input as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRow {
    /// Name of the field.
    pub label: String,
    /// What was entered, with its unit; empty is unknown.
    pub text: String,
}

/// The inputs of one group of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputGroup {
    /// Name of the group.
    pub label: String,
    /// Its inputs in the order of the form.
    pub rows: Vec<InputRow>,
}

/// A use case as its page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseCaseView {
    /// Its id.
    pub id: String,
    /// Its name in the shown revision.
    pub name: String,
    /// Notes on the inputs.
    pub notes: String,
    /// Id of its portfolio.
    pub portfolio_id: String,
    /// Name of its portfolio.
    pub portfolio_name: String,
    /// Whether the use case itself is archived.
    pub archived: bool,
    /// Whether its portfolio is.
    pub portfolio_archived: bool,
    /// The shown revision.
    pub revision: i32,
    /// When that was saved.
    pub revision_created: Moment,
    /// The current revision.
    pub current_revision: i32,
    /// The decision of the shown revision.
    pub decision: Arc<Decision>,
    /// Day on which the prices of that decision were read.
    pub prices_as_of: String,
    /// Version of today's price book, when the decision was made with another one.
    pub newer_prices: Option<String>,
    /// Requests a month at which the policy divides.
    pub volume_gate: f64,
    /// What was measured about classical models until today, for the option that is one; may be empty.
    pub classical: String,
    /// The inputs of the shown revision.
    pub inputs: Vec<InputGroup>,
}

/// Opens a use case at its current revision, or at an earlier one: `revision` is its number or empty.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown use case or revision.
#[server(prefix = "/api", endpoint = "use-cases/open")]
pub async fn open_use_case(id: String, #[server(default)] revision: String) -> Result<UseCaseView, AppError> {
    crate::response::with_status(server::open(&id, &revision).await)
}

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use super::{InputGroup, InputRow, UseCaseView};
    use crate::AppError;
    use crate::access::{Access, allowed};
    use crate::functions::catalogue::Lists;
    use domain::access::Action;
    use domain::field::{Choice as _, Kind, plain_number};
    use domain::ids::UseCaseId;
    use domain::prices::PriceBook;
    use domain::use_case::{Field, Group, UseCase};
    use std::sync::Arc;

    pub(super) async fn open(id: &str, revision: &str) -> Result<UseCaseView, AppError> {
        let id: UseCaseId = id.parse().map_err(|_| AppError::NotFound)?;
        let Access { store, scope, .. } = allowed(Action::Read)?;
        let record = store.use_case(scope, id).await?.ok_or(AppError::NotFound)?;
        let current_revision = record.revision.number;
        let number = if revision.is_empty() {
            current_revision
        } else {
            revision.parse().map_err(|_| AppError::NotFound)?
        };
        let (shown, decision) = if number == current_revision {
            (record.revision, record.decision)
        } else {
            store.revision(scope, id, number).await?.ok_or(AppError::NotFound)?
        };
        let policy = store.policy(scope, record.policy_id).await?.ok_or(AppError::NotFound)?;
        let prices = store.price_book(scope, record.price_book_id).await?.ok_or(AppError::NotFound)?;
        let (_, today) = store.workspace_price_book(scope).await?;
        Ok(UseCaseView {
            id: id.to_string(),
            name: shown.use_case.title().to_owned(),
            notes: shown.use_case.notes.as_str().to_owned(),
            portfolio_id: record.portfolio_id.to_string(),
            portfolio_name: record.portfolio_name,
            archived: record.archived_at.is_some(),
            portfolio_archived: record.portfolio_archived_at.is_some(),
            revision: shown.number,
            revision_created: shown.created_at.into(),
            current_revision,
            newer_prices: (decision.provenance.price_book != today.version).then(|| today.version.clone()),
            decision: Arc::new(decision),
            inputs: input_groups(&shown.use_case, &prices),
            prices_as_of: prices.as_of.clone(),
            volume_gate: policy.volume_gate,
            classical: crate::evaluation::of_classical_models(),
        })
    }

    /// All inputs but the name and the notes, which pages show elsewhere.
    pub(crate) fn input_groups(use_case: &UseCase, prices: &PriceBook) -> Vec<InputGroup> {
        let draft = use_case.to_draft();
        let lists = Lists::from_price_book(prices);
        let groups = Group::ALL.iter().filter(|group| **group != Group::Identity);
        groups
            .map(|group| InputGroup {
                label: group.label().to_owned(),
                rows: Field::ALL
                    .iter()
                    .filter(|field| field.group() == *group)
                    .map(|field| InputRow {
                        label: field.label().to_owned(),
                        text: shown_text(*field, draft.text(*field), Some(&lists)),
                    })
                    .collect(),
            })
            .collect()
    }

    /// A field's text as people read it: answers in words, entries of the price book with their price.
    pub(crate) fn shown_text(field: Field, text: &str, lists: Option<&Lists>) -> String {
        if text.is_empty() {
            return String::new();
        }
        match field.kind() {
            Kind::Choice(answers) => answers
                .iter()
                .find(|(code, _)| *code == text)
                .map_or_else(|| text.to_owned(), |(_, label)| (*label).to_owned()),
            Kind::Catalogue(catalogue) => lists
                .into_iter()
                .flat_map(|lists| lists.of(catalogue))
                .flat_map(|group| &group.entries)
                .find(|entry| entry.key == text)
                .map_or_else(|| text.to_owned(), |entry| entry.label.clone()),
            Kind::Number { unit, .. } if text != "none" => format!("{} {unit}", with_separators(text)),
            Kind::Number { .. } | Kind::Text(_) => text.to_owned(),
        }
    }

    /// `1000000..2000000..3000000` as `1,000,000 to 3,000,000, likely 2,000,000`.
    fn with_separators(text: &str) -> String {
        let numbers: Vec<String> = text
            .split("..")
            .map(|number| number.parse().map_or_else(|_| number.to_owned(), plain_number))
            .collect();
        match numbers.as_slice() {
            [low, likely, high] => format!("{low} to {high}, likely {likely}"),
            _ => numbers.join(" "),
        }
    }
}
