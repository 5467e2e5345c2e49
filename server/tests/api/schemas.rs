//! The published schemas, made to check answers.
//!
//! A validator of the part of JSON Schema that the document uses. A keyword it does not know makes it panic,
//! so that nothing in a schema goes unchecked.

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The schemas of a description.
pub struct Schemas<'a>(&'a Value);

impl<'a> Schemas<'a> {
    pub fn of(description: &'a Value) -> Self {
        Self(&description["components"]["schemas"])
    }

    /// Panics with what is wrong with the value.
    pub fn assert_valid(&self, schema: &Value, value: &Value) {
        if let Err(why) = self.check(schema, value, "") {
            panic!("{schema}: {why}");
        }
    }

    pub fn is_valid(&self, name: &str, value: &Value) -> bool {
        self.check(&self.0[name], value, "").is_ok()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = schema.as_object().unwrap_or_else(|| panic!("{at}: {schema} is not a schema"));
        for (keyword, rule) in schema {
            let holds = match keyword.as_str() {
                "$ref" => {
                    let name = rule.as_str().unwrap().strip_prefix("#/components/schemas/").unwrap();
                    self.check(&self.0[name], value, at)?;
                    true
                }
                "oneOf" => {
                    let results: Vec<_> =
                        rule.as_array().unwrap().iter().map(|form| self.check(form, value, at)).collect();
                    let fitting = results.iter().filter(|result| result.is_ok()).count();
                    if fitting != 1 {
                        return Err(format!("{at}: {fitting} of the forms fit: {results:?}"));
                    }
                    true
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|one| has_type(one, value)),
                    one => has_type(one, value),
                },
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "multipleOf" => value.as_f64().is_none_or(|number| number % rule.as_f64().unwrap() == 0.0),
                "minLength" => length(value).is_none_or(|length| length >= rule.as_u64().unwrap()),
                "maxLength" => length(value).is_none_or(|length| length <= rule.as_u64().unwrap()),
                "format" => match rule.as_str().unwrap() {
                    "date-time" => {
                        value.as_str().is_none_or(|text| OffsetDateTime::parse(text, &Rfc3339).is_ok())
                    }
                    "uuid" => value.as_str().is_none_or(|text| uuid::Uuid::try_parse(text).is_ok()),
                    "double" | "int32" | "int64" => true,
                    other => panic!("{at}: nobody checks the format {other}"),
                },
                "required" => match value {
                    Value::Object(members) => rule
                        .as_array()
                        .unwrap()
                        .iter()
                        .all(|name| members.contains_key(name.as_str().unwrap())),
                    _ => true,
                },
                "properties" => match value {
                    Value::Object(members) => {
                        self.members(rule.as_object().unwrap(), members, at)?;
                        true
                    }
                    _ => true,
                },
                "items" | "prefixItems" => match value {
                    Value::Array(items) => {
                        self.items(schema, items, at)?;
                        true
                    }
                    _ => true,
                },
                // Members that are not described are refused whatever the schema says about them.
                "additionalProperties" => rule == false,
                "title" | "description" => rule.as_str().is_some_and(|text| !text.is_empty()),
                other => panic!("{at}: nobody checks the keyword {other}"),
            };
            if !holds {
                let value: String = value.to_string().chars().take(80).collect();
                return Err(format!("{at}: {value} breaks {keyword}: {rule}"));
            }
        }
        Ok(())
    }

    fn members(
        &self,
        described: &Map<String, Value>,
        members: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        members.iter().try_for_each(|(name, member)| match described.get(name) {
            Some(schema) => self.check(schema, member, &format!("{at}/{name}")),
            None => Err(format!("{at}: {name} is not described")),
        })
    }

    /// Items go by the schema of their place, those behind the last such place by the common one.
    fn items(&self, schema: &Map<String, Value>, items: &[Value], at: &str) -> Result<(), String> {
        let places = schema.get("prefixItems").and_then(Value::as_array);
        let common = schema.get("items").filter(|common| common.is_object());
        items.iter().enumerate().try_for_each(|(index, item)| {
            let at = format!("{at}/{index}");
            match places.and_then(|places| places.get(index)).or(common) {
                Some(schema) => self.check(schema, item, &at),
                None => Err(format!("{at} is not described")),
            }
        })
    }
}

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("there is no type {other}"),
    }
}

/// Characters of a text.
fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| u64::try_from(text.chars().count()).unwrap())
}
