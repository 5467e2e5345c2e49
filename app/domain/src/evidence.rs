//! The evidence ledger and the default price book, read from the CSV files beside this crate.
//!
//! The files are checked in as they were collected: numbers and sources are kept to the letter. What we
//! derived from them (serving profiles, slugs) says how.

use crate::prices::{ApiPrice, EncoderPrice, GpuOffer, PriceBook, PublishedLatency, ServingProfile};
use crate::provenance::LazyDigest;
use crate::units::Usd;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const CLAIMS: &str = include_str!("../evidence/claims.csv");
const FACTS: &str = include_str!("../evidence/facts.csv");
const PRICES: &str = include_str!("../evidence/prices.csv");
const HARDWARE: &str = include_str!("../evidence/hardware_prices.csv");
const THROUGHPUT: &str = include_str!("../evidence/throughput.csv");
const SERVING: &str = include_str!("../evidence/serving_profiles.csv");
const LATENCY: &str = include_str!("../evidence/latency.csv");
const CHART_FIT: &str = include_str!("../evidence/chart_fit.csv");
const LORA_LAND: &str = include_str!("../evidence/lora_land.csv");

/// A file of the ledger could not be read; it names the file and the line.
#[derive(Debug, thiserror::Error)]
#[error("the evidence file {file} cannot be read")]
pub struct EvidenceError {
    /// Name of the file.
    pub file: &'static str,
    /// What the reader said.
    #[source]
    pub source: csv::Error,
}

/// One claim of the article with what became of it when we checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Short id, e.g. `T7`.
    pub id: String,
    /// The claim in a few words.
    pub claim: String,
    /// The number the article gives.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// Section of the article.
    #[serde(alias = "article_section")]
    pub section: String,
    /// What it was checked against.
    pub source: String,
    /// What that source says, or what the recomputation gives.
    pub source_value: String,
    /// `reproduced`, `consistent`, `contradicted`, `misattributed`, `cannot be traced` or `arithmetic error`.
    pub verdict: String,
    /// Explanation.
    pub note: String,
}

/// A sourced fact that is not a claim of the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcedFact {
    /// Short id, e.g. `S4`.
    pub id: String,
    /// What it is about.
    pub topic: String,
    /// The fact.
    pub fact: String,
    /// Its value.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// `primary (read)`, `secondary` or `derived`.
    pub status: String,
}

/// A published throughput measurement as it was collected; serving profiles are derived from these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throughput {
    /// Model and precision.
    pub model: String,
    /// GPU and memory.
    pub gpu: String,
    /// Number of GPUs.
    pub gpus: String,
    /// Serving framework and version.
    pub framework: String,
    /// Load during the measurement.
    pub load: String,
    /// Input tokens per request, where stated.
    pub input_tokens: String,
    /// Output tokens per request, where stated.
    pub output_tokens: String,
    /// Requests per second, where stated.
    pub requests_per_s: String,
    /// Output tokens per second, where stated.
    pub output_tok_per_s: String,
    /// Input and output tokens per second, where stated.
    pub total_tok_per_s: String,
    /// Milliseconds to the first token, where stated.
    pub ttft_ms: String,
    /// Milliseconds per further token, where stated.
    pub tpot_ms: String,
    /// Where it was read.
    pub source: String,
    /// Date of the measurement.
    pub date: String,
    /// `measured`, `secondary` or a warning.
    pub status: String,
    /// What a reader should know.
    pub note: String,
}

/// One point of the article's cost chart with several ways to explain it, in thousands of USD over 3 years.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartFit {
    /// Millions of documents per month; `v` in the formulas of the explanations.
    #[serde(rename = "M_docs_per_month")]
    pub m_docs_per_month: f64,
    /// The article's API figure.
    pub article_api_kusd: f64,
    /// The API as a straight line, 55 v.
    #[serde(rename = "api_55v")]
    pub api_line: f64,
    /// The API at the list price of GPT-4o, 52.2 v.
    #[serde(rename = "api_list_price_52.2v")]
    pub api_list: f64,
    /// The article's SLM figure.
    pub article_slm_kusd: f64,
    /// The SLM as a power of the volume, 16.25 + 10.69 v^0.76.
    #[serde(rename = "slm_power_16.25+10.69v^0.76")]
    pub slm_power: f64,
    /// The SLM as two straight lines that meet at 1, 16.5 + 6.5 min(v, 1) + 5.55 v.
    #[serde(rename = "slm_two_slope_16.5+6.5min(v,1)+5.55v")]
    pub slm_two_slope: f64,
    /// The SLM as one straight line, 19.84 + 5.95 v.
    #[serde(rename = "slm_affine_19.84+5.95v")]
    pub slm_affine: f64,
    /// The SLM on GPUs that are billed only while they work, 18.2 + 28.8 v/4.8.
    #[serde(rename = "slm_autoscaled_18.2+28.8v/4.8")]
    pub slm_autoscaled: f64,
    /// The SLM on whole GPUs that always run, at the article's unit costs, 18.5 + 28.8 per GPU.
    #[serde(rename = "slm_unit_cost_step_18.5+28.8*GPUs")]
    pub slm_whole_gpus: f64,
}

/// One fine-tuned model of the LoRA Land study on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoraLandRow {
    /// Task.
    pub task: String,
    /// Category of the task.
    pub category: String,
    /// Metric of the score.
    pub metric: String,
    /// Training examples.
    pub train_examples: String,
    /// Base model.
    pub base_model: String,
    /// Score of the base model.
    pub base_score: String,
    /// Score after fine-tuning.
    pub fine_tuned_score: String,
    /// GPT-3.5's score on the task.
    pub gpt35_turbo_score: String,
    /// GPT-4's score on the task.
    pub gpt4_score: String,
    /// `win`, `tie` or `loss` against GPT-4.
    pub vs_gpt4: String,
}

fn rows<T: DeserializeOwned>(file: &'static str, text: &'static str) -> Result<Vec<T>, EvidenceError> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| EvidenceError { file, source })
}

/// The claims of the article.
///
/// # Errors
/// [`EvidenceError`] when the embedded file is malformed; a test keeps that from shipping.
pub fn claims() -> Result<Vec<Claim>, EvidenceError> {
    rows("claims.csv", CLAIMS)
}

/// Facts beside the article.
///
/// # Errors
/// As [`claims`].
pub fn facts() -> Result<Vec<SourcedFact>, EvidenceError> {
    rows("facts.csv", FACTS)
}

/// Published throughput measurements.
///
/// # Errors
/// As [`claims`].
pub fn throughput() -> Result<Vec<Throughput>, EvidenceError> {
    rows("throughput.csv", THROUGHPUT)
}

/// The article's cost chart.
///
/// # Errors
/// As [`claims`].
pub fn chart_fit() -> Result<Vec<ChartFit>, EvidenceError> {
    rows("chart_fit.csv", CHART_FIT)
}

/// The LoRA Land study.
///
/// # Errors
/// As [`claims`].
pub fn lora_land() -> Result<Vec<LoraLandRow>, EvidenceError> {
    rows("lora_land.csv", LORA_LAND)
}

#[derive(Deserialize)]
struct PriceRow {
    litellm_key: String,
    provider: String,
    class: String,
    input_usd_per_m: f64,
    cached_input_usd_per_m: Option<f64>,
    output_usd_per_m: f64,
    batch_input_usd_per_m: Option<f64>,
    batch_output_usd_per_m: Option<f64>,
    context_window_in: Option<u64>,
    deprecation_date: String,
    as_of: String,
    source: String,
    note: String,
}

#[derive(Deserialize)]
struct HardwareRow {
    gpu: String,
    offer: String,
    usd_per_gpu_month_730h: f64,
    as_of: String,
    source: String,
    status: String,
}

/// The day on which the default price book was read.
const AS_OF: &str = "2026-11-23";

/// Lowest and highest published cost of a fine-tuned encoder, USD per million requests (fact S4).
const ENCODER_USD_PER_MILLION: (f64, f64) = (5.19, 32.98);

/// The default price book.
///
/// # Errors
/// As [`claims`].
pub fn price_book() -> Result<PriceBook, EvidenceError> {
    let encoder_source = facts()?
        .into_iter()
        .find(|fact| fact.id == "S4")
        .map_or_else(String::new, |fact| format!("{} ({}); fact S4", fact.source, fact.status));
    Ok(PriceBook {
        version: AS_OF.to_owned(),
        as_of: AS_OF.to_owned(),
        api_models: rows::<PriceRow>("prices.csv", PRICES)?.into_iter().map(api_price).collect(),
        gpu_offers: rows::<HardwareRow>("hardware_prices.csv", HARDWARE)?
            .into_iter()
            .map(gpu_offer)
            .collect(),
        serving_profiles: rows::<ServingProfile>("serving_profiles.csv", SERVING)?,
        latencies: rows::<PublishedLatency>("latency.csv", LATENCY)?,
        encoder: EncoderPrice {
            low: Usd::from_price(ENCODER_USD_PER_MILLION.0),
            likely: Usd::from_price(libm::sqrt(ENCODER_USD_PER_MILLION.0 * ENCODER_USD_PER_MILLION.1)),
            high: Usd::from_price(ENCODER_USD_PER_MILLION.1),
            source: encoder_source,
        },
        digest: LazyDigest::default(),
    })
}

fn api_price(row: PriceRow) -> ApiPrice {
    ApiPrice {
        key: row.litellm_key,
        provider: row.provider,
        class: row.class,
        input: Usd::from_price(row.input_usd_per_m),
        cached_input: row.cached_input_usd_per_m.map(Usd::from_price),
        output: Usd::from_price(row.output_usd_per_m),
        batch_input: row.batch_input_usd_per_m.map(Usd::from_price),
        batch_output: row.batch_output_usd_per_m.map(Usd::from_price),
        context_window: row.context_window_in,
        retires_on: Some(row.deprecation_date).filter(|date| !date.is_empty()),
        as_of: row.as_of,
        source: row.source,
        note: row.note,
    }
}

fn gpu_offer(row: HardwareRow) -> GpuOffer {
    GpuOffer {
        key: slug(&format!("{} {}", row.gpu, row.offer)),
        gpu: row.gpu,
        offer: row.offer,
        per_month: Usd::from_price(row.usd_per_gpu_month_730h),
        as_of: row.as_of,
        source: row.source,
        status: row.status,
    }
}

/// Lower-case letters and digits of a text, joined by single hyphens.
fn slug(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_ledger_reads_whole() {
        assert_eq!(claims().unwrap().len(), 98);
        assert_eq!(lora_land().unwrap().len(), 310);
        assert_eq!(facts().unwrap().len(), 43);
        assert_eq!(throughput().unwrap().len(), 53);
        assert_eq!(chart_fit().unwrap().len(), 5);
    }

    #[test]
    fn every_explanation_of_the_articles_chart_follows_its_formula() {
        for point in chart_fit().unwrap() {
            let v = point.m_docs_per_month;
            let gpus = if v > 5.0 { 2.0 } else { 1.0 };
            for (given, formula) in [
                (point.api_line, 55.0 * v),
                (point.api_list, 52.2 * v),
                (point.slm_power, 16.25 + 10.69 * libm::pow(v, 0.76)),
                (point.slm_two_slope, 16.5 + 6.5 * v.min(1.0) + 5.55 * v),
                (point.slm_affine, 19.84 + 5.95 * v),
                (point.slm_autoscaled, 18.2 + 28.8 * v / 4.8),
                (point.slm_whole_gpus, 18.5 + 28.8 * gpus),
            ] {
                assert!((given - formula).abs() < 0.02, "{v}: {given} is not {formula}");
            }
        }
    }

    #[test]
    fn price_book_keys_are_unique_and_every_row_has_source_and_date() {
        let book = price_book().unwrap();
        assert_eq!(book.api_models.len(), 52);
        assert_eq!(book.gpu_offers.len(), 18);
        let unique = |keys: Vec<&str>| keys.iter().collect::<BTreeSet<_>>().len() == keys.len();
        assert!(unique(book.api_models.iter().map(|m| m.key.as_str()).collect()));
        assert!(unique(book.gpu_offers.iter().map(|o| o.key.as_str()).collect()));
        assert!(book.api_models.iter().all(|m| !m.source.is_empty() && !m.as_of.is_empty()));
        assert!(book.gpu_offers.iter().all(|o| !o.source.is_empty() && !o.as_of.is_empty()));
        assert!(book.serving_profiles.iter().all(|p| !p.source.is_empty() && !p.as_of.is_empty()));
        assert!(book.latencies.iter().all(|l| book.api_model(&l.model).is_some()));
        assert_eq!(book.api_model("gpt-4o").unwrap().input, Usd::from_price(2.5));
        assert_eq!(book.gpu_offer("a10g-24gb-article").unwrap().per_month, Usd::from_price(800.0));
    }

    #[test]
    fn prices_recompute_the_collected_scenario_column() {
        // 10M documents of 500 input and 20 output tokens, as the collection's own column states it.
        #[derive(Deserialize)]
        struct Row {
            litellm_key: String,
            #[serde(rename = "scenario_10M_docs_month_usd")]
            month: f64,
        }
        let book = price_book().unwrap();
        for row in rows::<Row>("prices.csv", PRICES).unwrap() {
            let model = book.api_model(&row.litellm_key).unwrap();
            let month = 5_000.0 * model.input.dollars() + 200.0 * model.output.dollars();
            assert!((month - row.month).abs() < 1e-6, "{} {month} {}", row.litellm_key, row.month);
        }
    }
}
