//! What the adapter is, what it was made from and how, what it is not for, and how its numbers are found again.

use super::{count, section};
use domain::evaluation::Evaluation;
use domain::evaluation::words::percent;
use domain::field::plain_number;
use leptos::prelude::*;

/// What it is and what it is for.
pub(super) fn what_it_is(evaluation: &Evaluation) -> AnyView {
    let beside = format!(
        "Side paths of rank {} beside all seven projections of every block of SmolLM2-135M-Instruct (Apache-2.0, weights of four bits), and a linear head that turns the state of a message’s last token into the probabilities of {} intents. The base model’s file stays as it is; the adapter is loaded beside it and taken off again.",
        evaluation.recipe.rank,
        evaluation.labels.len(),
    );
    section(
        "what",
        "What it is",
        "Made for this demo, to see whether a fine-tuned small model wins its task.",
        view! {
            <div class="prose">
                <p>{beside}</p>
                <p>
                    "It is meant for showing what such a model does in a browser, and as a first stage that handles what it is sure of and hands on the rest. While it is on, the model sorts and does not write."
                </p>
            </div>
        },
    )
}

/// What it was trained and tried on, and whose that is.
pub(super) fn data() -> AnyView {
    section(
        "data",
        "Data, licence and attribution",
        "Neither data set is part of this site or its repository.",
        view! {
            <div class="prose">
                <ul>
                    <li>
                        "Banking77: questions of a bank’s customers in 77 intents, in English. Casanueva, Temčinas, Gerz, Henderson and Vulić, “Efficient Intent Detection with Dual Sentence Encoders”, 2020, "
                        <a href="https://arxiv.org/abs/2003.04807" rel="external">"arXiv:2003.04807"</a>
                        "; PolyAI-LDN/task-specific-datasets, "
                        <a href="https://creativecommons.org/licenses/by/4.0/" rel="external">"CC-BY-4.0"</a>
                        ". The adapter was trained on it and is under the same licence."
                    </li>
                    <li>
                        "CLINC150, its out-of-scope queries only, for the test of messages that belong to no intent. Larson et al., “An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction”, 2019, "
                        <a href="https://arxiv.org/abs/1909.02027" rel="external">"arXiv:1909.02027"</a>
                        ", "
                        <a href="https://creativecommons.org/licenses/by/3.0/" rel="external">"CC-BY-3.0"</a>
                        ". Nothing was trained on it."
                    </li>
                </ul>
            </div>
        },
    )
}

/// How it was trained.
pub(super) fn recipe(evaluation: &Evaluation) -> AnyView {
    let (recipe, training) = (&evaluation.recipe, &evaluation.training);
    let settings = format!(
        "LoRA of rank {}, alpha {}, with the base weights as the four-bit file has them. AdamW, learning rate {} (head {}), {} steps of warm-up, then a cosine; batches of {}; label smoothing {}, dropout {}, noise on the embedding (NEFTune) {}, {} of the messages varied; seed {}.",
        recipe.rank,
        plain_number(recipe.alpha),
        plain_number(recipe.learning_rate),
        plain_number(recipe.head_learning_rate),
        recipe.warm_up,
        recipe.batch,
        plain_number(recipe.label_smoothing),
        plain_number(recipe.dropout),
        plain_number(recipe.embedding_noise),
        percent(recipe.variation),
        recipe.seed,
    );
    let course = format!(
        "{} messages to train on and {} held back to choose by; {} epochs, {} steps, {} processor minutes ({} by the clock, beside other work). The head is divided by the temperature {}, which was fitted on the messages held back.",
        count(training.train_examples),
        count(training.validation_examples),
        plain_number(training.epochs_done),
        count(training.steps),
        plain_number(training.cpu_minutes.round()),
        plain_number(training.wall_minutes.round()),
        plain_number(training.temperature),
    );
    section(
        "recipe",
        "Recipe",
        "One run, chosen before the test set was read.",
        view! {
            <div class="prose">
                <p>{settings}</p>
                <p>{course}</p>
            </div>
        },
    )
}

/// What it is not for, and what its figures do not say.
pub(super) fn limits() -> AnyView {
    section(
        "limits",
        "Limits",
        "Before its figures are held against others.",
        view! {
            <div class="prose">
                <ul>
                    <li>
                        "Banking77 messages average 13 tokens; a document of the article has 500: their costs and latencies aren’t comparable, and no figure here mixes the two."
                    </li>
                    <li>"English, short messages, one intent each; the intents are those of one bank’s app as of 2020."</li>
                    <li>
                        "Some labels of Banking77 are disputed: part of what counts as an error here is none, and the reverse. Differences smaller than the intervals say little."
                    </li>
                    <li>
                        "It fails silently: whatever it is asked, it names an intent. Use a threshold, and expect some messages that belong to none above it."
                    </li>
                    <li>"One data set and one seed. Another task needs its own labels, its own adapter and its own test."</li>
                    <li>"Not for decisions about people or money without somebody who looks."</li>
                    <li>"Measured in 32-bit floats. The browser’s arithmetic rounds differently, and is tested against these answers."</li>
                </ul>
            </div>
        },
    )
}

/// How each number is found again, where and when it was found, and what was not looked for.
pub(super) fn recomputed(evaluation: &Evaluation) -> AnyView {
    let machine = &evaluation.machine;
    let packages: Vec<String> =
        machine.packages.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let when = format!(
        "Measured on {} on {}, {} cores, {} GiB of memory, with Python {} and {}. Another processor rounds differently, and its numbers differ in the last digits.",
        evaluation.date,
        machine.processor,
        machine.cores,
        plain_number(machine.memory_gib),
        machine.python,
        domain::format::listed(&packages),
    );
    let left_out = if evaluation.not_run.is_empty() {
        "Nothing that was planned was left out.".to_owned()
    } else {
        format!("Not run: {}.", evaluation.not_run.join("; "))
    };
    section(
        "recomputed",
        "How each number is recomputed",
        "Every figure on this page is read from the evaluation that the scripts wrote; none was typed.",
        view! {
            <div class="prose">
                <p>
                    <code>"frontend/slm/training/reproduce.sh"</code>
                    " trains the adapter, the baselines and the learning curve, measures them, and writes "
                    <code>"evaluation.json"</code>
                    " beside the adapter. It needs Python, the model file and both data sets; the README beside it says how to get them."
                </p>
                <p>{when}</p>
                <p>{left_out}</p>
            </div>
        },
    )
}
