//! An evaluation in words: what inputs cite, and what pages state as its finding.

use super::{CARD_PATH, Contest, Evaluation, Leader, Method, PerIntent};
use crate::field::plain_number;
use crate::format::significant;

/// A lead of fewer points than this is small beside what a language model costs more than a table of words.
const SMALL_LEAD: f64 = 3.0;

/// A share in percent with one decimal, without the sign.
fn tenths(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// A share as pages write it: `93.4%`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}%", tenths(share))
}

/// A probability of McNemar’s test: `p = 0.012`, `p < 0.0001`.
#[must_use]
pub fn probability(p: f64) -> String {
    if p < 0.0001 {
        "p < 0.0001".to_owned()
    } else if p < 0.001 {
        format!("p = {}", plain_number(significant(p, 1)))
    } else {
        format!("p = {}", plain_number(libm::round(p * 1_000.0) / 1_000.0))
    }
}

/// A difference between two shares: `1 point`, `2.1 points`. Always positive.
#[must_use]
pub fn points(difference: f64) -> String {
    let points = libm::round(libm::fabs(difference) * 1_000.0) / 10.0;
    let unit = if points.total_cmp(&1.0).is_eq() { "point" } else { "points" };
    format!("{} {unit}", plain_number(points))
}

impl Evaluation {
    /// The measured quality as a use case cites it, with the address of the card: `Banking77 test half: 93.4% (92.1–94.5)
    /// of 1,540 messages right, SmolLM2-135M with a rank-16 adapter, 2026-12-01; card at /demo/adapters/banking77`.
    #[must_use]
    pub fn citation(&self) -> String {
        let score = &self.methods.fine_tuned.test;
        let (low, high) = score.interval95;
        format!(
            "Banking77 test half: {} ({}–{}) of {} messages right, SmolLM2-135M with a rank-{} adapter, {}; card at {CARD_PATH}",
            percent(score.accuracy),
            tenths(low),
            tenths(high),
            plain_number(f64::from(score.of)),
            self.recipe.rank,
            self.date,
        )
    }

    /// The measured quality as an input of a use case: percent, low..likely..high from the 95% interval.
    #[must_use]
    pub fn quality(&self) -> String {
        let score = &self.methods.fine_tuned.test;
        let (low, high) = score.interval95;
        format!("{}..{}..{}", tenths(low), tenths(score.accuracy), tenths(high))
    }

    /// What something far smaller got right of the same messages; none where it was not run.
    #[must_use]
    pub fn baseline(&self) -> Option<String> {
        let tfidf = self.methods.of(Method::Tfidf)?;
        let p =
            tfidf.lora_against_it.as_ref().map_or_else(String::new, |of| format!(" ({})", probability(of.p)));
        Some(format!(
            "A TF-IDF model with logistic regression got {} of Banking77 right where the fine-tuned SLM got {}{p}.",
            percent(tfidf.test.accuracy),
            percent(self.methods.fine_tuned.test.accuracy),
        ))
    }

    /// Where the fine-tuned SLM earns its keep, and where something far smaller does, as one sentence.
    #[must_use]
    pub fn finding(&self) -> String {
        let contests = self.contests();
        if contests.is_empty() {
            return "TF-IDF with logistic regression was not run, so nothing is known about how far something smaller gets."
                .to_owned();
        }
        let leads = contests.iter().filter(|contest| contest.leader() == Leader::Slm);
        let widest = leads.max_by(|one, other| one.lead().total_cmp(&other.lead()));
        let mut clauses = vec![widest.map_or_else(
            || "With no number of examples tried is the fine-tuned SLM clearly ahead of TF-IDF with logistic regression".to_owned(),
            |contest| {
                format!(
                    "With {} the fine-tuned SLM earns its keep: {} right where TF-IDF with logistic regression gets {}",
                    contest.per_intent.in_words(),
                    percent(contest.slm),
                    percent(contest.classical)
                )
            },
        )];
        let behind = |contest: &&Contest| {
            contest.leader() == Leader::Classical && contest.per_intent != PerIntent::All
        };
        clauses.extend(contests.iter().filter(behind).map(clause));
        let with_all = contests.iter().find(|contest| contest.per_intent == PerIntent::All);
        clauses.extend(with_all.filter(|all| Some(*all) != widest).map(clause));
        format!("{}.", clauses.join("; "))
    }
}

/// One contest as a part of a sentence that has named both methods.
fn clause(contest: &Contest) -> String {
    let (with, lead) = (contest.per_intent.in_words(), points(contest.lead()));
    let (slm, classical) = (percent(contest.slm), percent(contest.classical));
    match contest.leader() {
        Leader::Slm if contest.lead() * 100.0 < SMALL_LEAD => format!(
            "with {with} it leads by no more than {lead} ({slm} against {classical}), and something far smaller does nearly as well"
        ),
        Leader::Slm => format!("with {with} it leads by {lead} ({slm} against {classical})"),
        Leader::Classical => format!(
            "with {with} TF-IDF leads by {lead} ({classical} against {slm}), and something far smaller does better"
        ),
        Leader::Neither => format!(
            "with {with} the difference may be chance ({slm} against {classical}), and something far smaller does as well"
        ),
    }
}
