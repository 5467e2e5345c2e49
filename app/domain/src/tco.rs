//! Total cost of ownership: what each option costs in every month of the horizon, and why.
//!
//! Each option is a list of [`Term`]s. One rule turns any list of terms into monthly costs, parts, a total
//! at present value and a curve over volume, so that no option can be added up differently from another.
//!
//! Month `m` runs from 1 to `H`. With yearly factors for growth `γ`, API prices `α`, GPU prices `ω` and
//! discounting `δ`, month `m` has `R_m = R_1·γ^((m−1)/12)` requests, its prices are multiplied by
//! `α^((m−1)/12)` or `ω^((m−1)/12)`, and its cost is divided by `δ^((m−1)/12)`.

use crate::curve::{CostCurve, GpuMonths, GpuSteps};
use crate::decision::{Cost, CostPart, OptionKind, Part};
use crate::fact::Estimate;
use crate::field::Choice;
use crate::inputs::{Inputs, Missing, Reading, Retraining, any_range};
use crate::prices::{ApiPrice, PriceBook};
use crate::units::{Quantity, Usd};
use crate::use_case::{Field, HybridKind, UseCase, YesNo};

/// Seconds in a month of 730.0 hours, the month by which clouds price GPUs.
pub const SECONDS_PER_MONTH: f64 = 2_628_000.0;

/// One element of an option's cost.
#[derive(Debug, Clone, Copy)]
enum Term {
    /// USD before the first request.
    Once(Part, f64),
    /// USD in every month.
    Monthly(Part, f64),
    /// USD per request at constant prices.
    PerRequest(Part, f64),
    /// USD per request at API prices, which drift.
    PerApiRequest(Part, f64),
    /// USD at every re-training: after each interval of so many months while the horizon lasts.
    EveryInterval(Part, f64, f64),
    /// GPUs that carry a share of the requests.
    Gpus { usd_per_month: f64, gpus_per_request: f64, min: f64, spare: f64 },
}

/// Factors of every month, shared by all options.
struct Calendar {
    growth: Vec<f64>,
    api: Vec<f64>,
    gpu: Vec<f64>,
    /// Present value of one dollar spent in the month.
    present: Vec<f64>,
}

impl Calendar {
    fn new(months: usize, growth: f64, api: f64, gpu: f64, discount: f64) -> Self {
        let series = |yearly: f64| -> Vec<f64> {
            if yearly.total_cmp(&1.0).is_eq() {
                return vec![1.0; months];
            }
            #[expect(clippy::cast_precision_loss, reason = "a horizon has at most 120 months")]
            (0..months).map(|month| libm::pow(yearly, month as f64 / 12.0)).collect()
        };
        Self {
            growth: series(growth),
            api: series(api),
            gpu: series(gpu),
            present: series(discount).into_iter().map(|factor| 1.0 / factor).collect(),
        }
    }

    fn months(&self) -> usize {
        self.growth.len()
    }
}

/// What an option costs, or which inputs are missing to tell.
pub(crate) type Costing = Result<Cost, Vec<Field>>;

/// Costs of all options in their order.
pub(crate) fn cost_all(use_case: &UseCase, book: &PriceBook) -> Vec<(OptionKind, Costing)> {
    let likely = Inputs::read(use_case, book, Reading::Likely);
    let spread = any_range(use_case).then(|| {
        (Inputs::read(use_case, book, Reading::Cheapest), Inputs::read(use_case, book, Reading::Dearest))
    });
    let likely_calendar = calendar(&likely);
    let spread = spread.map(|(low, high)| {
        let calendars = (calendar(&low), calendar(&high));
        (low, high, calendars)
    });
    OptionKind::ALL
        .iter()
        .map(|option| {
            let costing = cost(*option, use_case, book, &likely, &likely_calendar).map(|mut cost| {
                if let Some((low, high, (low_calendar, high_calendar))) = &spread {
                    let at = |inputs, calendar| {
                        cost_total(*option, use_case, book, inputs, calendar).unwrap_or(cost.total.likely)
                    };
                    let (low, high) = (at(low, low_calendar), at(high, high_calendar));
                    cost.total.low = low.min(cost.total.likely);
                    cost.total.high = high.max(cost.total.likely);
                }
                cost
            });
            (*option, costing)
        })
        .collect()
}

/// The total of a plain per-token API over the horizon, e.g. to hold every model of a price book against
/// the self-hosted path. `None` where an input is unknown.
pub(crate) fn api_total(
    use_case: &UseCase,
    book: &PriceBook,
    models: impl Iterator<Item = usize>,
) -> Vec<(usize, Usd)> {
    let inputs = Inputs::read(use_case, book, Reading::Likely);
    let Ok(calendar) = calendar(&inputs) else { return Vec::new() };
    let mut missing = Missing::default();
    let requests = missing.need(inputs.requests);
    let once = missing.need(inputs.api_integration);
    let monthly = missing.need(inputs.prompt_upkeep);
    let probe = ApiTerms::read(&inputs, &mut missing);
    if !missing.is_empty() {
        return Vec::new();
    }
    let api_months: f64 =
        (0..calendar.months()).map(|m| calendar.growth[m] * calendar.api[m] * calendar.present[m]).sum();
    let present_months: f64 = calendar.present.iter().sum();
    models
        .filter_map(|index| {
            let price = book.api_models.get(index)?;
            let total =
                once + monthly * present_months + probe.usd_per_request(price) * requests * api_months;
            Some((index, Usd::from_result(total)))
        })
        .collect()
}

fn calendar(inputs: &Inputs<'_>) -> Result<Calendar, Vec<Field>> {
    let mut missing = Missing::default();
    let months = missing.need(inputs.horizon);
    let growth = missing.need(inputs.growth);
    let api = missing.need(inputs.api_drift);
    let gpu = missing.need(inputs.gpu_drift);
    let discount = missing.need(inputs.discount);
    if !missing.is_empty() {
        return Err(missing.fields());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and at most 120")]
    Ok(Calendar::new(months as usize, growth, api, gpu, discount))
}

fn terms_or_missing(
    option: OptionKind,
    use_case: &UseCase,
    book: &PriceBook,
    inputs: &Inputs<'_>,
    calendar: &Result<Calendar, Vec<Field>>,
) -> Result<Vec<Term>, Vec<Field>> {
    let mut missing = Missing::default();
    missing.need(inputs.requests);
    let terms = terms(option, use_case, book, inputs, &mut missing);
    if let Err(fields) = calendar {
        fields.iter().for_each(|field| missing.note(*field));
    }
    if missing.is_empty() { Ok(terms) } else { Err(missing.fields()) }
}

fn cost_total(
    option: OptionKind,
    use_case: &UseCase,
    book: &PriceBook,
    inputs: &Inputs<'_>,
    calendar: &Result<Calendar, Vec<Field>>,
) -> Option<Usd> {
    let terms = terms_or_missing(option, use_case, book, inputs, calendar).ok()?;
    let calendar = calendar.as_ref().ok()?;
    Some(Usd::from_result(curve(&terms, calendar).total(inputs.requests.value?)))
}

fn cost(
    option: OptionKind,
    use_case: &UseCase,
    book: &PriceBook,
    inputs: &Inputs<'_>,
    calendar: &Result<Calendar, Vec<Field>>,
) -> Costing {
    let terms = terms_or_missing(option, use_case, book, inputs, calendar)?;
    let (Ok(calendar), Some(requests)) = (calendar, inputs.requests.value) else {
        return Err(vec![Field::RequestsPerMonth]);
    };
    Ok(add_up(&terms, calendar, requests))
}

/// Turns terms into a cost. The total comes from the same curve that crossovers are computed on.
fn add_up(terms: &[Term], calendar: &Calendar, requests: f64) -> Cost {
    let months = calendar.months();
    let mut parts = [0.0_f64; Part::ALL.len()];
    let mut by_month = vec![0.0_f64; months];
    let mut upfront = 0.0;
    let mut replicas = (0.0, 0.0);
    for term in terms {
        let mut book_month = |part: Part, month: usize, amount: f64| {
            let present = amount * calendar.present[month];
            parts[part as usize] += present;
            by_month[month] += present;
        };
        match *term {
            Term::Once(part, amount) => {
                parts[part as usize] += amount;
                upfront += amount;
            }
            Term::Monthly(part, amount) => (0..months).for_each(|m| book_month(part, m, amount)),
            Term::PerRequest(part, amount) => {
                (0..months).for_each(|m| book_month(part, m, amount * requests * calendar.growth[m]));
            }
            Term::PerApiRequest(part, amount) => (0..months).for_each(|m| {
                book_month(part, m, amount * requests * calendar.growth[m] * calendar.api[m]);
            }),
            Term::EveryInterval(part, interval, amount) => {
                retraining_months(interval, months).for_each(|m| book_month(part, m, amount));
            }
            Term::Gpus { usd_per_month, .. } => {
                if let Some(steps) = gpu_steps(std::slice::from_ref(term), calendar) {
                    let at = |m: usize| steps.replicas(requests, calendar.growth[m]);
                    (0..months)
                        .for_each(|m| book_month(Part::Gpus, m, at(m) * usd_per_month * calendar.gpu[m]));
                    replicas = (at(0), at(months - 1));
                }
            }
        }
    }
    let curve = curve(terms, calendar);
    let total = curve.total(requests);
    let mut running = upfront;
    let mut cumulative = vec![Usd::from_result(running)];
    for amount in &by_month {
        running += amount;
        cumulative.push(Usd::from_result(running));
    }
    let all_requests: f64 = calendar.growth.iter().map(|growth| growth * requests).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of GPUs; saturates")]
    let whole = |count: f64| count as u64;
    Cost {
        total: Estimate::point(Usd::from_result(total)),
        first_month: Usd::from_result(by_month.first().copied().unwrap_or_default()),
        upfront: Usd::from_result(upfront),
        per_thousand_requests: total / all_requests * 1_000.0,
        parts: Part::ALL
            .iter()
            .map(|part| CostPart { part: *part, amount: Usd::from_result(parts[*part as usize]) })
            .filter(|part| part.amount != Usd::ZERO)
            .collect(),
        cumulative,
        replicas: (whole(replicas.0), whole(replicas.1)),
        curve,
    }
}

/// Months (counted from 0) in which a model is trained again: every `interval` months, the start apart.
fn retraining_months(interval: f64, months: usize) -> impl Iterator<Item = usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, 1 to 120")]
    let step = (interval as usize).max(1);
    (step..months).step_by(step)
}

/// The same terms as a function of the first month's volume.
fn curve(terms: &[Term], calendar: &Calendar) -> CostCurve {
    let months = calendar.months();
    let over_months =
        |factor: &dyn Fn(usize) -> f64| -> f64 { (0..months).map(|m| factor(m) * calendar.present[m]).sum() };
    let (mut fixed, mut per_request) = (0.0, 0.0);
    for term in terms {
        match *term {
            Term::Once(_, amount) => fixed += amount,
            Term::Monthly(_, amount) => fixed += amount * over_months(&|_| 1.0),
            Term::PerRequest(_, amount) => per_request += amount * over_months(&|m| calendar.growth[m]),
            Term::PerApiRequest(_, amount) => {
                per_request += amount * over_months(&|m| calendar.growth[m] * calendar.api[m]);
            }
            Term::EveryInterval(_, interval, amount) => {
                fixed +=
                    retraining_months(interval, months).map(|m| amount * calendar.present[m]).sum::<f64>();
            }
            Term::Gpus { .. } => {}
        }
    }
    CostCurve { fixed, per_request, gpus: gpu_steps(terms, calendar) }
}

fn gpu_steps(terms: &[Term], calendar: &Calendar) -> Option<GpuSteps> {
    terms.iter().find_map(|term| {
        let Term::Gpus { usd_per_month, gpus_per_request, min, spare } = *term else { return None };
        let mut merged: Vec<GpuMonths> = Vec::new();
        for month in 0..calendar.months() {
            let usd = usd_per_month * calendar.gpu[month] * calendar.present[month];
            match merged.last_mut().filter(|last| last.growth.total_cmp(&calendar.growth[month]).is_eq()) {
                Some(last) => last.usd_per_gpu += usd,
                None => merged.push(GpuMonths { growth: calendar.growth[month], usd_per_gpu: usd }),
            }
        }
        Some(GpuSteps { gpus_per_request, min_replicas: min, spare_replicas: spare, months: merged })
    })
}

/// What one API request is made of.
struct ApiTerms {
    fresh_input: f64,
    cached_input: f64,
    output: f64,
    batch: bool,
}

impl ApiTerms {
    fn read(inputs: &Inputs<'_>, missing: &mut Missing) -> Self {
        let input = missing.need(inputs.input_tokens);
        let cached = missing.need(inputs.cached_tokens);
        if inputs.batch.is_none() {
            missing.note(Field::Batch);
        }
        Self {
            fresh_input: (input - cached).max(0.0),
            cached_input: cached,
            output: missing.need(inputs.output_tokens),
            batch: inputs.batch == Some(YesNo::Yes),
        }
    }

    /// USD per request. Cached tokens cost the full price where a provider has no cached one, and batch
    /// prices apply only where a provider offers them. A cached price is not halved again in batch: no
    /// price list of the book says that the two discounts add up.
    fn usd_per_request(&self, price: &ApiPrice) -> f64 {
        let batch = |listed: Option<Usd>, full: Usd| match listed {
            Some(listed) if self.batch => listed.dollars(),
            _ => full.dollars(),
        };
        let input = batch(price.batch_input, price.input);
        let output = batch(price.batch_output, price.output);
        let cached = match price.cached_input {
            Some(cached) => cached.dollars().min(input),
            None => input,
        };
        (self.fresh_input * input + self.cached_input * cached + self.output * output) / 1e6
    }
}

fn terms(
    option: OptionKind,
    use_case: &UseCase,
    book: &PriceBook,
    inputs: &Inputs<'_>,
    missing: &mut Missing,
) -> Vec<Term> {
    let mut terms = match option {
        OptionKind::FrontierApi => api(inputs.frontier, Field::FrontierModel, 1.0, inputs, missing),
        OptionKind::SmallApi => api(inputs.small, Field::SmallModel, 1.0, inputs, missing),
        OptionKind::HostedOpenWeight => hosted(inputs, missing),
        OptionKind::SelfHostedSlm => self_hosted(1.0, inputs, missing),
        OptionKind::Hybrid => hybrid(inputs, missing),
        OptionKind::CpuEncoder => encoder(book, inputs, missing),
    };
    terms.extend(silent_errors(option, use_case, inputs));
    terms
}

fn api(
    model: Option<&ApiPrice>,
    field: Field,
    share: f64,
    inputs: &Inputs<'_>,
    missing: &mut Missing,
) -> Vec<Term> {
    let request = ApiTerms::read(inputs, missing);
    let usd = model.map_or_else(
        || {
            missing.note(field);
            0.0
        },
        |price| request.usd_per_request(price),
    );
    vec![
        Term::PerApiRequest(Part::Tokens, usd * share),
        Term::Monthly(Part::PromptUpkeep, missing.need(inputs.prompt_upkeep)),
        Term::Once(Part::Integration, missing.need(inputs.api_integration)),
    ]
}

fn hosted(inputs: &Inputs<'_>, missing: &mut Missing) -> Vec<Term> {
    let mut terms = api(inputs.hosted, Field::HostedModel, 1.0, inputs, missing);
    match inputs.hosted_fine_tuned {
        None => missing.note(Field::HostedFineTuned),
        Some(YesNo::No) => {}
        Some(YesNo::Yes) => {
            terms.extend(training(inputs, missing));
            terms.push(Term::Monthly(Part::Evaluation, missing.need(inputs.evaluation)));
        }
    }
    terms
}

/// First fine-tuning, missing labels, and every later re-training.
fn training(inputs: &Inputs<'_>, missing: &mut Missing) -> Vec<Term> {
    let run = missing.need(inputs.fine_tuning);
    let mut terms =
        vec![Term::Once(Part::FineTuning, run), Term::Once(Part::Labelling, labelling(inputs, missing))];
    match inputs.retraining {
        Retraining::Unknown => missing.note(Field::RetrainingInterval),
        Retraining::Never => {}
        Retraining::Every(interval) => {
            let labels = missing.need(inputs.retraining_labels);
            let fresh = if labels > 0.0 { labels * missing.need(inputs.price_per_label) } else { 0.0 };
            terms.push(Term::EveryInterval(Part::Retraining, interval, run + fresh));
        }
    }
    terms
}

/// Cost of the labels that are missing at the start; the price matters only if any are.
pub(crate) fn labelling(inputs: &Inputs<'_>, missing: &mut Missing) -> f64 {
    let to_label = missing.need(inputs.needed) - missing.need(inputs.labelled);
    if to_label > 0.0 { to_label * missing.need(inputs.price_per_label) } else { 0.0 }
}

fn self_hosted(share_served: f64, inputs: &Inputs<'_>, missing: &mut Missing) -> Vec<Term> {
    let usd_per_month = inputs.gpu.map_or_else(
        || {
            missing.note(Field::GpuOffer);
            0.0
        },
        |offer| offer.per_month.dollars(),
    );
    let prefill = missing.need(inputs.prefill_tps);
    let decode = missing.need(inputs.decode_tps);
    let gpu_seconds =
        missing.need(inputs.input_tokens) / prefill + missing.need(inputs.output_tokens) / decode;
    let utilisation = missing.need(inputs.utilisation);
    let gpus_per_request =
        share_served * missing.need(inputs.peak) * gpu_seconds / (SECONDS_PER_MONTH * utilisation);
    let mut terms = vec![
        Term::Gpus {
            usd_per_month,
            gpus_per_request,
            min: missing.need(inputs.min_replicas),
            spare: missing.need(inputs.spare_replicas),
        },
        Term::Monthly(Part::Evaluation, missing.need(inputs.evaluation)),
        Term::Monthly(Part::Engineering, missing.need(inputs.engineering)),
        Term::Once(Part::Integration, missing.need(inputs.slm_integration)),
    ];
    terms.extend(training(inputs, missing));
    terms
}

/// Cascade: the SLM sees every request and the API the rest. Router: each request goes to one of the two.
fn hybrid(inputs: &Inputs<'_>, missing: &mut Missing) -> Vec<Term> {
    let handled = missing.need(inputs.share_handled);
    let served = match inputs.hybrid_kind {
        Some(HybridKind::Router) => handled,
        Some(HybridKind::Cascade) => 1.0,
        None => {
            missing.note(Field::HybridKind);
            1.0
        }
    };
    let mut terms = self_hosted(served, inputs, missing);
    terms.extend(api(inputs.frontier, Field::FrontierModel, 1.0 - handled, inputs, missing));
    if inputs.hybrid_kind == Some(HybridKind::Router) {
        terms.push(Term::PerRequest(Part::Router, missing.need(inputs.router_cost) / 1e6));
    }
    terms
}

fn encoder(book: &PriceBook, inputs: &Inputs<'_>, missing: &mut Missing) -> Vec<Term> {
    let mut terms = vec![
        Term::PerRequest(Part::CpuInference, book.encoder.likely.dollars() / 1e6),
        Term::Monthly(Part::Evaluation, missing.need(inputs.evaluation)),
        Term::Monthly(Part::Engineering, missing.need(inputs.engineering)),
        Term::Once(Part::Integration, missing.need(inputs.slm_integration)),
    ];
    terms.extend(training(inputs, missing));
    terms
}

/// Loss from wrong answers nobody notices. It is left out where the share or the loss is unknown, and an
/// option whose quality is unmeasured uses the use case's own error rate, if that is known.
fn silent_errors(option: OptionKind, use_case: &UseCase, inputs: &Inputs<'_>) -> Option<Term> {
    let (undetected, loss) = (inputs.undetected.value?, inputs.loss.value?);
    let wrong = measured_quality(option, use_case)
        .map(|quality| 1.0 - quality / 100.0)
        .or(inputs.error_rate.value)?;
    Some(Term::PerRequest(Part::SilentErrors, wrong * undetected * loss))
}

/// Whether an option's total lacks the cost of undetected errors that other options carry, because neither
/// its quality nor an error rate is known.
pub(crate) fn errors_left_out(option: OptionKind, use_case: &UseCase) -> bool {
    let costs_something = use_case.undetected_share.likely().is_some_and(|share| share.get() > 0.0)
        && use_case.loss_per_error.likely().is_some_and(|loss| loss.get() > 0.0);
    costs_something && measured_quality(option, use_case).is_none() && !use_case.error_rate.is_known()
}

/// Measured quality of an option in percent. The hybrid's follows from its two models: what the SLM handles
/// has the SLM's quality, the rest the LLM's.
#[must_use]
pub fn measured_quality(option: OptionKind, use_case: &UseCase) -> Option<f64> {
    let likely = |fact: crate::fact::Fact<crate::units::Percent>| fact.likely().map(Quantity::get);
    match option {
        OptionKind::FrontierApi => likely(use_case.llm_quality),
        OptionKind::SmallApi => likely(use_case.small_api_quality),
        OptionKind::HostedOpenWeight => likely(use_case.hosted_quality),
        OptionKind::SelfHostedSlm => likely(use_case.slm_quality),
        OptionKind::CpuEncoder => likely(use_case.encoder_quality),
        OptionKind::Hybrid => {
            let handled = use_case.share_handled.likely()?.fraction();
            Some(likely(use_case.slm_quality)? * handled + likely(use_case.llm_quality)? * (1.0 - handled))
        }
    }
}

/// Cost of the labels missing at launch, where it can be told.
pub(crate) fn labelling_cost(use_case: &UseCase, book: &PriceBook) -> Option<f64> {
    let inputs = Inputs::read(use_case, book, Reading::Likely);
    let mut missing = Missing::default();
    let cost = labelling(&inputs, &mut missing);
    missing.is_empty().then_some(cost)
}
