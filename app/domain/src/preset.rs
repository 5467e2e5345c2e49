//! Starting points for an assessment: the article's scenarios, its eight quadrant examples, and a blank one.
//!
//! Every preset fills the form completely, so that each assumption can be seen and changed. Volume and
//! specificity of the eight examples are the article's coordinates (claims Q1 to Q8), its volume axis read
//! as four decades around the flowchart's gate. The remaining inputs are ours: plausible, round, and
//! described in the notes of each example.

use crate::field::Draft;
use crate::use_case::Field;

/// A starting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Name in links.
    pub id: &'static str,
    /// Name as people read it.
    pub name: &'static str,
    /// One sentence on what it is.
    pub about: &'static str,
    fields: &'static [(Field, &'static str)],
}

use Field as F;

/// Assumptions shared by every preset; a preset's own fields come on top.
const ASSUMPTIONS: &[(Field, &str)] = &[
    (F::CachedTokens, "0"),
    (F::YearlyGrowth, "0"),
    (F::PeakToMean, "3"),
    (F::LabelCount, "0"),
    (F::LabelledExamples, "0"),
    (F::NeededExamples, "10000"),
    (F::PricePerLabel, "0.3"),
    (F::FrontierModel, "gpt-6-sol"),
    (F::SmallModel, "gpt-6-luna"),
    (F::HostedModel, "deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo"),
    (F::HostedFineTuned, "no"),
    (F::Batch, "no"),
    (F::ApiPriceDrift, "0"),
    (F::PromptUpkeep, "200"),
    (F::ApiIntegration, "5000"),
    (F::ServingProfile, "qwen2.5-7b-l4"),
    (F::GpuOffer, "l4-24gb-aws-us-east-1-g6-xlarge"),
    (F::MinReplicas, "2"),
    (F::SpareReplicas, "0"),
    (F::TargetUtilisation, "70"),
    (F::GpuPriceDrift, "0"),
    (F::EvaluationPerMonth, "500"),
    (F::EngineeringPerMonth, "2000"),
    (F::FineTuningRun, "500"),
    (F::SlmIntegration, "15000"),
    (F::RetrainingInterval, "6"),
    (F::RetrainingLabels, "1000"),
    (F::HybridKind, "cascade"),
    (F::ShareHandled, "80"),
    (F::RouterCost, "10"),
    (F::HorizonMonths, "36"),
    (F::DiscountRate, "0"),
];

/// The article's document classification, as its own total counts it: nothing but tokens on one side, and
/// two GPUs, evaluation and one fine-tuning run on the other (claims T1 to T16).
const ARTICLE: &[(Field, &str)] = &[
    (F::Name, "Document classification (the article’s scenario)"),
    (
        F::Notes,
        "10 million documents a month into 50 categories, 500 tokens in and 20 out. GPT-4o against two A10G at $800, $500 a month for evaluation and one $500 fine-tuning run. Labelling, engineering and re-training are zero because the article leaves them out of its total. The article names Phi-3.5-mini; the throughput is our estimate.",
    ),
    (F::RequestsPerMonth, "10000000"),
    (F::InputTokens, "500"),
    (F::OutputTokens, "20"),
    (F::PeakToMean, "1"),
    (F::LatencyTargetMs, "none"),
    (F::Specificity, "0.8"),
    (F::Reasoning, "simple"),
    (F::LabelCount, "50"),
    (F::LabelledExamples, "50000"),
    (F::Privacy, "cloud_acceptable"),
    (F::MlCapacity, "internal_team"),
    (F::Stability, "stable"),
    (F::FrontierModel, "gpt-4o"),
    (F::SmallModel, "gpt-4o-mini"),
    (F::PromptUpkeep, "0"),
    (F::ApiIntegration, "0"),
    (F::ServingProfile, "phi-3.5-mini-a10g"),
    (F::GpuOffer, "a10g-24gb-article"),
    (F::MinReplicas, "2"),
    (F::EngineeringPerMonth, "0"),
    (F::SlmIntegration, "0"),
    (F::RetrainingInterval, "none"),
    (F::RetrainingLabels, "0"),
];

/// Every preset, in the order it is offered.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "article-classification",
        name: "Article: document classification",
        about: "The article’s worked example: 10 million documents a month, GPT-4o against two A10G.",
        fields: ARTICLE,
    },
    Preset {
        id: "article-classification-one-gpu",
        name: "Article: the same on one GPU",
        about: "The article’s example with one always-on A10G instead of two.",
        fields: &[(F::Name, "Document classification on one GPU"), (F::MinReplicas, "1")],
    },
    Preset {
        id: "article-research-assistant",
        name: "Article: research assistant",
        about: "50 analysts with 50,000 tokens a month each; the article’s bill is 100 times too high.",
        fields: &[
            (F::Name, "Research assistant (the article’s scenario)"),
            (
                F::Notes,
                "50 analysts, 50,000 tokens a month each: 2.5 million tokens, here 1,250 requests of 1,800 tokens in and 200 out. The article says $1,200 to $2,000 a month; its own prices give $10.00 to $12.50 (claim T19).",
            ),
            (F::RequestsPerMonth, "1250"),
            (F::InputTokens, "1800"),
            (F::OutputTokens, "200"),
            (F::LatencyTargetMs, "10000"),
            (F::Specificity, "0.15"),
            (F::Reasoning, "complex"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "none"),
            (F::Stability, "volatile"),
            (F::FrontierModel, "gpt-4o"),
            (F::SmallModel, "gpt-4o-mini"),
            (F::PromptUpkeep, "0"),
            (F::ApiIntegration, "0"),
        ],
    },
    Preset {
        id: "customer-classification",
        name: "Customer classification",
        about: "Quadrant example Q1: very bounded, very high volume.",
        fields: &[
            (F::Name, "Customer classification"),
            (
                F::Notes,
                "Article coordinates (0.8, 0.9). Short customer messages into 40 segments, with labels left over from years of manual routing. Quality figures are illustrative; a fine-tuned encoder and a fine-tuned SLM are taken to be level, as fact S4 reports for most data sets.",
            ),
            (F::RequestsPerMonth, "20000000"),
            (F::InputTokens, "180"),
            (F::OutputTokens, "4"),
            (F::CachedTokens, "0"),
            (F::YearlyGrowth, "15"),
            (F::LatencyTargetMs, "none"),
            (F::Specificity, "0.8"),
            (F::Reasoning, "simple"),
            (F::LabelCount, "40"),
            (F::LabelledExamples, "60000"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "internal_team"),
            (F::Stability, "stable"),
            (F::RequiredQuality, "92"),
            (F::LlmQuality, "90"),
            (F::SmallApiQuality, "85"),
            (F::HostedQuality, "78"),
            (F::SlmQuality, "94"),
            (F::EncoderQuality, "93"),
            (F::ShareHandled, "90"),
        ],
    },
    Preset {
        id: "medical-coding",
        name: "Medical coding",
        about: "Quadrant example Q2: the most specific task, on-premise by law.",
        fields: &[
            (F::Name, "Medical coding"),
            (
                F::Notes,
                "Article coordinates (0.9, 0.7). Clinical notes to billing codes; patient data may not leave the hospital group. Answers are lists of codes with evidence, not a single label. Quality figures are illustrative.",
            ),
            (F::RequestsPerMonth, "3200000"),
            (F::InputTokens, "900"),
            (F::OutputTokens, "60"),
            (F::YearlyGrowth, "5"),
            (F::PeakToMean, "4"),
            (F::LatencyTargetMs, "5000"),
            (F::Specificity, "0.9"),
            (F::Reasoning, "moderate"),
            (F::LabelledExamples, "40000"),
            (F::Privacy, "on_premise_required"),
            (F::MlCapacity, "internal_team"),
            (F::Stability, "evolving"),
            (F::RequiredQuality, "90"),
            (F::LlmQuality, "86"),
            (F::SlmQuality, "93"),
            (F::UndetectedShare, "5"),
            (F::LossPerError, "2"),
            (F::EngineeringPerMonth, "4000"),
        ],
    },
    Preset {
        id: "legal-clause-extraction",
        name: "Legal clause extraction",
        about: "Quadrant example Q3: bounded extraction from long documents.",
        fields: &[
            (F::Name, "Legal clause extraction"),
            (
                F::Notes,
                "Article coordinates (0.75, 0.6). Contract sections into a fixed schema. Overnight work, so batch prices are fair. The fine-tuned SLM was never measured: the engine should ask for that before anything else. Other quality figures are illustrative.",
            ),
            (F::RequestsPerMonth, "1300000"),
            (F::InputTokens, "3000"),
            (F::OutputTokens, "300"),
            (F::CachedTokens, "600"),
            (F::YearlyGrowth, "10"),
            (F::PeakToMean, "2"),
            (F::LatencyTargetMs, "none"),
            (F::Specificity, "0.75"),
            (F::Reasoning, "moderate"),
            (F::LabelledExamples, "4000"),
            (F::NeededExamples, "12000"),
            (F::PricePerLabel, "1.5"),
            (F::LabellingBudget, "20000"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "vendor_managed"),
            (F::Stability, "stable"),
            (F::RequiredQuality, "90"),
            (F::LlmQuality, "93"),
            (F::SmallApiQuality, "87"),
            (F::HostedQuality, "79"),
            (F::Batch, "yes"),
        ],
    },
    Preset {
        id: "code-completion",
        name: "Code completion (scoped)",
        about: "Quadrant example Q4: high volume, and nobody waits longer than a blink.",
        fields: &[
            (F::Name, "Code completion (scoped)"),
            (
                F::Notes,
                "Article coordinates (0.7, 0.8). Completions inside one code base; developers stop using it beyond 400 ms. Code may not leave the company. Claim B16: the study the article cites does not support code as an SLM win, so quality is left unknown on purpose.",
            ),
            (F::RequestsPerMonth, "8000000"),
            (F::InputTokens, "1200"),
            (F::OutputTokens, "24"),
            (F::YearlyGrowth, "20"),
            (F::PeakToMean, "5"),
            (F::LatencyTargetMs, "400"),
            (F::Specificity, "0.7"),
            (F::Reasoning, "moderate"),
            (F::LabelledExamples, "200000"),
            (F::Privacy, "on_premise_required"),
            (F::MlCapacity, "internal_team"),
            (F::Stability, "evolving"),
            (F::ServingProfile, "llama-3-8b-bf16-h100"),
            (F::GpuOffer, "h100-80gb-sxm-lambda-8x-h100"),
            (F::EngineeringPerMonth, "6000"),
        ],
    },
    Preset {
        id: "strategic-advisory",
        name: "Strategic advisory",
        about: "Quadrant example Q5: open-ended work at low volume.",
        fields: &[
            (F::Name, "Strategic advisory"),
            (
                F::Notes,
                "Article coordinates (0.1, 0.1). Long briefs for executives. No test set exists and none is planned; a person reads every answer.",
            ),
            (F::RequestsPerMonth, "12500"),
            (F::InputTokens, "6000"),
            (F::OutputTokens, "1500"),
            (F::CachedTokens, "2000"),
            (F::LatencyTargetMs, "60000"),
            (F::Specificity, "0.1"),
            (F::Reasoning, "complex"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "none"),
            (F::Stability, "volatile"),
        ],
    },
    Preset {
        id: "research-synthesis",
        name: "Research synthesis",
        about: "Quadrant example Q6: many sources into one text.",
        fields: &[
            (F::Name, "Research synthesis"),
            (
                F::Notes,
                "Article coordinates (0.15, 0.2). Reports drawn from dozens of papers. The frontier model was scored by the research team; nothing smaller has been tried.",
            ),
            (F::RequestsPerMonth, "31500"),
            (F::InputTokens, "12000"),
            (F::OutputTokens, "2000"),
            (F::LatencyTargetMs, "none"),
            (F::Specificity, "0.15"),
            (F::Reasoning, "complex"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "vendor_managed"),
            (F::Stability, "volatile"),
            (F::RequiredQuality, "80"),
            (F::LlmQuality, "84"),
        ],
    },
    Preset {
        id: "multi-domain-reasoning",
        name: "Multi-domain reasoning",
        about: "Quadrant example Q7: hard questions across subjects.",
        fields: &[
            (F::Name, "Multi-domain reasoning"),
            (
                F::Notes,
                "Article coordinates (0.2, 0.3). Questions that cross finance, law and engineering. A small API model was measured and falls short. Quality figures are illustrative.",
            ),
            (F::RequestsPerMonth, "80000"),
            (F::InputTokens, "2500"),
            (F::OutputTokens, "900"),
            (F::LatencyTargetMs, "30000"),
            (F::Specificity, "0.2"),
            (F::Reasoning, "complex"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "internal_team"),
            (F::Stability, "evolving"),
            (F::RequiredQuality, "78"),
            (F::LlmQuality, "82"),
            (F::SmallApiQuality, "71"),
        ],
    },
    Preset {
        id: "customer-support",
        name: "Customer support (general)",
        about: "Quadrant example Q8: high volume, but half of it is open-ended.",
        fields: &[
            (F::Name, "Customer support (general)"),
            (
                F::Notes,
                "Article coordinates (0.4, 0.85). Four in five messages repeat known questions, the rest needs judgement: the case for a hybrid. Quality figures are illustrative.",
            ),
            (F::RequestsPerMonth, "12500000"),
            (F::InputTokens, "700"),
            (F::OutputTokens, "180"),
            (F::CachedTokens, "300"),
            (F::YearlyGrowth, "10"),
            (F::PeakToMean, "4"),
            (F::LatencyTargetMs, "8000"),
            (F::Specificity, "0.4"),
            (F::Reasoning, "moderate"),
            (F::LabelledExamples, "30000"),
            (F::Privacy, "cloud_acceptable"),
            (F::MlCapacity, "internal_team"),
            (F::Stability, "evolving"),
            (F::RequiredQuality, "85"),
            (F::LlmQuality, "91"),
            (F::SmallApiQuality, "81"),
            (F::HostedQuality, "76"),
            (F::SlmQuality, "84"),
            (F::UndetectedShare, "10"),
            (F::LossPerError, "0.05"),
            (F::EngineeringPerMonth, "5000"),
        ],
    },
    Preset {
        id: "blank",
        name: "Start blank",
        about: "Your own use case: usual assumptions filled in, everything about the task still unknown.",
        fields: &[(F::LabelCount, ""), (F::LabelledExamples, ""), (F::CachedTokens, "")],
    },
];

/// The preset that the site opens with.
pub const DEFAULT_PRESET: &str = "article-classification";

/// Presets of the sample portfolio: the eight quadrant examples and the article's two worked scenarios.
pub const SAMPLE_PORTFOLIO: &[&str] = &[
    "customer-classification",
    "medical-coding",
    "legal-clause-extraction",
    "code-completion",
    "strategic-advisory",
    "research-synthesis",
    "multi-domain-reasoning",
    "customer-support",
    "article-classification",
    "article-research-assistant",
];

/// The preset of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

impl Preset {
    /// The form as this preset fills it.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let article_variant = self.id == "article-classification-one-gpu";
        let base = if article_variant { ARTICLE } else { &[] };
        let mut draft = Draft::default();
        for (field, text) in ASSUMPTIONS.iter().chain(base).chain(self.fields) {
            draft.set(*field, *text);
        }
        draft
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::use_case::UseCase;

    #[test]
    fn every_preset_reads_and_fits_the_price_book() {
        let book = crate::evidence::price_book().unwrap();
        for preset in PRESETS {
            let use_case = UseCase::parse(&preset.draft()).unwrap_or_else(|e| panic!("{} {e:?}", preset.id));
            book.check(&use_case).unwrap_or_else(|e| panic!("{} {e:?}", preset.id));
        }
        assert!(SAMPLE_PORTFOLIO.iter().all(|id| by_id(id).is_some()));
        assert!(by_id(DEFAULT_PRESET).is_some());
    }
}
