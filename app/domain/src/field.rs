//! How the inputs of a use case are read from text and written back, one rule for forms, links and JSON.
//!
//! A [`Draft`] is what a person typed; [`crate::use_case::UseCase::parse`] turns it into a use case or into
//! errors that name the field and the allowed range. Nothing that was typed is lost on the way.

use crate::fact::{Estimate, Fact};
use crate::units::Quantity;
use crate::use_case::Field;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was typed into each field, untouched. A field that is absent or blank is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draft(pub BTreeMap<Field, String>);

impl Draft {
    /// The text of a field, empty when absent.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// Replaces the text of a field.
    pub fn set(&mut self, field: Field, text: impl Into<String>) {
        self.0.insert(field, text.into());
    }

    /// The same draft with one field replaced.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<String>) -> Self {
        self.set(field, text);
        self
    }
}

/// One field that could not be read, with what is allowed instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field as forms, links and JSON name it.
    pub field: Field,
    /// What is wrong, as a sentence without the field's name.
    pub problem: String,
    /// What would be accepted, e.g. `a number from 0 to 100 (%)`.
    pub allowed: String,
}

/// How a field is entered.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A number or a range; `none_word` tells whether the word `none` is an answer too.
    Number {
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// Unit shown behind the field.
        unit: &'static str,
        /// Whether only whole numbers make sense.
        whole: bool,
        /// Whether `none` is an answer.
        none_word: bool,
    },
    /// One of a few answers, as (code, label).
    Choice(Vec<(&'static str, &'static str)>),
    /// An entry of the price book.
    Catalogue(Catalogue),
    /// Free text of at most this many characters.
    Text(usize),
}

/// Lists of the price book that a field can point into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Catalogue {
    /// APIs priced per token.
    ApiModels,
    /// GPU offers priced per month.
    GpuOffers,
    /// Measured or estimated throughput of a model on a GPU.
    ServingProfiles,
}

/// A value that a field can hold.
pub trait FieldValue: Sized {
    /// How the field is entered.
    fn kind() -> Kind;
    /// Reads the value; blank text is unknown.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text.
    fn parse_text(text: &str) -> Result<Self, String>;
    /// The text that reads back as this value.
    fn to_text(&self) -> String;
    /// Whether the value is unknown.
    fn is_unknown(&self) -> bool;
}

impl Kind {
    /// What the field accepts, in words.
    #[must_use]
    pub fn allowed(&self) -> String {
        match self {
            Self::Number { min, max, unit, whole, none_word } => format!(
                "a {}number from {} to {} {}{}, or low..likely..high",
                if *whole { "whole " } else { "" },
                plain_number(*min),
                plain_number(*max),
                if unit.starts_with('(') { (*unit).to_owned() } else { format!("({unit})") },
                if *none_word { ", none" } else { "" },
            ),
            Self::Choice(options) => {
                format!("one of: {}", options.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", "))
            }
            Self::Catalogue(_) => "an entry of the price book".to_owned(),
            Self::Text(limit) => format!("text of at most {limit} characters"),
        }
    }
}

/// Longest text read as a number; anything longer is refused unread.
const LONGEST_NUMBER: usize = 120;

/// Reads one number as people write it: `10,000,000`, `10M`, `1.5k`, `85%`, `$0.10`, `2e6`.
fn parse_number(text: &str) -> Result<f64, String> {
    let bare = text.trim().trim_start_matches('$').trim_end_matches('%').trim();
    let (digits, scale) = match bare.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&bare[..at], 1e3),
        Some((at, 'm' | 'M')) => (&bare[..at], 1e6),
        Some((at, 'b' | 'B' | 'g' | 'G')) => (&bare[..at], 1e9),
        _ => (bare, 1.0),
    };
    let digits = without_thousands_separators(digits.trim())?;
    let only_number_characters =
        digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    let number = digits
        .parse::<f64>()
        .ok()
        .filter(|_| only_number_characters)
        .ok_or_else(|| format!("“{}” is not a number", shortened(text)))?;
    Ok(number * scale)
}

fn without_thousands_separators(digits: &str) -> Result<String, String> {
    let compact: String =
        digits.chars().filter(|c| !matches!(c, '_' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    if !compact.contains(',') {
        return Ok(compact);
    }
    let whole = compact.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches('-').split(',');
    let first_fits = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    if first_fits && groups.all(|group| group.len() == 3) && !compact[whole.len()..].contains(',') {
        Ok(compact.replace(',', ""))
    } else {
        Err(format!("“{}” is ambiguous: write decimals with a dot", shortened(digits)))
    }
}

/// The start of what was typed, short enough to repeat in a sentence.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// A number without exponent and without trailing zeros, for people.
#[must_use]
pub fn plain_number(value: f64) -> String {
    let text = format!("{value}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(w, r)| (w, Some(r)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match rest {
        Some(rest) => format!("{sign}{grouped}.{rest}"),
        None => format!("{sign}{grouped}"),
    }
}

fn parse_quantity<T: Quantity>(text: &str) -> Result<T, String> {
    let number = parse_number(text)?;
    T::new(number).map_err(|range| {
        if T::WHOLE && number.is_finite() && libm::trunc(number) != number {
            format!("“{}” is not a whole number", shortened(text))
        } else if number.is_finite() {
            format!(
                "{} is outside {} to {}",
                shortened(text),
                plain_number(range.min),
                plain_number(range.max)
            )
        } else {
            format!("“{}” is not a number that can be used", shortened(text))
        }
    })
}

fn parse_estimate<T: Quantity>(text: &str) -> Result<Estimate<T>, String> {
    if text.len() > LONGEST_NUMBER {
        return Err(format!("{} characters are too many for a number", text.chars().count()));
    }
    let parts: Vec<&str> = text.split("..").collect();
    match parts.as_slice() {
        [single] => parse_quantity(single).map(Estimate::point),
        [low, likely, high] => {
            Estimate::range(parse_quantity(low)?, parse_quantity(likely)?, parse_quantity(high)?)
                .map_err(|unordered| unordered.to_string())
        }
        _ => Err("a range needs three numbers: low..likely..high".to_owned()),
    }
}

fn estimate_text<T: Quantity>(estimate: &Estimate<T>) -> String {
    if estimate.is_point() {
        format!("{}", estimate.likely.get())
    } else {
        format!("{}..{}..{}", estimate.low.get(), estimate.likely.get(), estimate.high.get())
    }
}

fn number_kind<T: Quantity>(none_word: bool) -> Kind {
    Kind::Number { min: T::MIN, max: T::MAX, unit: T::UNIT, whole: T::WHOLE, none_word }
}

impl<T: Quantity> FieldValue for Fact<T> {
    fn kind() -> Kind {
        number_kind::<T>(false)
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Unknown),
            word if word.eq_ignore_ascii_case("unknown") => Ok(Self::Unknown),
            number => parse_estimate(number).map(Self::Known),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Known(estimate) => estimate_text(estimate),
        }
    }

    fn is_unknown(&self) -> bool {
        !self.is_known()
    }
}

/// A fact that can also be known not to apply: no latency target, no re-training.
///
/// In JSON: `null`, `"none"`, a number or a range.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Need<T> {
    /// Nobody knows yet.
    #[default]
    Unknown,
    /// Known not to apply.
    None,
    /// Known to apply, with this value.
    Known(Estimate<T>),
}

impl<T: Copy> Need<T> {
    /// The most likely value, when there is one.
    pub fn likely(&self) -> Option<T> {
        match self {
            Self::Known(estimate) => Some(estimate.likely),
            Self::Unknown | Self::None => None,
        }
    }
}

impl<T: Quantity> FieldValue for Need<T> {
    fn kind() -> Kind {
        number_kind::<T>(true)
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Unknown),
            word if word.eq_ignore_ascii_case("unknown") => Ok(Self::Unknown),
            word if word.eq_ignore_ascii_case("none") || word.eq_ignore_ascii_case("never") => Ok(Self::None),
            number => parse_estimate(number).map(Self::Known),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::None => "none".to_owned(),
            Self::Known(estimate) => estimate_text(estimate),
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T: Quantity + Serialize> Serialize for Need<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_none(),
            Self::None => serializer.serialize_str("none"),
            Self::Known(estimate) => Fact::Known(*estimate).serialize(serializer),
        }
    }
}

impl<'de, T: Quantity> Deserialize<'de> for Need<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if value == "none" {
            return Ok(Self::None);
        }
        match Fact::<T>::deserialize(value).map_err(serde::de::Error::custom)? {
            Fact::Unknown => Ok(Self::Unknown),
            Fact::Known(estimate) => Ok(Self::Known(estimate)),
        }
    }
}

/// A closed list of answers. `None` around it means unknown.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every answer in the order it is offered.
    const ALL: &'static [Self];
    /// The answer in links, JSON and the database.
    fn code(self) -> &'static str;
    /// The answer as people read it.
    fn label(self) -> &'static str;
}

impl<C: Choice> FieldValue for Option<C> {
    fn kind() -> Kind {
        Kind::Choice(C::ALL.iter().map(|answer| (answer.code(), answer.label())).collect())
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        let code = text.trim();
        if code.is_empty() || code == "unknown" {
            return Ok(None);
        }
        C::ALL
            .iter()
            .find(|answer| answer.code() == code)
            .map(|answer| Some(*answer))
            .ok_or_else(|| format!("“{}” is not one of the answers", shortened(code)))
    }

    fn to_text(&self) -> String {
        self.map_or(String::new(), |answer| answer.code().to_owned())
    }

    fn is_unknown(&self) -> bool {
        self.is_none()
    }
}

/// Defines a [`Choice`] whose code is also its JSON form.
macro_rules! choices {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal; )* } )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $code)] $variant, )* }

        impl $crate::field::Choice for $name {
            const ALL: &'static [Self] = &[ $( Self::$variant, )* ];
            fn code(self) -> &'static str { match self { $( Self::$variant => $code, )* } }
            fn label(self) -> &'static str { match self { $( Self::$variant => $label, )* } }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> { $crate::openapi::choice::<Self>() }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )* };
}
pub(crate) use choices;

/// Key of an entry in one of the price book's lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Key<const LIST: u8>(String);

/// An API priced per token.
pub type ModelKey = Key<0>;
/// A GPU offer priced per month.
pub type GpuKey = Key<1>;
/// A throughput of a model on a GPU.
pub type ServingKey = Key<2>;

/// Longest key a catalogue may hold.
pub(crate) const LONGEST_KEY: usize = 160;

impl<const LIST: u8> Key<LIST> {
    /// A key; whether the price book has it is checked when the use case is decided.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as the price book writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LIST: u8> TryFrom<String> for Key<LIST> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Option::<Self>::parse_text(&text)?.ok_or_else(|| "names no entry of the price book".to_owned())
    }
}

impl<const LIST: u8> FieldValue for Option<Key<LIST>> {
    fn kind() -> Kind {
        Kind::Catalogue(match LIST {
            0 => Catalogue::ApiModels,
            1 => Catalogue::GpuOffers,
            _ => Catalogue::ServingProfiles,
        })
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" | "unknown" => Ok(None),
            key if key.len() > LONGEST_KEY => Err("is longer than any entry of the price book".to_owned()),
            key if key.chars().any(char::is_control) => Err("has characters no entry has".to_owned()),
            key => Ok(Some(Key(key.to_owned()))),
        }
    }

    fn to_text(&self) -> String {
        self.as_ref().map_or(String::new(), |key| key.0.clone())
    }

    fn is_unknown(&self) -> bool {
        self.is_none()
    }
}

/// Free text of at most `LIMIT` characters, trimmed, without control characters except line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FreeText<const LIMIT: usize>(String);

impl<const LIMIT: usize> FreeText<LIMIT> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LIMIT: usize> TryFrom<String> for FreeText<LIMIT> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse_text(&text)
    }
}

impl<const LIMIT: usize> FieldValue for FreeText<LIMIT> {
    fn kind() -> Kind {
        Kind::Text(LIMIT)
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let length = text.chars().count();
        if length > LIMIT {
            return Err(format!("has {} characters", plain_number_of(length)));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("has characters that cannot be shown".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a text length is far below 2^52")]
fn plain_number_of(count: usize) -> String {
    plain_number(count as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::units::{Percent, RequestsPerMonth};

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("10,000,000", 1e7),
            ("10M", 1e7),
            (" 1.5k ", 1_500.0),
            ("2e6", 2e6),
            ("1 000 000", 1e6),
            ("500_000", 5e5),
        ] {
            let fact = Fact::<RequestsPerMonth>::parse_text(text).unwrap();
            assert_eq!(fact.likely().map(Quantity::get), Some(number), "{text}");
        }
        assert_eq!(Fact::<Percent>::parse_text("85%").unwrap().to_text(), "85");
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for text in
            ["NaN", "inf", "1e308", "-5", "abc", "1,5", "5..6", "9..5..10", "0x10", "1e999", "infinity"]
        {
            assert!(Fact::<RequestsPerMonth>::parse_text(text).is_err(), "{text}");
        }
        let long = "9".repeat(1_000_000);
        assert!(Fact::<RequestsPerMonth>::parse_text(&long).unwrap_err().len() < 200);
    }

    #[test]
    fn text_reads_back_as_the_same_value() {
        for text in ["", "1500", "100..200..300"] {
            assert_eq!(Fact::<RequestsPerMonth>::parse_text(text).unwrap().to_text(), text);
        }
        assert_eq!(Need::<RequestsPerMonth>::parse_text("none").unwrap().to_text(), "none");
    }
}
