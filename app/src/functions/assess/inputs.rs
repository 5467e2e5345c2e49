//! Reading the inputs of an address.

use super::Editing;
use crate::AppError;
use crate::access::{Access, allowed};
use crate::link::{
    DEFAULT_PRESET, NOTE_PARAMETER, PORTFOLIO_PARAMETER, PRESET_PARAMETER, REVISION_PARAMETER, Start,
    draft_of, same,
};
use domain::access::Action;
use domain::field::Draft;
use domain::ids::UseCaseId;
use domain::preset;
use domain::use_case::Field;

/// Inputs as an address gives them.
pub(super) struct Inputs {
    pub(super) start: Start,
    /// Empty while editing a use case.
    pub(super) preset: String,
    pub(super) editing: Option<Editing>,
    pub(super) portfolio: String,
    /// What the inputs start from.
    pub(super) base: Draft,
    /// The inputs.
    pub(super) draft: Draft,
    /// Whether the address repeats what the base says already.
    pub(super) redundant: bool,
}

/// Reads the query of the assess page, or of the page that edits a use case.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown preset, use case or revision.
pub(super) async fn read(query: &str, use_case: &str) -> Result<Inputs, AppError> {
    let parameters = Parameters::of(query);
    if use_case.is_empty() { from_preset(&parameters) } else { from_revision(&parameters, use_case).await }
}

fn from_preset(parameters: &Parameters) -> Result<Inputs, AppError> {
    let id = parameters.first(PRESET_PARAMETER).unwrap_or(DEFAULT_PRESET);
    let preset = preset::by_id(id).ok_or(AppError::NotFound)?;
    // Any other text is left out, so that the short address holds nothing that leads nowhere.
    let portfolio = parameters
        .first(PORTFOLIO_PARAMETER)
        .filter(|id| id.parse::<domain::ids::PortfolioId>().is_ok())
        .unwrap_or_default();
    let base = preset.draft();
    Ok(Inputs {
        start: Start::preset(preset.id, portfolio),
        preset: preset.id.to_owned(),
        editing: None,
        portfolio: portfolio.to_owned(),
        draft: draft_of(&base, parameters.pairs()),
        redundant: parameters.repeat(&base),
        base,
    })
}

async fn from_revision(parameters: &Parameters, use_case: &str) -> Result<Inputs, AppError> {
    let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
    let Access { store, scope, .. } = allowed(Action::Read)?;
    let record = store.use_case(scope, id).await?.ok_or(AppError::NotFound)?;
    let current = record.revision;
    let base = match parameters.first(REVISION_PARAMETER) {
        None => current.clone(),
        Some(number) => {
            let number: i32 = number.parse().map_err(|_| AppError::NotFound)?;
            if number == current.number {
                current.clone()
            } else {
                store.revision(scope, id, number).await?.ok_or(AppError::NotFound)?.0
            }
        }
    };
    let draft = base.use_case.to_draft();
    Ok(Inputs {
        start: Start::revision(&id.to_string(), base.number),
        preset: String::new(),
        editing: Some(Editing {
            id: id.to_string(),
            name: current.use_case.title().to_owned(),
            portfolio_id: record.portfolio_id.to_string(),
            portfolio_name: record.portfolio_name,
            revision: base.number,
            current_revision: current.number,
            archived: record.archived_at.is_some() || record.portfolio_archived_at.is_some(),
            note: parameters.first(NOTE_PARAMETER).unwrap_or_default().to_owned(),
        }),
        portfolio: String::new(),
        draft: draft_of(&draft, parameters.pairs()),
        redundant: parameters.repeat(&draft),
        base: draft,
    })
}

/// The parameters of a query in their order.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn first(&self, wanted: &str) -> Option<&str> {
        self.pairs().find(|(name, _)| *name == wanted).map(|(_, text)| text)
    }

    /// Names as the form of a use case writes them (`draft[name]`) count as the plain names.
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| {
            let plain = name.strip_prefix("draft[").and_then(|rest| rest.strip_suffix(']'));
            (plain.unwrap_or(name), text.as_str())
        })
    }

    fn repeat(&self, base: &Draft) -> bool {
        self.pairs()
            .any(|(name, text)| Field::from_name(name).is_some_and(|field| same(text, base.text(field))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(query: &str) -> Result<Inputs, AppError> {
        from_preset(&Parameters::of(query))
    }

    #[test]
    fn an_address_keeps_what_was_typed_over_the_preset() {
        let inputs = read("preset=blank&requests_per_month=1.5k&name=a%20b%26c&utm_source=mail").unwrap();
        assert_eq!(inputs.preset, "blank");
        assert_eq!(inputs.draft.text(Field::RequestsPerMonth), "1.5k");
        assert_eq!(inputs.draft.text(Field::Name), "a b&c");
        assert!(!inputs.redundant);
    }

    #[test]
    fn what_a_form_repeats_of_its_preset_is_redundant() {
        let base = preset::by_id(DEFAULT_PRESET).unwrap().draft();
        let query = format!("requests_per_month={}", base.text(Field::RequestsPerMonth));
        assert!(read(&query).unwrap().redundant);
        assert!(!read("").unwrap().redundant);
        let inputs = read("requests_per_month=").unwrap();
        assert!(!inputs.redundant);
        assert_eq!(inputs.draft.text(Field::RequestsPerMonth), "");
    }

    #[test]
    fn an_address_reads_back_as_the_inputs_it_was_written_from() {
        let base = preset::by_id("blank").unwrap().draft();
        let draft =
            base.clone().with(Field::Name, "Ä & = ? #\nü").with(Field::RequestsPerMonth, "1M..2M..3M");
        let inputs = read(&Start::preset("blank", "").query(&base, &draft)).unwrap();
        assert_eq!(inputs.draft, draft);
    }

    #[test]
    fn names_of_a_posted_form_count_as_the_plain_ones() {
        let inputs = read("draft%5Brequests_per_month%5D=7").unwrap();
        assert_eq!(inputs.draft.text(Field::RequestsPerMonth), "7");
    }

    #[test]
    fn a_proposed_portfolio_stays_in_the_address_if_it_can_be_one() {
        let id = "0198a1b2-0000-7000-8000-000000000001";
        let inputs = read(&format!("preset=blank&portfolio={id}")).unwrap();
        assert_eq!(
            inputs.start.address(&inputs.start.query(&inputs.base, &inputs.draft)),
            format!("/?preset=blank&portfolio={id}")
        );
        assert_eq!(read("portfolio=nonsense").unwrap().portfolio, "");
    }

    #[test]
    fn an_unknown_preset_is_not_found() {
        assert_eq!(read("preset=nonsense").err(), Some(AppError::NotFound));
    }
}
