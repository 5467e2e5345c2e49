"""Numbers about predictions, against values worked out by hand or published."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import metrics  # noqa: E402


class Shares(unittest.TestCase):
    def test_wilson_gives_the_published_example(self) -> None:
        # Newcombe 1998, table I: 81 of 263.
        low, high = metrics.wilson(81, 263)
        self.assertAlmostEqual(low, 0.2553, places=4)
        self.assertAlmostEqual(high, 0.3662, places=4)

    def test_wilson_stays_within_the_possible(self) -> None:
        self.assertEqual(metrics.wilson(0, 0), (0.0, 1.0))
        self.assertGreaterEqual(metrics.wilson(0, 10)[0], 0)
        self.assertLessEqual(metrics.wilson(10, 10)[1], 1)

    def test_mcnemar_is_the_sign_test_of_those_who_differ(self) -> None:
        self.assertAlmostEqual(metrics.mcnemar(1, 5), 14 / 64)
        self.assertEqual(metrics.mcnemar(3, 3), 1.0)
        self.assertEqual(metrics.mcnemar(0, 0), 1.0)
        facts = metrics.compared([1, 1, 0, 2], [1, 0, 1, 2], [1, 1, 1, 1])
        self.assertEqual((facts["only_this_right"], facts["only_other_right"]), (1, 1))


class Intents(unittest.TestCase):
    predicted, wanted = [0, 0, 1, 2, 2], [0, 1, 1, 1, 2]

    def test_precision_and_recall(self) -> None:
        rows = metrics.per_intent(self.predicted, self.wanted)
        self.assertEqual([row["precision"] for row in rows], [0.5, 1.0, 0.5])
        self.assertEqual([row["recall"] for row in rows], [1.0, 1 / 3, 1.0])
        self.assertAlmostEqual(metrics.macro_f1(self.predicted, self.wanted), (2 / 3 + 0.5 + 2 / 3) / 3)

    def test_confusion_counts_every_message(self) -> None:
        triples = metrics.confusion(self.predicted, self.wanted)
        self.assertEqual(triples, [[0, 0, 1], [1, 0, 1], [1, 1, 1], [1, 2, 1], [2, 2, 1]])


class Confidence(unittest.TestCase):
    confidence, right = [0.9, 0.8, 0.6, 0.4], [True, True, False, False]

    def test_what_is_kept_and_what_is_caught(self) -> None:
        kept = metrics.kept(self.confidence, self.right, 0.5)
        self.assertEqual(kept["handled"], 0.75)
        self.assertAlmostEqual(kept["accuracy"], 2 / 3)
        self.assertEqual(kept["errors_caught"], 0.5)
        self.assertIsNone(metrics.kept(self.confidence, self.right, 0.99)["accuracy"])
        self.assertEqual(metrics.lowest_threshold(self.confidence, self.right, 1.0), 0.61)
        self.assertIsNone(metrics.lowest_threshold([0.5], [False], 0.9))

    def test_the_curve_has_a_point_for_each_hundredth(self) -> None:
        curve = metrics.curve(self.confidence, self.right)
        self.assertEqual(len(curve), 101)
        self.assertEqual(curve[0], [1.0, 0.5, 0.0])
        self.assertEqual(curve[90], [0.25, 1.0, 1.0])
        self.assertEqual(curve[100], [0.0, None, 1.0])

    def test_calibration_error_is_the_gap_weighed_by_messages(self) -> None:
        facts = metrics.reliability([0.95, 0.95, 0.55, 1.0], [True, False, True, True])
        # 0.9 and above: three at 0.9667 on average, two of them right; 0.5 to 0.6: one at 0.55, right.
        self.assertAlmostEqual(facts["ece"], 0.75 * abs(2.9 / 3 - 2 / 3) + 0.25 * 0.45)
        self.assertEqual(sum(row["count"] for row in facts["bins"]), 4)

    def test_auroc_counts_pairs(self) -> None:
        self.assertEqual(metrics.auroc([0.9, 0.8], [0.1, 0.2]), 1.0)
        self.assertEqual(metrics.auroc([0.5], [0.5]), 0.5)
        self.assertEqual(metrics.auroc([0.9, 0.3], [0.5]), 0.5)


if __name__ == "__main__":
    unittest.main()
