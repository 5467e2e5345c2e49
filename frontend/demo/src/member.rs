//! Who is looking, as far as the page needs to know to leave out what would be refused anyway. The server decides.

use domain::access::{Action, Role};

/// Where the server writes the role.
const ATTRIBUTE: &str = "data-role";

/// The link that stands in the page's head for whoever is signed in, in a workspace or not.
const ACCOUNT: &str = ".account-name";

/// Whether nobody is signed in.
pub(crate) fn is_stranger() -> bool {
    role().is_none() && !matches!(leptos::prelude::document().query_selector(ACCOUNT), Ok(Some(_)))
}

/// What somebody is told whose role does not allow something, as the server would say it; `None` if it does, and for
/// those whose role is unknown, whom the server tells.
pub(crate) fn refusal(action: Action, doing: &str) -> Option<String> {
    refusal_of(role()?, action, doing)
}

fn role() -> Option<Role> {
    let root = leptos::prelude::document().document_element()?;
    root.get_attribute(ATTRIBUTE)?.parse().ok()
}

fn refusal_of(role: Role, action: Action, doing: &str) -> Option<String> {
    let [needs, has] = [action.needs(), role].map(|role| role.name().to_lowercase());
    (!role.may(action)).then(|| format!("{doing} takes the role {needs}; yours is {has}."))
}

/// The way to sign in, and back to this page as it was opened.
pub(crate) fn sign_in_address() -> String {
    let location = leptos::prelude::window().location();
    let path = location.pathname().unwrap_or_default();
    let here = format!("{path}{}", location.search().unwrap_or_default());
    format!("/sign-in?next={}", js_sys::encode_uri_component(&here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_does_not_reach_is_named() {
        assert_eq!(
            refusal_of(Role::Viewer, Action::Race, "Racing").as_deref(),
            Some("Racing takes the role editor; yours is viewer.")
        );
        assert_eq!(refusal_of(Role::Editor, Action::Edit, "Attaching"), None);
    }
}
