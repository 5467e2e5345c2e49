//! The inputs of a use case as bare numbers, read at their cheapest, likely or dearest.

use crate::fact::{Estimate, Fact};
use crate::field::Need;
use crate::prices::{ApiPrice, GpuOffer, PriceBook};
use crate::units::Quantity;
use crate::use_case::{Field, HybridKind, UseCase, YesNo};
use std::collections::BTreeSet;

/// Which reading of uncertain inputs a cost is computed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Every range at the end that costs least.
    Cheapest,
    /// Every range at its likely value.
    Likely,
    /// Every range at the end that costs most.
    Dearest,
}

/// Whether a larger value of an input makes options cost more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Dearer,
    Cheaper,
}

/// A numeric input that may be unknown, together with the field to name if it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input {
    pub(crate) field: Field,
    pub(crate) value: Option<f64>,
}

/// The fields that stopped a cost from being computed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Missing(BTreeSet<Field>);

impl Missing {
    /// The value of an input; notes the field and yields zero when it is unknown. The caller must not use
    /// a result computed while anything is missing.
    pub(crate) fn need(&mut self, input: Input) -> f64 {
        input.value.unwrap_or_else(|| {
            self.0.insert(input.field);
            0.0
        })
    }

    pub(crate) fn note(&mut self, field: Field) {
        self.0.insert(field);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        self.0.iter().copied().collect()
    }
}

/// How often a model is trained again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Retraining {
    Unknown,
    Never,
    Every(f64),
}

/// All inputs of the cost model at one reading.
#[derive(Debug, Clone)]
pub(crate) struct Inputs<'a> {
    pub(crate) requests: Input,
    pub(crate) input_tokens: Input,
    pub(crate) output_tokens: Input,
    pub(crate) cached_tokens: Input,
    pub(crate) growth: Input,
    pub(crate) peak: Input,
    pub(crate) labelled: Input,
    pub(crate) needed: Input,
    pub(crate) price_per_label: Input,
    pub(crate) error_rate: Input,
    pub(crate) undetected: Input,
    pub(crate) loss: Input,
    pub(crate) api_drift: Input,
    pub(crate) prompt_upkeep: Input,
    pub(crate) api_integration: Input,
    pub(crate) prefill_tps: Input,
    pub(crate) decode_tps: Input,
    pub(crate) min_replicas: Input,
    pub(crate) spare_replicas: Input,
    pub(crate) utilisation: Input,
    pub(crate) gpu_drift: Input,
    pub(crate) evaluation: Input,
    pub(crate) engineering: Input,
    pub(crate) fine_tuning: Input,
    pub(crate) slm_integration: Input,
    pub(crate) retraining: Retraining,
    pub(crate) retraining_labels: Input,
    pub(crate) share_handled: Input,
    pub(crate) router_cost: Input,
    pub(crate) horizon: Input,
    pub(crate) discount: Input,
    pub(crate) hybrid_kind: Option<HybridKind>,
    pub(crate) batch: Option<YesNo>,
    pub(crate) hosted_fine_tuned: Option<YesNo>,
    pub(crate) frontier: Option<&'a ApiPrice>,
    pub(crate) small: Option<&'a ApiPrice>,
    pub(crate) hosted: Option<&'a ApiPrice>,
    pub(crate) gpu: Option<&'a GpuOffer>,
}

fn pick<T: Quantity>(estimate: Estimate<T>, reading: Reading, effect: Effect) -> f64 {
    let quantity = match (reading, effect) {
        (Reading::Likely, _) => estimate.likely,
        (Reading::Cheapest, Effect::Dearer) | (Reading::Dearest, Effect::Cheaper) => estimate.low,
        (Reading::Cheapest, Effect::Cheaper) | (Reading::Dearest, Effect::Dearer) => estimate.high,
    };
    quantity.get()
}

impl<'a> Inputs<'a> {
    /// Reads a use case. Percentages become fractions and yearly rates become yearly factors.
    pub(crate) fn read(use_case: &UseCase, book: &'a PriceBook, reading: Reading) -> Self {
        use Effect::{Cheaper, Dearer};
        let u = use_case;
        let frontier = u.frontier_model.as_ref().and_then(|key| book.api_model(key.as_str()));
        let small = u.small_model.as_ref().and_then(|key| book.api_model(key.as_str()));
        let hosted = u.hosted_model.as_ref().and_then(|key| book.api_model(key.as_str()));
        let profile = u.serving_profile.as_ref().and_then(|key| book.serving_profile(key.as_str()));
        let gpu = u.gpu_offer.as_ref().and_then(|key| book.gpu_offer(key.as_str()));

        fn input<T: Quantity>(field: Field, fact: Fact<T>, reading: Reading, effect: Effect) -> Input {
            Input { field, value: fact.estimate().map(|estimate| pick(estimate, reading, effect)) }
        }
        let share = |input: Input| Input { value: input.value.map(|percent| percent / 100.0), ..input };
        let factor =
            |input: Input| Input { value: input.value.map(|percent| 1.0 + percent / 100.0), ..input };
        let number = |field, fact, effect| input(field, fact, reading, effect);
        let dollars = |field, fact| input(field, fact, reading, Dearer);
        let throughput = |field, own, from_profile: Option<f64>| {
            let own = input(field, own, reading, Cheaper);
            let field = if profile.is_none() { Field::ServingProfile } else { field };
            Input { field, value: own.value.or(from_profile) }
        };

        Self {
            requests: input(Field::RequestsPerMonth, u.requests_per_month, reading, Dearer),
            input_tokens: number(Field::InputTokens, u.input_tokens, Dearer),
            output_tokens: number(Field::OutputTokens, u.output_tokens, Dearer),
            cached_tokens: number(Field::CachedTokens, u.cached_tokens, Cheaper),
            growth: factor(input(Field::YearlyGrowth, u.yearly_growth, reading, Dearer)),
            peak: input(Field::PeakToMean, u.peak_to_mean, reading, Dearer),
            labelled: input(Field::LabelledExamples, u.labelled_examples, reading, Cheaper),
            needed: input(Field::NeededExamples, u.needed_examples, reading, Dearer),
            price_per_label: dollars(Field::PricePerLabel, u.price_per_label),
            error_rate: share(input(Field::ErrorRate, u.error_rate, reading, Dearer)),
            undetected: share(input(Field::UndetectedShare, u.undetected_share, reading, Dearer)),
            loss: dollars(Field::LossPerError, u.loss_per_error),
            api_drift: factor(input(Field::ApiPriceDrift, u.api_price_drift, reading, Dearer)),
            prompt_upkeep: dollars(Field::PromptUpkeep, u.prompt_upkeep),
            api_integration: dollars(Field::ApiIntegration, u.api_integration),
            prefill_tps: throughput(Field::PrefillTps, u.prefill_tps, profile.map(|p| p.prefill_tps)),
            decode_tps: throughput(Field::DecodeTps, u.decode_tps, profile.map(|p| p.decode_tps)),
            min_replicas: input(Field::MinReplicas, u.min_replicas, reading, Dearer),
            spare_replicas: input(Field::SpareReplicas, u.spare_replicas, reading, Dearer),
            utilisation: share(input(Field::TargetUtilisation, u.target_utilisation, reading, Cheaper)),
            gpu_drift: factor(input(Field::GpuPriceDrift, u.gpu_price_drift, reading, Dearer)),
            evaluation: dollars(Field::EvaluationPerMonth, u.evaluation_per_month),
            engineering: dollars(Field::EngineeringPerMonth, u.engineering_per_month),
            fine_tuning: dollars(Field::FineTuningRun, u.fine_tuning_run),
            slm_integration: dollars(Field::SlmIntegration, u.slm_integration),
            retraining: match u.retraining_interval {
                Need::Unknown => Retraining::Unknown,
                Need::None => Retraining::Never,
                Need::Known(estimate) => Retraining::Every(pick(estimate, reading, Cheaper)),
            },
            retraining_labels: input(Field::RetrainingLabels, u.retraining_labels, reading, Dearer),
            share_handled: share(input(Field::ShareHandled, u.share_handled, reading, Cheaper)),
            router_cost: dollars(Field::RouterCost, u.router_cost),
            horizon: input(Field::HorizonMonths, u.horizon_months, reading, Dearer),
            discount: factor(input(Field::DiscountRate, u.discount_rate, reading, Cheaper)),
            hybrid_kind: u.hybrid_kind,
            batch: u.batch,
            hosted_fine_tuned: u.hosted_fine_tuned,
            frontier,
            small,
            hosted,
            gpu,
        }
    }
}

/// Whether any input is a range, so that the cheapest and dearest readings differ from the likely one.
pub(crate) fn any_range(use_case: &UseCase) -> bool {
    fn need_is_range<T: Copy + PartialOrd>(need: &Need<T>) -> bool {
        matches!(need, Need::Known(estimate) if !estimate.is_point())
    }
    let u = use_case;
    u.requests_per_month.is_range()
        || u.input_tokens.is_range()
        || u.output_tokens.is_range()
        || u.cached_tokens.is_range()
        || u.yearly_growth.is_range()
        || u.peak_to_mean.is_range()
        || u.labelled_examples.is_range()
        || u.needed_examples.is_range()
        || u.price_per_label.is_range()
        || u.error_rate.is_range()
        || u.undetected_share.is_range()
        || u.loss_per_error.is_range()
        || u.api_price_drift.is_range()
        || u.prompt_upkeep.is_range()
        || u.api_integration.is_range()
        || u.prefill_tps.is_range()
        || u.decode_tps.is_range()
        || u.min_replicas.is_range()
        || u.spare_replicas.is_range()
        || u.target_utilisation.is_range()
        || u.gpu_price_drift.is_range()
        || u.evaluation_per_month.is_range()
        || u.engineering_per_month.is_range()
        || u.fine_tuning_run.is_range()
        || u.slm_integration.is_range()
        || need_is_range(&u.retraining_interval)
        || u.retraining_labels.is_range()
        || u.share_handled.is_range()
        || u.router_cost.is_range()
        || u.horizon_months.is_range()
        || u.discount_rate.is_range()
        || [u.llm_quality, u.small_api_quality, u.hosted_quality, u.slm_quality, u.encoder_quality]
            .iter()
            .any(Fact::is_range)
}
