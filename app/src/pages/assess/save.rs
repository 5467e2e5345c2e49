//! Saving the assessment into a portfolio, which opens its own page.

use crate::components::failure::{FailureNotice, refused};
use crate::functions::assess::PortfolioEntry;
use crate::functions::save::SaveUseCase;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The form that saves the inputs of an address.
#[component]
pub(super) fn SavePanel(
    /// The inputs as the address writes them.
    query: Memo<String>,
    /// Where a use case can be saved.
    portfolios: Vec<PortfolioEntry>,
    /// Id of the one to propose; may be empty.
    proposed: String,
) -> impl IntoView {
    let save = ServerAction::<SaveUseCase>::new();
    let refused = refused(save);
    let options = portfolios
        .into_iter()
        .map(|portfolio| {
            let selected = portfolio.id == proposed;
            view! {
                <option value=portfolio.id selected=selected>
                    {portfolio.name}
                </option>
            }
        })
        .collect_view();
    view! {
        <section class="share-panel only-strangers" aria-labelledby="save-sign-in">
            <h2 class="share-title" id="save-sign-in">
                "Save to a portfolio"
            </h2>
            <p>"Portfolios belong to a team. Sign in, and this assessment is still here."</p>
            <div class="actions">
                <a
                    class="button"
                    rel="external"
                    href=move || {
                        let query = query.get();
                        let here = if query.is_empty() { "/".to_owned() } else { format!("/?{query}") };
                        let mut address = String::new();
                        crate::link::append(&mut address, "next", &here);
                        format!("/sign-in?{address}")
                    }
                >
                    "Sign in to save"
                </a>
            </div>
        </section>
        <section class="share-panel only-editors" aria-labelledby="save-title">
            <h2 class="share-title" id="save-title">
                "Save to a portfolio"
            </h2>
            <p>"Keeps the inputs that the decision above was made from, and the decision, as revision 1 of a use case that your team can edit."</p>
            <ActionForm action=save attr:class="form">
                <input type="hidden" name="query" value=query />
                <div class="field">
                    <label class="field-label" for="save-portfolio">
                        "Portfolio"
                    </label>
                    <div class="field-control">
                        <select id="save-portfolio" name="portfolio">
                            {options}
                            <option value="">"A new portfolio, named below"</option>
                        </select>
                    </div>
                </div>
                <div class="field">
                    <label class="field-label" for="save-new-portfolio">
                        "New portfolio"
                    </label>
                    <div class="field-control">
                        <input
                            id="save-new-portfolio"
                            name="new_portfolio"
                            type="text"
                            maxlength="120"
                            autocomplete="off"
                            placeholder="leave blank to use the one above"
                        />
                    </div>
                </div>
                <FailureNotice error=refused />
                <div class="actions">
                    <button
                        class="button button-primary"
                        type="submit"
                        aria-busy=move || save.pending().get().then_some("true")
                        disabled=move || save.pending().get()
                    >
                        "Save"
                    </button>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}
