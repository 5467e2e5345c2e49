//! Facts as people know them: unknown, a number, or a range.

use crate::units::Quantity;
use serde::{Deserialize, Serialize};

/// Three readings of an uncertain number, ordered `low <= likely <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate<T> {
    /// The lowest value held plausible.
    pub low: T,
    /// The value held most likely; the one a single figure stands for.
    pub likely: T,
    /// The highest value held plausible.
    pub high: T,
}

/// A range was given in the wrong order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the three numbers of a range must rise: low, likely, high")]
pub struct Unordered;

impl<T: Copy + PartialOrd> Estimate<T> {
    /// A number without any spread.
    pub fn point(value: T) -> Self {
        Self { low: value, likely: value, high: value }
    }

    /// A range.
    ///
    /// # Errors
    /// [`Unordered`] unless `low <= likely <= high`.
    pub fn range(low: T, likely: T, high: T) -> Result<Self, Unordered> {
        if low <= likely && likely <= high { Ok(Self { low, likely, high }) } else { Err(Unordered) }
    }

    /// Whether the three readings are one.
    pub fn is_point(&self) -> bool {
        self.low == self.likely && self.likely == self.high
    }
}

impl<T> Estimate<T> {
    /// The same readings in another type; `convert` must keep the order.
    pub fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Estimate<U> {
        Estimate { low: convert(self.low), likely: convert(self.likely), high: convert(self.high) }
    }
}

/// Something a use case states about itself. `Unknown` is an answer: it is carried through to the
/// decision as unknown and never replaced by a default.
///
/// In JSON: `null`, a number, or `{"low": …, "likely": …, "high": …}`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Fact<T> {
    /// Nobody knows yet.
    #[default]
    Unknown,
    /// Known, as a point or as a range.
    Known(Estimate<T>),
}

impl<T: Copy + PartialOrd> Fact<T> {
    /// A known number without spread.
    pub fn exactly(value: T) -> Self {
        Self::Known(Estimate::point(value))
    }

    /// The most likely value, if known.
    pub fn likely(&self) -> Option<T> {
        match self {
            Self::Unknown => None,
            Self::Known(estimate) => Some(estimate.likely),
        }
    }

    /// All three readings, if known.
    pub fn estimate(&self) -> Option<Estimate<T>> {
        match self {
            Self::Unknown => None,
            Self::Known(estimate) => Some(*estimate),
        }
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether it is known only as a range.
    pub fn is_range(&self) -> bool {
        matches!(self, Self::Known(estimate) if !estimate.is_point())
    }
}

impl<T: Serialize + Copy + PartialOrd> Serialize for Fact<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_none(),
            Self::Known(estimate) if estimate.is_point() => estimate.likely.serialize(serializer),
            Self::Known(estimate) => estimate.serialize(serializer),
        }
    }
}

impl<'de, T: Quantity> Deserialize<'de> for Fact<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Point(f64),
            Range { low: f64, likely: f64, high: f64 },
        }
        let quantity = |value| T::new(value).map_err(serde::de::Error::custom);
        match Option::<Wire>::deserialize(deserializer)? {
            None => Ok(Self::Unknown),
            Some(Wire::Point(value)) => Ok(Self::exactly(quantity(value)?)),
            Some(Wire::Range { low, likely, high }) => {
                Estimate::range(quantity(low)?, quantity(likely)?, quantity(high)?)
                    .map(Self::Known)
                    .map_err(serde::de::Error::custom)
            }
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Estimate<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire<T> {
            low: T,
            likely: T,
            high: T,
        }
        let Wire { low, likely, high } = Wire::deserialize(deserializer)?;
        Ok(Self { low, likely, high })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::units::Percent;

    #[test]
    fn json_keeps_unknown_point_and_range_apart() {
        for json in ["null", "40.0", r#"{"low":10.0,"likely":40.0,"high":50.0}"#] {
            let fact: Fact<Percent> = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&fact).unwrap(), json);
        }
    }

    #[test]
    fn a_falling_range_is_refused() {
        assert!(serde_json::from_str::<Fact<Percent>>(r#"{"low":50,"likely":40,"high":60}"#).is_err());
    }
}
