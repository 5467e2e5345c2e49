//! Counting: what the test runners report, added up for the last line.

use serde_json::Value;

/// Numbers of passed and failed checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Tests that ran and passed; a lint without findings counts as one.
    pub passed: u64,
    /// Tests that ran and failed; a step that broke counts as one.
    pub failed: u64,
}

impl Tally {
    /// One check that passed or failed.
    pub fn of(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed) }
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// The count of a runner that ended with this exit status. A runner that failed without
    /// reporting a failed test (its tests did not compile, say) counts as one failure; so does one
    /// that reported nothing at all.
    pub fn of_runner(reported: Option<Tally>, succeeded: bool) -> Self {
        match reported {
            Some(tally) if succeeded || tally.failed > 0 => tally,
            Some(tally) => Tally { failed: 1, ..tally },
            None => Tally { passed: 0, failed: 1 },
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads cargo-nextest's summary, such as
/// `Summary [  1.2s] 7 tests run: 5 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub fn of_nextest(output: &str) -> Option<Tally> {
    let line = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, counts) = line.split_once(" run:")?;
    let mut tally = Tally::default();
    for part in without_parentheses(counts).split(',') {
        let (number, outcome) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match outcome.trim() {
            "passed" => tally.passed += number,
            "skipped" => {}
            _ => tally.failed += number,
        }
    }
    Some(tally)
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Reads the result lines of `cargo test`, one per test program, such as
/// `test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out`.
pub fn of_cargo_test(output: &str) -> Option<Tally> {
    let mut total: Option<Tally> = None;
    for line in output.lines().filter(|line| line.starts_with("test result:")) {
        let counts = line.split_once(". ").map_or("", |(_, counts)| counts);
        let mut tally = Tally::default();
        for part in counts.split(';') {
            if let Some((number, outcome)) = part.trim().split_once(' ')
                && let Ok(number) = number.parse::<u64>()
            {
                match outcome {
                    "passed" => tally.passed += number,
                    "failed" => tally.failed += number,
                    _ => {}
                }
            }
        }
        total.get_or_insert_default().add(tally);
    }
    total
}

/// Reads Playwright's JSON report. A test that passed only when repeated counts as passed; errors
/// outside any test (a server that did not start) count as one failure each.
pub fn of_playwright(report: &str) -> Option<Tally> {
    let report: Value = serde_json::from_str(report).ok()?;
    let count = |name: &str| report["stats"][name].as_u64();
    let outside = report["errors"].as_array().map_or(0, |errors| errors.len() as u64);
    Some(Tally {
        passed: count("expected")? + count("flaky").unwrap_or_default(),
        failed: count("unexpected")? + outside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally { passed, failed })
    }

    #[test]
    fn nextest_summaries() {
        let all =
            "    PASS [ 0.1s] domain\n────\n     Summary [   0.013s] 5 tests run: 5 passed, 0 skipped\n";
        assert_eq!(of_nextest(all), tally(5, 0));
        let mixed = "     Summary [  75.2s] 9 tests run: 5 passed (1 slow, 1 flaky), 2 failed, 1 timed out, 1 exec failed, 3 skipped\n        FAIL [ 0.1s] store\nerror: test run failed\n";
        assert_eq!(of_nextest(mixed), tally(5, 4));
        let one = "     Summary [   0.013s] 1 test run: 1 passed, 0 skipped";
        assert_eq!(of_nextest(one), tally(1, 0));
        let none = "     Summary [   0.000s] 0 tests run: 0 passed, 0 skipped";
        assert_eq!(of_nextest(none), tally(0, 0));
        assert_eq!(of_nextest("error[E0425]: cannot find value"), None);
    }

    #[test]
    fn cargo_test_results_of_several_programs_add_up() {
        let output = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
                      test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(of_cargo_test(output), tally(15, 2));
        assert_eq!(of_cargo_test("error: could not compile"), None);
    }

    #[test]
    fn playwright_reports() {
        let report =
            r#"{"stats": {"expected": 40, "unexpected": 1, "flaky": 2, "skipped": 3}, "errors": []}"#;
        assert_eq!(of_playwright(report), tally(42, 1));
        let broken =
            r#"{"stats": {"expected": 0, "unexpected": 0, "flaky": 0, "skipped": 0}, "errors": [{}]}"#;
        assert_eq!(of_playwright(broken), tally(0, 1));
        assert_eq!(of_playwright("<html>"), None);
    }

    #[test]
    fn a_runner_that_broke_counts_as_one_failure() {
        assert_eq!(Some(Tally::of_runner(None, false)), tally(0, 1));
        assert_eq!(Some(Tally::of_runner(None, true)), tally(0, 1));
        assert_eq!(Some(Tally::of_runner(tally(7, 0), false)), tally(7, 1));
        assert_eq!(Some(Tally::of_runner(tally(7, 2), false)), tally(7, 2));
        assert_eq!(Some(Tally::of_runner(tally(7, 0), true)), tally(7, 0));
    }

    #[test]
    fn the_last_line_has_its_form() {
        assert_eq!(Tally { passed: 3, failed: 0 }.to_string(), "3 passed, 0 failed");
    }
}
