"""How texts are divided and put into batches."""

import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import data  # noqa: E402
from data import Example  # noqa: E402


def examples(intents: int = 4, each: int = 50) -> list[Example]:
    return [
        Example(f"message {intent} {number}", intent, intent * each + number)
        for intent in range(intents)
        for number in range(each)
    ]


class Division(unittest.TestCase):
    def test_every_intent_gives_the_same_share_and_nothing_is_lost(self) -> None:
        split = data.divide(examples(), seed=7)
        self.assertEqual([sum(e.label == label for e in split.validation) for label in range(4)], [4] * 4)
        self.assertEqual(sorted(e.row for e in split.train + split.validation), list(range(200)))

    def test_the_seed_decides_and_nothing_else(self) -> None:
        one, same, other = (data.divide(examples(), seed) for seed in (7, 7, 8))
        self.assertEqual(one, same)
        self.assertNotEqual({e.row for e in one.validation}, {e.row for e in other.validation})

    def test_no_text_is_on_both_sides(self) -> None:
        twice = examples() + [Example(e.text.upper() + " ", e.label, 1000 + e.row) for e in examples()[:150]]
        split = data.divide(twice, seed=7)
        train = {e.text.strip().lower() for e in split.train}
        self.assertFalse(train & {e.text.strip().lower() for e in split.validation})

    def test_few_examples_are_among_the_many(self) -> None:
        few, more = (data.few(examples(), number, seed=7) for number in (5, 10))
        self.assertEqual(len(few), 20)
        self.assertLess({e.row for e in few}, {e.row for e in more})


class Batches(unittest.TestCase):
    def test_every_text_comes_once_an_epoch(self) -> None:
        lengths = [random.Random(number).randrange(5, 60) for number in range(1003)]
        together = list(data.batches(lengths, 32, random.Random(1)))
        self.assertEqual(sorted(sum(together, [])), list(range(1003)))
        self.assertLessEqual(max(map(len, together)), 32)

    def test_little_is_padded(self) -> None:
        generator = random.Random(2)
        lengths = [generator.randrange(5, 60) for _ in range(9000)]
        padded = sum(len(b) * max(lengths[at] for at in b) for b in data.batches(lengths, 32, generator))
        self.assertLess(padded, 1.05 * sum(lengths))


class Variation(unittest.TestCase):
    def test_a_message_is_never_emptied(self) -> None:
        for number in range(500):
            for text in ("?", "Why?", "Where is my card, it has not arrived yet?"):
                self.assertTrue(data.varied(text, 1.0, random.Random(number)).strip())

    def test_without_chance_nothing_changes(self) -> None:
        self.assertEqual(data.varied("Why So?", 0.0, random.Random(1)), "Why So?")


if __name__ == "__main__":
    unittest.main()
