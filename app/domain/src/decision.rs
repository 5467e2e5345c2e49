//! What the engine answers: every step it took, with the numbers it took it on.

use crate::curve::CostCurve;
use crate::fact::Estimate;
use crate::field::choices;
use crate::units::Usd;
use crate::use_case::Field;
use serde::{Deserialize, Serialize};

choices! {
    /// The ways to serve a use case. All of them are always costed, in this order.
    OptionKind {
        /// An out-of-the-box LLM behind a third-party API.
        FrontierApi = "frontier_api", "Frontier LLM API";
        /// The provider's small model behind the same kind of API.
        SmallApi = "small_api", "Small-model API";
        /// An open-weight model that somebody else hosts, billed per token.
        HostedOpenWeight = "hosted_open_weight", "Hosted open-weight model";
        /// A fine-tuned small language model on GPUs of one's own.
        SelfHostedSlm = "self_hosted_slm", "Self-hosted fine-tuned SLM";
        /// The SLM answers what it is confident in, the rest escalates to the frontier API.
        Hybrid = "hybrid", "Hybrid of SLM and LLM";
        /// A fine-tuned encoder on CPU; for pure classification only.
        CpuEncoder = "cpu_encoder", "Fine-tuned encoder on CPU";
    }
    /// Which side a dimension speaks for.
    Side {
        /// For a fine-tuned small model.
        Slm = "slm", "favours SLM";
        /// For an LLM behind an API.
        Llm = "llm", "favours LLM";
        /// For neither.
        Neutral = "neutral", "neutral";
        /// The fact is unknown, so it says nothing.
        Unknown = "unknown", "unknown";
    }
    /// The eight dimensions of the article's table.
    DimensionKind {
        /// Requests per month.
        Volume = "volume", "Volume";
        /// Bounded or open-ended.
        Structure = "structure", "Task structure";
        /// Labelled examples.
        TrainingData = "training_data", "Training data";
        /// Latency target.
        Latency = "latency", "Latency";
        /// Where data may go.
        Privacy = "privacy", "Privacy";
        /// Who could run a model.
        MlCapacity = "ml_capacity", "ML capacity";
        /// How often the task changes.
        Stability = "stability", "Stability";
        /// Measured gap between LLM and SLM.
        PerformanceGap = "performance_gap", "Performance gap";
    }
    /// Nodes of the article's flowchart. The article draws thirteen, A to M.
    Node {
        /// Start.
        A = "A", "A new AI use case";
        /// High volume?
        B = "B", "More than the volume gate?";
        /// Data? (high volume)
        C = "C", "Labelled training data available?";
        /// Complex reasoning? (low volume)
        D = "D", "Complex reasoning needed?";
        /// Terminal: fine-tuned SLM.
        E = "E", "Fine-tuned SLM";
        /// Capacity? (high volume, no data)
        F = "F", "ML capacity available?";
        /// Terminal: LLM API.
        G = "G", "LLM API";
        /// Privacy? (low volume, simple)
        H = "H", "Must data stay on-premise?";
        /// Build the training data, then fine-tune.
        I = "I", "Collect and label training data";
        /// Terminal: self-hosted small open-weight model.
        J = "J", "Self-hosted small open-weight model";
        /// Terminal: LLM or managed fine-tuning.
        K = "K", "LLM or managed fine-tuning";
        /// After E.
        L = "L", "Monitor and re-train";
        /// After G.
        M = "M", "Prompt engineering and cost monitoring";
    }
    /// Quadrants of the specificity–volume chart.
    Quadrant {
        /// Specific, high volume.
        SlmStronglyPreferred = "slm_strongly_preferred", "SLM strongly preferred";
        /// Open-ended, high volume.
        SlmWithCaveats = "slm_with_caveats", "SLM with caveats";
        /// Open-ended, low volume.
        LlmPreferred = "llm_preferred", "LLM preferred";
        /// Specific, low volume.
        CaseByCase = "case_by_case", "Decide case by case";
    }
    /// Parts a cost is made of.
    Part {
        /// Tokens billed by an API.
        Tokens = "tokens", "API tokens";
        /// GPUs by the month.
        Gpus = "gpus", "GPUs";
        /// CPU inference of an encoder.
        CpuInference = "cpu_inference", "CPU inference";
        /// Deciding where a request goes.
        Router = "router", "Router";
        /// Evaluation and monitoring.
        Evaluation = "evaluation", "Evaluation and monitoring";
        /// The engineer's share.
        Engineering = "engineering", "Engineering";
        /// Keeping prompts working.
        PromptUpkeep = "prompt_upkeep", "Prompt upkeep";
        /// Connecting and deploying, once.
        Integration = "integration", "Integration";
        /// The first fine-tuning run.
        FineTuning = "fine_tuning", "Fine-tuning";
        /// Labels missing at the start.
        Labelling = "labelling", "Labelling";
        /// Later runs and their labels.
        Retraining = "retraining", "Re-training";
        /// Undetected wrong answers.
        SilentErrors = "silent_errors", "Undetected errors";
    }
    /// How sure the verdict is.
    Confidence {
        /// Dimensions agree, cost is clear.
        High = "high", "high";
        /// Something speaks against it.
        Medium = "medium", "medium";
        /// Little is known or the signals contradict.
        Low = "low", "low";
    }
}

/// One step of the flowchart: what was asked, on which fact, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowchartStep {
    /// The node.
    pub node: Node,
    /// The question or action at the node.
    pub question: String,
    /// The fact it was answered with, in words.
    pub fact: String,
    /// The threshold it was held against; empty where there is none.
    pub threshold: String,
    /// `yes`, `no`, or empty at nodes that ask nothing.
    pub answer: String,
}

/// The path through the flowchart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowchartTrace {
    /// Steps in the order taken.
    pub steps: Vec<FlowchartStep>,
    /// Where it ends: E, G, J or K; `None` when an unknown fact stops it.
    pub terminal: Option<Node>,
    /// The fact that stopped it, if one did.
    pub stopped_by: Option<Field>,
}

/// One row of the dimension table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DimensionResult {
    /// Which dimension.
    pub dimension: DimensionKind,
    /// Which side it speaks for.
    pub side: Side,
    /// The fact, in words.
    pub fact: String,
    /// The thresholds, in words.
    pub threshold: String,
    /// The field the fact comes from.
    pub field: Field,
}

/// How many dimensions speak for each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tally {
    /// Favour a small model.
    pub slm: u8,
    /// Favour an LLM.
    pub llm: u8,
    /// Favour neither.
    pub neutral: u8,
    /// Unknown.
    pub unknown: u8,
}

/// Where the use case lies on the quadrant chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuadrantPosition {
    /// 0 open-ended to 1 bounded.
    pub specificity: f64,
    /// Requests per month.
    pub requests_per_month: f64,
    /// The quadrant it falls into.
    pub quadrant: Quadrant,
}

/// Why an option cannot be taken, or should not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The field the reason rests on.
    pub field: Field,
    /// The reason as a sentence.
    pub sentence: String,
}

/// One part of an option's cost over the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostPart {
    /// Which part.
    pub part: Part,
    /// Present value over the horizon.
    pub amount: Usd,
}

/// Cost of an option over the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cost {
    /// Present value over the horizon: at the cheapest, the likely and the dearest reading of the inputs.
    pub total: Estimate<Usd>,
    /// What month 1 costs to run, one-off costs apart.
    pub first_month: Usd,
    /// One-off costs before the first request.
    pub upfront: Usd,
    /// Likely total divided by all requests of the horizon, USD per 1,000 requests.
    pub per_thousand_requests: f64,
    /// Parts of the likely total, in the order of [`Part`]; they add up to it within rounding.
    pub parts: Vec<CostPart>,
    /// Likely cumulative present value after each month; index 0 is the cost before the first request.
    pub cumulative: Vec<Usd>,
    /// GPUs in the first and in the last month; zero where the option runs none.
    pub replicas: (u64, u64),
    /// Likely total as a function of the first month's volume.
    pub curve: CostCurve,
}

impl Cost {
    /// One part of the likely total; zero where the option has no such part.
    #[must_use]
    pub fn amount(&self, part: Part) -> Usd {
        self.parts.iter().filter(|other| other.part == part).map(|other| other.amount).sum()
    }
}

/// What one way of serving the use case would mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionResult {
    /// Which option.
    pub option: OptionKind,
    /// Model and hardware in words.
    pub served_by: String,
    /// Hard constraints it violates; empty if it may be taken.
    pub excluded: Vec<Reason>,
    /// Reasons of the framework to set it aside although it may be taken.
    pub set_aside: Vec<Reason>,
    /// The cost, or `None` where a needed input is unknown.
    pub cost: Option<Cost>,
    /// Inputs that would have to be known to cost it.
    pub missing: Vec<Field>,
    /// Measured quality in percent, where known.
    pub quality: Option<f64>,
    /// Least possible latency of a whole answer in ms, where a figure exists.
    pub least_latency_ms: Option<f64>,
    /// Where that latency figure comes from; empty if there is none.
    pub latency_basis: String,
    /// What a reader should know about the figures, e.g. a model's announced retirement.
    pub notes: Vec<String>,
}

/// A range of volumes in which one option of a pair is the cheaper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheaperRange {
    /// From this volume, requests/month.
    pub from: f64,
    /// To this volume, requests/month.
    pub to: f64,
    /// The cheaper option; `None` where steps alternate too closely to tell apart.
    pub cheaper: Option<OptionKind>,
}

/// All volumes between 10³ and 10⁹ requests/month at which the cheaper of two options changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairCrossovers {
    /// First option of the pair.
    pub first: OptionKind,
    /// Second option of the pair.
    pub second: OptionKind,
    /// Ranges from 10³ to 10⁹ without gaps; a single range means they never cross.
    pub ranges: Vec<CheaperRange>,
}

impl PairCrossovers {
    /// The volumes at which the cheaper option changes.
    pub fn volumes(&self) -> impl Iterator<Item = f64> + '_ {
        self.ranges.iter().skip(1).map(|range| range.from)
    }
}

/// What the engine concludes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// One option is justified.
    Recommended {
        /// The option.
        option: OptionKind,
    },
    /// Two or more options are as good as each other at today's knowledge.
    Tie {
        /// The options, cheapest first.
        options: Vec<OptionKind>,
        /// The question whose answer decides.
        deciding_question: String,
    },
    /// A fact is missing without which a recommendation would be a guess.
    MissingEvidence {
        /// The fact to get first.
        first: Field,
        /// Why it decides.
        why: String,
        /// What one would take today if one had to, if anything.
        leaning: Option<OptionKind>,
    },
}

/// The article's own answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleAnswer {
    /// Where its flowchart ends.
    pub terminal: Option<Node>,
    /// The option that terminal means.
    pub option: Option<OptionKind>,
    /// The side its dimension table favours.
    pub table_side: Side,
    /// The article's answer as a sentence.
    pub sentence: String,
    /// Why ours differs, one sentence each; empty when it does not.
    pub differences: Vec<String>,
}

/// An API of the price book that would cost less than the self-hosted path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheaperApi {
    /// Key of the model.
    pub model: String,
    /// Its class in the price book.
    pub class: String,
    /// Its total over the horizon.
    pub total: Usd,
}

/// The honest headline: which API one compares with decides the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Headline {
    /// The headline as a sentence.
    pub sentence: String,
    /// The self-hosted total it is held against, without the cost of undetected errors.
    pub self_hosted_total: Usd,
    /// APIs that cost less, cheapest first.
    pub cheaper: Vec<CheaperApi>,
    /// How many APIs of the price book were compared: those still sold that read inputs of this length.
    pub compared: u32,
}

/// Versions and hash that tie a decision to exactly what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provenance {
    /// Version of the engine.
    pub engine: String,
    /// Version of the policy.
    pub policy: String,
    /// Version of the price book.
    pub price_book: String,
    /// SHA-256 over material inputs, policy, price book and engine version, in hexadecimal.
    pub content_hash: String,
}

/// The engine's result for a use case, a policy and a price book.
#[must_use = "a decision nobody reads decides nothing"]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// What it was made from.
    pub provenance: Provenance,
    /// The conclusion.
    pub outcome: Outcome,
    /// The conclusion as a sentence.
    pub sentence: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why, one sentence each, most important first.
    pub reasons: Vec<String>,
    /// The assumption the conclusion hangs on, as a sentence.
    pub decisive_assumption: String,
    /// The article's answer and why ours differs.
    pub article: ArticleAnswer,
    /// The path through the flowchart.
    pub flowchart: FlowchartTrace,
    /// The eight dimensions.
    pub dimensions: Vec<DimensionResult>,
    /// How they add up.
    pub tally: Tally,
    /// The position on the quadrant chart, where specificity and volume are known.
    pub quadrant: Option<QuadrantPosition>,
    /// All options, always in the order of [`OptionKind`].
    pub options: Vec<OptionResult>,
    /// Crossovers of every pair of costed options.
    pub crossovers: Vec<PairCrossovers>,
    /// The honest headline, where a cheaper API beats the self-hosted path.
    pub headline: Option<Headline>,
    /// Months the costs cover; `None` when unknown.
    pub horizon_months: Option<u64>,
}

/// Where an option stands in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A hard constraint excludes it.
    Excluded,
    /// The framework sets it aside, and another option is left.
    SetAside,
    /// It is in the running.
    Candidate,
    /// The option one would take today.
    Leading,
}

impl Standing {
    /// Whether the verdict ranks it by cost.
    #[must_use]
    pub fn is_in_the_running(self) -> bool {
        self >= Self::Candidate
    }

    /// What keeps it out of the running, in two words; empty for one that is in it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::SetAside => "set aside",
            Self::Candidate | Self::Leading => "",
        }
    }
}

impl Decision {
    /// Where an option stands.
    #[must_use]
    pub fn standing(&self, result: &OptionResult) -> Standing {
        let is_left = |other: &OptionResult| {
            other.excluded.is_empty() && other.set_aside.is_empty() && other.cost.is_some()
        };
        if !result.excluded.is_empty() {
            Standing::Excluded
        } else if self.leading_option() == Some(result.option) {
            Standing::Leading
        } else if !result.set_aside.is_empty() && self.options.iter().any(is_left) {
            Standing::SetAside
        } else {
            Standing::Candidate
        }
    }

    /// The result for one option.
    #[must_use]
    pub fn option(&self, kind: OptionKind) -> Option<&OptionResult> {
        self.options.iter().find(|result| result.option == kind)
    }

    /// The option one would take today: recommended, cheapest of a tie, or the leaning.
    #[must_use]
    pub fn leading_option(&self) -> Option<OptionKind> {
        match &self.outcome {
            Outcome::Recommended { option } => Some(*option),
            Outcome::Tie { options, .. } => options.first().copied(),
            Outcome::MissingEvidence { leaning, .. } => *leaning,
        }
    }

    /// The likely total of one option over the horizon.
    #[must_use]
    pub fn total(&self, kind: OptionKind) -> Option<Usd> {
        self.option(kind)?.cost.as_ref().map(|cost| cost.total.likely)
    }
}
