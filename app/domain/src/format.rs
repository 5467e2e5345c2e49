//! Numbers as people read them: rounded to what is known, with units.

use crate::field::plain_number;
use crate::units::Usd;

/// Rounds to so many significant figures.
#[must_use]
pub fn significant(value: f64, figures: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a finite f64 is within ±308")]
    let exponent = figures - 1 - libm::floor(libm::log10(libm::fabs(value))) as i32;
    let scale = libm::pow(10.0, f64::from(exponent.abs()));
    if exponent >= 0 { libm::round(value * scale) / scale } else { libm::round(value / scale) * scale }
}

/// An amount rounded to three significant figures: `$522,000`, `$14,500`, `$0.27`.
#[must_use]
pub fn usd(amount: Usd) -> String {
    usd_number(significant(amount.dollars(), 3))
}

/// The exact amount to the cent: `$14,500.00`.
#[must_use]
pub fn usd_exact(amount: Usd) -> String {
    let cents = libm::round(amount.dollars() * 100.0) / 100.0;
    let text = plain_number(libm::trunc(libm::fabs(cents)));
    let rest = libm::round((libm::fabs(cents) - libm::trunc(libm::fabs(cents))) * 100.0);
    format!("{}${text}.{rest:02}", if cents < 0.0 { "−" } else { "" })
}

/// A short amount for axes and tight places: `$522K`, `$1.2M`, `$850`.
#[must_use]
pub fn usd_short(dollars: f64) -> String {
    let sign = if dollars < 0.0 { "−" } else { "" };
    format!("{sign}${}", short(libm::fabs(dollars)))
}

/// A price as it is listed, with as many decimals as it has: `$0.0375`, `$2.50`.
#[must_use]
pub fn price(amount: Usd) -> String {
    let text = plain_number(amount.dollars());
    match text.split_once('.') {
        None => format!("${text}"),
        Some((_, decimals)) if decimals.len() == 1 => format!("${text}0"),
        Some(_) => format!("${text}"),
    }
}

fn usd_number(dollars: f64) -> String {
    let sign = if dollars < 0.0 { "−" } else { "" };
    let size = libm::fabs(dollars);
    if size >= 100.0 || libm::trunc(size) == size {
        format!("{sign}${}", plain_number(libm::round(size)))
    } else {
        format!("{sign}${size:.2}")
    }
}

/// A volume or count in short form with three significant figures: `1.46M`, `500K`, `950`.
#[must_use]
pub fn volume(value: f64) -> String {
    short(value)
}

fn short(value: f64) -> String {
    let rounded = significant(value, 3);
    let (scaled, suffix) = match rounded {
        v if v >= 1e12 => (v / 1e12, "T"),
        v if v >= 1e9 => (v / 1e9, "B"),
        v if v >= 1e6 => (v / 1e6, "M"),
        v if v >= 1e3 => (v / 1e3, "K"),
        v => (v, ""),
    };
    format!("{}{suffix}", plain_number(significant(scaled, 3)))
}

/// A percentage with at most one decimal: `85.4%`.
#[must_use]
pub fn percent(value: f64) -> String {
    format!("{}%", plain_number(libm::round(value * 10.0) / 10.0))
}

/// A duration: `450 ms`, `1.2 s`.
#[must_use]
pub fn milliseconds(value: f64) -> String {
    if value >= 1_000.0 {
        format!("{} s", plain_number(significant(value / 1_000.0, 2)))
    } else {
        format!("{} ms", plain_number(significant(value, 3)))
    }
}

/// Joins phrases the way a sentence does: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [single] => single.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_what_is_known() {
        for (dollars, text) in [
            (522_000.0, "$522,000"),
            (14_500.0, "$14,500"),
            (76_123.4, "$76,100"),
            (0.268, "$0.27"),
            (0.0, "$0"),
            (-1_234.0, "−$1,230"),
        ] {
            assert_eq!(usd(Usd::from_result(dollars)), text);
        }
        assert_eq!(usd_exact(Usd::from_result(1_234_567.894)), "$1,234,567.89");
        assert_eq!(price(Usd::from_price(2.5)), "$2.50");
        assert_eq!(price(Usd::from_price(0.0375)), "$0.0375");
    }

    #[test]
    fn volumes_are_short() {
        for (value, text) in
            [(1_460_000.0, "1.46M"), (500_000.0, "500K"), (950.0, "950"), (1e9, "1B"), (999_999.0, "1M")]
        {
            assert_eq!(volume(value), text);
        }
        assert_eq!(percent(85.42), "85.4%");
        assert_eq!(milliseconds(1_234.0), "1.2 s");
    }
}
