//! Which claims a filter wants. Pure rules over the ledger.

use super::query::{LedgerQuery, VERDICTS};
use super::{ClaimView, Ledger, VerdictCount, Widening};
use domain::evidence::Claim;

/// What a claim of two sections puts between them.
const BETWEEN_SECTIONS: &str = " / ";

/// The claims that a filter wants, with what the filter itself shows.
pub(super) fn open(claims: &[Claim], query: LedgerQuery) -> Ledger {
    let sections = sections(claims);
    let query = if sections.contains(&query.section) { query } else { query.with_section("") };
    let wanted: Vec<&Claim> = matching(claims, &query).collect();
    Ledger {
        lead: lead(claims),
        total: count(claims.iter()),
        verdicts: tally(claims, &query.with_verdict("")),
        widenings: if wanted.is_empty() { widenings(claims, &query) } else { Vec::new() },
        claims: wanted.into_iter().map(view).collect(),
        sections,
        query,
    }
}

fn matching<'a>(claims: &'a [Claim], query: &LedgerQuery) -> impl Iterator<Item = &'a Claim> {
    let LedgerQuery { verdict, section, find } = query.clone();
    let words: Vec<String> = find.to_lowercase().split_whitespace().map(str::to_owned).collect();
    claims.iter().filter(move |claim| {
        (verdict.is_empty() || claim.verdict == verdict)
            && (section.is_empty() || claim.section.split(BETWEEN_SECTIONS).any(|own| own == section))
            && contains(claim, &words)
    })
}

/// Whether a claim contains all words, in any of its texts.
fn contains(claim: &Claim, words: &[String]) -> bool {
    let Claim { id, claim, value, unit, section, source, source_value, verdict, note } = claim;
    let texts = [id, claim, value, unit, section, source, source_value, verdict, note];
    let texts = texts.map(|text| text.to_lowercase());
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

fn count<'a>(claims: impl Iterator<Item = &'a Claim>) -> u32 {
    u32::try_from(claims.count()).unwrap_or(u32::MAX)
}

fn tally(claims: &[Claim], query: &LedgerQuery) -> Vec<VerdictCount> {
    let counted = |verdict: &str| VerdictCount {
        verdict: verdict.to_owned(),
        count: count(matching(claims, &query.with_verdict(verdict))),
    };
    VERDICTS.into_iter().map(counted).collect()
}

/// Every section once, in the order of the article. The second of a claim's two sections may come much
/// later in it, so the first ones set the order.
fn sections(claims: &[Claim]) -> Vec<String> {
    let of = |claim: &Claim| claim.section.split(BETWEEN_SECTIONS).map(str::to_owned).collect::<Vec<_>>();
    let first = claims.iter().flat_map(|claim| of(claim).into_iter().take(1));
    let second = claims.iter().flat_map(|claim| of(claim).into_iter().skip(1));
    let mut sections: Vec<String> = Vec::new();
    for section in first.chain(second) {
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    sections
}

fn lead(claims: &[Claim]) -> String {
    let of = |verdict| claims.iter().filter(|claim| claim.verdict == verdict).count();
    format!(
        "Parsimony’s framework comes from an article. Its {} claims were traced to their sources and recomputed: \
         {} are reproduced and {} consistent with what we found; {} are contradicted, {} misattributed and {} \
         arithmetic errors; {} cannot be traced.",
        claims.len(),
        of("reproduced"),
        of("consistent"),
        of("contradicted"),
        of("misattributed"),
        of("arithmetic error"),
        of("cannot be traced"),
    )
}

/// The filter without one of its parts, for each part without which something is found.
fn widenings(claims: &[Claim], query: &LedgerQuery) -> Vec<Widening> {
    let mut wider = Vec::new();
    if !query.find.is_empty() {
        wider.push((format!("Without “{}”", query.find), query.with_find("")));
    }
    if !query.verdict.is_empty() {
        wider.push(("With any verdict".to_owned(), query.with_verdict("")));
    }
    if !query.section.is_empty() {
        wider.push(("In any section".to_owned(), query.with_section("")));
    }
    wider
        .into_iter()
        .filter(|(_, query)| query.is_filtered())
        .map(|(label, query)| Widening { label, count: count(matching(claims, &query)), query })
        .filter(|widening| widening.count > 0)
        .collect()
}

fn view(claim: &Claim) -> ClaimView {
    ClaimView {
        id: claim.id.clone(),
        claim: claim.claim.clone(),
        article: said(&claim.value, &claim.unit),
        finding: claim.source_value.clone(),
        source: claim.source.clone(),
        section: claim.section.clone(),
        verdict: claim.verdict.clone(),
        note: claim.note.clone(),
    }
}

/// A value of the article with its unit in words. The value itself stays to the letter.
fn said(value: &str, unit: &str) -> String {
    let words = match unit {
        "" | "year" => return value.to_owned(),
        "x" => return format!("{value}×"),
        "%" => return format!("{value}%"),
        "x=specificity, y=volume" => return format!("specificity and volume {value}"),
        "B params" => "billion parameters",
        "B tokens" => "billion tokens",
        "M docs/month" => "million documents/month",
        "USD one-time" => "USD once",
        "USD/GPU/month" => "USD per GPU and month",
        "USD/M tokens" => "USD per million tokens",
        "USD/doc" => "USD per document",
        "USD/label" => "USD per label",
        "docs" => "documents",
        "docs/month" => "documents/month",
        "kUSD/3yr" => "thousand USD over 3 years",
        "req/min" => "requests/minute",
        "tokens/doc" => "tokens per document",
        other => other,
    };
    if value.starts_with('(') {
        value.to_owned()
    } else if value.contains(|c: char| c.is_ascii_digit()) {
        format!("{value} {words}")
    } else {
        format!("{value} ({words})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn find(verdict: &str, section: &str, find: &str) -> Ledger {
        open(&domain::evidence::claims().unwrap(), LedgerQuery::new(verdict, section, find))
    }

    fn ids(ledger: &Ledger) -> Vec<&str> {
        ledger.claims.iter().map(|claim| claim.id.as_str()).collect()
    }

    #[test]
    fn without_a_filter_every_claim_is_shown_in_its_order() {
        let ledger = find("", "", "");
        assert_eq!((ledger.total, ledger.claims.len()), (98, 98));
        assert_eq!(ids(&ledger)[..3], ["A1", "A2", "C1"]);
        assert!(ledger.widenings.is_empty());
        let counts: Vec<u32> = ledger.verdicts.iter().map(|verdict| verdict.count).collect();
        assert_eq!(counts, [19, 36, 22, 5, 14, 2]);
    }

    #[test]
    fn every_verdict_of_the_ledger_can_be_filtered_by() {
        let ledger = find("", "", "");
        assert!(ledger.claims.iter().all(|claim| VERDICTS.contains(&claim.verdict.as_str())));
        for VerdictCount { verdict, count } in ledger.verdicts {
            let filtered = find(&verdict, "", "");
            assert_eq!(filtered.claims.len(), usize::try_from(count).unwrap());
            assert!(filtered.claims.iter().all(|claim| claim.verdict == verdict));
        }
    }

    #[test]
    fn a_claim_of_two_sections_is_found_in_both() {
        let ledger = find("", "", "");
        assert_eq!(ledger.sections[..3], ["Abstract", "Cost architecture", "Benchmarks"]);
        assert!(ledger.sections.iter().all(|section| !section.contains('/')));
        for section in ["Cost architecture", "Hidden costs"] {
            assert!(ids(&find("", section, "")).contains(&"C12"), "{section}");
        }
        assert_eq!(find("", "Benchmarks", "").claims.len(), 16);
        assert_eq!(find("", "TCO", "").claims.len(), 22);
    }

    #[test]
    fn filters_combine_and_the_tally_follows_the_other_ones() {
        let ledger = find("contradicted", "Benchmarks", "");
        assert_eq!(ids(&ledger), ["B16"]);
        assert_eq!(ledger.verdicts.iter().map(|verdict| verdict.count).sum::<u32>(), 16);
        assert_eq!(ids(&find("arithmetic error", "TCO", "analyst")), ["T19"]);
    }

    #[test]
    fn all_words_must_be_found_whatever_the_case_and_the_field() {
        assert_eq!(ids(&find("", "", "t19")), ["T19"]);
        assert_eq!(ids(&find("", "", "  MOFFATT   2024 ")), ["B15"]);
        assert!(find("", "", "moffatt mistral").claims.is_empty());
    }

    #[test]
    fn a_section_that_does_not_exist_counts_as_absent() {
        let ledger = find("", "tco ", "");
        assert_eq!((ledger.claims.len(), ledger.query), (98, LedgerQuery::default()));
    }

    #[test]
    fn an_empty_result_says_which_filter_to_give_up() {
        let ledger = find("arithmetic error", "Benchmarks", "gpt-4");
        assert!(ledger.claims.is_empty());
        let offered: Vec<&str> = ledger.widenings.iter().map(|widening| widening.label.as_str()).collect();
        assert_eq!(offered, ["With any verdict", "In any section"]);
        for Widening { query, count, .. } in ledger.widenings {
            let wider = open(&domain::evidence::claims().unwrap(), query);
            assert_eq!(wider.claims.len(), usize::try_from(count).unwrap());
        }
        // Giving up the only filter is what the link to all claims does.
        assert!(find("", "", "no such words").widenings.is_empty());
    }

    #[test]
    fn what_the_article_says_keeps_its_number_to_the_letter() {
        for claim in domain::evidence::claims().unwrap() {
            assert!(said(&claim.value, &claim.unit).contains(&claim.value), "{}", claim.id);
        }
        for (value, unit, text) in [
            ("10-100", "x", "10-100×"),
            ("~80", "%", "~80%"),
            ("6", "kUSD/3yr", "6 thousand USD over 3 years"),
            ("thousands", "req/min", "thousands (requests/minute)"),
            ("(not stated)", "docs/month", "(not stated)"),
            ("zero-shot", "", "zero-shot"),
        ] {
            assert_eq!(said(value, unit), text);
        }
    }

    #[test]
    fn the_lead_counts_the_whole_ledger() {
        let lead = find("reproduced", "", "").lead;
        assert!(
            lead.contains("98 claims")
                && lead.contains("19 are reproduced")
                && lead.contains("22 are contradicted")
        );
    }
}
