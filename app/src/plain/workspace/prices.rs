//! The prices of a workspace: setting others, and what they changed.

use super::HERE;
use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::textarea::textarea_text;
use crate::functions::portfolios::address::with;
use crate::plain::fields::{Said, go};
use domain::access::Action;
use domain::ids::UseCaseId;
use domain::prices::PriceBook;
use domain::review::Effect;
use leptos::prelude::*;
use server_fn::ServerFn;
use store::{Scope, Store};

/// What a change of prices did, as its address says it: which answers it opened again, how many it left alone.
pub(super) struct PricesSet {
    opened: usize,
    held: usize,
    /// The first of those opened again, with their names.
    named: Vec<(UseCaseId, String)>,
}

impl PricesSet {
    /// Most use cases that are named.
    const NAMED: usize = 20;

    /// Only numbers and ids travel in the address; the names are the workspace's own.
    pub(super) async fn read(said: &Said, store: &Store, scope: Scope) -> Result<Option<Self>, AppError> {
        let number = |name: &str| said.first(name).and_then(|count| count.parse::<usize>().ok());
        let Some((opened, held)) = number("opened").zip(number("held")) else { return Ok(None) };
        let ids = said.first("cases").unwrap_or_default().split('.').filter_map(|id| id.parse().ok());
        let mut named = Vec::new();
        for id in ids.take(Self::NAMED) {
            if let Some(label) = store.use_case_label(scope, id).await? {
                named.push((id, label.name));
            }
        }
        Ok(Some(Self { opened: opened.max(named.len()), held, named }))
    }

    fn notice(self) -> AnyView {
        let held = match self.held {
            1 => "One stays as it is.".to_owned(),
            count => format!("{count} stay as they are."),
        };
        let words = match self.opened {
            0 => format!("The prices are set. No proposed or approved answer changes. {held}"),
            1 => format!("The prices are set. One answer is opened again. {held}"),
            count => format!("The prices are set. {count} answers are opened again. {held}"),
        };
        let more = self.opened - self.named.len();
        let entries: Vec<_> = self
            .named
            .into_iter()
            .map(|(id, name)| view! { <li><a href=format!("/use-cases/{id}#review") rel="external">{name}</a></li> })
            .collect();
        let list = (!entries.is_empty()).then(|| {
            let more = (more > 0).then(|| view! { <li>{format!("and {more} more: ")}<a href="/reviews" rel="external">"Reviews"</a></li> });
            view! { <ul>{entries}{more}</ul> }
        });
        view! { <div class="notice notice-good" role="status"><p>{words}</p>{list}</div> }.into_any()
    }
}

pub(super) fn form(book: &PriceBook, said: &Said, set: Option<PricesSet>) -> AnyView {
    let refused = said.refused("prices").map(|error| {
        if error != AppError::Unreadable {
            return error.to_string();
        }
        let number = |name: &str| said.first(name).and_then(|number| number.parse::<u32>().ok());
        let place = number("line").zip(number("column")).map_or_else(String::new, |(line, column)| {
            format!(" What does not fit is at line {line}, column {column}.")
        });
        format!(
            "This is no price book.{place} Start from the text above and keep its shape: JSON as GET /api/v1/price-book has it. Going back in your browser brings back what you typed."
        )
    });
    let done = set.map(PricesSet::notice);
    let open = refused.is_some();
    let text = serde_json::to_string_pretty(book).unwrap_or_default();
    view! {
        <section class="section" id="prices" aria-labelledby="prices-title">
            <header class="section-head">
                <h2 class="section-title" id="prices-title">"Prices"</h2>
                <p class="section-note">{format!("In force: version {}, read on {}", book.version, book.as_of)}</p>
            </header>
            {done}
            <details class="disclosure" open=open>
                <summary class="button">"Put in other prices"</summary>
                <div class="disclosure-panel">
                    <form class="form" method="post" action=AddPriceBook::url()>
                        <p>
                            "The price book as JSON: change version, as_of and prices, with their sources. New decisions use it from then on. Approved answers that it flips, or whose margin it shrinks below the rule’s threshold, are opened again; the others keep their approvals."
                        </p>
                        <div class="field" class:is-invalid=open>
                            <label class="field-label" for="prices-document">"Price book"</label>
                            <div class="field-control">
                                <textarea id="prices-document" name="document" rows="16" class="mono" spellcheck="false">
                                    {textarea_text(&text)}
                                </textarea>
                            </div>
                            {refused.map(|refused| view! { <p class="field-error" role="alert">{refused}</p> })}
                        </div>
                        <div class="actions">
                            <button class="button" type="submit">"Set the prices"</button>
                        </div>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}

/// Gives the workspace prices of its own, and opens again what they change.
///
/// # Errors
/// [`AppError::Unreadable`] for a text that is no price book, [`AppError::BadVersion`] for one whose version names
/// other prices already, [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "workspaces/prices")]
pub async fn add_price_book(#[server(default)] document: String) -> Result<(), AppError> {
    let mut page = HERE.to_owned();
    let added = async {
        let Access { store, scope, .. } = allowed(Action::ManageRules)?;
        let book: PriceBook = serde_json::from_str(&document).map_err(|error| {
            page = with(HERE, "line", &error.line().to_string());
            page = with(&page, "column", &error.column().to_string());
            AppError::Unreadable
        })?;
        store.add_price_book(scope, &book).await?;
        let (held, opened): (Vec<_>, Vec<_>) =
            store.reprice(scope).await?.into_iter().partition(|each| each.effect == Effect::Holds);
        let cases: Vec<String> =
            opened.iter().map(|each| each.use_case.to_string()).take(PricesSet::NAMED).collect();
        let set = with(HERE, "opened", &opened.len().to_string());
        let set = with(&set, "held", &held.len().to_string());
        Ok(format!("{}#prices", with(&set, "cases", &cases.join("."))))
    };
    let added: Result<String, AppError> = added.await;
    go(added, &page, "prices")
}
