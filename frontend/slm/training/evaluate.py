"""Measures an adapter file: the validation split always, the test set only with `--test`.

All in f32, on the dequantised model with the adapter as it is in the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

import data
import export
import metrics
from gguf_model import Model, read_tokenizer, read_weights
from train import encode, scores

AGREEMENT_ROWS = 200


def judged(logits: Tensor, wanted: list[int]) -> dict[str, object]:
    """Everything about one set of messages."""
    probabilities = logits.softmax(-1)
    confidence, predicted = (values.tolist() for values in probabilities.max(-1))
    right = [p == w for p, w in zip(predicted, wanted, strict=True)]
    return {
        **metrics.accuracy(predicted, wanted),
        "loss": functional.cross_entropy(logits, torch.tensor(wanted)).item(),
        "reliability": metrics.reliability(confidence, right),
        "cascade": metrics.cascade(confidence, right),
        "curve": metrics.curve(confidence, right),
        "per_intent": metrics.per_intent(predicted, wanted),
        "confusion": metrics.confusion(predicted, wanted),
        "predicted": predicted,
        "confidence": confidence,
    }


def targets(validation: dict[str, object], test: dict[str, object], labels: dict[str, list[int]]) -> list[dict]:
    """Thresholds that reach an accuracy on the validation split, and what they reach on the test set."""

    def parts(name: str, of: dict[str, object]) -> tuple[list[float], list[bool]]:
        return of["confidence"], [p == w for p, w in zip(of["predicted"], labels[name], strict=True)]

    rows = []
    for target in metrics.TARGETS:
        threshold = metrics.lowest_threshold(*parts("validation", validation), target)
        row: dict[str, object] = {"target": target, "threshold": threshold}
        if threshold is not None:
            row["validation"] = metrics.kept(*parts("validation", validation), threshold)
            row["test"] = metrics.kept(*parts("test", test), threshold)
        rows.append(row)
    return rows


def agreement(
    logits: Tensor, tokens: list[list[int]], rows: list[int], labels: list[str], adapter: Path, base: str, seed: int
) -> dict[str, object]:
    """What another runtime is held against: tokens in, probabilities out; not the texts."""
    chosen = sorted(random.Random(seed).sample(range(len(rows)), AGREEMENT_ROWS))
    probabilities = logits.softmax(-1)
    return {
        "about": "Messages of Banking77's test.csv by row (from 0, without the header): tokens and probabilities.",
        "base_sha256": base,
        "adapter_sha256": hashlib.sha256(adapter.read_bytes()).hexdigest(),
        "labels": labels,
        "messages": [
            {
                "row": rows[at],
                "tokens": tokens[at],
                "label": labels[int(probabilities[at].argmax())],
                "probabilities": [round(share, 5) for share in probabilities[at].tolist()],
            }
            for at in chosen
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder with the training.json that export.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--clinc", type=Path, help="folder of CLINC150, for messages out of scope")
    parser.add_argument("--agreement", type=Path, help="file to write")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    training = json.loads((options.run / "training.json").read_text())
    seed = training["recipe"]["seed"]
    weights = read_weights(options.gguf)
    model, tokenizer = Model(weights), read_tokenizer(options.gguf)
    adapter, labels = export.read(options.adapter, weights.config, weights.sha256)
    split = data.divide(data.read_examples(options.data / "train.csv", labels), seed)

    def measured(texts: list[str]) -> tuple[list[list[int]], Tensor]:
        tokens = encode(tokenizer, texts, data.LONGEST)
        return tokens, scores(model, adapter, tokens)

    wanted = {"validation": [example.label for example in split.validation]}
    _, logits = measured([example.text for example in split.validation])
    result: dict[str, object] = {"training": training, "validation": judged(logits, wanted["validation"])}
    if options.test:
        test = data.read_examples(options.data / "test.csv", labels)
        wanted["test"] = [example.label for example in test]
        began = time.monotonic()
        tokens, logits = measured([example.text for example in test])
        result["test"] = judged(logits, wanted["test"]) | {"seconds": round(time.monotonic() - began, 1)}
        seen = {example.text.strip().lower() for example in split.train}
        fresh = [at for at, example in enumerate(test) if example.text.strip().lower() not in seen]
        result["test_without_texts_in_training"] = metrics.accuracy(
            [result["test"]["predicted"][at] for at in fresh], [wanted["test"][at] for at in fresh]
        )
        result["targets"] = targets(result["validation"], result["test"], wanted)
        if options.agreement:
            rows = [example.row for example in test]
            facts = agreement(logits, tokens, rows, labels, options.adapter, weights.sha256, seed)
            options.agreement.write_text(json.dumps(facts, separators=(",", ":")).replace('{"row"', '\n{"row"') + "\n")
        if options.clinc:
            _, logits = measured(data.read_out_of_scope(options.clinc))
            outside = logits.softmax(-1).max(-1).values.tolist()
            inside = result["test"]["confidence"]
            result["out_of_scope"] = {
                "messages": len(outside),
                "auroc": metrics.auroc(inside, outside),
                "curve": [sum(share >= at / 100 for share in outside) / len(outside) for at in range(101)],
                "accepted": [
                    {
                        "threshold": threshold,
                        "out_of_scope": sum(share >= threshold for share in outside) / len(outside),
                        "in_scope": sum(share >= threshold for share in inside) / len(inside),
                    }
                    for threshold in metrics.OUT_OF_SCOPE_THRESHOLDS
                ],
            }
    result["wanted"] = wanted
    options.out.write_text(json.dumps(result) + "\n")
    for name in wanted:
        shown = ("right", "of", "accuracy", "interval95", "macro_f1", "loss")
        print(name, {key: result[name][key] for key in shown}, "ece", result[name]["reliability"]["ece"])


if __name__ == "__main__":
    main()
