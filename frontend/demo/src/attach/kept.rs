//! What the server lists and keeps.

use domain::measurement::{MeasuredInputs, Measurement};
use serde::Deserialize;

/// The measurements of a use case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Measurements {
    /// Newest first.
    pub(super) measurements: Vec<Kept>,
}

/// A measurement that is attached.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Kept {
    pub(super) use_case_id: String,
    /// Name of who attached it.
    pub(super) measured_by: Option<String>,
    /// When, as RFC 3339 writes it.
    created_at: String,
    pub(super) measurement: Measurement,
    /// The inputs by which a revision takes it over; `None` for an endpoint.
    pub(super) inputs: Option<MeasuredInputs>,
}

impl Kept {
    /// The day it was attached, in ISO 8601.
    pub(super) fn day(&self) -> String {
        self.created_at.get(..10).unwrap_or(&self.created_at).to_owned()
    }
}

/// The page that edits a use case, with these inputs put into it.
pub(super) fn edit_address(
    use_case: &str,
    inputs: &MeasuredInputs,
    encode: impl Fn(&str) -> String,
) -> String {
    format!(
        "/use-cases/{use_case}/edit?slm_latency_ms={}&slm_latency_source={}",
        inputs.slm_latency_ms,
        encode(&inputs.slm_latency_source)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::use_case::Field;

    #[test]
    fn the_edit_page_is_opened_with_both_inputs() {
        let inputs = MeasuredInputs { slm_latency_ms: 84.0, slm_latency_source: "a & b".to_owned() };
        let address = edit_address("0198", &inputs, |text| text.replace(' ', "%20").replace('&', "%26"));
        assert_eq!(address, "/use-cases/0198/edit?slm_latency_ms=84&slm_latency_source=a%20%26%20b");
        for field in [Field::SlmLatencyMs, Field::SlmLatencySource] {
            assert!(address.contains(&format!("{}=", field.name())), "{}", field.name());
        }
    }
}
