"""The texts, and how they are divided and put into batches."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST = 128
"""Tokens of a message that the classifier reads; the runtime cuts at the same number."""

VALIDATION_SHARE = 0.08


@dataclass(frozen=True)
class Example:
    """A message, the number of its intent, and its row in the file, counted from 0 without the header."""

    text: str
    label: int
    row: int


@dataclass(frozen=True)
class Split:
    train: list[Example]
    validation: list[Example]


def read_labels(folder: Path) -> list[str]:
    return json.loads((folder / "categories.json").read_text())


def read_examples(file: Path, labels: list[str]) -> list[Example]:
    numbers = {label: number for number, label in enumerate(labels)}
    with file.open(newline="", encoding="utf-8") as lines:
        return [Example(row["text"], numbers[row["category"]], at) for at, row in enumerate(csv.DictReader(lines))]


def by_intent(examples: list[Example], seed: int) -> dict[int, list[Example]]:
    """Each intent's examples in an order that depends on the seed and the intent only."""
    groups: dict[int, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.label].append(example)
    for label, group in groups.items():
        random.Random(f"{seed}-{label}").shuffle(group)
    return dict(sorted(groups.items()))


def divide(examples: list[Example], seed: int) -> Split:
    """Takes the same share of every intent for validation.

    A message that occurs twice stays in training, so that no text is on both sides.
    """
    times: dict[str, int] = defaultdict(int)
    for example in examples:
        times[example.text.strip().lower()] += 1
    train, validation = [], []
    for group in by_intent(examples, seed).values():
        wanted = round(len(group) * VALIDATION_SHARE)
        for example in group:
            if wanted > 0 and times[example.text.strip().lower()] == 1:
                validation.append(example)
                wanted -= 1
            else:
                train.append(example)
    return Split(train, validation)


def few(examples: list[Example], per_intent: int, seed: int) -> list[Example]:
    """The first examples of each intent: a larger number contains the smaller ones."""
    return [example for group in by_intent(examples, seed).values() for example in group[:per_intent]]


def varied(text: str, chance: float, generator: random.Random) -> str:
    """Leaves a message alone, or changes what people change: capitals, the last mark, a word."""
    if generator.random() >= chance:
        return text
    kind = generator.randrange(4)
    if kind == 0:
        return text.lower()
    if kind == 1:
        return text.rstrip(" .?!\n") or text
    words = text.split(" ")
    if len(words) < 5:
        return text
    at = generator.randrange(len(words))
    if kind == 2:
        return " ".join(words[:at] + words[at + 1 :])
    return " ".join([*words[:at], words[at], *words[at:]])


def batches(lengths: list[int], size: int, generator: random.Random) -> Iterator[list[int]]:
    """Numbers of the texts of each batch.

    Texts are sorted within stretches of 96 batches: little is padded, and batches still differ from epoch to epoch.
    """
    order = list(range(len(lengths)))
    generator.shuffle(order)
    together = []
    for start in range(0, len(order), 96 * size):
        stretch = sorted(order[start : start + 96 * size], key=lambda number: lengths[number])
        together.extend(stretch[at : at + size] for at in range(0, len(stretch), size))
    generator.shuffle(together)
    yield from together


def read_out_of_scope(folder: Path) -> list[str]:
    """CLINC150's queries that belong to none of its intents: all that are published."""
    parts = json.loads((folder / "data_full.json").read_text())
    return [text for part in ("oos_train", "oos_val", "oos_test") for text, _ in parts[part]]
