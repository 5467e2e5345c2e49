//! Latencies that somebody measured in the demo: what ran where, how often, and how long it took.
//!
//! A measurement belongs to a use case and changes nothing by itself. To count in a decision it becomes inputs of a
//! revision, like anything else that is known about the use case: [`Measurement::inputs`] says which.

use crate::field::choices;
use serde::{Deserialize, Serialize};

choices! {
    /// What was measured.
    MeasurementKind {
        /// A small model in the browser.
        BrowserModel = "browser_model", "A small model in the browser";
        /// An LLM endpoint through this server.
        Api = "api", "An LLM endpoint through this server";
    }
    /// What the model ran on.
    Backend {
        /// The GPU of the device.
        Gpu = "gpu", "GPU of the device";
        /// The CPU of the device.
        Cpu = "cpu", "CPU of the device";
        /// Whatever the endpoint has.
        Api = "api", "The endpoint’s own";
    }
}

/// Most milliseconds that a measured latency may have: an hour.
pub const LONGEST_MS: f64 = 3_600_000.0;

/// Three percentiles of a latency, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// The percentiles are no latencies: they fall, are negative, or exceed [`LONGEST_MS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("percentiles must rise from p50 to p99, between 0 and an hour")]
pub struct NoPercentiles;

impl Percentiles {
    /// Percentiles that rise.
    ///
    /// # Errors
    /// [`NoPercentiles`].
    pub fn new(p50: f64, p95: f64, p99: f64) -> Result<Self, NoPercentiles> {
        // Comparing with a number that is none is never true.
        let rise = 0.0 <= p50 && p50 <= p95 && p95 <= p99 && p99 <= LONGEST_MS;
        if rise { Ok(Self { p50, p95, p99 }) } else { Err(NoPercentiles) }
    }
}

/// A GPU as WebGPU names it. Browsers keep back whatever could tell one device from another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adapter {
    /// Who makes it; `null` where the browser says nothing.
    pub vendor: Option<String>,
    /// Its family; likewise.
    pub architecture: Option<String>,
    /// A description; likewise.
    pub description: Option<String>,
}

/// A browser, without what would tell one person from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Browser {
    /// Its name, such as `Chrome`.
    pub name: String,
    /// Its major version.
    pub version: u16,
}

/// A latency run with its device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measurement {
    /// What was measured.
    pub kind: MeasurementKind,
    /// The model that answered.
    pub model: String,
    /// Which prompts it answered.
    pub prompt_set: String,
    /// What it ran on; `api` exactly for an LLM endpoint.
    pub backend: Backend,
    /// The GPU; `null` where there was none, or it is not known.
    pub adapter: Option<Adapter>,
    /// The browser that took the times.
    pub browser: Browser,
    /// How many answers were timed.
    pub runs: u32,
    /// Until the first token.
    pub first_token_ms: Percentiles,
    /// For each further token; `null` where answers have one token only.
    pub per_token_ms: Option<Percentiles>,
    /// For the whole answer.
    pub total_ms: Percentiles,
}

/// The inputs of a revision that make a measurement count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasuredInputs {
    /// 95th percentile of the whole answer.
    pub slm_latency_ms: f64,
    /// What was measured, on what, and when.
    pub slm_latency_source: String,
}

impl Measurement {
    /// What a revision would say about the small model if it took this measurement over; none for an endpoint, which is
    /// no small model. `day` is the day it was made, in ISO 8601.
    #[must_use]
    pub fn inputs(&self, day: &str) -> Option<MeasuredInputs> {
        // Shorter than the field holds is faster than any latency that matters.
        (self.kind == MeasurementKind::BrowserModel).then(|| MeasuredInputs {
            slm_latency_ms: self.total_ms.p95.max(1.0),
            slm_latency_source: self.citation(day),
        })
    }

    /// What was measured, on what, and when: `SmolLM2 on one device’s GPU (apple metal-3), Chrome 140, 50 runs,
    /// 2026-11-28`.
    fn citation(&self, day: &str) -> String {
        let device = match self.backend {
            Backend::Gpu => "on one device’s GPU",
            Backend::Cpu => "on one device’s CPU",
            Backend::Api => "through an endpoint",
        };
        let adapter = self.adapter.as_ref().map(Adapter::in_words).filter(|words| !words.is_empty());
        let adapter = adapter.map_or_else(String::new, |words| format!(" ({words})"));
        let runs = if self.runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs) };
        let Browser { name, version } = &self.browser;
        let end = format!(" {device}{adapter}, {name} {version}, {runs}, {day}");
        // The end says what the reader cannot guess; of a long name the beginning will do.
        let room = CITATION_LENGTH.saturating_sub(end.chars().count());
        let model: String = self.model.chars().take(room).collect();
        format!("{model}{end}")
    }
}

/// Most characters of a citation, as many as the field holds.
const CITATION_LENGTH: usize = 300;

/// Most characters of an adapter's name in a citation.
const ADAPTER_LENGTH: usize = 80;

impl Adapter {
    fn in_words(&self) -> String {
        let parts: Vec<&str> =
            [&self.vendor, &self.architecture].into_iter().flatten().map(String::as_str).collect();
        parts.join(" ").chars().take(ADAPTER_LENGTH).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::field::{Draft, FieldValue as _};
    use crate::use_case::{Citation, Field, UseCase};

    fn measured() -> Measurement {
        Measurement {
            kind: MeasurementKind::BrowserModel,
            model: "SmolLM2-135M-Instruct Q4_1".to_owned(),
            prompt_set: "ticket-triage-1".to_owned(),
            backend: Backend::Gpu,
            adapter: Some(Adapter {
                vendor: Some("apple".to_owned()),
                architecture: Some("metal-3".to_owned()),
                description: None,
            }),
            browser: Browser { name: "Chrome".to_owned(), version: 140 },
            runs: 50,
            first_token_ms: Percentiles::new(21.0, 30.5, 41.0).unwrap(),
            per_token_ms: None,
            total_ms: Percentiles::new(60.0, 84.0, 97.5).unwrap(),
        }
    }

    #[test]
    fn percentiles_rise() {
        for (p50, p95, p99) in [(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (5.0, 5.0, LONGEST_MS)] {
            assert!(Percentiles::new(p50, p95, p99).is_ok());
        }
        for (p50, p95, p99) in [
            (2.0, 1.0, 3.0),
            (1.0, 3.0, 2.0),
            (-1.0, 2.0, 3.0),
            (1.0, 2.0, LONGEST_MS + 1.0),
            (f64::NAN, 2.0, 3.0),
            (1.0, f64::NAN, 3.0),
            (1.0, 2.0, f64::INFINITY),
        ] {
            assert!(Percentiles::new(p50, p95, p99).is_err(), "{p50} {p95} {p99}");
        }
    }

    #[test]
    fn a_measurement_of_a_small_model_becomes_inputs_that_a_use_case_takes() {
        let inputs = measured().inputs("2026-11-28").unwrap();
        assert_eq!(inputs.slm_latency_ms, 84.0);
        let source =
            "SmolLM2-135M-Instruct Q4_1 on one device’s GPU (apple metal-3), Chrome 140, 50 runs, 2026-11-28";
        assert_eq!(inputs.slm_latency_source, source);
        let draft = Draft::default()
            .with(Field::SlmLatencyMs, inputs.slm_latency_ms.to_string())
            .with(Field::SlmLatencySource, &*inputs.slm_latency_source);
        assert_eq!(UseCase::parse(&draft).unwrap().slm_latency_source.as_str(), source);
        let endpoint = Measurement { kind: MeasurementKind::Api, backend: Backend::Api, ..measured() };
        assert_eq!(endpoint.inputs("2026-11-28"), None);
    }

    #[test]
    fn a_citation_always_fits() {
        let long = "é".repeat(500);
        let adapter =
            Adapter { vendor: Some(long.clone()), architecture: Some(long.clone()), description: None };
        let browser = Browser { name: "é".repeat(60), version: 9_999 };
        let measured =
            Measurement { model: long, adapter: Some(adapter), browser, runs: 100_000, ..measured() };
        let source = measured.inputs("2026-11-28").unwrap().slm_latency_source;
        assert!(Citation::parse_text(&source).is_ok());
        assert!(source.ends_with("100000 runs, 2026-11-28"), "{source}");
        let quick = Measurement { total_ms: Percentiles::new(0.1, 0.2, 0.3).unwrap(), ..measured };
        assert_eq!(quick.inputs("2026-11-28").unwrap().slm_latency_ms, 1.0);
    }
}
