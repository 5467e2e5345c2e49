//! Sorting by the administrator's LLM endpoint: one message after the other, each a prompt with all classes.

use super::Sorting;
use super::api;
use super::evaluation::Evaluation;
use super::side::{Given, Side};
use crate::classify::Labels;
use crate::endpoint::told::Told;
use crate::endpoint::{self, Miss};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::AbortController;

/// Most messages of a run that are sent: each is a prompt of its own, and counts against the day's budget.
pub(super) const MOST: usize = 50;

/// Failures in a row after which no more is sent.
const PATIENCE: u32 = 3;

impl Sorting {
    /// Sorts the first messages by the endpoint.
    pub(super) async fn by_api(self, evaluation: &Evaluation, labels: &Labels) {
        self.results.begin_side(self.results.len().min(MOST));
        let mut failures = 0;
        for (place, text) in self.results.texts(0..MOST).into_iter().enumerate() {
            if self.is_stopping.get_value() {
                break;
            }
            let given = match self.asked_about(evaluation, labels, &text).await {
                Ok(given) => {
                    failures = 0;
                    given
                }
                Err(Miss::Stopped) => break,
                Err(Miss::SignedOut(sentence) | Miss::Refused(sentence)) => {
                    self.problem.set(Some(sentence));
                    break;
                }
                Err(Miss::Broke(sentence)) => {
                    failures += 1;
                    self.problem.set(Some(sentence));
                    if failures == PATIENCE {
                        break;
                    }
                    self.results.fail(Side::Api);
                    continue;
                }
            };
            self.results.add(Side::Api, place, given);
        }
        self.terms.set(endpoint::read_terms().await);
    }

    async fn asked_about(self, evaluation: &Evaluation, labels: &Labels, text: &str) -> Result<Given, Miss> {
        let Ok(controller) = AbortController::new() else {
            return Err(Miss::Refused("This browser cannot stop a request, so none was made.".to_owned()));
        };
        self.abort.set_value(Some(SendWrapper::new(controller.clone())));
        let (mut answer, mut given) = (String::new(), Given::default());
        let prompt = api::prompt(&evaluation.labels, text);
        let asked = endpoint::ask(&prompt, &controller, |told, at_ms| match told {
            Told::Delta(more) => answer.push_str(&more),
            Told::Done(done) => {
                given.ms = Some(at_ms);
                given.cost = done.cost_usd;
            }
            Told::Begun | Told::Failed(_) => {}
        });
        let asked = asked.await;
        self.abort.set_value(None);
        asked?;
        given.label = api::class(labels, &answer);
        if given.label.is_none() {
            given.said = Some(answer);
        }
        Ok(given)
    }
}
