//! The live half of the page: an address becomes what it shows, and an edit of the filter an address.

use crate::AppError;
use crate::components::layout::Pending;
use crate::functions::portfolio::query::ListQuery;
use crate::functions::portfolio::{
    ArchiveUseCase, DuplicateUseCase, PortfolioView, RenamePortfolio, RestoreUseCase, open_portfolio,
};
use crate::functions::portfolios::{ArchivePortfolio, RestorePortfolio};
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long a pause in typing must be before the list follows.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

/// What the buttons of the page do.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub(super) archive: ServerAction<ArchiveUseCase>,
    pub(super) duplicate: ServerAction<DuplicateUseCase>,
    pub(super) restore: ServerAction<RestoreUseCase>,
    pub(super) rename: ServerAction<RenamePortfolio>,
    pub(super) archive_portfolio: ServerAction<ArchivePortfolio>,
    pub(super) restore_portfolio: ServerAction<RestorePortfolio>,
}

/// The controls of the filter; what stands in them belongs to whoever types.
#[derive(Clone, Copy)]
pub(super) struct Controls {
    pub(super) find: NodeRef<html::Input>,
    pub(super) verdict: NodeRef<html::Select>,
    pub(super) option: NodeRef<html::Select>,
}

/// What the page shows and how it changes. Signals are cheap to copy, so this is passed by value.
#[derive(Clone, Copy)]
pub(super) struct Live {
    /// The portfolio in the state that is shown.
    pub(super) shown: RwSignal<PortfolioView>,
    /// Why the latest button did nothing, or the latest state could not be fetched.
    pub(super) failure: RwSignal<Option<AppError>>,
    /// Whether another state is on its way.
    pub(super) pending: RwSignal<bool>,
    pub(super) actions: Actions,
    pub(super) controls: Controls,
    /// The query whose answer is shown or on its way; any other answer is late and dropped.
    awaited: StoredValue<String>,
    timer: StoredValue<Option<TimeoutHandle>>,
    navigate: Callback<(String, bool)>,
}

impl Live {
    /// Starts from what the page opened with; `search` is the query of the address.
    pub(super) fn new(view: PortfolioView, search: Memo<String>) -> Self {
        let navigate = use_navigate();
        let navigate = Callback::new(move |(address, replace): (String, bool)| {
            navigate(&address, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        let live = Self {
            failure: RwSignal::new(view.failed.clone()),
            shown: RwSignal::new(view),
            pending: RwSignal::new(false),
            actions: Actions {
                archive: ServerAction::new(),
                duplicate: ServerAction::new(),
                restore: ServerAction::new(),
                rename: ServerAction::new(),
                archive_portfolio: ServerAction::new(),
                restore_portfolio: ServerAction::new(),
            },
            controls: Controls { find: NodeRef::new(), verdict: NodeRef::new(), option: NodeRef::new() },
            awaited: StoredValue::new(search.get_untracked()),
            timer: StoredValue::new(None),
            navigate,
        };
        live.watch(search);
        live.follow_actions();
        live
    }

    /// Id of the portfolio.
    pub(super) fn id(self) -> String {
        self.shown.with_untracked(|view| view.id.clone())
    }

    /// Fetches what the address shows whenever it changes: by a link, a filter, a button, back or forward.
    fn watch(self, search: Memo<String>) {
        let bar = use_context::<Pending>();
        Effect::new(move |_| {
            if let Some(Pending(bar)) = bar {
                bar.set(self.pending.get());
            }
        });
        Effect::new(move |_| {
            let query = search.get();
            if self.awaited.with_value(|awaited| *awaited != query) {
                self.fetch(query);
            }
        });
        on_cleanup(move || self.stop_timer());
    }

    /// Buttons in the table answer with an address; renaming and restoring leave it as it is.
    fn follow_actions(self) {
        let Actions { archive, duplicate, restore, rename, archive_portfolio, restore_portfolio } =
            self.actions;
        let go = move |answer: Option<Result<String, AppError>>| {
            let Some(answer) = answer else { return };
            if let Some(address) = self.report(answer) {
                self.navigate.run((address, true));
            }
        };
        Effect::new(move |_| go(archive.value().get()));
        Effect::new(move |_| go(duplicate.value().get()));
        Effect::new(move |_| go(restore.value().get()));
        // The form says by itself why it was refused.
        Effect::new(move |_| {
            if rename.value().get().is_some_and(|answer| answer.is_ok()) {
                self.reload();
            }
        });
        Effect::new(move |_| {
            if let Some(answer) = archive_portfolio.value().get() {
                self.report(answer);
            }
        });
        Effect::new(move |_| {
            if restore_portfolio.value().get().and_then(|answer| self.report(answer)).is_some() {
                self.reload();
            }
        });
    }

    /// Shows why something was not done, or takes such a notice away.
    fn report<T>(self, answer: Result<T, AppError>) -> Option<T> {
        let (done, failure) = match answer {
            Ok(done) => (Some(done), None),
            Err(error) => (None, Some(error)),
        };
        self.failure.set(failure);
        done
    }

    fn reload(self) {
        self.fetch(self.awaited.get_value());
    }

    fn fetch(self, query: String) {
        self.awaited.set_value(query.clone());
        self.pending.set(true);
        let id = self.id();
        spawn_local(async move {
            let answer = open_portfolio(id, query.clone()).await;
            // The page may be gone by now, or another state asked for.
            if !self.awaited.try_with_value(|awaited| *awaited == query).unwrap_or(false) {
                return;
            }
            self.pending.set(false);
            if let Some(view) = self.report(answer) {
                self.refill(&view.query);
                self.shown.set(view);
            }
        });
    }

    /// Makes the filter say what is shown, unless somebody is typing into it.
    fn refill(self, query: &ListQuery) {
        if self.timer.with_value(Option::is_some) {
            return;
        }
        if let Some(find) = self.controls.find.get_untracked()
            && find.value().trim() != query.find
        {
            find.set_value(&query.find);
        }
        if let Some(verdict) = self.controls.verdict.get_untracked() {
            verdict.set_value(query.verdict_code());
        }
        if let Some(option) = self.controls.option.get_untracked() {
            option.set_value(query.option_code());
        }
    }

    fn stop_timer(self) {
        // Gone together with the page when that is left.
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
    }

    /// Applies the filter after a pause in typing. A text that is refined replaces its earlier states, so that
    /// the way back leads past all of them.
    pub(super) fn apply_soon(self) {
        self.stop_timer();
        let apply = move || {
            let is_refined = self.shown.with_untracked(|view| !view.query.find.is_empty());
            self.move_on(is_refined);
        };
        self.timer.set_value(set_timeout_with_handle(apply, TYPING_PAUSE).ok());
    }

    /// Applies the filter at once.
    pub(super) fn apply(self) {
        self.move_on(false);
    }

    /// Moves the address to what the filter says.
    fn move_on(self, replace: bool) {
        self.stop_timer();
        let Controls { find, verdict, option } = self.controls;
        let (Some(find), Some(verdict), Some(option)) =
            (find.get_untracked(), verdict.get_untracked(), option.get_untracked())
        else {
            return;
        };
        let address = self.shown.with_untracked(|view| {
            let query = ListQuery {
                find: find.value().trim().to_owned(),
                verdict: ListQuery::verdict_from_code(&verdict.value()),
                option: ListQuery::option_from_code(&option.value()),
                ..view.query.at_page(1)
            };
            query.address(&view.id)
        });
        self.navigate.run((address, replace));
    }
}
