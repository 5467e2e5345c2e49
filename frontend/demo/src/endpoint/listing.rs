//! Prices of models that could be asked instead of the endpoint's, from the price book that everybody may read.

use crate::http::{self, Failure};
use domain::prices::{ApiPrice, PriceBook};

/// Where the price book is.
const ADDRESS: &str = "/api/v1/price-book";

/// A model and its prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Priced {
    /// Dollars a million tokens of prompt.
    pub(crate) input: f64,
    /// Dollars a million tokens of answer.
    pub(crate) output: f64,
}

impl Priced {
    /// The prices of a row.
    pub(crate) fn of(price: &ApiPrice) -> Self {
        Self { input: price.input.dollars(), output: price.output.dollars() }
    }

    /// Dollars for so many tokens.
    pub(crate) fn cost(&self, input_tokens: f64, output_tokens: f64) -> f64 {
        (self.input * input_tokens + self.output * output_tokens) / 1e6
    }
}

/// The rows of the current price book, as it lists them.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn listed() -> Result<Vec<ApiPrice>, Failure> {
    http::get::<PriceBook>(ADDRESS).await.map(|book| book.api_models)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cost_what_a_million_of_them_cost() {
        let priced = Priced { input: 2.5, output: 10.0 };
        assert!((priced.cost(1_000_000.0, 0.0) - 2.5).abs() < 1e-12);
        assert!((priced.cost(600.0, 6.0) - 0.001_56).abs() < 1e-12);
    }
}
