//! What a form sent without JavaScript leaves in the address of its page: why it was refused and what was
//! typed. Only codes of errors travel, so that nobody can put words into our mouth.

use super::Typed;
use crate::AppError;
use crate::link::append;
use serde_json::json;

/// Parameter with the code of the error that refused a form with fields.
pub(crate) const REFUSED: &str = "refused";
/// Parameter with the code of the error that stopped a button.
pub(crate) const FAILED: &str = "failed";

/// Longest text that is carried back: an address must stay one that browsers and proxies take. Forms limit
/// what can be typed to less.
const CARRIED_LENGTH: usize = 4_000;

/// The parameters of an address.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query, without `?`.
    pub(crate) fn of(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// All of them, in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The first parameter of this name.
    pub(crate) fn first(&self, wanted: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str())
    }

    /// The error whose code a parameter holds. Errors that say more than their code are never carried.
    pub(crate) fn error(&self, parameter: &str) -> Option<AppError> {
        serde_json::from_value(json!({ "code": self.first(parameter)? })).ok()
    }

    /// What was typed into a form that was refused.
    pub(crate) fn typed(&self) -> Option<Typed> {
        let name = self.first("name")?.to_owned();
        Some(Typed { name, description: self.first("description").unwrap_or_default().to_owned() })
    }
}

/// An address with one more parameter.
pub(crate) fn with(address: &str, parameter: &str, text: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut query = query.to_owned();
    append(&mut query, parameter, text);
    format!("{path}?{query}")
}

/// An address that says why something was not done.
pub(crate) fn with_error(address: &str, parameter: &str, error: &AppError) -> String {
    let code = serde_json::to_value(error).unwrap_or_default();
    let code = code.get("code").and_then(serde_json::Value::as_str).unwrap_or("internal");
    with(address, parameter, code)
}

/// An address that holds what was typed.
pub(crate) fn with_typed(address: &str, typed: &Typed) -> String {
    let carried = |text: &str| text.chars().take(CARRIED_LENGTH).collect::<String>();
    let address = with(address, "name", &carried(&typed.name));
    with(&address, "description", &carried(&typed.description))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(address: &str) -> Parameters {
        Parameters::of(address.split_once('?').unwrap().1)
    }

    #[test]
    fn a_refused_form_finds_its_text_and_the_reason_in_the_address() {
        let typed = Typed { name: "Sales & Co".to_owned(), description: "Two\r\nlines".to_owned() };
        let address = with_error(&with_typed("/portfolios", &typed), REFUSED, &AppError::NameTaken);
        let parameters = read(&address);
        assert_eq!(parameters.typed(), Some(typed));
        assert_eq!(parameters.error(REFUSED), Some(AppError::NameTaken));
        assert_eq!(parameters.error(FAILED), None);
    }

    #[test]
    fn every_plain_error_survives_the_address() {
        for error in [
            AppError::NotFound,
            AppError::NameTaken,
            AppError::BadName,
            AppError::BadText,
            AppError::BadVersion,
            AppError::Archived,
            AppError::Unavailable,
            AppError::Internal,
        ] {
            assert_eq!(
                read(&with_error("/portfolios?archived=true", FAILED, &error)).error(FAILED),
                Some(error)
            );
        }
    }

    #[test]
    fn a_forged_code_says_nothing() {
        assert_eq!(Parameters::of("failed=you+have+won").error(FAILED), None);
        assert_eq!(Parameters::of("failed=conflict").error(FAILED), None);
    }

    #[test]
    fn addresses_stay_short_enough_for_proxies() {
        let typed = Typed { name: "x".repeat(1_000_000), description: "x".repeat(1_000_000) };
        assert!(with_typed("/portfolios", &typed).len() < 2 * CARRIED_LENGTH + 100);
    }
}
