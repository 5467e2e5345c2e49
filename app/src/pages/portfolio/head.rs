//! Name, purpose, actions and totals of the portfolio.

use super::live::Live;
use super::table::once;
use crate::components::portfolio_fields::name_fields;
use crate::functions::portfolio::PortfolioView;
use crate::functions::portfolio::totals::Totals;
use crate::functions::portfolios::Typed;
use crate::link::Start;
use domain::field::plain_number;
use domain::format::{usd, usd_exact};
use domain::units::Usd;
use leptos::form::ActionForm;
use leptos::html;
use leptos::prelude::*;

/// Where a new use case of this portfolio is described.
pub(super) fn add_address(portfolio: &str) -> String {
    Start::preset("blank", portfolio).bare_address()
}

/// Everything above the table.
#[component]
pub(super) fn Head(
    /// The state of the page.
    live: Live,
) -> impl IntoView {
    let name = Memo::new(move |_| live.shown.with(|view| view.name.clone()));
    let description = Memo::new(move |_| live.shown.with(|view| view.description.clone()));
    let archived = Memo::new(move |_| live.shown.with(|view| view.archived));
    let lead = move || {
        let description = description.get();
        (!description.is_empty()).then(|| view! { <p class="page-lead">{description}</p> })
    };
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href="/portfolios" rel="external">"Portfolios"</a>
                </li>
                <li aria-current="page">{move || name.get()}</li>
            </ol>
        </nav>
        <header class="page-head">
            <div>
                <h1 class="page-title">{move || name.get()}</h1>
                {lead}
            </div>
            <div class="actions only-editors">
                {move || (!archived.get()).then(|| add(live))}
                {rename(live)}
                {move || (!archived.get()).then(|| archive(live))}
            </div>
        </header>
        {move || archived.get().then(|| restore(live))}
        {move || live.shown.with(figures)}
    }
    .into_any()
}

fn add(live: Live) -> AnyView {
    view! {
        <a class="button button-primary" href=add_address(&live.id())>
            "Add use case"
        </a>
    }
    .into_any()
}

/// The form behind “Rename”. It opens without JavaScript, and stays open when it is refused.
fn rename(live: Live) -> AnyView {
    let rename = live.actions.rename;
    let pending = rename.pending();
    let view = live.shown.get_untracked();
    let refused_before = view.refused.clone();
    let open = RwSignal::new(refused_before.is_some());
    let summary = NodeRef::<html::Summary>::new();
    let refused = Signal::derive(move || match rename.value().get() {
        Some(answer) => answer.err(),
        None => refused_before.clone(),
    });
    Effect::new(move |_| {
        if rename.value().get().is_some_and(|answer| answer.is_ok()) {
            open.set(false);
            // The form that closes would take the focus away; what is in the page can always take it over.
            if let Some(summary) = summary.get_untracked() {
                let _ = summary.focus();
            }
        }
    });
    let typed = view.typed.unwrap_or(Typed { name: view.name, description: view.description });
    view! {
        <details
            class="disclosure"
            open=open
            on:toggle=move |event| open.set(event_target::<leptos::web_sys::Element>(&event).has_attribute("open"))
        >
            <summary class="button" node_ref=summary>
                "Rename"
            </summary>
            <div class="disclosure-panel">
                <ActionForm action=rename attr:class="form" attr:aria-label="Rename this portfolio">
                    <input type="hidden" name="portfolio" value=live.id() />
                    {name_fields("rename", &typed, refused)}
                    <div class="actions">
                        <button
                            class="button button-primary"
                            type="submit"
                            aria-busy=move || pending.get().then_some("true")
                            on:click=move |event| once(&event, pending)
                        >
                            "Save name"
                        </button>
                    </div>
                </ActionForm>
            </div>
        </details>
    }
    .into_any()
}

fn archive(live: Live) -> AnyView {
    let archive = live.actions.archive_portfolio;
    view! {
        <ActionForm action=archive>
            <input type="hidden" name="portfolio" value=live.id() />
            <button class="button" type="submit" disabled=move || archive.pending().get()>
                "Archive portfolio"
            </button>
        </ActionForm>
    }
    .into_any()
}

fn restore(live: Live) -> AnyView {
    let restore = live.actions.restore_portfolio;
    view! {
        <div class="notice">
            <p>"This portfolio is archived: it can be read, and renamed, but its use cases cannot be changed."</p>
            <ActionForm action=restore>
                <input type="hidden" name="portfolio" value=live.id() />
                <input type="hidden" name="open" value="true" />
                <button class="button button-small" type="submit" disabled=move || restore.pending().get()>
                    "Restore portfolio"
                </button>
            </ActionForm>
        </div>
    }
    .into_any()
}

/// Totals over the use cases in use; nothing while there are none.
fn figures(view: &PortfolioView) -> Option<AnyView> {
    if view.query.archived || view.all.use_cases == 0 {
        return None;
    }
    let Totals { use_cases, costed, frontier, recommended } = view.all;
    let saving = view.all.saving();
    let number = |count: u32| plain_number(f64::from(count));
    let share = match view.all.saving_share() {
        Some(share) => format!("{share} of the frontier API, over their horizons"),
        None => "over their horizons".to_owned(),
    };
    let note = if costed == use_cases {
        "all of them, so all count in the totals"
    } else {
        "only these count in the totals"
    };
    Some(
        view! {
            <dl class="figures">
                {figure("figure", "All on the frontier API", frontier, "over their horizons".to_owned())}
                {figure("figure", "Recommended mix", recommended, "over their horizons".to_owned())}
                {figure(if saving > Usd::ZERO { "figure figure-key" } else { "figure" }, "Saving", saving, share)}
                <div class="figure">
                    <dt>"Costed both ways"</dt>
                    <dd class="num">{format!("{} of {}", number(costed), number(use_cases))}</dd>
                    <dd>{note}</dd>
                </div>
            </dl>
        }
        .into_any(),
    )
}

fn figure(class: &'static str, term: &'static str, amount: Usd, note: String) -> AnyView {
    view! {
        <div class=class>
            <dt>{term}</dt>
            <dd class="num" title=usd_exact(amount)>
                {usd(amount)}
            </dd>
            <dd>{note}</dd>
        </div>
    }
    .into_any()
}
