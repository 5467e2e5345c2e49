//! Inputs in the address: `preset=<id>&<field>=<text>…`, holding only what differs from the preset, so that
//! an address is short, readable and a link to share.

use domain::field::Draft;
pub use domain::preset::DEFAULT_PRESET;
use domain::use_case::Field;
use serde::{Deserialize, Serialize};

/// Name of the parameter that names the preset.
pub const PRESET_PARAMETER: &str = "preset";
/// Name of the parameter that names the portfolio a new use case is meant for.
pub const PORTFOLIO_PARAMETER: &str = "portfolio";
/// Name of the parameter that names the revision an edit starts from.
pub const REVISION_PARAMETER: &str = "revision";
/// Name of the parameter that holds the note on a revision.
pub const NOTE_PARAMETER: &str = "note";

/// Where inputs start from: the page they are edited on and the parameters that name their base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Path of the page.
    pub path: String,
    /// Parameters that come before the fields, in their order.
    pub parameters: Vec<(String, String)>,
}

impl Start {
    /// A preset on the assess page; the default one needs no parameter.
    #[must_use]
    pub fn preset(id: &str, portfolio: &str) -> Self {
        let mut parameters = Vec::new();
        if id != DEFAULT_PRESET {
            parameters.push((PRESET_PARAMETER.to_owned(), id.to_owned()));
        }
        if !portfolio.is_empty() {
            parameters.push((PORTFOLIO_PARAMETER.to_owned(), portfolio.to_owned()));
        }
        Self { path: "/".to_owned(), parameters }
    }

    /// A stored revision on the page that edits its use case.
    #[must_use]
    pub fn revision(use_case: &str, number: i32) -> Self {
        Self {
            path: format!("/use-cases/{use_case}/edit"),
            parameters: vec![(REVISION_PARAMETER.to_owned(), number.to_string())],
        }
    }

    /// The address of the page with this query.
    #[must_use]
    pub fn address(&self, query: &str) -> String {
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The address of the page with its base unchanged.
    #[must_use]
    pub fn bare_address(&self) -> String {
        self.address(&self.query(&Draft::default(), &Draft::default()))
    }

    /// The compact query of a draft, without `?`: the start's parameters and what differs from its base.
    #[must_use]
    pub fn query(&self, base: &Draft, draft: &Draft) -> String {
        let mut query = String::new();
        for (name, text) in &self.parameters {
            append(&mut query, name, text);
        }
        for field in Field::ALL {
            if !same(draft.text(*field), base.text(*field)) {
                append(&mut query, field.name(), draft.text(*field));
            }
        }
        query
    }
}

/// Appends one parameter to a query.
pub fn append(query: &mut String, name: &str, text: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    encode(text, query);
}

/// The preset's draft with the fields that an address gives put over it. An empty text means unknown.
#[must_use]
pub fn draft_of<'a>(base: &Draft, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Draft {
    let mut draft = base.clone();
    for (name, text) in parameters {
        if let Some(field) = Field::from_name(name) {
            draft.set(field, text);
        }
    }
    draft
}

/// Whether two texts of a field say the same: blanks around them do not count, and browsers send line breaks
/// of a form as CR LF.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other || one.trim().lines().eq(other.trim().lines())
}

/// Percent-encodes as forms do, except that a space becomes `%20`, which every reader understands.
fn encode(text: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Draft {
        Draft::default().with(Field::Name, "Invoices").with(Field::RequestsPerMonth, "10000000")
    }

    fn default_query(draft: &Draft) -> String {
        Start::preset(DEFAULT_PRESET, "").query(&base(), draft)
    }

    #[test]
    fn an_edit_names_the_revision_it_starts_from() {
        let start = Start::revision("0198", 3);
        let query = start.query(&base(), &base().with(Field::RequestsPerMonth, "2M"));
        assert_eq!(start.address(&query), "/use-cases/0198/edit?revision=3&requests_per_month=2M");
    }

    #[test]
    fn only_differences_are_kept() {
        let draft = base().with(Field::RequestsPerMonth, "2M").with(Field::InputTokens, "");
        let start = Start::preset("blank", "");
        assert_eq!(start.query(&base(), &draft), "preset=blank&requests_per_month=2M");
        assert_eq!(default_query(&base()), "");
        assert_eq!(Start::preset(DEFAULT_PRESET, "").address(""), "/");
    }

    #[test]
    fn an_emptied_field_is_kept_as_unknown() {
        let draft = base().with(Field::RequestsPerMonth, "");
        let query = default_query(&draft);
        assert_eq!(query, "requests_per_month=");
        let read = draft_of(&base(), [("requests_per_month", "")].into_iter());
        assert_eq!(read.text(Field::RequestsPerMonth), "");
    }

    #[test]
    fn text_is_encoded_for_any_reader() {
        let draft = base().with(Field::Name, "a&b=c d\r\né");
        assert_eq!(default_query(&draft), "name=a%26b%3Dc%20d%0D%0A%C3%A9");
    }
}
