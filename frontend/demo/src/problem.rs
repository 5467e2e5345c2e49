//! What the server says when it refuses something (RFC 9457).

use serde::Deserialize;

/// A refusal, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<FieldProblem>,
}

/// A field that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct FieldProblem {
    /// Where it is in what was sent: `/browser/name`.
    pointer: String,
    /// What is wrong with it, as a phrase that goes with its name.
    detail: String,
    #[serde(default)]
    allowed: Option<String>,
}

impl Problem {
    /// What a refusal with this body says; `None` for a body that is no problem, such as a proxy's page.
    pub(crate) fn read(body: &str) -> Option<Self> {
        let problem: Self = serde_json::from_str(body).ok()?;
        (problem.detail.is_some() || !problem.title.is_empty()).then_some(problem)
    }

    /// All of it: what happened, and each field by its name.
    pub(crate) fn sentence(&self) -> String {
        let mut sentence = match &self.detail {
            Some(detail) => detail.clone(),
            None => format!("{}.", self.title),
        };
        for error in &self.errors {
            let field = error.pointer.trim_start_matches('/').replace('/', " › ");
            sentence.push_str(&format!(" “{field}” {}", error.detail));
            if let Some(allowed) = &error.allowed {
                sentence.push_str(&format!("; it takes {allowed}"));
            }
            sentence.push('.');
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_fields() {
        let body = r#"{"type":"urn:parsimony:problem:invalid-input","title":"Some fields cannot be used","status":422,
            "detail":"1 field cannot be used. Nothing was changed.",
            "errors":[{"pointer":"/browser/name","field":"name","detail":"is blank","allowed":"text on one line"}]}"#;
        assert_eq!(
            Problem::read(body).map(|problem| problem.sentence()).as_deref(),
            Some(
                "1 field cannot be used. Nothing was changed. “browser › name” is blank; it takes text on one line."
            )
        );
    }

    #[test]
    fn what_is_no_problem_says_nothing() {
        for body in ["", "<html>Bad gateway</html>", "{}", "[1]"] {
            assert_eq!(Problem::read(body), None, "{body}");
        }
        let title = Problem::read(r#"{"title":"Conflict","status":409}"#);
        assert_eq!(title.map(|problem| problem.sentence()).as_deref(), Some("Conflict."));
    }
}
