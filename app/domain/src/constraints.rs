//! Hard constraints, which exclude an option, and the framework's reasons to set one aside.

use crate::decision::{OptionKind, Reason};
use crate::field::{Need, plain_number};
use crate::format;
use crate::policy::Policy;
use crate::prices::{ApiPrice, PriceBook};
use crate::tco::{labelling_cost, measured_quality};
use crate::units::{Quantity, Usd};
use crate::use_case::{Field, MlCapacity, Privacy, Reasoning, UseCase, YesNo};

impl OptionKind {
    /// Whether a third party processes the requests.
    #[must_use]
    pub fn is_third_party(self) -> bool {
        matches!(self, Self::FrontierApi | Self::SmallApi | Self::HostedOpenWeight | Self::Hybrid)
    }

    /// Whether the organisation runs a model of its own.
    #[must_use]
    pub fn is_self_run(self) -> bool {
        matches!(self, Self::SelfHostedSlm | Self::Hybrid | Self::CpuEncoder)
    }

    /// Whether every answer comes from a small model.
    #[must_use]
    pub fn is_small_model(self) -> bool {
        matches!(self, Self::SmallApi | Self::HostedOpenWeight | Self::SelfHostedSlm | Self::CpuEncoder)
    }

    /// The field that holds the option's measured quality; the hybrid's follows from the SLM's.
    #[must_use]
    pub fn quality_field(self) -> Field {
        match self {
            Self::FrontierApi => Field::LlmQuality,
            Self::SmallApi => Field::SmallApiQuality,
            Self::HostedOpenWeight => Field::HostedQuality,
            Self::SelfHostedSlm | Self::Hybrid => Field::SlmQuality,
            Self::CpuEncoder => Field::EncoderQuality,
        }
    }
}

/// The API model an option calls, if it calls one that is named.
pub(crate) fn api_model<'a>(
    option: OptionKind,
    use_case: &UseCase,
    book: &'a PriceBook,
) -> Option<&'a ApiPrice> {
    let key = match option {
        OptionKind::FrontierApi | OptionKind::Hybrid => use_case.frontier_model.as_ref(),
        OptionKind::SmallApi => use_case.small_model.as_ref(),
        OptionKind::HostedOpenWeight => use_case.hosted_model.as_ref(),
        OptionKind::SelfHostedSlm | OptionKind::CpuEncoder => None,
    };
    key.and_then(|key| book.api_model(key.as_str()))
}

/// Least possible latency of a whole answer in ms with its basis, from published figures or bandwidth.
pub(crate) fn least_latency(
    option: OptionKind,
    use_case: &UseCase,
    book: &PriceBook,
) -> Option<(f64, String)> {
    let output = use_case.output_tokens.estimate()?.low.get();
    let further_tokens = (output - 1.0).max(0.0);
    match option {
        OptionKind::SelfHostedSlm | OptionKind::Hybrid => {
            let profile = book.serving_profile(use_case.serving_profile.as_ref()?.as_str())?;
            let per_token = profile.ms_per_token?;
            let first = profile.ttft_ms.unwrap_or(per_token);
            Some((
                first + further_tokens * per_token,
                format!("{}; {}", profile.model, profile.latency_basis),
            ))
        }
        OptionKind::CpuEncoder => None,
        _ => {
            let model = api_model(option, use_case, book)?;
            let published = book.latency(&model.key)?;
            let least = published.ttft_ms + further_tokens * published.ms_per_token;
            Some((
                least,
                format!("published: {} ({}, {})", published.figures, published.source, published.as_of),
            ))
        }
    }
}

/// Hard constraints that an option violates.
#[must_use]
pub fn exclusions(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Vec<Reason> {
    [
        privacy(option, use_case),
        not_a_classification(option, use_case),
        quality_floor(option, use_case),
        latency(option, use_case, book),
        batch_wait(option, use_case, book),
        context_window(option, use_case, book),
        labelling_budget(option, use_case, book),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn privacy(option: OptionKind, use_case: &UseCase) -> Option<Reason> {
    (use_case.privacy == Some(Privacy::OnPremiseRequired) && option.is_third_party()).then(|| Reason {
        field: Field::Privacy,
        sentence: "Data must stay on our own hardware; a third party would see it.".to_owned(),
    })
}

fn not_a_classification(option: OptionKind, use_case: &UseCase) -> Option<Reason> {
    (option == OptionKind::CpuEncoder && use_case.is_classification() == Some(false)).then(|| Reason {
        field: Field::LabelCount,
        sentence: "The answer is text; an encoder can only choose among labels.".to_owned(),
    })
}

fn quality_floor(option: OptionKind, use_case: &UseCase) -> Option<Reason> {
    let floor = use_case.required_quality.likely()?.get();
    let measured = measured_quality(option, use_case)?;
    (measured < floor).then(|| Reason {
        field: option.quality_field(),
        sentence: format!(
            "Measured quality {} is below the required {}.",
            format::percent(measured),
            format::percent(floor)
        ),
    })
}

fn latency(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Option<Reason> {
    let Need::Known(target) = use_case.latency_target_ms else { return None };
    let target = target.high.get();
    let (least, basis) = least_latency(option, use_case, book)?;
    (least > target).then(|| Reason {
        field: Field::LatencyTargetMs,
        sentence: format!(
            "Takes at least {} against a target of {} ({basis}).",
            format::milliseconds(least),
            format::milliseconds(target)
        ),
    })
}

/// A model without batch prices is billed in full and answers at once.
fn batch_wait(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Option<Reason> {
    let waits =
        use_case.batch == Some(YesNo::Yes) && api_model(option, use_case, book)?.batch_input.is_some();
    let target = use_case.latency_target_ms.likely()?;
    waits.then(|| Reason {
        field: Field::Batch,
        sentence: format!(
            "Batch answers may take 24 hours; the target is {}.",
            format::milliseconds(target.get())
        ),
    })
}

fn context_window(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Option<Reason> {
    let input = use_case.input_tokens.estimate()?.low.get();
    let model = api_model(option, use_case, book)?;
    #[expect(clippy::cast_precision_loss, reason = "context windows are far below 2^52")]
    let window = model.context_window? as f64;
    (input > window).then(|| Reason {
        field: Field::InputTokens,
        sentence: format!(
            "{} input tokens do not fit the {} tokens that {} reads.",
            plain_number(input),
            plain_number(window),
            model.key
        ),
    })
}

fn labelling_budget(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Option<Reason> {
    let trains = option.is_self_run()
        || (option == OptionKind::HostedOpenWeight && use_case.hosted_fine_tuned == Some(YesNo::Yes));
    let budget = use_case.labelling_budget.estimate()?.high.get();
    let cost = labelling_cost(use_case, book).filter(|_| trains)?;
    (cost > budget).then(|| Reason {
        field: Field::LabellingBudget,
        sentence: format!(
            "The missing labels cost {}; the budget is {}.",
            format::usd(Usd::from_result(cost)),
            format::usd(Usd::from_result(budget))
        ),
    })
}

/// Reasons of the framework to set an option aside although nothing forbids it.
///
/// These are the article's questions asked at every volume: it asks about reasoning only at low volume
/// (claim W5) and about capacity only without data (W3). A measurement beats a rule: a small model that was
/// measured to reach the required quality, or the LLM's, is not set aside for its size.
#[must_use]
pub fn set_aside(option: OptionKind, use_case: &UseCase, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if (option.is_small_model() || option == OptionKind::Hybrid) && !is_proven(option, use_case) {
        if use_case.reasoning == Some(Reasoning::Complex) {
            reasons.push(Reason {
                field: Field::Reasoning,
                sentence: "Complex reasoning asks for a large model until a small one is measured to do it."
                    .to_owned(),
            });
        } else if use_case.specificity.likely().is_some_and(|s| s.get() < policy.open_ended_below) {
            reasons.push(Reason {
                field: Field::Specificity,
                sentence: "Open-ended work asks for a large model until a small one is measured to do it."
                    .to_owned(),
            });
        }
    }
    if option.is_self_run() && use_case.ml_capacity == Some(MlCapacity::None) {
        reasons.push(Reason {
            field: Field::MlCapacity,
            sentence: "Nobody could fine-tune and run the model.".to_owned(),
        });
    }
    reasons
}

/// Whether an option's quality was measured and is enough: at least the required quality, or at least the
/// frontier LLM's where none is required.
pub(crate) fn is_proven(option: OptionKind, use_case: &UseCase) -> bool {
    let bar = use_case.required_quality.likely().or(use_case.llm_quality.likely()).map(Quantity::get);
    measured_quality(option, use_case).zip(bar).is_some_and(|(measured, bar)| measured >= bar)
}
