//! The JSON API through the real router, with a database for each test.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod bad_input;
mod decisions;
mod document;
mod measurements;
mod office;
mod people;
mod portfolios;
mod price_book;
mod refusals;
mod scenarios;
mod schemas;
mod support;
mod tokens;
mod use_cases;
