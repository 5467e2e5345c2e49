//! What a refused form left in the address of the page: which form, why, and what was typed.

use crate::AppError;
use crate::functions::portfolios::address::{Parameters, with};
use crate::response::{wants_html, with_status};
use domain::ids::UseCaseId;
use domain::review::MoveRefused;

/// Most characters that are carried back; forms limit what can be typed to no more.
const CARRIED_LENGTH: usize = 4_000;

pub(super) struct Said(Parameters);

impl Said {
    pub(super) fn of(query: &str) -> Self {
        Self(Parameters::of(query.trim_start_matches('?')))
    }

    /// Why this form was refused, in words.
    pub(super) fn refused(&self, form: &str) -> Option<String> {
        if self.0.first("form") != Some(form) {
            return None;
        }
        let why = self.0.first("why").and_then(|why| {
            serde_json::from_value::<MoveRefused>(serde_json::Value::String(why.to_owned())).ok()
        });
        why.map(|why| why.to_string()).or_else(|| self.0.error("refused").map(|error| error.to_string()))
    }

    /// What was typed into this field of this form.
    pub(super) fn typed(&self, form: &str, field: &str) -> String {
        if self.0.first("form") != Some(form) {
            return String::new();
        }
        self.0.first(&format!("typed_{field}")).unwrap_or_default().to_owned()
    }
}

/// Goes back to the page of a use case: to the part that moved, or to the form with the reason why nothing did.
pub(super) fn back<T>(
    use_case: &str,
    form: &str,
    done: Result<T, AppError>,
    typed: &[(&str, &str)],
) -> Result<(), AppError> {
    let Ok(id) = use_case.parse::<UseCaseId>() else { return with_status(Err(AppError::NotFound)) };
    let page = format!("/use-cases/{id}");
    match done {
        Ok(_) => {
            leptos_axum::redirect(&format!("{page}#{}", anchor(form)));
            Ok(())
        }
        Err(error) => {
            if wants_html() && !matches!(error, AppError::NotFound | AppError::SignInNeeded) {
                let mut address = with(&page, "form", form);
                address = match &error {
                    AppError::MoveRefused { why } => {
                        let why = serde_json::to_value(why).unwrap_or_default();
                        with(&address, "why", why.as_str().unwrap_or_default())
                    }
                    error => crate::functions::portfolios::address::with_error(&address, "refused", error),
                };
                for (field, text) in typed {
                    let text: String = text.chars().take(CARRIED_LENGTH).collect();
                    if !text.is_empty() {
                        address = with(&address, &format!("typed_{field}"), &text);
                    }
                }
                leptos_axum::redirect(&format!("{address}#{}", anchor(form)));
            }
            with_status(Err(error))
        }
    }
}

fn anchor(form: &str) -> &str {
    if form.starts_with("comment") { "comments" } else { "review" }
}
