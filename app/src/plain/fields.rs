//! What the account pages are made of.

use crate::AppError;
use crate::access::{caller, own_address};
use crate::components::failure::FailurePage;
use crate::functions::portfolios::address::{FAILED, Parameters, REFUSED, with_error};
use domain::access::{Action, Role};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

/// One line to type into.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) autocomplete: &'static str,
    pub(super) help: &'static str,
    /// The message when this field is why the form was refused.
    pub(super) error: Option<String>,
}

impl Line {
    pub(super) fn text(name: &'static str, label: &'static str) -> Self {
        Self { name, label, kind: "text", value: String::new(), autocomplete: "off", help: "", error: None }
    }

    pub(super) fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, ..Self::text(name, label) }
    }

    pub(super) fn view(self, prefix: &str) -> AnyView {
        self.field(prefix, true)
    }

    /// The same for a field that may stay empty.
    pub(super) fn optional(self, prefix: &str) -> AnyView {
        self.field(prefix, false)
    }

    fn field(self, prefix: &str, required: bool) -> AnyView {
        let id = format!("{prefix}-{}", self.name);
        let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
        let described = match (self.help.is_empty(), self.error.is_some()) {
            (true, false) => None,
            (false, false) => Some(help_id.clone()),
            (true, true) => Some(error_id.clone()),
            (false, true) => Some(format!("{help_id} {error_id}")),
        };
        let invalid = self.error.is_some();
        let longest = if self.kind == "password" { "256" } else { "254" };
        view! {
            <div class="field" class:is-invalid=invalid>
                <label class="field-label" for=id.clone()>
                    {self.label}
                </label>
                <div class="field-control">
                    <input
                        id=id
                        name=self.name
                        type=self.kind
                        value=self.value
                        maxlength=longest
                        autocomplete=self.autocomplete
                        required=required
                        aria-describedby=described
                        aria-invalid=invalid.then_some("true")
                    />
                </div>
                {(!self.help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{self.help}</p> })}
                {self.error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
            </div>
        }
        .into_any()
    }
}

/// A choice of a role.
pub(super) fn role_select(id: String, label: String, chosen: Role, visible_label: bool) -> AnyView {
    let options = Role::ALL.map(|role| {
        view! {
            <option value=role.key() selected=role == chosen>
                {role.name()}
            </option>
        }
    });
    view! {
        <label class=if visible_label { "field-label" } else { "visually-hidden" } for=id.clone()>
            {label}
        </label>
        <div class="field-control">
            <select id=id name="role">
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// What the address of the present page says beside its path.
pub(super) struct Said(Parameters);

impl Said {
    pub(super) fn now() -> Self {
        let url = use_url();
        Self(Parameters::of(url.read_untracked().search().trim_start_matches('?')))
    }

    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.first(name)
    }

    /// Why the form of this name was refused, if it was.
    pub(super) fn refused(&self, form: &str) -> Option<AppError> {
        self.0.error(REFUSED).filter(|_| self.first("form").unwrap_or_default() == form)
    }

    /// Why a button did nothing, or what was done.
    pub(super) fn notice(&self) -> AnyView {
        let failed = self.0.error(FAILED);
        let done = self.first("done").and_then(|code| DONE.iter().find(|(key, _)| *key == code));
        view! {
            <div role="status">
                {failed.map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })}
                {done.map(|(_, words)| view! { <p class="notice notice-good">{*words}</p> })}
            </div>
        }
        .into_any()
    }
}

/// What a page may say was done. Codes, so that an address cannot put words into our mouth.
const DONE: [(&str, &str); 13] = [
    ("renamed", "The name is changed."),
    ("password", "The password is changed. All your other sessions have ended."),
    ("linked", "Your account is linked: you can sign in with your organisation from now on."),
    ("session", "The session has ended."),
    ("sessions", "All your other sessions have ended."),
    ("role", "The role is changed."),
    ("removed", "The member is removed."),
    ("left", "You left the workspace."),
    ("withdrawn", "The invitation is withdrawn."),
    ("revoked", "The token is revoked."),
    ("founded", "The workspace is founded, and you are its admin."),
    ("switched", "You work in another workspace now."),
    ("rule", "The rule is set. It holds for what is proposed from now on."),
];

/// Goes on to a page that says what was done, or back to the page with the reason why it was not.
pub(super) fn go(done: Result<String, AppError>, page: &str, form: &'static str) -> Result<(), AppError> {
    match done {
        Ok(address) => {
            leptos_axum::redirect(&address);
            Ok(())
        }
        Err(error) => {
            let parameter = if form.is_empty() { FAILED } else { REFUSED };
            let page = if form.is_empty() {
                page.to_owned()
            } else {
                crate::functions::portfolios::address::with(page, "form", form)
            };
            if crate::response::wants_html() {
                leptos_axum::redirect(&with_error(&page, parameter, &error));
            }
            crate::response::with_status(Err(error))
        }
    }
}

/// The page of the settings with their tabs.
pub(super) fn settings(title: &'static str, lead: &'static str, body: AnyView) -> AnyView {
    let here = use_url().read_untracked().path().to_owned();
    let may_manage = caller()
        .signed_in
        .and_then(|who| who.workspace)
        .is_some_and(|workspace| workspace.role.may(Action::ReadAudit));
    let tabs = [
        ("/settings", "You", true),
        ("/settings/workspace", "Workspace", true),
        ("/settings/members", "Members", true),
        ("/settings/tokens", "API tokens", true),
        ("/settings/audit", "Audit log", may_manage),
    ];
    let tabs = tabs.into_iter().filter(|(.., shown)| *shown).map(|(href, name, _)| {
        view! {
            <a href=href aria-current=(here == href).then_some("page")>
                {name}
            </a>
        }
    });
    view! {
        <Title text=title />
        <main id="main" class="page page-narrow" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">{title}</h1>
                    <p class="page-lead">{lead}</p>
                </div>
            </header>
            <nav class="tabs" aria-label="Settings">
                {tabs.collect_view()}
            </nav>
            {Said::now().notice()}
            {body}
        </main>
    }
    .into_any()
}

/// A page made from something that has to be asked for, or the reason why it cannot be shown.
pub(super) fn page<Fetched>(fetch: impl FnOnce() -> Fetched + Send + 'static) -> AnyView
where
    Fetched: Future<Output = Result<AnyView, AppError>> + Send + 'static,
{
    let fetched = fetch();
    view! {
        <Suspense fallback=|| ()>
            {Suspend::new(async move {
                match fetched.await {
                    Ok(view) => view,
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Where to go after signing in, from the address of the present page.
pub(super) fn next() -> String {
    own_address(Said::now().first("next").unwrap_or_default())
}
