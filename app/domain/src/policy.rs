//! The policy: the framework's thresholds, versioned so that a decision can name the ones it used.

use serde::{Deserialize, Serialize};

/// Thresholds of the decision framework. Those marked *article* are the article's own; the others are
/// ours, chosen where the article names a dimension without a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Version, e.g. `article-1`.
    pub version: String,
    /// Requests/month above which the flowchart takes the high-volume branch (article, claim W1).
    pub volume_gate: f64,
    /// Requests/month above which volume favours an SLM (article, claim F1).
    pub volume_favours_slm: f64,
    /// Requests/month below which volume favours an LLM (article, claim F2).
    pub volume_favours_llm: f64,
    /// Specificity from which a task counts as bounded (ours; the article's examples for SLMs start at 0.7).
    pub bounded_from: f64,
    /// Specificity below which a task counts as open-ended (ours; the article's LLM examples end at 0.2).
    pub open_ended_below: f64,
    /// Labelled examples above which data favours an SLM (article, claim F4).
    pub examples_favour_slm: f64,
    /// Labelled examples below which data favours an LLM (ours).
    pub examples_favour_llm: f64,
    /// Latency target in ms below which latency favours an SLM (article, claim F5).
    pub latency_favours_slm_ms: f64,
    /// Latency target in ms from which an API is comfortable (ours).
    pub latency_favours_llm_ms: f64,
    /// Points by which the LLM must lead for the quality gap to favour it (ours).
    pub gap_favours_llm_points: f64,
    /// Two options whose costs differ by less than this share of the cheaper one are a tie, in percent (ours).
    pub tie_margin_percent: f64,
}

impl Policy {
    /// The policy that ships with this version: the article's thresholds and our additions.
    #[must_use]
    pub fn article() -> Self {
        Self {
            version: "article-1".to_owned(),
            volume_gate: 500_000.0,
            volume_favours_slm: 1_000_000.0,
            volume_favours_llm: 100_000.0,
            bounded_from: 0.6,
            open_ended_below: 0.4,
            examples_favour_slm: 10_000.0,
            examples_favour_llm: 1_000.0,
            latency_favours_slm_ms: 100.0,
            latency_favours_llm_ms: 1_000.0,
            gap_favours_llm_points: 5.0,
            tie_margin_percent: 10.0,
        }
    }
}
