//! `/demo/adapters/banking77`: the card of the adapter that the demo ships. What it is, what it was measured at, what it
//! is not for, and how each number is found again.

mod about;
mod intents;
mod scores;
mod thresholds;

use super::PAGE;
use super::evaluation::interval;
use crate::AppError;
use crate::evaluation::evaluation;
use crate::plain::fields::page;
use domain::evaluation::Evaluation;
use domain::evaluation::words::percent;
use domain::field::plain_number;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// Name of the adapter, and heading of the page.
const NAME: &str = "Banking77 adapter for SmolLM2-135M";

/// The page.
#[component]
pub(in crate::plain) fn AdapterCardPage() -> impl IntoView {
    view! {
        <Title text=NAME />
        <Meta
            name="description"
            content="Model card of a small language model fine-tuned on Banking77: accuracy beside simpler methods, what a confidence threshold catches, data and licence, limits, and how each number is recomputed."
        />
        {page(|| async { body() })}
    }
    .into_any()
}

fn body() -> Result<AnyView, AppError> {
    let evaluation = evaluation()?;
    Ok(view! {
        <main id="main" class="page" tabindex="-1">
            <nav class="breadcrumb" aria-label="Breadcrumb">
                <ol>
                    <li>
                        <a href=PAGE>"Demo"</a>
                    </li>
                    <li aria-current="page">{NAME}</li>
                </ol>
            </nav>
            <header class="page-head">
                <div>
                    <h1 class="page-title">{NAME}</h1>
                    <p class="page-lead">{lead(evaluation)}</p>
                </div>
            </header>
            {about::what_it_is(evaluation)}
            {scores::methods(evaluation)}
            {scores::learning_curve(evaluation)}
            {thresholds::cascade(evaluation)}
            {thresholds::out_of_scope(evaluation)}
            {thresholds::reliability(evaluation)}
            {intents::confused(evaluation)}
            {about::data()}
            {about::recipe(evaluation)}
            {about::limits()}
            {about::recomputed(evaluation)}
        </main>
    }
    .into_any())
}

fn lead(evaluation: &Evaluation) -> String {
    let test = &evaluation.methods.fine_tuned.test;
    format!(
        "Sorts an English message of a bank’s customer into one of {} intents. Of {} test messages it got {} right (95% interval {}), measured on {}.",
        evaluation.labels.len(),
        plain_number(f64::from(test.of)),
        percent(test.accuracy),
        interval(test),
        evaluation.date,
    )
}

/// A section with its heading and what there is to know before reading it.
fn section(
    id: &'static str,
    title: &'static str,
    note: impl IntoView + 'static,
    body: impl IntoView + 'static,
) -> AnyView {
    view! {
        <section class="section" aria-labelledby=id>
            <header class="section-head">
                <h2 class="section-title" id=id>
                    {title}
                </h2>
                <p class="section-note">{note}</p>
            </header>
            {body}
        </section>
    }
    .into_any()
}

/// A row of a table: its name, then numbers.
fn row(cells: Vec<String>) -> AnyView {
    let mut cells = cells.into_iter();
    let name = cells.next().unwrap_or_default();
    let numbers = cells.map(|cell| view! { <td class="num">{cell}</td> }).collect_view();
    view! {
        <tr>
            <th scope="row">{name}</th>
            {numbers}
        </tr>
    }
    .into_any()
}

/// A number of messages with separators.
fn count(messages: u32) -> String {
    plain_number(f64::from(messages))
}

/// A share, or a dash where there is nothing to take a share of.
fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), percent)
}
