//! The state of a portfolio's table as its address holds it: filter, order, page.

use crate::link::append;
use domain::decision::OptionKind;
use domain::field::Choice as _;
use domain::summary::OutcomeKind;
use serde::{Deserialize, Serialize};

/// Most characters of a text to find; no name is longer.
pub const FIND_LENGTH: usize = 120;

/// What the table can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// Name of the use case.
    Name,
    /// Shape of the outcome, then the option.
    Verdict,
    /// Requests a month.
    Requests,
    /// Cost of the option one would take.
    Cost,
    /// Cost on the frontier API.
    Frontier,
    /// What the option saves against the frontier API.
    Saving,
    /// When the use case last changed.
    Updated,
}

impl SortKey {
    /// Every key with its code in addresses.
    const CODES: [(Self, &'static str); 7] = [
        (Self::Name, "name"),
        (Self::Verdict, "verdict"),
        (Self::Requests, "requests"),
        (Self::Cost, "cost"),
        (Self::Frontier, "frontier"),
        (Self::Saving, "saving"),
        (Self::Updated, "updated"),
    ];
}

/// An order of the table: by name from A to Z unless another is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// What it goes by.
    pub key: SortKey,
    /// Whether the largest comes first. What is unknown comes last either way.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::Name, descending: false }
    }
}

impl Sort {
    /// Reads `cost` or, from the largest down, `-cost`.
    #[must_use]
    pub fn from_code(text: &str) -> Option<Self> {
        let (code, descending) = text.strip_prefix('-').map_or((text, false), |code| (code, true));
        let (key, _) = SortKey::CODES.into_iter().find(|(_, known)| *known == code)?;
        Some(Self { key, descending })
    }

    /// The text that reads back as this order.
    #[must_use]
    pub fn code(self) -> String {
        let code = SortKey::CODES.into_iter().find(|(key, _)| *key == self.key).map_or("", |(_, code)| code);
        if self.descending { format!("-{code}") } else { code.to_owned() }
    }

    /// The order that a click on the heading of a column asks for: its own, or the other way round.
    #[must_use]
    pub fn after_click(self, key: SortKey) -> Self {
        Self { key, descending: self.key == key && !self.descending }
    }
}

/// Shapes of an outcome with their codes in addresses and their names.
pub const OUTCOMES: [(OutcomeKind, &str, &str); 3] = [
    (OutcomeKind::Recommended, "recommended", "Recommended"),
    (OutcomeKind::Tie, "tie", "Tie"),
    (OutcomeKind::MissingEvidence, "missing_evidence", "Missing evidence"),
];

/// Which use cases of a portfolio are shown, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Text that names must contain, whatever the case of its letters; empty for any.
    pub find: String,
    /// Shape of the outcome, if only one is wanted.
    pub verdict: Option<OutcomeKind>,
    /// The option one would take, if only one is wanted.
    pub option: Option<OptionKind>,
    /// The order.
    pub sort: Sort,
    /// Number of the page, from 1.
    pub page: u32,
    /// Whether archived use cases are listed instead of those in use.
    pub archived: bool,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            find: String::new(),
            verdict: None,
            option: None,
            sort: Sort::default(),
            page: 1,
            archived: false,
        }
    }
}

impl ListQuery {
    /// Takes what it knows from the parameters of an address. A value that means nothing counts as absent:
    /// a mistyped filter shows all use cases rather than an error.
    #[must_use]
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name| parameter(name).map(str::trim).unwrap_or_default();
        Self {
            find: text("q").chars().take(FIND_LENGTH).collect(),
            verdict: Self::verdict_from_code(text("verdict")),
            option: Self::option_from_code(text("option")),
            sort: Sort::from_code(text("sort")).unwrap_or_default(),
            page: text("page").parse().unwrap_or(1).max(1),
            archived: text("archived") == "true",
        }
    }

    /// The shape of an outcome with this code.
    #[must_use]
    pub fn verdict_from_code(code: &str) -> Option<OutcomeKind> {
        OUTCOMES.into_iter().find(|(_, known, _)| *known == code).map(|(outcome, ..)| outcome)
    }

    /// The option with this code.
    #[must_use]
    pub fn option_from_code(code: &str) -> Option<OptionKind> {
        OptionKind::ALL.iter().copied().find(|option| option.code() == code)
    }

    /// Code of the wanted outcome; empty for any.
    #[must_use]
    pub fn verdict_code(&self) -> &'static str {
        let verdict = self.verdict;
        OUTCOMES.into_iter().find(|(outcome, ..)| Some(*outcome) == verdict).map_or("", |(_, code, _)| code)
    }

    /// Code of the wanted option; empty for any.
    #[must_use]
    pub fn option_code(&self) -> &'static str {
        self.option.map_or("", |option| option.code())
    }

    /// Whether it leaves anything out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.find.is_empty() || self.verdict.is_some() || self.option.is_some()
    }

    /// The query of an address, without `?`, that reads back as this; only what differs from the default.
    #[must_use]
    pub fn text(&self) -> String {
        let mut query = String::new();
        if !self.find.is_empty() {
            append(&mut query, "q", &self.find);
        }
        if self.verdict.is_some() {
            append(&mut query, "verdict", self.verdict_code());
        }
        if self.option.is_some() {
            append(&mut query, "option", self.option_code());
        }
        if self.sort != Sort::default() {
            append(&mut query, "sort", &self.sort.code());
        }
        if self.page > 1 {
            append(&mut query, "page", &self.page.to_string());
        }
        if self.archived {
            append(&mut query, "archived", "true");
        }
        query
    }

    /// The address of a portfolio's page in this state.
    #[must_use]
    pub fn address(&self, portfolio: &str) -> String {
        let query = self.text();
        let path = format!("/portfolios/{portfolio}");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The same list in another order, from its first page.
    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        Self { sort, page: 1, ..self.clone() }
    }

    /// Another page of the same list.
    #[must_use]
    pub fn at_page(&self, page: u32) -> Self {
        Self { page, ..self.clone() }
    }

    /// The same order without a filter, from the first page: of the use cases in use, or of archived ones.
    #[must_use]
    pub fn unfiltered(&self, archived: bool) -> Self {
        Self { sort: self.sort, archived, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&str, &'static str)]) -> ListQuery {
        ListQuery::read(|wanted| parameters.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text))
    }

    #[test]
    fn a_bare_address_lists_all_use_cases_in_use_by_name() {
        let query = read(&[]);
        assert_eq!(query, ListQuery::default());
        assert_eq!(query.address("p"), "/portfolios/p");
        assert!(!query.is_filtered());
    }

    #[test]
    fn filter_order_and_page_read_back_from_their_address() {
        let query = read(&[
            ("q", " médical & co "),
            ("verdict", "missing_evidence"),
            ("option", "cpu_encoder"),
            ("sort", "-saving"),
            ("page", "3"),
            ("archived", "true"),
        ]);
        assert_eq!(query.find, "médical & co");
        assert_eq!(query.verdict, Some(OutcomeKind::MissingEvidence));
        assert_eq!(query.option, Some(OptionKind::CpuEncoder));
        assert_eq!(query.sort, Sort { key: SortKey::Saving, descending: true });
        assert_eq!((query.page, query.archived), (3, true));
        assert_eq!(
            query.text(),
            "q=m%C3%A9dical%20%26%20co&verdict=missing_evidence&option=cpu_encoder&sort=-saving&page=3&archived=true"
        );
    }

    #[test]
    fn every_order_reads_back_from_its_code() {
        for (key, _) in SortKey::CODES {
            for descending in [false, true] {
                let sort = Sort { key, descending };
                assert_eq!(Sort::from_code(&sort.code()), Some(sort));
            }
        }
    }

    #[test]
    fn values_that_mean_nothing_count_as_absent() {
        for (name, text) in [
            ("verdict", "maybe"),
            ("option", "Frontier"),
            ("sort", "--cost"),
            ("sort", "-"),
            ("page", "0"),
            ("page", "-1"),
            ("page", "99999999999999999999"),
            ("archived", "yes"),
            ("q", "   "),
        ] {
            assert_eq!(read(&[(name, text)]), ListQuery::default(), "{name}={text}");
        }
    }

    #[test]
    fn a_text_to_find_is_cut_at_the_longest_name() {
        let query = ListQuery::read(|name| (name == "q").then_some(LONG.as_str()));
        assert_eq!(query.find.chars().count(), FIND_LENGTH);
    }

    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "ü".repeat(500));

    #[test]
    fn a_second_click_on_a_heading_turns_its_order_round() {
        let cost = Sort::default().after_click(SortKey::Cost);
        assert_eq!(cost.code(), "cost");
        assert_eq!(cost.after_click(SortKey::Cost).code(), "-cost");
        assert_eq!(cost.after_click(SortKey::Cost).after_click(SortKey::Cost), cost);
        assert_eq!(Sort::default().after_click(SortKey::Name).code(), "-name");
    }

    #[test]
    fn another_order_starts_at_the_first_page_and_keeps_the_filter() {
        let query = read(&[("q", "coding"), ("page", "4")]);
        assert_eq!(query.sorted(Sort { key: SortKey::Cost, descending: true }).text(), "q=coding&sort=-cost");
        assert_eq!(query.at_page(2).text(), "q=coding&page=2");
        assert_eq!(query.unfiltered(true).text(), "archived=true");
    }
}
