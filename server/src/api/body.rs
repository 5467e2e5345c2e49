//! From the bytes of a request to the members of a JSON object.

use std::fmt;

use http::{HeaderMap, StatusCode, header};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use super::media_type;
use crate::problem::Problem;

/// Some editors put this in front of text files.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Members of an object in their order, those with the same name included: a map would keep the last of
/// them and say nothing about the others.
pub(super) struct Members(pub(super) Vec<(String, Value)>);

/// Reads a body that should be a JSON object.
///
/// # Errors
/// 415 for another media type, 400 for what is not JSON, 422 for JSON that is not an object.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Members, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    if !content_type.is_some_and(media_type::is_json) {
        return Err(Problem::of_kind(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-declared-as-json",
            "The body is not declared as JSON",
            "Send it as JSON with the header Content-Type: application/json.",
        ));
    }
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err(not_json("The body is empty. Send a JSON object, {} at least.".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            Problem::of_kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not-an-object",
                "The body is not a JSON object",
                "It has to be one JSON object with a member for each field.",
            )
        } else {
            // The parser's words end in the line and the column.
            not_json(format!("The body cannot be read as JSON: {error}."))
        }
    })
}

fn not_json(detail: String) -> Problem {
    Problem::of_kind(StatusCode::BAD_REQUEST, "not-json", "The body is not JSON", detail)
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn declared(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    fn refusal(body: &[u8]) -> Problem {
        read(&declared("application/json"), body).err().unwrap()
    }

    #[test]
    fn members_keep_their_order_and_their_repetitions() {
        let Members(members) =
            read(&declared("application/json"), b"\xef\xbb\xbf {\"b\": 1, \"a\": null, \"b\": 2}").unwrap();
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a", "b"]);
    }

    #[test]
    fn what_is_not_json_is_refused_with_line_and_column() {
        for (body, words) in [
            (&b"{\n  \"name\": NaN}"[..], "expected value at line 2 column 11"),
            (b"{\"name\": 1e999}", "number out of range at line 1 column"),
            (b"{\"name\": 1,}", "trailing comma at line 1 column 12"),
            (b"{\"name\": 1} x", "trailing characters at line 1 column 13"),
            (b"{\"name\": \"\xff\"}", "line 1 column"),
            (b"{'name': 1}", "key must be a string at line 1 column 2"),
            (b"{\"name\": \"\\ud800\"}", "line 1 column"),
            (b" ", "empty"),
            (b"", "empty"),
        ] {
            let problem = refusal(body);
            assert_eq!(problem.status, 400, "{problem:?}");
            assert!(problem.detail.as_deref().unwrap().contains(words), "{problem:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        for open in ["[", "{\"a\":"] {
            let body = format!("{{\"name\": {}", open.repeat(100_000));
            let problem = refusal(body.as_bytes());
            assert_eq!(problem.status, 400);
            assert!(problem.detail.as_deref().unwrap().contains("recursion limit"), "{problem:?}");
        }
        assert_eq!(refusal("[".repeat(500_000).as_bytes()).status, 422);
    }

    #[test]
    fn json_that_is_no_object_is_refused() {
        for body in ["[]", "null", "1", "\"name\"", "true"] {
            assert_eq!(refusal(body.as_bytes()).status, 422, "{body}");
        }
    }

    #[test]
    fn another_media_type_or_none_is_refused() {
        for headers in
            [declared("text/plain"), declared("application/x-www-form-urlencoded"), HeaderMap::new()]
        {
            assert_eq!(read(&headers, b"{}").err().unwrap().status, 415);
        }
    }
}
