//! Crossovers in words: for each pair of options, from which volume on the other one is cheaper.

use crate::components::verdict::option_chip;
use domain::decision::{Decision, OptionKind, PairCrossovers};
use domain::field::Choice;
use domain::format::volume;
use leptos::prelude::*;

/// Every pair with its ranges; the article's pair and those with the leading option first, the others in a
/// closed list.
#[must_use]
pub fn crossovers(decision: &Decision) -> AnyView {
    let leading = decision.leading_option();
    let concerns = |pair: &&PairCrossovers| {
        let is_the_article_s =
            (pair.first, pair.second) == (OptionKind::FrontierApi, OptionKind::SelfHostedSlm);
        is_the_article_s || leading.is_some_and(|option| pair.first == option || pair.second == option)
    };
    let (near, far): (Vec<_>, Vec<_>) = decision.crossovers.iter().partition(concerns);
    if near.is_empty() && far.is_empty() {
        return view! { <p class="muted">"No two options can be costed yet, so there is nothing to compare."</p> }
            .into_any();
    }
    let far_count = far.len();
    let others = (far_count > 0).then(|| {
        view! {
            <details class="chart-numbers">
                <summary>{format!("{far_count} other pairs")}</summary>
                {table("Crossovers of the other pairs", far)}
            </details>
        }
    });
    view! {
        {table("Crossovers", near)}
        {others}
    }
    .into_any()
}

fn table(label: &'static str, pairs: Vec<&PairCrossovers>) -> AnyView {
    let rows = pairs.into_iter().map(pair).collect_view();
    view! {
        <div class="table-scroll" role="region" aria-label=label tabindex="0">
            <table class="data-table data-table-compact">
                <thead>
                    <tr>
                        <th scope="col">"Pair"</th>
                        <th scope="col">"Cheaper, by requests a month"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn pair(pair: &PairCrossovers) -> AnyView {
    view! {
        <tr>
            <th scope="row">{option_chip(pair.first)} <br /> {option_chip(pair.second)}</th>
            <td>{in_words(pair)}</td>
        </tr>
    }
    .into_any()
}

fn name(option: Option<OptionKind>) -> &'static str {
    option.map_or("about equal, alternating with each GPU step", Choice::label)
}

/// The ranges of a pair as a sentence.
#[must_use]
pub fn in_words(pair: &PairCrossovers) -> String {
    match pair.ranges.as_slice() {
        [] => "not compared".to_owned(),
        [only] => format!("Never cross between 1K and 1B: {} at every volume.", name(only.cheaper)),
        [first, rest @ ..] => {
            let mut sentence = format!("{} up to {}", name(first.cheaper), volume(first.to));
            for range in rest {
                sentence.push_str(&format!("; {} from {}", name(range.cheaper), volume(range.from)));
            }
            sentence.push('.');
            sentence
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::decision::CheaperRange;

    fn pair_of(ranges: Vec<CheaperRange>) -> PairCrossovers {
        PairCrossovers { first: OptionKind::FrontierApi, second: OptionKind::SelfHostedSlm, ranges }
    }

    #[test]
    fn one_range_never_crosses() {
        let range = CheaperRange { from: 1e3, to: 1e9, cheaper: Some(OptionKind::FrontierApi) };
        assert_eq!(
            in_words(&pair_of(vec![range])),
            "Never cross between 1K and 1B: Frontier LLM API at every volume."
        );
    }

    #[test]
    fn every_change_is_named() {
        let ranges = vec![
            CheaperRange { from: 1e3, to: 1.46e6, cheaper: Some(OptionKind::FrontierApi) },
            CheaperRange { from: 1.46e6, to: 1e9, cheaper: Some(OptionKind::SelfHostedSlm) },
        ];
        assert_eq!(
            in_words(&pair_of(ranges)),
            "Frontier LLM API up to 1.46M; Self-hosted fine-tuned SLM from 1.46M."
        );
    }
}
