//! `/settings/workspace`: the workspace's name.

use super::fields::{Line, Said, go, page, settings};
use crate::AppError;
use crate::access::{Access, allowed};
use domain::access::Action;
use leptos::prelude::*;
use server_fn::ServerFn;

const HERE: &str = "/settings/workspace";

/// The page.
#[component]
pub(super) fn WorkspacePage() -> impl IntoView {
    page(|| async {
        let Access { role, who, .. } = allowed(Action::Read)?;
        let name = who.workspace.map(|workspace| workspace.name).unwrap_or_default();
        let error = Said::now().refused("workspace").map(|error| error.to_string());
        let body = if role.may(Action::ManageRules) {
            view! {
                <section class="section" aria-labelledby="name-title">
                    <header class="section-head">
                        <h2 class="section-title" id="name-title">"Name"</h2>
                    </header>
                    <form class="form" method="post" action=RenameWorkspace::url()>
                        {Line { value: name, error, ..Line::text("name", "Name of the workspace") }.view("workspace")}
                        <div class="actions">
                            <button class="button" type="submit">"Change the name"</button>
                        </div>
                    </form>
                </section>
            }
            .into_any()
        } else {
            view! { <p>{format!("You work in “{name}”.")}</p> }.into_any()
        };
        Ok(settings("Workspace", "What holds for everybody here.", body))
    })
}

/// Gives the workspace another name.
///
/// # Errors
/// [`AppError::BadName`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "workspaces/rename")]
pub async fn rename_workspace(#[server(default)] name: String) -> Result<(), AppError> {
    let renamed = async {
        let Access { store, scope, .. } = allowed(Action::ManageRules)?;
        store.rename_workspace(scope, &name).await?;
        Ok(format!("{HERE}?done=renamed"))
    };
    go(renamed.await, HERE, "workspace")
}
