//! Name and description of a portfolio, for the form that creates one and the form that renames one.

use crate::AppError;
use crate::components::failure::FailureNotice;
use crate::components::textarea::textarea_text;
use crate::functions::portfolios::Typed;
use leptos::prelude::*;

/// The two fields and, below them, why the form was refused. `prefix` begins the ids of the fields.
pub fn name_fields(prefix: &'static str, typed: &Typed, refused: Signal<Option<AppError>>) -> AnyView {
    let bad_name = Memo::new(move |_| matches!(refused.get(), Some(AppError::NameTaken | AppError::BadName)));
    let bad_description = Memo::new(move |_| matches!(refused.get(), Some(AppError::BadText)));
    let (name, description) = (format!("{prefix}-name"), format!("{prefix}-description"));
    let reason = format!("{prefix}-reason");
    view! {
        <div class="field" class:is-invalid=bad_name>
            <label class="field-label" for=name.clone()>
                "Name"
            </label>
            <div class="field-control">
                <input
                    id=name
                    name="name"
                    type="text"
                    value=typed.name.clone()
                    maxlength="120"
                    autocomplete="off"
                    aria-describedby=reason.clone()
                    aria-invalid=move || bad_name.get().then_some("true")
                />
            </div>
        </div>
        <div class="field" class:is-invalid=bad_description>
            <label class="field-label" for=description.clone()>
                "Description"
            </label>
            <div class="field-control">
                <textarea
                    id=description
                    name="description"
                    maxlength="2000"
                    rows="3"
                    autocomplete="off"
                    aria-describedby=reason.clone()
                    aria-invalid=move || bad_description.get().then_some("true")
                >
                    {textarea_text(&typed.description)}
                </textarea>
            </div>
        </div>
        <div id=reason>
            <FailureNotice error=refused />
        </div>
    }
    .into_any()
}
