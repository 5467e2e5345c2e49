//! The article's flowchart, node by node.
//!
//! ```text
//! A ─ B volume above the gate?
//!     ├ yes ─ C training data available?
//!     │       ├ yes ─ E fine-tuned SLM ─ L monitor and re-train
//!     │       └ no ── F ML capacity available?
//!     │               ├ yes ─ I collect and label data ─ E ─ L
//!     │               └ no ── K LLM or managed fine-tuning
//!     └ no ── D complex reasoning needed?
//!             ├ yes ─ G LLM API ─ M prompt engineering and cost monitoring
//!             └ no ── H must data stay on-premise?
//!                     ├ yes ─ J self-hosted small open-weight model
//!                     └ no ── G ─ M
//! ```
//!
//! The tree asks five of the article's eight dimensions (claims W1 to W5 of the ledger). An unknown fact
//! stops it: the trace then names the field.

use crate::decision::{FlowchartStep, FlowchartTrace, Node, OptionKind};
use crate::field::{Choice, plain_number};
use crate::policy::Policy;
use crate::units::Quantity;
use crate::use_case::{Field, MlCapacity, Privacy, Reasoning, UseCase};

/// Walks the flowchart.
#[must_use]
pub fn walk(use_case: &UseCase, policy: &Policy) -> FlowchartTrace {
    let mut walk = Walk { steps: Vec::new(), stopped_by: None };
    // No name here: a decision does not change when its use case is renamed.
    walk.pass(Node::A, String::new());
    let terminal = walk.ask_volume(use_case, policy);
    FlowchartTrace { steps: walk.steps, terminal, stopped_by: walk.stopped_by }
}

/// The option that a terminal of the flowchart means.
#[must_use]
pub fn option_of(terminal: Node) -> Option<OptionKind> {
    match terminal {
        Node::E | Node::J => Some(OptionKind::SelfHostedSlm),
        Node::G => Some(OptionKind::FrontierApi),
        Node::K => Some(OptionKind::HostedOpenWeight),
        _ => None,
    }
}

struct Walk {
    steps: Vec<FlowchartStep>,
    stopped_by: Option<Field>,
}

impl Walk {
    fn pass(&mut self, node: Node, fact: String) {
        self.step(node, fact, String::new(), "");
    }

    fn step(&mut self, node: Node, fact: String, threshold: String, answer: &str) {
        self.steps.push(FlowchartStep {
            node,
            question: node.label().to_owned(),
            fact,
            threshold,
            answer: answer.to_owned(),
        });
    }

    /// Records the answer, or that the walk ends here because the fact is unknown.
    fn ask(
        &mut self,
        node: Node,
        field: Field,
        fact: Option<(String, bool)>,
        threshold: String,
    ) -> Option<bool> {
        if let Some((fact, answer)) = fact {
            self.step(node, fact, threshold, if answer { "yes" } else { "no" });
            Some(answer)
        } else {
            self.step(node, format!("{} is unknown", field.label()), threshold, "");
            self.stopped_by = Some(field);
            None
        }
    }

    fn ask_volume(&mut self, use_case: &UseCase, policy: &Policy) -> Option<Node> {
        let volume = use_case.requests_per_month.likely().map(Quantity::get);
        let fact = volume
            .map(|volume| (format!("{} requests/month", plain_number(volume)), volume > policy.volume_gate));
        let threshold = format!("more than {} requests/month", plain_number(policy.volume_gate));
        if self.ask(Node::B, Field::RequestsPerMonth, fact, threshold)? {
            self.high_volume(use_case)
        } else {
            self.low_volume(use_case)
        }
    }

    fn high_volume(&mut self, use_case: &UseCase) -> Option<Node> {
        let (labelled, needed) = (use_case.labelled_examples.likely(), use_case.needed_examples.likely());
        let fact = labelled.map(|labelled| {
            // Where nobody knows how many are needed, any labelled data counts as available.
            let enough = needed.map_or(labelled.get() > 0.0, |needed| labelled.get() >= needed.get());
            (format!("{} labelled examples", plain_number(labelled.get())), enough)
        });
        let threshold = needed.map_or_else(
            || "some labelled examples".to_owned(),
            |needed| format!("{} needed", plain_number(needed.get())),
        );
        if self.ask(Node::C, Field::LabelledExamples, fact, threshold)? {
            return Some(self.fine_tuned());
        }
        let capacity =
            use_case.ml_capacity.map(|capacity| (capacity.label().to_owned(), capacity != MlCapacity::None));
        if self.ask(Node::F, Field::MlCapacity, capacity, "a team or a vendor".to_owned())? {
            self.pass(Node::I, "labels are missing, somebody can build them".to_owned());
            Some(self.fine_tuned())
        } else {
            self.pass(Node::K, "no data and nobody to build it".to_owned());
            Some(Node::K)
        }
    }

    fn low_volume(&mut self, use_case: &UseCase) -> Option<Node> {
        let reasoning = use_case
            .reasoning
            .map(|reasoning| (reasoning.label().to_owned(), reasoning == Reasoning::Complex));
        if self.ask(Node::D, Field::Reasoning, reasoning, "many dependent steps".to_owned())? {
            return Some(self.llm_api());
        }
        let privacy = use_case
            .privacy
            .map(|privacy| (privacy.label().to_owned(), privacy == Privacy::OnPremiseRequired));
        if self.ask(Node::H, Field::Privacy, privacy, "no third party may see the data".to_owned())? {
            self.pass(Node::J, "simple task on own hardware".to_owned());
            Some(Node::J)
        } else {
            Some(self.llm_api())
        }
    }

    fn fine_tuned(&mut self) -> Node {
        self.pass(Node::E, "high volume with training data".to_owned());
        self.pass(Node::L, "drift is watched, the model is trained again".to_owned());
        Node::E
    }

    fn llm_api(&mut self) -> Node {
        self.pass(Node::G, "low volume".to_owned());
        self.pass(Node::M, "prompts are kept up, the bill is watched".to_owned());
        Node::G
    }
}
