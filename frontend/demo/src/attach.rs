//! Attaching what was measured in this visit to a use case, where whoever revises it can take it over.

mod kept;
mod measured;
mod panel;

use crate::http::{self, Failure};
use crate::state::Demo;
use crate::use_cases::{self, UseCase};
use crate::visit::Side;
use kept::{Kept, Measurements};
use leptos::prelude::*;
use leptos::task::spawn_local;
use measured::measurement;
pub(crate) use panel::panel;

/// The parameter of the address that chooses a use case.
const PARAMETER: &str = "use_case";

/// What is known of the use cases.
#[derive(Debug, Clone, PartialEq)]
enum Listed {
    /// Nobody has asked.
    NotYet,
    /// The server is being asked.
    Asking,
    /// Why they are not known: a sentence.
    Not(String),
    /// They are.
    All(Vec<UseCase>),
}

/// What became of attaching.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// Nothing yet.
    None,
    /// The server is being told.
    Sending,
    /// It is kept.
    Attached(Box<Kept>),
    /// Why not: a sentence.
    Failed(String),
}

/// Everything about attaching. Cheap to copy.
#[derive(Clone, Copy)]
struct Attach {
    demo: Demo,
    listed: RwSignal<Listed>,
    side: RwSignal<Option<Side>>,
    /// Id of the chosen use case; empty before one is chosen.
    use_case: RwSignal<String>,
    /// Whether the address chooses one that cannot be chosen.
    is_missing: RwSignal<bool>,
    outcome: RwSignal<Outcome>,
    /// What is attached to the chosen use case; why not, where that is unknown.
    earlier: RwSignal<Option<Result<Vec<Kept>, String>>>,
}

impl Attach {
    fn open(demo: Demo) -> Self {
        let attach = Self {
            demo,
            listed: RwSignal::new(Listed::NotYet),
            side: RwSignal::new(None),
            use_case: RwSignal::new(asked_for().unwrap_or_default()),
            is_missing: RwSignal::new(false),
            outcome: RwSignal::new(Outcome::None),
            earlier: RwSignal::new(None),
        };
        // The last side that was timed, unless the visitor has chosen one that still has runs.
        Effect::new(move |_| {
            demo.runs.with(|runs| {
                let timed = || runs.iter().filter(|run| run.times.is_some());
                let chosen = attach.side.get_untracked();
                if !timed().any(|run| Some(run.side) == chosen) {
                    attach.side.set(timed().next_back().map(|run| run.side));
                }
            });
        });
        attach
    }

    /// Lists the use cases, once.
    fn list(self) {
        if matches!(self.listed.get_untracked(), Listed::Asking | Listed::All(_)) {
            return;
        }
        self.listed.set(Listed::Asking);
        spawn_local(async move {
            match use_cases::list().await {
                Ok(use_cases) => {
                    let chosen = self.use_case.get_untracked();
                    // An address may name one that is gone, archived or elsewhere.
                    if !use_cases.iter().any(|use_case| use_case.id == chosen) {
                        self.is_missing.set(!chosen.is_empty());
                        self.use_case.set(String::new());
                    }
                    self.listed.set(Listed::All(use_cases));
                    self.read_earlier();
                }
                Err(failure) => self.listed.set(Listed::Not(failure.to_string())),
            }
        });
    }

    fn choose(self, use_case: String) {
        self.use_case.set(use_case);
        self.is_missing.set(false);
        self.outcome.set(Outcome::None);
        self.read_earlier();
    }

    /// Reads what is attached to the chosen use case.
    fn read_earlier(self) {
        let id = self.use_case.get_untracked();
        self.earlier.set(None);
        if id.is_empty() {
            return;
        }
        spawn_local(async move {
            let read = http::get::<Measurements>(&address(&id)).await;
            // Another one may have been chosen meanwhile.
            if self.use_case.get_untracked() == id {
                let read = read.map(|read| read.measurements).map_err(|failure| failure.to_string());
                self.earlier.set(Some(read));
            }
        });
    }

    /// Attaches the runs of the chosen side to the chosen use case.
    fn attach(self) {
        let id = self.use_case.get_untracked();
        let measured = self.side.get_untracked().and_then(|side| measurement(self.demo, side));
        let (false, Some(measured)) = (id.is_empty(), measured) else { return };
        self.outcome.set(Outcome::Sending);
        spawn_local(async move {
            let outcome = match http::post::<Kept>(&address(&id), &measured).await {
                Ok(kept) => Outcome::Attached(Box::new(kept)),
                Err(failure) => Outcome::Failed(refused(&failure)),
            };
            if self.use_case.get_untracked() == id {
                self.outcome.set(outcome);
                self.read_earlier();
            }
        });
    }

    /// Name of the use case with this id.
    fn name_of(self, id: &str) -> String {
        self.listed
            .with(|listed| match listed {
                Listed::All(all) => {
                    all.iter().find(|use_case| use_case.id == id).map(|found| found.name.clone())
                }
                _ => None,
            })
            .unwrap_or_else(|| "the use case".to_owned())
    }
}

/// Where measurements of a use case are kept.
fn address(use_case: &str) -> String {
    format!("{}/{}/measurements", use_cases::ADDRESS, js_sys::encode_uri_component(use_case))
}

fn refused(failure: &Failure) -> String {
    match failure {
        Failure::Refused(_, sentence) => format!("Nothing was attached. {sentence}"),
        failure => failure.to_string(),
    }
}

/// The use case that the address names.
fn asked_for() -> Option<String> {
    let query = window().location().search().unwrap_or_default();
    let value = query
        .trim_start_matches('?')
        .split('&')
        .find_map(|part| part.strip_prefix(PARAMETER)?.strip_prefix('='))?;
    // Ids have nothing in them that would have to be decoded.
    (!value.is_empty()).then(|| value.to_owned())
}
