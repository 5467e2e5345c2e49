"""Puts what the other programs measured into `evaluation.json` and `CARD.md`.

Computes nothing about a model itself, and invents nothing: a part that was not run is named as not run.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import export
import metrics

FEW = (5, 10, 30)
SHOWN = ("right", "of", "accuracy", "interval95", "macro_f1")
DESCRIPTIONS = {
    "lora": "SmolLM2-135M-Instruct with side paths and a class head, trained on the training split",
    "tfidf": "TF-IDF of words and characters, logistic regression, fitted on the training split",
    "linear_probe": "Logistic regression on mean states of the untouched base model, fitted on the training split",
    "nearest_label": "Untouched base model: the intent whose name has the most similar mean state, both centred",
    "likelihood": "Untouched base model: the intent whose name is likeliest after the message, per token",
}


@dataclass(frozen=True)
class Parts:
    """What was measured; None for what was not."""

    lora: dict
    tfidf: dict | None
    untouched: dict | None
    few: dict[int, dict]


def read(folder: Path) -> Parts:
    def part(name: str) -> dict | None:
        file = folder / f"{name}.json"
        return json.loads(file.read_text()) if file.exists() else None

    lora = part("lora")
    if lora is None or "test" not in lora:
        raise SystemExit(f"{folder}/lora.json with the test set is what there is to report")
    few = {number: found for number in FEW if (found := part(f"few-{number}"))}
    return Parts(lora, part("tfidf"), part("untouched"), few)


def rounded(value: object) -> object:
    if isinstance(value, float):
        # Small probabilities are told apart by their first digits.
        return round(value, 5) if abs(value) >= 0.001 else float(f"{value:.3g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def shown(of: dict | None) -> dict | None:
    return {key: of[key] for key in SHOWN} if of else None


def methods(parts: Parts) -> Iterable[dict]:
    test = parts.lora["test"]
    wanted = parts.lora["wanted"]["test"]
    yield {"name": "lora", "validation": shown(parts.lora["validation"]), "test": shown(test)}
    others = [("tfidf", (parts.tfidf or {}).get("all"))]
    others += [(name, (parts.untouched or {}).get(name)) for name in ("linear_probe", "nearest_label", "likelihood")]
    for name, of in others:
        if not of or "test" not in of:
            continue
        row = {"name": name, "validation": shown(of.get("validation")), "test": shown(of["test"])}
        rows = of["test"].get("rows", range(len(wanted)))
        row["lora_against_it"] = metrics.compared(
            [test["predicted"][at] for at in rows], of["test"]["predicted"], [wanted[at] for at in rows]
        )
        if "rows" in of["test"]:
            row["test_rows"] = of["test"]["rows"]
        yield row


def learning_curve(parts: Parts) -> list[dict]:
    rows = []
    for number in FEW:
        lora, tfidf = parts.few.get(number), (parts.tfidf or {}).get(str(number))
        row: dict[str, object] = {
            "per_intent": number,
            "lora": shown(lora["test"]) if lora and "test" in lora else None,
            "lora_training": lora["training"] if lora else None,
            "tfidf": shown(tfidf["test"]) if tfidf and "test" in tfidf else None,
        }
        if row["lora"] and row["tfidf"]:
            wanted = parts.lora["wanted"]["test"]
            row["lora_against_tfidf"] = metrics.compared(
                lora["test"]["predicted"], tfidf["test"]["predicted"], wanted
            )
        rows.append(row)
    everything = (parts.tfidf or {}).get("all")
    rows.append(
        {
            "per_intent": "all",
            "lora": shown(parts.lora["test"]),
            "tfidf": shown(everything["test"]) if everything and "test" in everything else None,
        }
    )
    return rows


def tried(runs: list[Path]) -> list[dict]:
    """Other recipes, judged on the validation split only."""
    rows = []
    for run in runs:
        facts = json.loads((run / "training.json").read_text())
        rows.append({"name": run.name, **facts})
    return rows


def not_run(parts: Parts) -> list[str]:
    missing = [f"LoRA with {number} examples per intent" for number in FEW if number not in parts.few]
    if not parts.tfidf:
        missing.append("TF-IDF and logistic regression")
    if not parts.untouched:
        missing.append("the untouched base model")
    if "out_of_scope" not in parts.lora:
        missing.append("messages out of scope")
    return missing


def machine() -> dict[str, object]:
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    versions = {name: importlib.metadata.version(name) for name in ("torch", "scikit-learn", "tokenizers", "gguf")}
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "shared": "with other work at a higher priority while training ran: wall time says little, see cpu_minutes",
        "python": platform.python_version(),
        "packages": versions,
    }


def percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}%"


def with_interval(of: dict | None) -> str:
    if not of:
        return "not run"
    low, high = of["interval95"]
    return f"{percent(of['accuracy'])} ({percent(low)}–{percent(high)}, n = {of['of']})"


def probability(p: float) -> str:
    # Below what a floating-point number can hold is not nothing.
    if p == 0:
        return "< 1e-300"
    return f"{p:.1e}" if p < 0.001 else f"{p:.3f}"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def card(evaluation: dict, adapter: Path) -> str:
    labels, recipe, training = evaluation["labels"], evaluation["recipe"], evaluation["training"]
    lora = evaluation["methods"][0]
    plans = training["epochs_planned_from_step"]
    planned = ", then ".join(f"{epochs} from step {step} on" for step, epochs in plans)
    test = lora["test"]

    def method_row(of: dict) -> list[str]:
        against = of.get("lora_against_it")
        p = "" if against is None else probability(against["p"])
        return [DESCRIPTIONS[of["name"]], with_interval(of["test"]), f"{of['test']['macro_f1']:.3f}", p]

    def cascade_rows() -> Iterable[list[str]]:
        both = zip(evaluation["cascade"]["validation"], evaluation["cascade"]["test"], strict=True)
        for validation, on_test in both:
            yield [
                f"{validation['threshold']:g}",
                *(percent(of[key]) for of in (validation, on_test) for key in ("handled", "accuracy", "errors_caught")),
            ]

    def target_rows() -> Iterable[list[str]]:
        for row in evaluation["targets"]:
            reached = row.get("test", {})
            yield [
                percent(row["target"], 0),
                "none reaches it" if row["threshold"] is None else f"{row['threshold']:g}",
                percent(reached.get("handled")),
                percent(reached.get("accuracy")),
                percent(reached.get("errors_caught")),
            ]

    confused = sorted(
        ([w, p, count] for w, p, count in evaluation["confusion"] if w != p), key=lambda triple: -triple[2]
    )
    frequent = [[labels[w], labels[p], str(count)] for w, p, count in confused if count >= 2]
    hardest = sorted(evaluation["per_intent"], key=lambda row: row["f1"])
    curve = [
        [str(row["per_intent"]), with_interval(row["tfidf"]), with_interval(row["lora"])]
        for row in evaluation["learning_curve"]
    ]
    others = [
        [
            row["name"],
            ", ".join(f"{key} {value}" for key, value in row["recipe"].items() if value != recipe.get(key))
            or "as shipped",
            percent(row["validation_before_temperature"][row["parameters_taken"]]["accuracy"]),
        ]
        for row in evaluation["tried"]
    ]
    lines = [
        "# Banking77 adapter for SmolLM2-135M-Instruct",
        "Written by `frontend/slm/training/card.py` from `evaluation.json`; do not edit by hand.",
        f"Sorts an English message of a bank's customer into one of {len(labels)} intents. {adapter.stat().st_size / 1e6:.1f} MB "
        f"beside the {98.4} MB of the base model, which it leaves as it is.",
        "## Accuracy",
        f"**{with_interval(test)}** on the test set, macro-F1 {test['macro_f1']:.3f}; in parentheses the 95% interval "
        "(Wilson). The test set is a stratified half of the published one and was read only after every choice "
        "had been made on the validation split. The last column is the exact McNemar p of this adapter against the method.",
        table(["method", "accuracy on test", "macro-F1", "p"], [method_row(of) for of in evaluation["methods"]]),
        f"On the validation split ({lora['validation']['of']} messages taken from the training file): "
        f"{with_interval(lora['validation'])}. {evaluation['test_messages_in_training']} of the test messages also occur "
        f"in the training split; without them {percent(evaluation['test_without_texts_in_training']['accuracy'])}.",
        "### With fewer examples",
        table(["examples per intent", "TF-IDF and logistic regression", "this recipe"], curve),
        "## How sure it is",
        "The probability of the top intent says when to hand a message on to something larger or to a person. "
        f"Expected calibration error ({metrics.BINS} bins): {percent(evaluation['reliability']['validation']['ece'])} on "
        f"validation, {percent(evaluation['reliability']['test']['ece'])} on test.",
        table(
            ["threshold", "handled (validation)", "accuracy of it", "errors caught"]
            + ["handled (test)", "accuracy of it", "errors caught"],
            cascade_rows(),
        ),
        "Thresholds chosen on the validation split as the lowest that reaches an accuracy there, and what they reach on "
        "the test set:",
        table(["wanted", "threshold", "handled", "accuracy of it", "errors caught"], target_rows()),
        "### Messages that belong to no intent",
    ]
    if evaluation["out_of_scope"]:
        outside = evaluation["out_of_scope"]
        lines += [
            f"CLINC150's {outside['messages']} out-of-scope queries (Larson et al., EMNLP 2019, CC-BY-3.0): AUROC of the top "
            f"probability {outside['auroc']:.3f}. The adapter has no class for them; a threshold is what keeps them out:",
            table(
                ["threshold", "accepted out of scope", "accepted of Banking77's test set"],
                [
                    [f"{row['threshold']:g}", percent(row["out_of_scope"]), percent(row["in_scope"])]
                    for row in outside["accepted"]
                ],
            ),
        ]
    else:
        lines.append("Not run.")
    lines += [
        "## What it confuses",
        "Pairs confused at least twice on the test set; all are in `evaluation.json` under `confusion`.",
        table(["intent", "taken for", "messages"], frequent),
        f"The ten intents with the lowest F1, of {len(labels)} (`per_intent` has all):",
        table(
            ["intent", "precision", "recall", "messages"],
            [
                [labels[row["label"]], percent(row["precision"]), percent(row["recall"]), str(row["count"])]
                for row in hardest[:10]
            ],
        ),
        "## Recipe",
        f"Rank {recipe['rank']}, alpha {recipe['alpha']:g}, beside all seven projections of all blocks; a linear head on the "
        "normalised last state of the last token. The message's tokens as they are: no token before, no template, cut at "
        f"128 (at {recipe['longest']} in training). Base weights dequantised from the GGUF file itself.",
        f"AdamW, learning rate {recipe['learning_rate']:g} (head {recipe['head_learning_rate']:g}), {recipe['warm_up']} steps of "
        f"warm-up, then a cosine to nothing; batches of {recipe['batch']}, "
        f"{training['epochs_done']} epochs (the cosine planned for {planned}), label smoothing {recipe['label_smoothing']:g}, dropout {recipe['dropout']:g} on the "
        f"narrow states and the last one, noise on the embedding (NEFTune, {recipe['embedding_noise']:g}), "
        f"{percent(recipe['variation'], 0)} of the messages varied (capitals, the last mark, a word left out or doubled), "
        f"running mean of the parameters ({recipe['averaging']:g}); seed {recipe['seed']}.",
        f"Taken: the {'running mean' if training['parameters_taken'] == 'average' else 'last parameters'}, head divided by the "
        f"temperature {training['temperature']:g} fitted on the validation split. {training['train_examples']} training "
        f"examples, {training['steps']} steps, {training['cpu_minutes']:g} processor minutes "
        f"({training['wall_minutes']:g} by the clock on {evaluation['machine']['cores']} shared cores), "
        f"{evaluation['date']}, {evaluation['machine']['processor']}.",
        "### Tried besides",
        table(["run", "what differs", "accuracy on validation"], others)
        if others
        else "Nothing else was trained to the end: rank, layers and the strength of regularisation were set beforehand.",
        "## Data, licence and attribution",
        f"{export.ATTRIBUTION} The adapter is under {export.LICENCE}. The data is not in this repository.",
        "## Intended use",
        "Showing what a fine-tuned small model does in a browser, beside its accuracy, and as a first stage that handles "
        "what it is sure of and hands on the rest. Sorting questions like those of Banking77.",
        "## Limits",
        "- English, short messages, one intent each; the intents are those of one bank's app as of 2020.\n"
        "- Banking77 has labels that people dispute, so that part of what counts as an error here is none, and the reverse.\n"
        "- Whatever it is asked, it names an intent: use a threshold, and expect some messages out of scope above it.\n"
        "- Not for decisions about people or money without somebody who looks.\n"
        "- Measured in f32. A runtime that rounds differs a little; `agreement.json` is there to say how much.",
    ]
    if evaluation["not_run"]:
        lines += ["## Not run", "\n".join(f"- {name}" for name in evaluation["not_run"])]
    return "\n\n".join(lines) + "\n"


def written(evaluation: dict) -> str:
    """JSON with a line for each fact and each row of a table, to be read and compared by people."""

    def rows(value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            return "[\n  " + ",\n  ".join(json.dumps(row) for row in value) + "\n ]"
        return json.dumps(value)

    return "{\n" + ",\n".join(f' "{key}": {rows(value)}' for key, value in evaluation.items()) + "\n}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=Path, required=True, help="folder with what was measured")
    parser.add_argument("--labels", type=Path, required=True, help="categories.json")
    parser.add_argument("--adapter", type=Path, required=True, help="adapter.safetensors; both files go beside it")
    parser.add_argument("--tried", type=Path, nargs="*", default=[], help="folders of other runs, exported")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    options = parser.parse_args()

    parts = read(options.parts)
    lora = parts.lora
    evaluation = rounded(
        {
            "format": "parsimony-evaluation-1",
            "date": options.date,
            "machine": machine(),
            "labels": json.loads(options.labels.read_text()),
            "recipe": lora["training"]["recipe"],
            "training": {key: value for key, value in lora["training"].items() if key != "recipe"},
            "methods": [{"description": DESCRIPTIONS[of["name"]], **of} for of in methods(parts)],
            "test_without_texts_in_training": lora["test_without_texts_in_training"],
            "test_messages_in_training": lora["test"]["of"] - lora["test_without_texts_in_training"]["of"],
            "learning_curve": learning_curve(parts),
            "cascade": {name: lora[name]["cascade"] for name in ("validation", "test")},
            "curve": {name: lora[name]["curve"] for name in ("validation", "test")},
            "targets": lora["targets"],
            "out_of_scope": lora.get("out_of_scope"),
            "reliability": {name: lora[name]["reliability"] for name in ("validation", "test")},
            "per_intent": lora["test"]["per_intent"],
            "confusion": lora["test"]["confusion"],
            "tried": tried(options.tried),
            "not_run": not_run(parts),
        }
    )
    folder = options.adapter.parent
    (folder / "evaluation.json").write_text(written(evaluation) + "\n")
    (folder / "CARD.md").write_text(card(evaluation, options.adapter))


if __name__ == "__main__":
    main()
