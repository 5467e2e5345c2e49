//! Reading the members of a JSON object one by one, and telling everything that is wrong with them at once.
//!
//! Use cases have fields of their own and are read by `inputs`; this is for what is smaller.

use std::ops::RangeInclusive;

use http::HeaderMap;
use serde_json::Value;

use super::{
    body::{self, Members},
    inputs::{beginning, name_of},
};
use crate::problem::{FieldProblem, Problem};

/// Unknown names that are listed one by one.
const MOST_UNKNOWN_NAMES: usize = 20;

/// Members of an object that are still to be read, and what was wrong with those that were. A reading that finds
/// something wrong returns nothing and remembers why; [`Fields::finish`] then refuses the whole.
pub(crate) struct Fields {
    members: Vec<(String, Value)>,
    /// Where the object is, as a JSON pointer.
    place: String,
    errors: Vec<FieldProblem>,
}

impl Fields {
    /// The members of a body.
    ///
    /// # Errors
    /// 415 for another media type, 400 for what is not JSON, 422 for JSON that is not an object.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let Members(members) = body::read(headers, body)?;
        Ok(Self { members, place: String::new(), errors: Vec::new() })
    }

    /// A text of this many characters.
    pub(crate) fn text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        let value = self.needed(name, &text_allowed(&length))?;
        self.text_of(name, &value, length)
    }

    /// A text of this many characters, or none.
    pub(crate) fn optional_text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        let value = self.take(name)?;
        self.text_of(name, &value, length)
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        let value = self.needed(name, &allowed)?;
        let number = value.as_i64().filter(|number| range.contains(number));
        number.or_else(|| self.refuse(name, &wrong(&value, "a whole number in that range"), &allowed))
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.needed(name, &number_allowed(&range))?;
        self.number_of(name, &value, &range)
    }

    /// A number, or none.
    pub(crate) fn optional_number(&mut self, name: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.take(name)?;
        self.number_of(name, &value, &range)
    }

    /// One of some words.
    pub(crate) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let allowed = format!("one of {}", words.join(", "));
        let value = self.needed(name, &allowed)?;
        let chosen = choices.iter().find(|(word, _)| value == *word).map(|(_, choice)| *choice);
        chosen.or_else(|| self.refuse(name, &wrong(&value, "one of them"), &allowed))
    }

    /// An object of its own.
    pub(crate) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let value = self.needed(name, "an object")?;
        self.within(name, value, read)
    }

    /// An object of its own, or none.
    pub(crate) fn optional_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        self.within(name, value, read)
    }

    /// A list of this many objects.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let allowed = format!("a list of {} to {} objects", length.start(), length.end());
        match self.needed(name, &allowed)? {
            Value::Array(items) if length.contains(&items.len()) => {
                let before = self.errors.len();
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    list.extend(self.within(&format!("{name}/{index}"), item, &read));
                }
                (self.errors.len() == before).then_some(list)
            }
            Value::Array(items) => self.refuse(name, &format!("has {} items", items.len()), &allowed),
            other => self.refuse(name, &wrong(&other, "a list"), &allowed),
        }
    }

    /// Notes that a member is wrong for a reason of the caller's.
    pub(crate) fn note(&mut self, name: &str, detail: &str, allowed: &str) {
        let _: Option<()> = self.refuse(name, detail, allowed);
    }

    /// Notes that a member is wrong, which reads as nothing.
    fn refuse<T>(&mut self, name: &str, detail: &str, allowed: &str) -> Option<T> {
        self.errors.push(FieldProblem {
            pointer: format!("{}/{name}", self.place),
            field: name.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or(name).to_owned(),
            detail: detail.to_owned(),
            allowed: Some(allowed.to_owned()),
        });
        None
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 that names everything that was wrong, and the members that nobody asked for.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        let unlisted = self.refuse_the_rest();
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid_input(self.errors, unlisted)) }
    }

    /// Notes the members that nobody asked for, and says how many more there are than are noted.
    fn refuse_the_rest(&mut self) -> usize {
        let rest = std::mem::take(&mut self.members);
        let unlisted = rest.len().saturating_sub(MOST_UNKNOWN_NAMES);
        for (name, _) in rest.into_iter().take(MOST_UNKNOWN_NAMES) {
            let name = beginning(&name);
            self.errors.push(FieldProblem {
                pointer: format!("{}/{}", self.place, name.replace('~', "~0").replace('/', "~1")),
                field: name,
                detail: "is not known here".to_owned(),
                allowed: None,
            });
        }
        unlisted
    }

    fn within<T>(
        &mut self,
        name: &str,
        value: Value,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(members) = value else {
            return self.refuse(name, &wrong(&value, "an object"), "an object");
        };
        let mut inner = Self {
            members: members.into_iter().collect(),
            place: format!("{}/{name}", self.place),
            errors: Vec::new(),
        };
        let read = read(&mut inner);
        inner.refuse_the_rest();
        let is_fine = inner.errors.is_empty();
        self.errors.append(&mut inner.errors);
        read.filter(|_| is_fine)
    }

    /// The member of this name; `null` is none.
    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.members.iter().position(|(found, _)| found == name)?;
        let (_, value) = self.members.remove(at);
        // One that is there twice says two things.
        let before = self.members.len();
        self.members.retain(|(found, _)| found != name);
        if self.members.len() < before {
            return self.refuse(name, "is there more than once", "once");
        }
        Some(value).filter(|value| !value.is_null())
    }

    fn needed(&mut self, name: &str, allowed: &str) -> Option<Value> {
        let before = self.errors.len();
        let value = self.take(name);
        if value.is_none() && self.errors.len() == before {
            return self.refuse(name, "is missing", allowed);
        }
        value
    }

    fn text_of(&mut self, name: &str, value: &Value, length: RangeInclusive<usize>) -> Option<String> {
        let allowed = text_allowed(&length);
        let Value::String(text) = value else { return self.refuse(name, &wrong(value, "text"), &allowed) };
        let characters = text.chars().count();
        if !length.contains(&characters) {
            return self.refuse(name, &format!("has {characters} characters"), &allowed);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return self.refuse(name, "has characters that cannot be shown", &allowed);
        }
        Some(text.clone())
    }

    fn number_of(&mut self, name: &str, value: &Value, range: &RangeInclusive<f64>) -> Option<f64> {
        let number = value.as_f64().filter(|number| range.contains(number));
        number.or_else(|| self.refuse(name, &wrong(value, "a number in that range"), &number_allowed(range)))
    }
}

fn text_allowed(length: &RangeInclusive<usize>) -> String {
    format!("text of {} to {} characters", length.start(), length.end())
}

fn number_allowed(range: &RangeInclusive<f64>) -> String {
    format!("a number from {} to {}", range.start(), range.end())
}

fn wrong(value: &Value, wanted: &str) -> String {
    format!("{} is not {wanted}", name_of(value))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn fields(body: &str) -> Fields {
        let json = HeaderValue::from_static("application/json");
        Fields::read(&HeaderMap::from_iter([(header::CONTENT_TYPE, json)]), body.as_bytes()).unwrap()
    }

    fn told(fields: Fields) -> Vec<(String, String, String)> {
        let errors = fields.finish().unwrap_err().errors;
        errors.into_iter().map(|error| (error.pointer, error.field, error.detail)).collect()
    }

    #[test]
    fn members_are_read_at_their_type() {
        let mut read = fields(
            r#"{"name": "Ada", "age": 36, "share": 0.5, "side": "left", "note": null,
                "inner": {"n": 1}, "items": [{"n": 1}, {"n": 2}]}"#,
        );
        assert_eq!(read.text("name", 1..=3).as_deref(), Some("Ada"));
        assert_eq!(read.whole("age", 0..=150), Some(36));
        assert_eq!(read.number("share", 0.0..=1.0), Some(0.5));
        assert_eq!(read.choice("side", &[("left", 1), ("right", 2)]), Some(1));
        assert_eq!(read.optional_text("note", 1..=3), None);
        assert_eq!(read.optional_number("nothing", 0.0..=1.0), None);
        assert_eq!(read.object("inner", |inner| inner.whole("n", 0..=9)), Some(1));
        assert_eq!(read.optional_object("nobody", |inner| inner.whole("n", 0..=9)), None);
        assert_eq!(read.list("items", 1..=2, |item| item.whole("n", 0..=9)), Some(vec![1, 2]));
        assert!(read.finish().is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let mut read = fields(
            r#"{"name": "", "age": 36.5, "share": 2, "side": "up", "inner": {"n": "x", "m": 1},
                "items": [{"n": 1}, 7], "twice": 1, "twice": 1, "a/b": 1}"#,
        );
        assert_eq!(read.text("name", 1..=3), None);
        assert_eq!(read.whole("age", 0..=150), None);
        assert_eq!(read.number("share", 0.0..=1.0), None);
        assert_eq!(read.choice("side", &[("left", 1)]), None);
        assert_eq!(read.object("inner", |inner| inner.whole("n", 0..=9)), None);
        assert_eq!(read.list("items", 1..=2, |item| item.whole("n", 0..=9)), None);
        assert_eq!(read.whole("twice", 0..=9), None);
        assert_eq!(read.whole("missing", 0..=9), None);
        let expected = [
            ("/name", "name", "has 0 characters"),
            ("/age", "age", "36.5 is not a whole number in that range"),
            ("/share", "share", "2 is not a number in that range"),
            ("/side", "side", "“up” is not one of them"),
            ("/inner/n", "n", "“x” is not a whole number in that range"),
            ("/inner/m", "m", "is not known here"),
            ("/items/1", "items", "7 is not an object"),
            ("/twice", "twice", "is there more than once"),
            ("/missing", "missing", "is missing"),
            ("/a~1b", "a/b", "is not known here"),
        ]
        .map(|(pointer, field, detail)| (pointer.to_owned(), field.to_owned(), detail.to_owned()));
        assert_eq!(told(read), expected);
    }
}
