"""What needs no language model: TF-IDF and logistic regression, on the same splits.

The strength of regularisation is chosen on the validation split; the test set is read only with `--test`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

import data
import metrics
from data import Example

STRENGTHS = (10.0, 100.0)


def classifier(strength: float, seed: int) -> Pipeline:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    return Pipeline(
        [
            ("features", FeatureUnion([("words", words), ("characters", characters)])),
            ("regression", LogisticRegression(C=strength, max_iter=300, tol=1e-3, random_state=seed)),
        ]
    )


def fitted(
    examples: list[Example], validation: list[Example], test: list[Example] | None, seed: int
) -> dict[str, object]:
    """Fits once for each strength, and judges the best."""
    texts, wanted = [example.text for example in examples], [example.label for example in examples]
    best: tuple[float, float, Pipeline, float] | None = None
    for strength in STRENGTHS:
        began = time.monotonic()
        pipeline = classifier(strength, seed).fit(texts, wanted)
        share = pipeline.score([example.text for example in validation], [example.label for example in validation])
        if best is None or share > best[0]:
            best = (share, strength, pipeline, time.monotonic() - began)
    assert best is not None
    _, strength, pipeline, seconds = best
    result: dict[str, object] = {"examples": len(examples), "strength": strength, "seconds": round(seconds, 1)}
    for name, part in (("validation", validation), ("test", test)):
        if part is not None:
            predicted = [int(label) for label in pipeline.predict([example.text for example in part])]
            result[name] = metrics.accuracy(predicted, [example.label for example in part]) | {"predicted": predicted}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--per-intent", type=int, nargs="*", default=[5, 10, 30, 0], help="0: all")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    labels = data.read_labels(options.data)
    split = data.divide(data.read_examples(options.data / "train.csv", labels), options.seed)
    test = data.read_examples(options.data / "test.csv", labels) if options.test else None
    result = {}
    for number in options.per_intent:
        examples = data.few(split.train, number, options.seed) if number else split.train
        result[str(number or "all")] = fitted(examples, split.validation, test, options.seed)
        options.out.write_text(json.dumps(result) + "\n")
        of = result[str(number or "all")]
        print(number or "all", {key: of[key] for key in ("examples", "strength", "seconds")}, flush=True)
        for name in ("validation", "test") if test else ("validation",):
            print(" ", name, {key: of[name][key] for key in ("accuracy", "interval95", "macro_f1")}, flush=True)


if __name__ == "__main__":
    main()
