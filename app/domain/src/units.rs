//! Quantities that carry their unit and their allowed range in their type.
//!
//! Every quantity is a finite number inside its range; there is no way to build one that is not. The
//! ranges are wide enough for any real enterprise and narrow enough that no sum in the engine overflows.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number fell outside the range its unit allows, or was not a finite number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("must be between {min} and {max}")]
pub struct OutOfRange {
    /// Smallest allowed value, in the unit of the quantity.
    pub min: f64,
    /// Largest allowed value, in the unit of the quantity.
    pub max: f64,
}

/// What every quantity can tell about itself: its range, its unit and how to build it.
pub trait Quantity: Copy + PartialOrd {
    /// Smallest allowed value.
    const MIN: f64;
    /// Largest allowed value.
    const MAX: f64;
    /// Unit as it is shown behind a number, e.g. `requests/month`.
    const UNIT: &'static str;
    /// Whether only whole numbers make sense.
    const WHOLE: bool;

    /// Builds the quantity.
    ///
    /// # Errors
    /// [`OutOfRange`] when the number is not finite or lies outside `MIN..=MAX`.
    fn new(value: f64) -> Result<Self, OutOfRange>;

    /// The bare number, in the unit of the quantity.
    fn get(self) -> f64;
}

macro_rules! quantities {
    ($( $(#[$doc:meta])* $name:ident: $min:literal ..= $max:literal, $unit:literal $(, $whole:ident)? ;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(f64);

        impl Quantity for $name {
            const MIN: f64 = $min;
            const MAX: f64 = $max;
            const UNIT: &'static str = $unit;
            const WHOLE: bool = quantities!(@whole $($whole)?);

            fn new(value: f64) -> Result<Self, OutOfRange> {
                let within = value.is_finite() && (Self::MIN..=Self::MAX).contains(&value);
                if within && (!Self::WHOLE || libm::trunc(value) == value) {
                    // Adding zero turns -0.0 into 0.0, so equal quantities serialise to equal bytes.
                    Ok(Self(value + 0.0))
                } else {
                    Err(OutOfRange { min: Self::MIN, max: Self::MAX })
                }
            }

            fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = OutOfRange;
            fn try_from(value: f64) -> Result<Self, OutOfRange> {
                Self::new(value)
            }
        }

        impl From<$name> for f64 {
            fn from(quantity: $name) -> f64 {
                quantity.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.0, Self::UNIT)
            }
        }
    )* };
    (@whole whole) => { true };
    (@whole) => { false };
}

quantities! {
    /// Requests (documents, messages, calls) in an average month of the first year.
    RequestsPerMonth: 1.0 ..= 10_000_000_000.0, "requests/month", whole;
    /// Tokens of one kind in one request.
    TokensPerRequest: 0.0 ..= 1_000_000.0, "tokens/request";
    /// A share of a whole, or a score, in percent: 0 to 100.
    Percent: 0.0 ..= 100.0, "%";
    /// Planned share of a GPU's throughput in percent; never 0, which would need infinitely many GPUs.
    Utilisation: 1.0 ..= 100.0, "%";
    /// A yearly rate of change in percent; negative means falling.
    YearlyRate: -90.0 ..= 1_000.0, "%/year";
    /// Busiest sustained hour divided by the mean: 1 is a flat load.
    PeakToMean: 1.0 ..= 100.0, "× mean";
    /// A duration in milliseconds.
    Milliseconds: 1.0 ..= 3_600_000.0, "ms";
    /// Number of labels a classifier chooses from; 0 means the task is not a classification.
    LabelCount: 0.0 ..= 100_000.0, "labels", whole;
    /// A number of labelled examples.
    Examples: 0.0 ..= 1_000_000_000.0, "examples", whole;
    /// A number of GPU replicas.
    Replicas: 0.0 ..= 10_000.0, "replicas", whole;
    /// Tokens a GPU processes each second at its measured batch throughput.
    TokensPerSecond: 0.1 ..= 10_000_000.0, "tokens/s";
    /// A duration in whole months.
    Months: 1.0 ..= 120.0, "months", whole;
    /// Where the task lies between open-ended (0) and bounded (1): the x axis of the quadrant.
    Specificity: 0.0 ..= 1.0, "(0 open-ended – 1 bounded)";
    /// US dollars as entered by a person: once, per month, or per unit, as the field says.
    Dollars: 0.0 ..= 1_000_000_000.0, "USD";
}

impl Percent {
    /// The share as a fraction between 0 and 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl YearlyRate {
    /// The factor by which the quantity is multiplied in one year, always above zero.
    #[must_use]
    pub fn factor(self) -> f64 {
        1.0 + self.0 / 100.0
    }
}

/// An exact amount of money in millionths of a US dollar.
///
/// Prices (which go down to $0.00875 per million tokens) and results (rounded to the cent) are both
/// exact in it. It holds up to about 9.2 trillion dollars; larger results saturate there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(value_type = f64, description = "US dollars: prices to the millionth, results to the cent.")
)]
pub struct Usd(i64);

impl Usd {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An exact amount from millionths of a dollar, as stored in the database.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of a dollar, as stored in the database.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The nearest millionth of a dollar to a price, e.g. one read from a price list.
    #[must_use]
    pub fn from_price(dollars: f64) -> Self {
        Self(saturating_round(dollars * 1e6))
    }

    /// A result of the engine, rounded to the cent, halves away from zero.
    #[must_use]
    pub fn from_result(dollars: f64) -> Self {
        Self(saturating_round(dollars * 100.0).saturating_mul(10_000))
    }

    /// The amount in dollars, for arithmetic and drawing.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact below 9 billion dollars; beyond it, 15 digits are kept"
    )]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Sum that stops at the largest amount instead of wrapping.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Difference that stops at the smallest amount instead of wrapping.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates, which is what is wanted")]
fn saturating_round(value: f64) -> i64 {
    libm::round(value) as i64
}

impl Serialize for Usd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Prices are small and go down to the millionth. Amounts of a billion and more are results, which are
        // whole cents; a millionth of them is finer than an f64 resolves.
        let dollars = f64::deserialize(deserializer)?;
        Ok(if libm::fabs(dollars) < 1e9 { Self::from_price(dollars) } else { Self::from_result(dollars) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_quantity_refuses_what_its_unit_excludes() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1.5, 1e308] {
            assert!(RequestsPerMonth::new(bad).is_err(), "{bad}");
        }
        assert_eq!(RequestsPerMonth::new(500_000.0).unwrap().get(), 500_000.0);
    }

    #[test]
    fn negative_zero_becomes_zero() {
        assert!(Percent::new(-0.0).unwrap().get().is_sign_positive());
    }

    #[test]
    fn money_is_exact_to_the_millionth_and_saturates() {
        assert_eq!(Usd::from_price(0.00875).micros(), 8_750);
        assert_eq!(Usd::from_result(0.005).micros(), 10_000);
        assert_eq!(Usd::from_result(1e300).micros(), i64::MAX);
        assert_eq!(serde_json::to_string(&Usd::from_price(2.5)).unwrap(), "2.5");
        assert_eq!(serde_json::from_str::<Usd>("14500.07").unwrap().micros(), 14_500_070_000);
    }

    #[test]
    fn money_of_any_size_reads_back_from_json_as_it_was() {
        for dollars in
            [0.01, 999_999_999.99, 4_492_851_562.06, 8_999_999_999.99, 123_456_789_012.34, 1e300, -1e300]
        {
            let amount = Usd::from_result(dollars);
            let json = serde_json::to_string(&amount).unwrap();
            assert_eq!(serde_json::from_str::<Usd>(&json).unwrap(), amount, "{json}");
        }
    }
}
