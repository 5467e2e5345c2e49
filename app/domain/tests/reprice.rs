//! What changed prices do, on the price book that ships and the presets.
#![allow(clippy::unwrap_used)]

use domain::decision::{Decision, OptionKind};
use domain::evidence::price_book;
use domain::override_rate::override_rates;
use domain::policy::Policy;
use domain::preset;
use domain::prices::PriceBook;
use domain::reprice::{effect, margin};
use domain::review::Effect;
use domain::units::Usd;
use domain::use_case::UseCase;

fn decide(preset: &str, book: &PriceBook) -> Decision {
    let use_case = UseCase::parse(&preset::by_id(preset).unwrap().draft()).unwrap();
    domain::decide(&use_case, &Policy::article(), book)
}

/// The shipped prices with those of one hosted model multiplied.
fn with_hosted_prices_times(factor: i64) -> PriceBook {
    let mut book = price_book().unwrap();
    let served = "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo";
    let mut found = 0;
    for model in book.api_models.iter_mut().filter(|model| model.key.ends_with(served)) {
        model.input = Usd::from_micros(model.input.micros() * factor);
        model.output = Usd::from_micros(model.output.micros() * factor);
        found += 1;
    }
    assert!(found > 0, "the price book has {served}");
    book
}

const CLASSIFICATION: &str = "article-classification";

#[test]
fn a_price_flips_one_case_and_leaves_another() {
    let (before, dear) = (price_book().unwrap(), with_hosted_prices_times(1000));
    let (old, new) = (decide(CLASSIFICATION, &before), decide(CLASSIFICATION, &dear));
    let Effect::Flips { from, to } = effect(&old, &new, 0.1) else { panic!("{new:?}") };
    assert_eq!(from, Some(OptionKind::HostedOpenWeight));
    assert_ne!(to, Some(OptionKind::HostedOpenWeight));
    let research = "article-research-assistant";
    assert_eq!(effect(&decide(research, &before), &decide(research, &dear), 0.1), Effect::Holds);
    assert_eq!(effect(&old, &old, 0.1), Effect::Holds);
}

#[test]
fn a_margin_counts_as_shrunk_only_below_the_threshold() {
    let (before, dearer) = (price_book().unwrap(), with_hosted_prices_times(5));
    let (old, new) = (decide(CLASSIFICATION, &before), decide(CLASSIFICATION, &dearer));
    let (wide, narrow) = (margin(&old).unwrap(), margin(&new).unwrap());
    assert!(0.0 < narrow && narrow < wide, "{narrow} {wide}");
    assert_eq!(effect(&old, &new, narrow / 2.0), Effect::Holds);
    assert_eq!(effect(&old, &new, narrow * 1.5), Effect::MarginShrinks { from: wide, to: narrow });
    // Growing again is no reason to look.
    assert_eq!(effect(&new, &old, wide * 2.0), Effect::Holds);
}

#[test]
fn corrections_are_counted_by_rule() {
    let book = price_book().unwrap();
    let (one, other) = (decide(CLASSIFICATION, &book), decide("article-research-assistant", &book));
    let rates = override_rates([(&one, Some(OptionKind::SelfHostedSlm)), (&one, None), (&other, None)]);
    let question = one.flowchart.steps.iter().rev().find(|step| !step.answer.is_empty()).unwrap();
    let of = |rule: &str| rates.iter().find(|rate| rate.rule.contains(rule)).unwrap();
    let asked = of(domain::field::Choice::label(question.node));
    assert_eq!((asked.reviewed, asked.corrected), (2, 1));
    assert!(rates.windows(2).all(|pair| {
        let share =
            |rate: &domain::override_rate::RuleRate| f64::from(rate.corrected) / f64::from(rate.reviewed);
        share(&pair[0]) >= share(&pair[1])
    }));
    // The override chose the other side, so every dimension that spoke for the answer's side is corrected once.
    let dimensions: Vec<_> =
        rates.iter().filter(|rate| rate.rule.starts_with("Dimension") && rate.corrected > 0).collect();
    assert!(!dimensions.is_empty() && dimensions.iter().all(|rate| rate.corrected == 1), "{rates:?}");
}

/// The shipped prices with those of one model raised by so many percent.
fn with_model_dearer_by(key: &str, percent: i64) -> PriceBook {
    let mut book = price_book().unwrap();
    let model = book.api_models.iter_mut().find(|model| model.key == key).unwrap();
    let dearer = |price: Usd| Usd::from_micros(price.micros() * (100 + percent) / 100);
    (model.input, model.output) = (dearer(model.input), dearer(model.output));
    model.cached_input = model.cached_input.map(dearer);
    (model.batch_input, model.batch_output) = (model.batch_input.map(dearer), model.batch_output.map(dearer));
    book
}

/// Where the answer leans on what was measured, a cheaper option waits for its measurement. That one is not what
/// would be next: it says nothing about how close the answer is.
#[test]
fn a_cheaper_option_that_nobody_measured_is_no_margin() {
    let clauses = "legal-clause-extraction";
    let (before, after) = (price_book().unwrap(), with_model_dearer_by("gpt-6-sol", 5));
    let (old, new) = (decide(clauses, &before), decide(clauses, &after));
    let leading = old.leading_option().unwrap();
    assert_eq!((leading, new.leading_option()), (OptionKind::FrontierApi, Some(leading)));
    assert!(old.total(OptionKind::SelfHostedSlm) < old.total(leading));
    assert!(new.total(leading) > old.total(leading));
    for decision in [&old, &new] {
        assert!(margin(decision).is_none_or(|margin| margin >= 0.0), "{:?}", margin(decision));
    }
    // The frontier API became dearer against the cheaper SLM too, which is no reason to look again; the hybrid, which
    // costs more, came close enough for one.
    let (wide, narrow) = (margin(&old).unwrap(), margin(&new).unwrap());
    assert_eq!(effect(&old, &new, narrow / 2.0), Effect::Holds);
    assert_eq!(effect(&old, &new, 0.1), Effect::MarginShrinks { from: wide, to: narrow });
}

/// The answer of a tie is another one than a recommendation, also where the same option is in front.
#[test]
fn becoming_a_tie_is_a_flip_that_names_no_second_option() {
    let recommended = decide(CLASSIFICATION, &price_book().unwrap());
    let hosted = "deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo";
    let mut dearer =
        (300..600).step_by(5).map(|percent| decide(CLASSIFICATION, &with_model_dearer_by(hosted, percent)));
    let tie = dearer.find(|decision| {
        decision.outcome.kind() != recommended.outcome.kind()
            && decision.leading_option() == recommended.leading_option()
    });
    let tie = tie.unwrap();
    let (there, back) = (effect(&recommended, &tie, 0.1), effect(&tie, &recommended, 0.1));
    let same = Some(OptionKind::HostedOpenWeight);
    assert_eq!([there, back], [Effect::Flips { from: same, to: same }; 2]);
    assert_eq!(
        there.sentence(),
        "New prices keep Hosted open-weight model in front, but no longer in the same way."
    );
}
