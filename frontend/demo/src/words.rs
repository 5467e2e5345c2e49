//! Numbers as people read them.

use crate::answer::Answer;
use slm_messages::{Ended, WebGpu};

/// Bytes in millions: `98.4 MB`, `512 MB`.
#[expect(clippy::cast_precision_loss, reason = "shown in three digits")]
pub(crate) fn megabytes(bytes: u64) -> String {
    let millions = bytes as f64 / 1e6;
    if millions >= 10_000.0 {
        format!("{:.0} GB", millions / 1e3)
    } else if millions >= 100.0 {
        format!("{millions:.0} MB")
    } else {
        format!("{millions:.1} MB")
    }
}

/// A time: `8.4 ms`, `120 ms`, `1.24 s`.
pub(crate) fn time(ms: f64) -> String {
    if ms >= 1000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else if ms >= 100.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{ms:.1} ms")
    }
}

/// A speed: `83`, `9.4`.
pub(crate) fn per_second(speed: f64) -> String {
    if speed >= 100.0 { format!("{speed:.0}") } else { format!("{speed:.1}") }
}

/// A whole number of seconds that remain, in words.
pub(crate) fn remaining(seconds: f64) -> String {
    if seconds >= 90.0 {
        format!("about {:.0} min left", seconds / 60.0)
    } else {
        format!("about {seconds:.0} s left")
    }
}

/// Why an answer ended, as the end of “The answer …”.
pub(crate) fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Complete => "is complete",
        Ended::Length => "reached the length that you asked for",
        Ended::Context => "fills all the room there is",
        Ended::Stopped => "was stopped",
    }
}

/// How far an answer has got.
pub(crate) fn progress(answer: &Answer) -> String {
    match answer.ended {
        None => "Writing…".to_owned(),
        Some(reason) => format!("{} tokens; the answer {}.", answer.tokens(), ended(reason)),
    }
}

/// A count with its thousands separated: `1,024`.
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number that is whole, with its thousands separated.
#[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
pub(crate) fn whole(number: f64) -> String {
    count(number.round() as i64)
}

/// A share in percent: `93.4%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// A part of a whole in percent.
#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
pub(crate) fn share(part: u64, all: u64) -> String {
    if all == 0 { "unknown".to_owned() } else { percent(part as f64 / all as f64) }
}

/// US dollars in about three digits: `$0.0213`, `$1.50`, `$1,204`.
#[expect(clippy::cast_possible_truncation, reason = "whole dollars of a bill, far below 2^63")]
pub(crate) fn dollars(dollars: f64) -> String {
    if dollars >= 100.0 {
        format!("${}", count(dollars.round() as i64))
    } else if dollars >= 1.0 || dollars <= 0.0 {
        format!("${dollars:.2}")
    } else {
        // Three digits after the zeros that come first.
        let zeros = (-dollars.log10()).floor().clamp(0.0, 9.0) as usize;
        format!("${dollars:.*}", zeros + 3)
    }
}

/// What there is of a GPU.
pub(crate) fn webgpu(webgpu: &WebGpu) -> String {
    match webgpu {
        WebGpu::Absent => "this browser has no WebGPU".to_owned(),
        WebGpu::NoAdapter => "WebGPU, but no GPU that it could use".to_owned(),
        WebGpu::Present(adapter) => match adapter.words() {
            words if words.is_empty() => "present; this browser does not say which".to_owned(),
            words => words,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_three_digits() {
        assert_eq!(
            [megabytes(98_362_432), megabytes(412_000_000), megabytes(61_000_000_000)],
            ["98.4 MB", "412 MB", "61 GB"]
        );
        assert_eq!([time(8.44), time(120.4), time(1_240.0)], ["8.4 ms", "120 ms", "1.24 s"]);
        assert_eq!([per_second(83.21), per_second(412.3)], ["83.2", "412"]);
        assert_eq!([count(7), count(1_024), count(-1_000_000)], ["7", "1,024", "−1,000,000"]);
        assert_eq!(
            [0.0, 0.000_012_34, 0.021_34, 0.3, 1.5, 1_204.4].map(dollars),
            ["$0.00", "$0.0000123", "$0.0213", "$0.300", "$1.50", "$1,204"]
        );
        assert_eq!([remaining(7.6), remaining(190.0)], ["about 8 s left", "about 3 min left"]);
    }
}
