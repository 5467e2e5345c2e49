//! The honest headline: which API one compares with decides the result.

use crate::decision::{CheaperApi, Cost, Headline, Part};
use crate::format;
use crate::prices::PriceBook;
use crate::tco::api_total;
use crate::units::{Quantity, Usd};
use crate::use_case::{Privacy, UseCase};

/// Holds every API of the price book against the self-hosted path. `None` when no third party may see the
/// data, when the costs are unknown, or when no API is cheaper.
///
/// Undetected errors are left out on both sides: nobody measured the quality of every API.
pub(crate) fn headline(use_case: &UseCase, book: &PriceBook, self_hosted: Option<&Cost>) -> Option<Headline> {
    if use_case.privacy == Some(Privacy::OnPremiseRequired) {
        return None;
    }
    let errors = self_hosted?.amount(Part::SilentErrors);
    let self_hosted_total = self_hosted?.total.likely.saturating_sub(errors);
    let requests = use_case.requests_per_month.likely()?.get();
    let input = use_case.input_tokens.likely()?.get();
    #[expect(clippy::cast_precision_loss, reason = "context windows are far below 2^52")]
    let fits = |index: &usize| {
        book.api_models[*index].context_window.is_none_or(|window| input <= window as f64)
            && !book.is_retired(&book.api_models[*index])
    };
    let totals = api_total(use_case, book, (0..book.api_models.len()).filter(fits));
    let mut cheaper: Vec<(usize, Usd)> =
        totals.iter().copied().filter(|(_, total)| *total < self_hosted_total).collect();
    cheaper.sort_by_key(|(index, total)| (*total, *index));
    let (cheapest, dearest) = (cheaper.first()?, cheaper.last()?);
    let name = |index: usize| book.api_models[index].key.as_str();
    let range = if cheaper.len() == 1 {
        format!("{} at {}", name(cheapest.0), format::usd(cheapest.1))
    } else {
        format!(
            "from {} ({}) to {} ({})",
            format::usd(cheapest.1),
            name(cheapest.0),
            format::usd(dearest.1),
            name(dearest.0)
        )
    };
    let how_many = if cheaper.len() == totals.len() {
        "every usable API in the price book costs".to_owned()
    } else {
        let verb = if cheaper.len() == 1 { "costs" } else { "cost" };
        format!("{} of the {} usable APIs in the price book {verb}", cheaper.len(), totals.len())
    };
    let before_errors = if errors == Usd::ZERO { "" } else { " before the cost of errors" };
    let closing = if cheaper.len() == totals.len() {
        "Whichever of them you compare with, hosting your own costs more."
    } else {
        "On price alone, which API you compare with decides the result."
    };
    Some(Headline {
        sentence: format!(
            "At {} requests/month, {how_many} less than hosting your own SLM ({}{before_errors}): {range}. {closing}",
            format::volume(requests),
            format::usd(self_hosted_total),
        ),
        self_hosted_total,
        compared: u32::try_from(totals.len()).unwrap_or(u32::MAX),
        cheaper: cheaper
            .into_iter()
            .map(|(index, total)| CheaperApi {
                model: book.api_models[index].key.clone(),
                class: book.api_models[index].class.clone(),
                total,
            })
            .collect(),
    })
}
