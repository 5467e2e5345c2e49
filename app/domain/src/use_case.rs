//! A use case: everything the engine is told about one task, as one flat list of named fields.
//!
//! The list below is the only place a field is declared. The form, the link, the JSON API, the revision
//! history and the decision all go by it.

use crate::fact::Fact;
use crate::field::{
    Draft, FieldError, FieldValue, FreeText, GpuKey, Kind, ModelKey, Need, ServingKey, choices,
};
use crate::units::{
    Dollars, Examples, LabelCount, Milliseconds, Months, PeakToMean, Percent, Replicas, RequestsPerMonth,
    Specificity, TokensPerRequest, TokensPerSecond, Utilisation, YearlyRate,
};
use serde::{Deserialize, Serialize};

choices! {
    /// How much reasoning one request needs.
    Reasoning {
        /// One step: classify, extract, rewrite.
        Simple = "simple", "Simple: one step, e.g. classify or extract";
        /// A few dependent steps.
        Moderate = "moderate", "Moderate: a few dependent steps";
        /// Many steps, planning, synthesis.
        Complex = "complex", "Complex: many steps, planning or synthesis";
    }
    /// Where the data of a request may go.
    Privacy {
        /// A third-party API may see it.
        CloudAcceptable = "cloud_acceptable", "A cloud API may see the data";
        /// It must stay on hardware the organisation controls.
        OnPremiseRequired = "on_premise_required", "Data must stay on our own hardware";
    }
    /// Who could fine-tune and run a model.
    MlCapacity {
        /// Nobody.
        None = "none", "None";
        /// A vendor does it for us.
        VendorManaged = "vendor_managed", "A vendor manages it for us";
        /// A team of our own.
        InternalTeam = "internal_team", "An internal ML team";
    }
    /// How often the task changes in a way that needs new training.
    Stability {
        /// Hardly ever.
        Stable = "stable", "Stable: labels and rules hardly change";
        /// A few times a year.
        Evolving = "evolving", "Evolving: changes a few times a year";
        /// Every month or faster.
        Volatile = "volatile", "Volatile: changes every month or faster";
    }
    /// A plain yes or no.
    YesNo {
        /// Yes.
        Yes = "yes", "Yes";
        /// No.
        No = "no", "No";
    }
    /// How the hybrid splits the work.
    HybridKind {
        /// The small model tries every request; what it is unsure of goes on to the API.
        Cascade = "cascade", "Cascade: the SLM tries first, unsure requests escalate";
        /// A router sends each request to one of the two.
        Router = "router", "Router: each request goes to one of the two";
    }
}

choices! {
    /// Groups of fields as the form shows them.
    Group {
        /// Name and notes.
        Identity = "identity", "Use case";
        /// Volume and size of the requests.
        Workload = "workload", "Workload";
        /// What kind of task it is.
        Task = "task", "Task";
        /// Training data.
        Data = "data", "Training data";
        /// Privacy, capacity, stability.
        Organisation = "organisation", "Constraints and organisation";
        /// Measured quality and the cost of mistakes.
        Quality = "quality", "Quality and errors";
        /// Which APIs, at which terms.
        Api = "api", "API terms";
        /// Hardware and running costs of a model of one's own.
        SelfHosting = "self_hosting", "Self-hosting";
        /// How the hybrid splits the work.
        Hybrid = "hybrid", "Hybrid";
        /// Horizon and discounting.
        Finance = "finance", "Horizon";
    }
}

/// A name of at most 120 characters.
pub type Title = FreeText<120>;
/// Notes of at most 4,000 characters.
pub type Notes = FreeText<4000>;
/// Where a number comes from, in at most 300 characters.
pub type Citation = FreeText<300>;

macro_rules! fields {
    ($( $group:ident { $( $(#[$attribute:meta])* $field:ident / $variant:ident : $type:ty = $label:literal, $help:literal; )* } )*) => {
        /// One revision's worth of inputs. Everything may be unknown.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct UseCase { $( $(
            #[doc = $help]
            $(#[$attribute])*
            pub $field: $type,
        )* )* }

        /// Names a field of a use case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $( $( #[doc = $help] $variant, )* )* }

        impl Field {
            /// Every field in the order of the form.
            pub const ALL: &'static [Self] = &[ $( $( Self::$variant, )* )* ];

            /// The name in forms, links and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( $( Self::$variant => stringify!($field), )* )* }
            }

            /// The name as people read it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $( $( Self::$variant => $label, )* )* }
            }

            /// One sentence on what the field means.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $( $( Self::$variant => $help, )* )* }
            }

            /// The group of the form it stands in.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $( $( Self::$variant => Group::$group, )* )* }
            }

            /// Whether it is for people only: no decision goes by it, and changing it leaves approvals as they are.
            #[must_use]
            pub const fn is_cosmetic(self) -> bool {
                matches!(self.group(), Group::Identity)
            }

            /// How it is entered.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $( $( Self::$variant => <$type as FieldValue>::kind(), )* )* }
            }

            /// The field of this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $( stringify!($field) => Some(Self::$variant), )* )* _ => None }
            }
        }

        impl UseCase {
            /// Reads a draft.
            ///
            /// # Errors
            /// One [`FieldError`] for every field that cannot be read.
            pub fn parse(draft: &Draft) -> Result<Self, Vec<FieldError>> {
                let (use_case, errors) = Self::parse_readable(draft);
                if errors.is_empty() { Ok(use_case) } else { Err(errors) }
            }

            /// Reads what can be read of a draft; the other fields are unknown, with one [`FieldError`] each.
            pub(crate) fn parse_readable(draft: &Draft) -> (Self, Vec<FieldError>) {
                let mut errors = Vec::new();
                let use_case = Self { $( $(
                    $field: read(Field::$variant, draft, &mut errors),
                )* )* };
                use_case.check_together(&mut errors);
                (use_case, errors)
            }

            /// The draft that reads back as this use case; every field is present.
            #[must_use]
            pub fn to_draft(&self) -> Draft {
                Draft([ $( $( (Field::$variant, FieldValue::to_text(&self.$field)), )* )* ].into_iter().collect())
            }

            /// Whether a field is unknown.
            #[must_use]
            pub fn is_unknown(&self, field: Field) -> bool {
                match field { $( $( Field::$variant => FieldValue::is_unknown(&self.$field), )* )* }
            }
        }
    };
}

// Fields that came after the first release are left out of the JSON while they are unknown: content hashes of what was
// decided before stay as they were, and so do the approvals that bind to them.
fields! {
    Identity {
        name / Name: Title = "Name", "What the team calls this use case.";
        notes / Notes: Notes = "Notes", "Where the inputs come from, for whoever reads this later.";
    }
    Workload {
        requests_per_month / RequestsPerMonth: Fact<RequestsPerMonth> = "Requests per month",
            "Requests, documents or messages in an average month of the first year.";
        input_tokens / InputTokens: Fact<TokensPerRequest> = "Input tokens per request",
            "Prompt and document together; an English word is about 1.3 tokens.";
        output_tokens / OutputTokens: Fact<TokensPerRequest> = "Output tokens per request",
            "Tokens the model writes; a class label needs 1 to 5.";
        cached_tokens / CachedTokens: Fact<TokensPerRequest> = "Cacheable prefix tokens",
            "Input tokens that are the same in every request, billed at the cached price where the API has one.";
        yearly_growth / YearlyGrowth: Fact<YearlyRate> = "Yearly growth",
            "How much the volume grows in a year.";
        peak_to_mean / PeakToMean: Fact<PeakToMean> = "Peak to mean",
            "Busiest sustained hour divided by the average hour; GPUs must carry the peak.";
        latency_target_ms / LatencyTargetMs: Need<Milliseconds> = "Latency target (p95)",
            "Whole answer, 95th percentile; “none” if nobody waits for it.";
        #[serde(skip_serializing_if = "FieldValue::is_unknown")]
        slm_latency_ms / SlmLatencyMs: Fact<Milliseconds> = "Small-model latency (p95), measured",
            "Whole answer of a small model to your own prompts, 95th percentile, as the demo measures it.";
        #[serde(skip_serializing_if = "FieldValue::is_unknown")]
        slm_latency_source / SlmLatencySource: Citation = "Where that latency was measured",
            "Model, device and day, as the decision should cite them.";
    }
    Task {
        specificity / Specificity: Fact<Specificity> = "Task structure",
            "0 is open-ended (advise, synthesise), 1 is bounded (choose a label, fill a schema).";
        reasoning / Reasoning: Option<Reasoning> = "Reasoning",
            "How many dependent steps one answer takes.";
        label_count / LabelCount: Fact<LabelCount> = "Labels",
            "Classes to choose from; 0 if the answer is text. A pure classification can run on a CPU encoder.";
    }
    Data {
        labelled_examples / LabelledExamples: Fact<Examples> = "Labelled examples available",
            "Examples with a checked answer that exist today.";
        needed_examples / NeededExamples: Fact<Examples> = "Labelled examples needed",
            "Examples the fine-tuning should have; what is missing must be labelled first.";
        price_per_label / PricePerLabel: Fact<Dollars> = "Price per label",
            "What one more labelled example costs.";
        labelling_budget / LabellingBudget: Fact<Dollars> = "Labelling budget",
            "The most that may be spent on labels before launch.";
    }
    Organisation {
        privacy / Privacy: Option<Privacy> = "Privacy",
            "Whether a third party may process the data; on-premise excludes every API.";
        ml_capacity / MlCapacity: Option<MlCapacity> = "ML capacity",
            "Who could fine-tune, evaluate and run a model.";
        stability / Stability: Option<Stability> = "Task stability",
            "How often the task changes so much that a fine-tuned model must be trained again.";
    }
    Quality {
        required_quality / RequiredQuality: Fact<Percent> = "Required quality",
            "The score below which an option is of no use.";
        llm_quality / LlmQuality: Fact<Percent> = "Frontier LLM quality, measured",
            "Score of the frontier model on your own test set.";
        small_api_quality / SmallApiQuality: Fact<Percent> = "Small API quality, measured",
            "Score of the small API model on the same test set.";
        hosted_quality / HostedQuality: Fact<Percent> = "Hosted open-weight quality, measured",
            "Score of the hosted open-weight model on the same test set.";
        slm_quality / SlmQuality: Fact<Percent> = "Fine-tuned SLM quality, measured",
            "Score of your fine-tuned small model on the same test set.";
        #[serde(skip_serializing_if = "FieldValue::is_unknown")]
        slm_quality_source / SlmQualitySource: Citation = "Where that quality was measured",
            "Model, test set and day, as the decision should cite them.";
        encoder_quality / EncoderQuality: Fact<Percent> = "Encoder quality, measured",
            "Score of a fine-tuned encoder on the same test set; only for classification.";
        undetected_share / UndetectedShare: Fact<Percent> = "Errors nobody notices",
            "Share of wrong answers that pass undetected; leave blank to keep error costs out.";
        loss_per_error / LossPerError: Fact<Dollars> = "Loss per undetected error",
            "What one undetected wrong answer costs on average.";
        error_rate / ErrorRate: Fact<Percent> = "Error rate where quality is unmeasured",
            "Used for options without a measured quality; the others use 100% minus their quality.";
    }
    Api {
        frontier_model / FrontierModel: Option<ModelKey> = "Frontier model",
            "The out-of-the-box LLM API to compare with.";
        small_model / SmallModel: Option<ModelKey> = "Small API model",
            "The provider’s small, cheap model.";
        hosted_model / HostedModel: Option<ModelKey> = "Hosted open-weight model",
            "An open-weight model somebody else hosts, billed per token.";
        hosted_fine_tuned / HostedFineTuned: Option<YesNo> = "Fine-tune the hosted model",
            "Adds fine-tuning, labelling and evaluation to the hosted option; many hosts then ask for dedicated GPUs.";
        batch / Batch: Option<YesNo> = "Use batch prices",
            "Batch prices are about half, for answers within 24 hours.";
        api_price_drift / ApiPriceDrift: Fact<YearlyRate> = "API price drift",
            "Yearly change of API prices you expect; negative means falling.";
        prompt_upkeep / PromptUpkeep: Fact<Dollars> = "Prompt upkeep per month",
            "People’s time to keep prompts working as models change.";
        api_integration / ApiIntegration: Fact<Dollars> = "API integration, once",
            "Engineering to connect an API.";
    }
    SelfHosting {
        serving_profile / ServingProfile: Option<ServingKey> = "Model and throughput",
            "A measured or estimated throughput of a small model on a GPU.";
        gpu_offer / GpuOffer: Option<GpuKey> = "GPU price",
            "What one GPU costs per month.";
        prefill_tps / PrefillTps: Fact<TokensPerSecond> = "Input tokens per second",
            "Your own measurement of one GPU under load; overrides the profile.";
        decode_tps / DecodeTps: Fact<TokensPerSecond> = "Output tokens per second",
            "Your own measurement of one GPU under load; overrides the profile.";
        min_replicas / MinReplicas: Fact<Replicas> = "Smallest number of GPUs",
            "GPUs that run even when there is no traffic; 2 survives the loss of one.";
        spare_replicas / SpareReplicas: Fact<Replicas> = "Spare GPUs",
            "GPUs on top of what the load needs.";
        target_utilisation / TargetUtilisation: Fact<Utilisation> = "Target utilisation",
            "Share of a GPU’s throughput planned for at the peak; 60 to 80% is usual.";
        gpu_price_drift / GpuPriceDrift: Fact<YearlyRate> = "GPU price drift",
            "Yearly change of GPU prices you expect; negative means falling.";
        evaluation_per_month / EvaluationPerMonth: Fact<Dollars> = "Evaluation and monitoring per month",
            "Regular tests, drift monitoring, alerting.";
        engineering_per_month / EngineeringPerMonth: Fact<Dollars> = "Engineering per month",
            "The share of an engineer who keeps the model running.";
        fine_tuning_run / FineTuningRun: Fact<Dollars> = "Fine-tuning run",
            "Compute for one fine-tuning run, experiments included.";
        slm_integration / SlmIntegration: Fact<Dollars> = "Self-hosting integration, once",
            "Engineering to deploy and connect the model.";
        retraining_interval / RetrainingInterval: Need<Months> = "Re-training interval",
            "Months between two fine-tuning runs; “none” if it is never trained again.";
        retraining_labels / RetrainingLabels: Fact<Examples> = "Fresh labels per re-training",
            "Newly labelled examples for each re-training.";
    }
    Hybrid {
        hybrid_kind / HybridKind: Option<HybridKind> = "Hybrid kind",
            "In a cascade the SLM sees every request; a router sees each request first.";
        share_handled / ShareHandled: Fact<Percent> = "Share the SLM handles",
            "Requests the SLM answers on its own; the rest goes to the frontier API.";
        #[serde(skip_serializing_if = "FieldValue::is_unknown")]
        share_handled_source / ShareHandledSource: Citation = "Where that share was measured",
            "Threshold, test set and day, as the decision should cite them.";
        router_cost / RouterCost: Fact<Dollars> = "Router cost per million requests",
            "Cost of deciding where a request goes; only for a router.";
    }
    Finance {
        horizon_months / HorizonMonths: Fact<Months> = "Horizon",
            "Months over which costs are added up.";
        discount_rate / DiscountRate: Fact<YearlyRate> = "Discount rate",
            "Yearly rate to bring later costs to present value; 0 adds them up as they are.";
    }
}

fn read<T: FieldValue + Default>(field: Field, draft: &Draft, errors: &mut Vec<FieldError>) -> T {
    T::parse_text(draft.text(field)).unwrap_or_else(|problem| {
        errors.push(FieldError { field, problem, allowed: T::kind().allowed() });
        T::default()
    })
}

impl UseCase {
    /// Rules that span two fields.
    fn check_together(&self, errors: &mut Vec<FieldError>) {
        if let (Some(cached), Some(input)) = (self.cached_tokens.estimate(), self.input_tokens.estimate())
            && cached.high > input.low
        {
            errors.push(FieldError {
                field: Field::CachedTokens,
                problem: "is more than the input tokens it is part of".to_owned(),
                allowed: "at most the input tokens per request".to_owned(),
            });
        }
    }

    /// The name, or a stand-in where none was given.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.name.as_str() {
            "" => "Untitled use case",
            name => name,
        }
    }

    /// Whether the task is a pure classification; unknown when the number of labels is.
    #[must_use]
    pub fn is_classification(&self) -> Option<bool> {
        use crate::units::Quantity;
        self.label_count.likely().map(|labels| labels.get() >= 2.0)
    }

    /// Fields whose values differ between two revisions, in the order of the form.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<FieldChange> {
        let (before, after) = (earlier.to_draft(), self.to_draft());
        Field::ALL
            .iter()
            .filter(|field| before.text(**field) != after.text(**field))
            .map(|field| FieldChange {
                field: *field,
                before: before.text(*field).to_owned(),
                after: after.text(*field).to_owned(),
            })
            .collect()
    }
}

/// What one revision changed in one field, as text; empty text is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Its text in the earlier revision.
    pub before: String,
    /// Its text in the later revision.
    pub after: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_in_json_are_the_names_of_the_fields() {
        let later = [
            (Field::SlmLatencyMs, "84"),
            (Field::SlmLatencySource, "on one device"),
            (Field::SlmQualitySource, "on our test set"),
            (Field::ShareHandledSource, "on our test set"),
        ];
        let draft = later.into_iter().fold(Draft::default(), |draft, (field, text)| draft.with(field, text));
        let json = serde_json::to_value(UseCase::parse(&draft).unwrap()).unwrap();
        for field in Field::ALL {
            assert!(json.get(field.name()).is_some(), "{}", field.name());
            assert_eq!(serde_json::to_value(field).unwrap(), field.name());
            assert_eq!(Field::from_name(field.name()), Some(*field));
        }
        assert_eq!(json.as_object().unwrap().len(), Field::ALL.len());
    }

    #[test]
    fn name_and_notes_are_for_people_only() {
        let cosmetic: Vec<Field> = Field::ALL.iter().copied().filter(|field| field.is_cosmetic()).collect();
        assert_eq!(cosmetic, [Field::Name, Field::Notes]);
    }

    #[test]
    fn a_field_that_came_later_leaves_no_trace_while_it_is_unknown() {
        let json = serde_json::to_value(UseCase::default()).unwrap();
        for field in
            [Field::SlmLatencyMs, Field::SlmLatencySource, Field::SlmQualitySource, Field::ShareHandledSource]
        {
            assert!(json.get(field.name()).is_none(), "{}", field.name());
        }
        assert_eq!(serde_json::from_value::<UseCase>(json).unwrap(), UseCase::default());
    }

    #[test]
    fn a_draft_reads_back_as_the_use_case_it_came_from() {
        let draft = Draft::default()
            .with(Field::Name, "Invoices")
            .with(Field::RequestsPerMonth, "1M..2M..3M")
            .with(Field::LatencyTargetMs, "none")
            .with(Field::Privacy, "on_premise_required");
        let use_case = UseCase::parse(&draft).unwrap();
        assert_eq!(UseCase::parse(&use_case.to_draft()).unwrap(), use_case);
        let json = serde_json::to_string(&use_case).unwrap();
        assert_eq!(serde_json::from_str::<UseCase>(&json).unwrap(), use_case);
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let draft = Draft::default()
            .with(Field::RequestsPerMonth, "-1")
            .with(Field::Privacy, "maybe")
            .with(Field::InputTokens, "100")
            .with(Field::CachedTokens, "200");
        let errors = UseCase::parse(&draft).unwrap_err();
        let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, [Field::RequestsPerMonth, Field::Privacy, Field::CachedTokens]);
    }
}
