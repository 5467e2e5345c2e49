//! A portfolio in the list.

use crate::functions::portfolio::totals::Totals;
use crate::functions::portfolios::PortfolioRow;
use domain::format::{usd, usd_exact};
use domain::units::Usd;
use leptos::prelude::*;

/// Name, purpose and figures of a portfolio, with the button that archives it, or restores it from the
/// archive. The button belongs to the form around the list.
pub(super) fn entry(portfolio: &PortfolioRow, archived: bool) -> AnyView {
    let verb = if archived { "Restore" } else { "Archive" };
    let about = (!portfolio.description.is_empty())
        .then(|| view! { <p class="entry-about">{portfolio.description.clone()}</p> });
    view! {
        <li class="entry" class:is-archived=archived>
            <h2 class="entry-title">
                <a href=format!("/portfolios/{}", portfolio.id)>{portfolio.name.clone()}</a>
            </h2>
            {about}
            {figures(&portfolio.totals)}
            <div class="actions only-editors">
                <button
                    class="button button-quiet button-small"
                    type="submit"
                    name="portfolio"
                    value=portfolio.id.clone()
                    aria-label=format!("{verb} {}", portfolio.name)
                >
                    {verb}
                </button>
            </div>
        </li>
    }
    .into_any()
}

fn figures(totals: &Totals) -> AnyView {
    let amount = |term: &'static str, amount: Usd| {
        view! {
            <div>
                <dt>{term}</dt>
                <dd class="num" title=usd_exact(amount)>
                    {usd(amount)}
                </dd>
            </div>
        }
        .into_any()
    };
    let costs = (totals.costed > 0).then(|| {
        view! {
            {amount("All on the frontier API", totals.frontier)}
            {amount("Recommended mix", totals.recommended)}
            <div>
                <dt>"Saving"</dt>
                <dd class="num" title=usd_exact(totals.saving())>
                    {totals.saving_share().unwrap_or_else(|| usd(totals.saving()))}
                </dd>
            </div>
        }
    });
    let partly = (totals.costed > 0 && totals.costed < totals.use_cases)
        .then(|| format!("Costs are about the {} use cases that are costed both ways", totals.costed));
    view! {
        <dl class="entry-figures" title=partly>
            <div>
                <dt>"Use cases"</dt>
                <dd class="num">{totals.use_cases}</dd>
            </div>
            {costs}
        </dl>
    }
    .into_any()
}
