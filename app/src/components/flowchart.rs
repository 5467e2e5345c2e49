//! The article's flowchart: drawn once by hand, with the path that was taken lit, and the same path as a
//! list of steps.

use domain::decision::{FlowchartTrace, Node};
use domain::field::Choice;
use leptos::prelude::*;

/// Size of a box in the units of the drawing.
const BOX: (f64, f64) = (150.0, 46.0);

/// Where a node stands (centre of its box) and what it says, in one or two lines.
fn place(node: Node) -> (f64, f64, &'static [&'static str]) {
    match node {
        Node::A => (440.0, 28.0, &["A new AI use case"]),
        Node::B => (440.0, 106.0, &["Volume above", "the gate?"]),
        Node::C => (178.0, 186.0, &["Labelled training", "data available?"]),
        Node::D => (610.0, 186.0, &["Complex reasoning", "needed?"]),
        Node::E => (95.0, 434.0, &["Fine-tuned SLM"]),
        Node::F => (260.0, 268.0, &["ML capacity", "available?"]),
        Node::G => (610.0, 352.0, &["LLM API"]),
        Node::H => (780.0, 268.0, &["Must data stay", "on-premise?"]),
        Node::I => (260.0, 352.0, &["Collect and label", "training data"]),
        Node::J => (780.0, 352.0, &["Self-hosted small", "open-weight model"]),
        Node::K => (435.0, 352.0, &["LLM or managed", "fine-tuning"]),
        Node::L => (275.0, 434.0, &["Monitor and", "re-train"]),
        Node::M => (610.0, 434.0, &["Prompt engineering,", "cost monitoring"]),
    }
}

/// One arrow: between which nodes, its path, where its point is and which way it looks, and the answer
/// written beside it.
struct Edge {
    from: Node,
    to: Node,
    path: &'static str,
    point: (f64, f64),
    turn: Turn,
    answer: Option<(&'static str, f64, f64)>,
}

/// Which way an arrow's point looks.
#[derive(Clone, Copy)]
enum Turn {
    Down,
    Right,
}

const fn edge(
    from: Node,
    to: Node,
    path: &'static str,
    point: (f64, f64),
    turn: Turn,
    answer: Option<(&'static str, f64, f64)>,
) -> Edge {
    Edge { from, to, path, point, turn, answer }
}

static EDGES: [Edge; 14] = [
    edge(Node::A, Node::B, "M440 51V83", (440.0, 83.0), Turn::Down, None),
    edge(Node::B, Node::C, "M365 106H178V163", (178.0, 163.0), Turn::Down, Some(("yes", 344.0, 100.0))),
    edge(Node::B, Node::D, "M515 106H610V163", (610.0, 163.0), Turn::Down, Some(("no", 534.0, 100.0))),
    edge(Node::C, Node::E, "M103 186H60V411", (60.0, 411.0), Turn::Down, Some(("yes", 84.0, 180.0))),
    edge(Node::C, Node::F, "M220 209V245", (220.0, 245.0), Turn::Down, Some(("no", 236.0, 229.0))),
    edge(Node::F, Node::I, "M260 291V329", (260.0, 329.0), Turn::Down, Some(("yes", 278.0, 312.0))),
    edge(Node::F, Node::K, "M335 268H435V329", (435.0, 329.0), Turn::Down, Some(("no", 354.0, 262.0))),
    edge(Node::I, Node::E, "M185 352H120V411", (120.0, 411.0), Turn::Down, None),
    edge(Node::E, Node::L, "M170 434H200", (200.0, 434.0), Turn::Right, None),
    edge(Node::D, Node::G, "M610 209V329", (610.0, 329.0), Turn::Down, Some(("yes", 592.0, 229.0))),
    edge(Node::D, Node::H, "M685 186H780V245", (780.0, 245.0), Turn::Down, Some(("no", 704.0, 180.0))),
    edge(Node::H, Node::G, "M705 268H650V329", (650.0, 329.0), Turn::Down, Some(("no", 688.0, 262.0))),
    edge(Node::H, Node::J, "M780 291V329", (780.0, 329.0), Turn::Down, Some(("yes", 798.0, 312.0))),
    edge(Node::G, Node::M, "M610 375V411", (610.0, 411.0), Turn::Down, None),
];

/// The drawing and the list of steps.
#[must_use]
pub fn flowchart(trace: &FlowchartTrace) -> AnyView {
    let taken: Vec<Node> = trace.steps.iter().map(|step| step.node).collect();
    let end = taken.last().copied();
    let stopped_at = trace.stopped_by.and(end);
    let path: Vec<&str> = taken.iter().map(|node| node.code()).collect();
    let description = format!("The path taken: {}.", path.join(", then "));
    // Arrows that were taken are drawn last, above those that were not.
    let on_path = |edge: &&Edge| taken.windows(2).any(|pair| pair == [edge.from, edge.to]);
    let (lit, dim): (Vec<&Edge>, Vec<&Edge>) = EDGES.iter().partition(on_path);
    let arrows = dim
        .into_iter()
        .map(|edge| arrow(edge, false))
        .chain(lit.into_iter().map(|edge| arrow(edge, true)))
        .collect_view();
    let nodes = Node::ALL
        .iter()
        .map(|node| boxed(*node, taken.contains(node), stopped_at == Some(*node), trace))
        .collect_view();
    view! {
        <figure class="flowchart">
            <div class="flowchart-scroll" role="region" aria-label="Flowchart" tabindex="0">
                <svg
                    class="flowchart-svg"
                    viewBox="0 0 880 462"
                    role="img"
                    aria-labelledby="flowchart-title flowchart-about"
                >
                    <title id="flowchart-title">"The article’s flowchart with the path taken"</title>
                    <desc id="flowchart-about">{description}</desc>
                    {arrows}
                    {nodes}
                </svg>
            </div>
            {steps(trace)}
        </figure>
    }
    .into_any()
}

fn arrow(edge: &Edge, taken: bool) -> AnyView {
    let state = if taken { " is-taken" } else { "" };
    let (x, y) = edge.point;
    let head = match edge.turn {
        Turn::Down => format!("M{x} {y}l-4 -7h8z"),
        Turn::Right => format!("M{x} {y}l-7 -4v8z"),
    };
    let answer = edge.answer.map(|(text, x, y)| {
        view! {
            <text class=format!("flow-answer{state}") x=x y=y text-anchor="middle">
                {text}
            </text>
        }
    });
    view! {
        <path class=format!("flow-edge{state}") d=edge.path />
        <path class=format!("flow-arrow{state}") d=head />
        {answer}
    }
    .into_any()
}

fn boxed(node: Node, taken: bool, stopped: bool, trace: &FlowchartTrace) -> AnyView {
    let (x, y, lines) = place(node);
    let (width, height) = BOX;
    let mut class = String::from("flow-node");
    if matches!(node, Node::E | Node::G | Node::J | Node::K) {
        class.push_str(" is-terminal");
    }
    if stopped {
        class.push_str(" is-stopped");
    } else if taken {
        class.push_str(" is-taken");
    }
    let fact = trace.steps.iter().find(|step| step.node == node).map_or("", |step| step.fact.as_str());
    let hint = if fact.is_empty() { node.label().to_owned() } else { format!("{}: {fact}", node.label()) };
    // The letter takes the left edge of the box.
    let text_x = x + 6.0;
    let first = if lines.len() > 1 { y - 3.0 } else { y + 4.0 };
    let text = lines
        .iter()
        .zip([first, first + 15.0])
        .map(|(line, y)| {
            view! {
                <text class="flow-text" x=text_x y=y text-anchor="middle">
                    {*line}
                </text>
            }
        })
        .collect_view();
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    let (letter_x, letter_y) = (left + 9.0, top + 15.0);
    view! {
        <g class=class>
            <title>{hint}</title>
            <rect class="flow-box" rx="4" x=left y=top width=width height=height />
            <text class="flow-letter" x=letter_x y=letter_y>
                {node.code()}
            </text>
            {text}
        </g>
    }
    .into_any()
}

fn steps(trace: &FlowchartTrace) -> AnyView {
    let steps = trace
        .steps
        .iter()
        .map(|step| {
            let fact = if step.threshold.is_empty() {
                step.fact.clone()
            } else {
                format!("{} · threshold: {}", step.fact, step.threshold)
            };
            view! {
                <li class="trace-step">
                    <span class="trace-node">{step.node.code()}</span>
                    " "
                    <span class="trace-question">{step.question.clone()}</span>
                    " "
                    <span class="trace-fact">{fact}</span>
                    " "
                    <span class="trace-answer">{step.answer.clone()}</span>
                </li>
            }
        })
        .collect_view();
    let stopped = trace.stopped_by.map(|field| {
        view! {
            <p class="callout callout-warning">
                "The flowchart stops here: " {field.label().to_lowercase()} " is unknown."
            </p>
        }
    });
    view! {
        <ol class="trace">{steps}</ol>
        {stopped}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_start_and_end_at_the_boxes_they_name() {
        for edge in &EDGES {
            let (x, y, _) = place(edge.to);
            let (width, height) = BOX;
            assert!((edge.point.0 - x).abs() <= width / 2.0 + 1e-9, "{:?} → {:?}", edge.from, edge.to);
            assert!((edge.point.1 - y).abs() <= height / 2.0 + 1e-9, "{:?} → {:?}", edge.from, edge.to);
        }
    }

    #[test]
    fn no_two_boxes_touch() {
        for (index, one) in Node::ALL.iter().enumerate() {
            for other in &Node::ALL[index + 1..] {
                let ((x1, y1, _), (x2, y2, _)) = (place(*one), place(*other));
                assert!((x1 - x2).abs() > BOX.0 || (y1 - y2).abs() > BOX.1, "{one:?} {other:?}");
            }
        }
    }
}
