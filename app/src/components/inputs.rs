//! The inputs of a use case as a form, generated from the list of fields.
//!
//! Inputs keep their own text: nothing rewrites a field while somebody types in it. [`Inputs`] follows what
//! is typed, and [`Inputs::refill`] is the one way to put other texts into the form.

use crate::components::textarea::textarea_text;
use crate::functions::catalogue::Lists;
use crate::link::same;
use domain::field::{Choice, Draft, FieldError, Kind, plain_number};
use domain::use_case::{Field, Group};
use leptos::prelude::*;

/// How soon an edit should be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody may still be typing.
    Typing,
    /// A choice was made.
    Chosen,
}

/// The state of a form over the fields of a use case.
#[derive(Debug, Clone, Copy)]
pub struct Inputs {
    /// What stands in each field.
    pub draft: RwSignal<Draft>,
    /// What the form started from; fields that differ are marked.
    pub base: RwSignal<Draft>,
    /// What could not be read.
    pub errors: RwSignal<Vec<FieldError>>,
    /// Called after each edit; absent where a form is only sent as a whole.
    pub edited: Option<Callback<Pace>>,
}

impl Inputs {
    /// A form that starts from `base` and holds `draft`.
    #[must_use]
    pub fn new(base: Draft, draft: Draft, errors: Vec<FieldError>) -> Self {
        Self {
            draft: RwSignal::new(draft),
            base: RwSignal::new(base),
            errors: RwSignal::new(errors),
            edited: None,
        }
    }

    fn edit(self, field: Field, text: String, pace: Pace) {
        if self.draft.with_untracked(|draft| draft.text(field) == text) {
            return;
        }
        self.draft.update(|draft| draft.set(field, text));
        if let Some(edited) = self.edited {
            edited.run(pace);
        }
    }

    /// Puts other texts into the form, e.g. those of another preset.
    pub fn refill(self, base: Draft, draft: Draft) {
        #[cfg(feature = "hydrate")]
        browser::write_all(&draft);
        self.base.set(base);
        self.draft.set(draft);
    }

    /// Takes over what was typed before the page came alive. Returns whether anything was.
    #[cfg(feature = "hydrate")]
    pub fn adopt_typed(self) -> bool {
        let mut typed = false;
        for field in Field::ALL {
            let Some(text) = browser::read(*field) else { continue };
            if self.draft.with_untracked(|draft| !same(draft.text(*field), &text)) {
                self.draft.update(|draft| draft.set(*field, text));
                typed = true;
            }
        }
        typed
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::field::Draft;
    use domain::use_case::Field;
    use js_sys::Reflect;
    use wasm_bindgen::JsValue;

    fn control(field: Field) -> Option<JsValue> {
        Some(web_sys::window()?.document()?.get_element_by_id(&super::control_id(field))?.into())
    }

    // Inputs, selects and text areas all have a `value`; reading it by name spares a class of code for each.
    pub(super) fn read(field: Field) -> Option<String> {
        Reflect::get(&control(field)?, &JsValue::from_str("value")).ok()?.as_string()
    }

    pub(super) fn write_all(draft: &Draft) {
        for field in Field::ALL {
            if let Some(control) = control(*field) {
                let text = JsValue::from_str(draft.text(*field));
                // Only frozen objects refuse a property; a control is none.
                let _ = Reflect::set(&control, &JsValue::from_str("value"), &text);
            }
        }
    }
}

/// Id of a field's control in the document; error summaries link to it.
#[must_use]
pub fn control_id(field: Field) -> String {
    format!("f-{}", field.name())
}

/// Groups that stay closed until somebody needs them: they hold assumptions rather than facts.
const ADVANCED: [Group; 5] = [Group::Quality, Group::Api, Group::SelfHosting, Group::Hybrid, Group::Finance];

fn about(group: Group) -> &'static str {
    match group {
        Group::Identity => "",
        Group::Workload => "How much is asked of the model. A range is written low..likely..high.",
        Group::Task => "What kind of work one request is.",
        Group::Data => "What a small model could be trained on.",
        Group::Organisation => "What is allowed, and who could run it.",
        Group::Quality => "Scores on your own test set, in percent, and what a mistake costs.",
        Group::Api => "Which APIs to compare, and at which terms.",
        Group::SelfHosting => "Hardware and running costs of a model of your own.",
        Group::Hybrid => "How the SLM and the API share the work.",
        Group::Finance => "How far ahead costs are added up.",
    }
}

/// All fields in their groups. Put it inside a `form`.
#[component]
pub fn InputGroups(
    /// The form's state.
    inputs: Inputs,
    /// What the lists offer.
    lists: Lists,
    /// What to write around each field's name in the form, e.g. `("draft[", "]")`.
    #[prop(default = ("", ""))]
    around_name: (&'static str, &'static str),
) -> impl IntoView {
    let groups = Group::ALL
        .iter()
        .map(|group| {
            let fields: Vec<Field> =
                Field::ALL.iter().copied().filter(|field| field.group() == *group).collect();
            let count = fields.len();
            let with_errors = fields.clone();
            let rows = fields
                .iter()
                .map(|field| field_row(inputs, *field, &lists, around_name))
                .collect_view()
                .into_any();
            if ADVANCED.contains(group) {
                // Opens by itself when something inside needs attention, and never closes by itself.
                let has_error = inputs
                    .errors
                    .with_untracked(|errors| errors.iter().any(|error| with_errors.contains(&error.field)));
                view! {
                    <details class="group group-advanced" open=has_error>
                        <summary class="group-title">
                            {group.label()} <span class="group-count">{format!("{count} assumptions")}</span>
                        </summary>
                        <p class="group-about">{about(*group)}</p>
                        {rows}
                    </details>
                }
                .into_any()
            } else {
                let about = about(*group);
                view! {
                    <fieldset class="group">
                        <legend class="group-title">{group.label()}</legend>
                        {(!about.is_empty()).then(|| view! { <p class="group-about">{about}</p> })}
                        {rows}
                    </fieldset>
                }
                .into_any()
            }
        })
        .collect_view();
    groups.into_any()
}

fn field_row(inputs: Inputs, field: Field, lists: &Lists, around: (&'static str, &'static str)) -> AnyView {
    let id = control_id(field);
    let (help_id, range_id, error_id) = (format!("{id}-help"), format!("{id}-range"), format!("{id}-error"));
    let kind = field.kind();
    let is_text = matches!(kind, Kind::Text(_));
    let class = if matches!(kind, Kind::Number { .. }) { "field" } else { "field field-wide" };
    let unknown =
        Memo::new(move |_| !is_text && inputs.draft.with(|draft| draft.text(field).trim().is_empty()));
    let changed = Memo::new(move |_| {
        inputs.base.with(|base| inputs.draft.with(|draft| !same(draft.text(field), base.text(field))))
    });
    let problem = Memo::new(move |_| {
        inputs.errors.with(|errors| errors.iter().find(|error| error.field == field).map(sentence))
    });
    let described_by = {
        let quiet = if range_of(&kind).is_some() { format!("{help_id} {range_id}") } else { help_id.clone() };
        let loud = format!("{error_id} {quiet}");
        move || if problem.with(Option::is_some) { loud.clone() } else { quiet.clone() }
    };
    let range = range_of(&kind).map(|range| view! { <p class="field-range" id=range_id>{range}</p> });
    let unit = unit_of(&kind).map(|unit| view! { <span class="field-unit">{unit}</span> });
    let control =
        control(inputs, field, kind, lists, around, described_by, move || problem.with(Option::is_some));
    view! {
        <div class=class class:is-unknown=unknown class:field-changed=changed class:is-invalid=move || {
            problem.with(Option::is_some)
        }>
            <label class="field-label" for=id>
                {field.label()}
                {move || unknown.get().then(|| view! { <span class="field-state">"unknown"</span> })}
            </label>
            <div class="field-control">{control} {unit}</div>
            <p class="field-help" id=help_id>
                {field.help()}
            </p>
            {range}
            {move || {
                problem.get().map(|text| view! { <p class="field-error" id=error_id.clone()>{text}</p> })
            }}
        </div>
    }
    .into_any()
}

/// What is wrong with a field and what would be right.
fn sentence(error: &FieldError) -> String {
    let mut problem = error.problem.clone();
    if let Some(first) = problem.get(..1) {
        let upper = first.to_uppercase();
        problem.replace_range(..1, &upper);
    }
    format!("{problem}. Allowed: {}.", error.allowed)
}

fn control(
    inputs: Inputs,
    field: Field,
    kind: Kind,
    lists: &Lists,
    around: (&'static str, &'static str),
    described_by: impl Fn() -> String + Clone + Send + Sync + 'static,
    invalid: impl Fn() -> bool + Copy + Send + Sync + 'static,
) -> AnyView {
    let id = control_id(field);
    let name = format!("{}{}{}", around.0, field.name(), around.1);
    let text = inputs.draft.with_untracked(|draft| draft.text(field).to_owned());
    let aria_invalid = move || invalid().then_some("true");
    match kind {
        Kind::Number { .. } => view! {
            <input
                id=id
                name=name
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                maxlength="400"
                placeholder="unknown"
                value=text
                aria-describedby=described_by
                aria-invalid=aria_invalid
                on:input=move |event| inputs.edit(field, event_target_value(&event), Pace::Typing)
                on:change=move |event| inputs.edit(field, event_target_value(&event), Pace::Chosen)
            />
        }
        .into_any(),
        Kind::Text(limit) if limit <= 200 => view! {
            <input
                id=id
                name=name
                type="text"
                autocomplete="off"
                value=text
                aria-describedby=described_by
                aria-invalid=aria_invalid
                on:input=move |event| inputs.edit(field, event_target_value(&event), Pace::Typing)
            />
        }
        .into_any(),
        Kind::Text(_) => view! {
            <textarea
                id=id
                name=name
                rows="3"
                aria-describedby=described_by
                aria-invalid=aria_invalid
                on:input=move |event| inputs.edit(field, event_target_value(&event), Pace::Typing)
            >
                {textarea_text(&text)}
            </textarea>
        }
        .into_any(),
        Kind::Choice(_) | Kind::Catalogue(_) => {
            let options = options(&kind, &text, lists);
            view! {
                <select
                    id=id
                    name=name
                    autocomplete="off"
                    aria-describedby=described_by
                    aria-invalid=aria_invalid
                    on:change=move |event| inputs.edit(field, event_target_value(&event), Pace::Chosen)
                >
                    <option value="" selected=text.trim().is_empty()>
                        "unknown"
                    </option>
                    {options}
                </select>
            }
            .into_any()
        }
    }
}

/// The answers of a list; one that is not among them is kept, so that nothing typed into an address is lost.
fn options(kind: &Kind, text: &str, lists: &Lists) -> AnyView {
    let option = |value: String, label: String| {
        let selected = value == text;
        view! {
            <option value=value selected=selected>
                {label}
            </option>
        }
    };
    let mut known = text.trim().is_empty();
    let listed = match kind {
        Kind::Choice(answers) => answers
            .iter()
            .map(|(code, label)| {
                known |= *code == text;
                option((*code).to_owned(), (*label).to_owned())
            })
            .collect_view()
            .into_any(),
        Kind::Catalogue(catalogue) => lists
            .of(*catalogue)
            .iter()
            .map(|group| {
                let entries = group
                    .entries
                    .iter()
                    .map(|entry| {
                        known |= entry.key == text;
                        option(entry.key.clone(), entry.label.clone())
                    })
                    .collect_view();
                view! { <optgroup label=group.name.clone()>{entries}</optgroup> }
            })
            .collect_view()
            .into_any(),
        Kind::Number { .. } | Kind::Text(_) => ().into_any(),
    };
    let stranger = (!known).then(|| option(text.to_owned(), format!("{text} (not in the list)")));
    (stranger, listed).into_any()
}

fn range_of(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Number { min, max, whole, none_word, .. } => Some(format!(
            "{}{} to {}{}; blank is unknown, a range is low..likely..high",
            if *whole { "Whole number, " } else { "" },
            plain_number(*min),
            plain_number(*max),
            if *none_word { ", or none" } else { "" },
        )),
        Kind::Text(limit) => Some(format!("Up to {} characters", limit)),
        Kind::Choice(_) | Kind::Catalogue(_) => None,
    }
}

/// The unit as it fits behind a small field.
fn unit_of(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Number { unit, .. } => Some(match *unit {
            "requests/month" => "a month",
            "tokens/request" => "tokens",
            "(0 open-ended – 1 bounded)" => "0 to 1",
            unit => unit,
        }),
        _ => None,
    }
}

/// What needs attention, with links to the fields; says nothing when all is well.
#[component]
pub fn ErrorSummary(
    /// What could not be read.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    move || {
        let errors = errors.get();
        (!errors.is_empty()).then(|| {
            let heading = match errors.len() {
                1 => "One field needs attention".to_owned(),
                count => format!("{count} fields need attention"),
            };
            let items = errors
                .iter()
                .map(|error| {
                    view! {
                        <li>
                            <a href=format!("#{}", control_id(error.field)) rel="external">
                                {error.field.label()}
                            </a>
                            ": "
                            {sentence(error)}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="error-summary" role="alert">
                    <h2>{heading}</h2>
                    <ul>{items}</ul>
                </div>
            }
        })
    }
}
