//! What an API's answer would cost: measured where it was asked, else estimated from prices.

use super::side::{Side, Tally};
use super::{Sorting, api};
use crate::endpoint::Priced;
use crate::endpoint::terms::Known;
use leptos::prelude::*;

/// Characters of a message where none is known. Banking77's have 13 tokens on average.
const CHARACTERS: f64 = 55.0;

/// The model whose price counts where the administrator's endpoint has none.
const USUAL: &str = "gpt-4o";

/// Dollars of one message, and how they are known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiCost {
    pub(super) dollars: f64,
    pub(super) basis: String,
}

impl Sorting {
    /// What one message costs at the API.
    pub(super) fn api_cost(self) -> Option<ApiCost> {
        let measured = self.results.tally(Side::Api, Tally::cost);
        if let Some(dollars) = measured {
            let basis = "mean of what was asked just now, at the price book’s price".to_owned();
            return Some(ApiCost { dollars, basis });
        }
        let own = self.terms.with(|terms| terms.price().map(|price| (price.key.clone(), Priced::of(price))));
        let (key, priced) = own.or_else(|| self.usual_price())?;
        let (input, output) = api::estimated_tokens(&self.known()?.labels, self.mean_characters());
        let basis = format!(
            "estimate: about {input:.0} tokens in, most of them the names of the classes, and {output:.0} out, at the price of {key}"
        );
        Some(ApiCost { dollars: priced.cost(input, output), basis })
    }

    fn usual_price(self) -> Option<(String, Priced)> {
        self.prices.with(|prices| {
            let found =
                prices.iter().find(|price| price.key == USUAL || price.key.ends_with(&format!("/{USUAL}")));
            let found = found.or_else(|| prices.iter().find(|price| price.class == "frontier API"))?;
            Some((found.key.clone(), Priced::of(found)))
        })
    }

    fn mean_characters(self) -> f64 {
        self.results.with(|rows| {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            if count == 0 {
                return CHARACTERS;
            }
            let all: usize = rows.iter().map(|row| row.text.len()).sum();
            f64::from(u32::try_from(all).unwrap_or(u32::MAX)) / f64::from(count)
        })
    }

    /// Name of the endpoint's model.
    pub(super) fn api_model(self) -> Option<String> {
        self.terms.with(Known::model)
    }
}
