//! The tables behind the numbers: the price book in use, measurements and facts, each row with its source.

use super::ColumnKind::{Long, Number, Text};
use super::{ColumnKind, SourceColumn, SourceTable};
use domain::evidence::{SourcedFact, Throughput};
use domain::field::plain_number;
use domain::format::{milliseconds, price, usd_exact};
use domain::prices::PriceBook;
use domain::units::Usd;

/// All tables, in the order of the page.
pub(super) fn all(book: &PriceBook, throughput: &[Throughput], facts: &[SourcedFact]) -> Vec<SourceTable> {
    vec![
        api_models(book),
        gpu_offers(book),
        serving_profiles(book),
        latencies(book),
        encoder(book),
        measurements(throughput),
        sourced_facts(facts),
    ]
}

fn table(
    id: &str,
    title: String,
    about: &str,
    columns: &[(&str, ColumnKind)],
    rows: Vec<Vec<String>>,
) -> SourceTable {
    let column = |(name, kind): &(&str, ColumnKind)| SourceColumn { name: (*name).to_owned(), kind: *kind };
    SourceTable {
        id: id.to_owned(),
        title,
        about: about.to_owned(),
        columns: columns.iter().map(column).collect(),
        rows,
    }
}

fn listed(amount: Option<Usd>) -> String {
    amount.map(price).unwrap_or_default()
}

fn duration(ms: Option<f64>) -> String {
    ms.map(milliseconds).unwrap_or_default()
}

fn api_models(book: &PriceBook) -> SourceTable {
    let rows = book.api_models.iter().map(|model| {
        vec![
            model.key.clone(),
            model.class.clone(),
            price(model.input),
            listed(model.cached_input),
            price(model.output),
            listed(model.batch_input),
            listed(model.batch_output),
            model.retires_on.clone().unwrap_or_default(),
            model.as_of.clone(),
            model.source.clone(),
            model.note.clone(),
        ]
    });
    table(
        "api-models",
        format!("API models ({})", book.api_models.len()),
        "USD per million tokens. An empty cell means that the provider lists no such price.",
        &[
            ("Model", Text),
            ("Class", Text),
            ("Input", Number),
            ("Cached input", Number),
            ("Output", Number),
            ("Batch input", Number),
            ("Batch output", Number),
            ("Retires on", Text),
            ("As of", Text),
            ("Source", Long),
            ("Remark", Long),
        ],
        rows.collect(),
    )
}

fn gpu_offers(book: &PriceBook) -> SourceTable {
    let rows = book.gpu_offers.iter().map(|offer| {
        vec![
            format!("{}, {}", offer.gpu, offer.offer),
            usd_exact(offer.per_month),
            offer.status.clone(),
            offer.as_of.clone(),
            offer.source.clone(),
        ]
    });
    table(
        "gpu-offers",
        format!("GPU offers ({})", book.gpu_offers.len()),
        "USD per GPU for a month of 730 hours.",
        &[("GPU and offer", Text), ("Month", Number), ("Status", Text), ("As of", Text), ("Source", Long)],
        rows.collect(),
    )
}

fn serving_profiles(book: &PriceBook) -> SourceTable {
    let rows = book.serving_profiles.iter().map(|profile| {
        vec![
            format!("{} on {}", profile.model, profile.gpu),
            plain_number(profile.prefill_tps),
            plain_number(profile.decode_tps),
            duration(profile.ttft_ms),
            duration(profile.ms_per_token),
            profile.latency_basis.clone(),
            profile.status.clone(),
            profile.derivation.clone(),
            profile.as_of.clone(),
            profile.source.clone(),
        ]
    });
    table(
        "serving-profiles",
        format!("Throughput the engine counts with ({})", book.serving_profiles.len()),
        "Tokens per second of one GPU under load, derived from the measurements below as each row says.",
        &[
            ("Model and GPU", Text),
            ("Input tokens/s", Number),
            ("Output tokens/s", Number),
            ("First token", Number),
            ("Each further token", Number),
            ("Latency from", Text),
            ("Status", Text),
            ("Derivation", Long),
            ("As of", Text),
            ("Source", Long),
        ],
        rows.collect(),
    )
}

fn latencies(book: &PriceBook) -> SourceTable {
    let rows = book.latencies.iter().map(|latency| {
        vec![
            latency.model.clone(),
            milliseconds(latency.ttft_ms),
            duration(Some(latency.ms_per_token).filter(|ms| *ms > 0.0)),
            latency.figures.clone(),
            latency.as_of.clone(),
            latency.source.clone(),
        ]
    });
    table(
        "latencies",
        format!("Latencies of APIs ({})", book.latencies.len()),
        "As somebody published them; where several figures exist the engine takes the lowest.",
        &[
            ("Model", Text),
            ("First token", Number),
            ("Each further token", Number),
            ("Published", Long),
            ("As of", Text),
            ("Source", Long),
        ],
        rows.collect(),
    )
}

fn encoder(book: &PriceBook) -> SourceTable {
    let encoder = &book.encoder;
    table(
        "encoder",
        "Encoder on CPU".to_owned(),
        "USD per million requests. The likely figure is the geometric mean of the two published ones.",
        &[
            ("What", Text),
            ("Lowest", Number),
            ("Likely", Number),
            ("Highest", Number),
            ("As of", Text),
            ("Source", Long),
        ],
        vec![vec![
            "Fine-tuned encoder, classification".to_owned(),
            usd_exact(encoder.low),
            usd_exact(encoder.likely),
            usd_exact(encoder.high),
            book.as_of.clone(),
            encoder.source.clone(),
        ]],
    )
}

fn measurements(throughput: &[Throughput]) -> SourceTable {
    let rows = throughput.iter().map(|run| {
        vec![
            run.model.clone(),
            if run.gpus == "1" { run.gpu.clone() } else { format!("{} × {}", run.gpus, run.gpu) },
            run.framework.clone(),
            run.load.clone(),
            run.input_tokens.clone(),
            run.output_tokens.clone(),
            run.requests_per_s.clone(),
            run.output_tok_per_s.clone(),
            run.total_tok_per_s.clone(),
            run.ttft_ms.clone(),
            run.tpot_ms.clone(),
            run.status.clone(),
            run.note.clone(),
            run.date.clone(),
            run.source.clone(),
        ]
    });
    table(
        "measurements",
        format!("Throughput measurements ({})", throughput.len()),
        "As their sources state them; an empty cell means that the source does not say.",
        &[
            ("Model", Text),
            ("GPU", Text),
            ("Server", Text),
            ("Load", Text),
            ("Input tokens", Number),
            ("Output tokens", Number),
            ("Requests/s", Number),
            ("Output tokens/s", Number),
            ("All tokens/s", Number),
            ("First token, ms", Number),
            ("Each further token, ms", Number),
            ("Status", Text),
            ("Remark", Long),
            ("Date", Text),
            ("Source", Long),
        ],
        rows.collect(),
    )
}

fn sourced_facts(facts: &[SourcedFact]) -> SourceTable {
    let rows = facts.iter().map(|fact| {
        vec![
            fact.id.clone(),
            fact.topic.clone(),
            fact.fact.clone(),
            fact.value.clone(),
            fact.status.clone(),
            fact.source.clone(),
        ]
    });
    table(
        "facts",
        format!("Facts ({})", facts.len()),
        "What the sources say beside the article. “Primary” was read at its source, “secondary” in somebody’s \
         account of it, and “derived” is our own calculation.",
        &[("Id", Text), ("Topic", Text), ("Fact", Text), ("Value", Text), ("Status", Text), ("Source", Long)],
        rows.collect(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::evidence::{facts, price_book, throughput};

    fn tables() -> Vec<SourceTable> {
        all(&price_book().unwrap(), &throughput().unwrap(), &facts().unwrap())
    }

    #[test]
    fn every_row_of_every_table_is_whole() {
        for table in tables() {
            assert!(!table.rows.is_empty(), "{}", table.id);
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{} {row:?}", table.id);
                assert!(!row[0].is_empty(), "{} {row:?}", table.id);
            }
        }
    }

    #[test]
    fn every_row_names_its_source_and_every_price_and_measurement_its_date() {
        for table in tables() {
            let place = |name: &str| table.columns.iter().position(|column| column.name == name);
            let source = place("Source").unwrap();
            assert!(table.rows.iter().all(|row| !row[source].is_empty()), "{}", table.id);
            let Some(date) = place("As of").or_else(|| place("Date")) else {
                assert_eq!(table.id, "facts");
                continue;
            };
            assert!(table.rows.iter().all(|row| !row[date].is_empty()), "{}", table.id);
        }
    }

    #[test]
    fn prices_are_shown_as_they_are_listed() {
        let tables = tables();
        let gpt_4o = tables[0].rows.iter().find(|row| row[0] == "gpt-4o").unwrap();
        assert_eq!(gpt_4o[2..7], ["$2.50", "$1.25", "$10", "$1.25", "$5"]);
        let article = tables[1].rows.iter().find(|row| row[0] == "A10G 24GB, article").unwrap();
        assert_eq!(article[1], "$800.00");
    }
}
