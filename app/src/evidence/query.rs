//! The filter of the ledger as its address holds it.

use crate::components::class_code;
use crate::link::append;

/// Path of the page.
pub(crate) const PATH: &str = "/evidence";

/// What can become of a claim, in the order it is shown.
pub(crate) const VERDICTS: [&str; 6] =
    ["reproduced", "consistent", "contradicted", "misattributed", "cannot be traced", "arithmetic error"];

/// Most characters of a text to find.
pub(crate) const FIND_LENGTH: usize = 120;

/// Which claims are shown; an empty text wants any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LedgerQuery {
    /// One of [`VERDICTS`].
    pub(crate) verdict: String,
    /// Section of the article.
    pub(crate) section: String,
    /// Words that a claim must contain, whatever the case of their letters.
    pub(crate) find: String,
}

impl LedgerQuery {
    /// From the texts of an address. A verdict that does not exist counts as absent; whether a section
    /// exists is for the ledger to say.
    pub(crate) fn new(verdict: &str, section: &str, find: &str) -> Self {
        let code = class_code(verdict.trim());
        let verdict = VERDICTS.into_iter().find(|known| class_code(known) == code).unwrap_or_default();
        Self {
            verdict: verdict.to_owned(),
            section: section.trim().chars().take(FIND_LENGTH).collect(),
            find: find.trim().chars().take(FIND_LENGTH).collect(),
        }
    }

    /// Takes what it knows from the parameters of an address.
    pub(crate) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| parameter(name).unwrap_or_default();
        Self::new(&text("verdict"), &text("section"), &text("q"))
    }

    /// The verdict as addresses and class names write it; empty for any.
    pub(crate) fn verdict_code(&self) -> String {
        class_code(&self.verdict)
    }

    /// Whether it leaves anything out.
    pub(crate) fn is_filtered(&self) -> bool {
        *self != Self::default()
    }

    /// The address of the page with this filter.
    pub(crate) fn address(&self) -> String {
        let mut query = String::new();
        for (name, text) in [("verdict", &self.verdict_code()), ("section", &self.section), ("q", &self.find)]
        {
            if !text.is_empty() {
                append(&mut query, name, text);
            }
        }
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }

    /// The same filter for another verdict; empty for any.
    pub(crate) fn with_verdict(&self, verdict: &str) -> Self {
        Self { verdict: verdict.to_owned(), ..self.clone() }
    }

    /// The same filter for another section; empty for any.
    pub(crate) fn with_section(&self, section: &str) -> Self {
        Self { section: section.to_owned(), ..self.clone() }
    }

    /// The same filter for other words; empty for any.
    pub(crate) fn with_find(&self, find: &str) -> Self {
        Self { find: find.to_owned(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_reads_back_from_its_address() {
        let query = LedgerQuery::new("cannot be traced", "TCO chart", "a & b");
        assert_eq!(query.address(), "/evidence?verdict=cannot-be-traced&section=TCO%20chart&q=a%20%26%20b");
        assert_eq!(LedgerQuery::new("cannot-be-traced", " TCO chart ", "a & b"), query);
    }

    #[test]
    fn no_filter_needs_no_query() {
        assert_eq!(LedgerQuery::default().address(), PATH);
        assert!(!LedgerQuery::new(" ", "", "").is_filtered());
    }

    #[test]
    fn a_verdict_that_does_not_exist_counts_as_absent() {
        for verdict in ["true", "Reproduced", "repro", "-"] {
            assert_eq!(LedgerQuery::new(verdict, "", ""), LedgerQuery::default(), "{verdict}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let query = LedgerQuery::new("", "", &"ü".repeat(5_000));
        assert_eq!(query.find.chars().count(), FIND_LENGTH);
    }

    #[test]
    fn one_filter_changes_without_the_others() {
        let query = LedgerQuery::new("consistent", "TCO", "gpu");
        assert_eq!(query.with_verdict("").address(), "/evidence?section=TCO&q=gpu");
        assert_eq!(query.with_section("").address(), "/evidence?verdict=consistent&q=gpu");
        assert_eq!(query.with_find("").address(), "/evidence?verdict=consistent&section=TCO");
    }
}
