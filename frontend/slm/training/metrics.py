"""Numbers about predictions. Standard library only, so that their tests run without installing anything."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99)
OUT_OF_SCOPE_THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
TARGETS = (0.96, 0.97, 0.98, 0.99)
BINS = 10


def wilson(hits: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95% interval of a share (Wilson's score interval)."""
    if count == 0:
        return 0.0, 1.0
    share, square = hits / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    reach = z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return middle - reach, middle + reach


def mcnemar(only_one: int, only_other: int) -> float:
    """Two-sided exact probability that two classifiers of equal accuracy differ at least that much."""
    count = only_one + only_other
    tail = sum(math.comb(count, hits) for hits in range(min(only_one, only_other) + 1))
    return min(1.0, 2 * tail / 2**count)


def compared(predicted: Sequence[int], other: Sequence[int], wanted: Sequence[int]) -> dict[str, float]:
    """McNemar's test of one method against another on the same messages."""
    only_one = sum(p == w != o for p, o, w in zip(predicted, other, wanted, strict=True))
    only_other = sum(o == w != p for p, o, w in zip(predicted, other, wanted, strict=True))
    return {"only_this_right": only_one, "only_other_right": only_other, "p": mcnemar(only_one, only_other)}


def accuracy(predicted: Sequence[int], wanted: Sequence[int]) -> dict[str, object]:
    hits = sum(p == w for p, w in zip(predicted, wanted, strict=True))
    return {
        "right": hits,
        "of": len(wanted),
        "accuracy": hits / len(wanted),
        "interval95": list(wilson(hits, len(wanted))),
        "macro_f1": macro_f1(predicted, wanted),
    }


def per_intent(predicted: Sequence[int], wanted: Sequence[int]) -> list[dict[str, float]]:
    """Precision and recall of each intent that occurs; precision is 0 where nothing was predicted."""
    right = Counter(p for p, w in zip(predicted, wanted, strict=True) if p == w)
    said, there = Counter(predicted), Counter(wanted)
    rows = []
    for label in sorted(set(said) | set(there)):
        precision = right[label] / said[label] if said[label] else 0.0
        recall = right[label] / there[label] if there[label] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right[label] else 0.0
        rows.append({"label": label, "count": there[label], "precision": precision, "recall": recall, "f1": f1})
    return rows


def macro_f1(predicted: Sequence[int], wanted: Sequence[int]) -> float:
    """Mean F1 over the intents that occur."""
    rows = [row["f1"] for row in per_intent(predicted, wanted) if row["count"]]
    return sum(rows) / len(rows)


def confusion(predicted: Sequence[int], wanted: Sequence[int]) -> list[list[int]]:
    """[wanted, predicted, messages] for every pair that occurs, right ones included."""
    return [[w, p, count] for (w, p), count in sorted(Counter(zip(wanted, predicted, strict=True)).items())]


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> dict[str, object]:
    """Bins of equal width, and the expected calibration error over them."""
    bins = []
    for number in range(BINS):
        inside = [at for at, share in enumerate(confidence) if min(int(share * BINS), BINS - 1) == number]
        count = len(inside)
        bins.append(
            {
                "from": number / BINS,
                "to": (number + 1) / BINS,
                "count": count,
                "confidence": sum(confidence[at] for at in inside) / count if count else None,
                "accuracy": sum(right[at] for at in inside) / count if count else None,
            }
        )
    error = sum(row["count"] * abs(row["confidence"] - row["accuracy"]) for row in bins if row["count"])
    return {"ece": error / len(confidence), "bins": bins}


def kept(confidence: Sequence[float], right: Sequence[bool], threshold: float) -> dict[str, float | None]:
    """What happens when only messages with at least that confidence are handled, and the rest handed on."""
    inside = [hit for share, hit in zip(confidence, right, strict=True) if share >= threshold]
    errors = right.count(False)
    missed = inside.count(False)
    return {
        "threshold": threshold,
        "handled": len(inside) / len(confidence),
        "accuracy": (len(inside) - missed) / len(inside) if inside else None,
        "errors_caught": (errors - missed) / errors if errors else None,
    }


def cascade(confidence: Sequence[float], right: Sequence[bool]) -> list[dict[str, float | None]]:
    return [kept(confidence, right, threshold) for threshold in THRESHOLDS]


def curve(confidence: Sequence[float], right: Sequence[bool]) -> list[list[float | None]]:
    """[handled, accuracy, errors caught] at each hundredth from 0 to 1."""
    points = (kept(confidence, right, hundredth / 100) for hundredth in range(101))
    return [[point["handled"], point["accuracy"], point["errors_caught"]] for point in points]


def lowest_threshold(confidence: Sequence[float], right: Sequence[bool], target: float) -> float | None:
    """The lowest threshold, in hundredths, at which what is kept reaches an accuracy."""
    for hundredth in range(100):
        share = kept(confidence, right, hundredth / 100)["accuracy"]
        if share is not None and share >= target:
            return hundredth / 100
    return None


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a message of the inside has the higher number; equal ones count half."""
    values = sorted([(value, 1) for value in inside] + [(value, 0) for value in outside])
    ranks, at = 0.0, 0
    while at < len(values):
        end = at
        while end < len(values) and values[end][0] == values[at][0]:
            end += 1
        ranks += sum(kind for _, kind in values[at:end]) * (at + end + 1) / 2
        at = end
    return (ranks - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside))
