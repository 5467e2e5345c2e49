//! Prices that change some answers and not others.

use domain::prices::PriceBook;
use domain::units::Usd;
use domain::use_case::{Field, UseCase};

/// A hosted model leads, by a wide margin.
const HOSTED: &str = "article-classification";

/// Decided without any hosted model.
const ELSEWHERE: &str = "article-research-assistant";

/// The hosted model that leads.
const MODEL: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo";

fn preset(id: &str, name: &str) -> UseCase {
    UseCase::parse(&domain::preset::by_id(id).unwrap().draft().with(Field::Name, name)).unwrap()
}

/// A use case whose answer is a hosted model: dearer hosted models change it.
pub fn hosted(name: &str) -> UseCase {
    preset(HOSTED, name)
}

/// A use case whose answer does not depend on what hosted models cost.
pub fn elsewhere(name: &str) -> UseCase {
    preset(ELSEWHERE, name)
}

/// The shipped prices under another version, with the model that leads at so many times its price: at 5 times its
/// margin is narrow, at 1,000 times another option leads.
pub fn hosted_times(factor: i64, version: &str) -> PriceBook {
    let mut book = domain::evidence::price_book().unwrap();
    book.version = version.to_owned();
    for model in book.api_models.iter_mut().filter(|model| model.key.ends_with(MODEL)) {
        model.input = Usd::from_micros(model.input.micros() * factor);
        model.output = Usd::from_micros(model.output.micros() * factor);
    }
    book
}
