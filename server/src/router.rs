//! The route table: which request goes where, and what surrounds it.

use std::time::Duration;

use app::{
    plain::organisation::{CALLBACK, DOOR},
    state::AppState,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use leptos_axum::{
    LeptosRoutes, file_and_error_handler, generate_route_list, generate_route_list_with_exclusions,
};
use tower_http::compression::CompressionLayer;

use crate::{
    api, assets, audit_export,
    config::OrganisationConfig,
    error::ServerError,
    health,
    live::{self, Hub},
    middleware::{
        access_log, body_limit, cross_site, database_gate,
        identify::{self, BehindProxy},
        panics, request_id,
        security_headers::{self, OverTls},
        time_limit,
    },
    organisation::{self, Provider},
    readiness::Readiness,
};

/// The whole site over a database that is migrated already; for tests and embedding.
pub fn router(state: AppState) -> Router {
    let readiness = Readiness::prepared(state.store.clone());
    router_with(state, readiness)
}

/// The whole site, with readiness decided elsewhere.
pub fn router_with(state: AppState, readiness: Readiness) -> Router {
    let hub = Hub::new(state.store.clone());
    router_live(state, readiness, hub, None)
}

/// The same with sign-in through an organisation.
///
/// # Errors
/// [`ServerError::Provider`] when the organisation's provider cannot be set up.
pub fn router_with_organisation(
    mut state: AppState,
    organisation: OrganisationConfig,
) -> Result<Router, ServerError> {
    state.organisation = Some(organisation.name.clone());
    let provider = Provider::new(organisation, &state.public_url)?;
    let readiness = Readiness::prepared(state.store.clone());
    let hub = Hub::new(state.store.clone());
    Ok(router_live(state, readiness, hub, Some(provider)))
}

/// The same with live events from a hub that somebody runs.
pub(crate) fn router_live(
    state: AppState,
    readiness: Readiness,
    hub: Hub,
    provider: Option<Provider>,
) -> Router {
    let over_tls = OverTls(state.is_over_tls());
    let proxy = BehindProxy(state.behind_proxy);
    let options = state.leptos_options.clone();
    let bundle_path = options.site_pkg_dir_route_base();

    let api = api::routes(state.clone(), readiness.clone());
    let (shell_options, plain_options) = (options.clone(), options.clone());
    let identify = from_fn_with_state((state.clone(), proxy), identify::caller);
    let live =
        Router::new().route("/events", get(live::events)).with_state((state.store.clone(), hub)).merge(
            Router::new()
                .route("/settings/audit/export", get(audit_export::export))
                .with_state(state.store.clone()),
        );
    let door = match provider {
        None => Router::new(),
        Some(provider) => Router::new()
            .route(DOOR, get(organisation::begin))
            .route(CALLBACK, get(organisation::finish))
            .with_state((state.clone(), provider)),
    };
    // Adding the first pages also adds all server functions; the second ones must not add them again.
    let functions = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let plain_pages = generate_route_list_with_exclusions(app::plain::PlainApp, Some(functions));
    // Pages, server functions and the 404 page need the database...
    let pages: Router = Router::new()
        .leptos_routes(&state, generate_route_list(app::App), move || app::shell(shell_options.clone()))
        .leptos_routes(&state, plain_pages, move || app::plain::shell(plain_options.clone()))
        .fallback(file_and_error_handler::<AppState, _>(app::shell))
        .merge(live)
        .merge(door)
        .layer(identify)
        .layer(from_fn_with_state(readiness.clone(), database_gate::pass))
        .with_state(state);
    // ...probes and files do not.
    let always: Router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(readiness)
        .nest_service(bundle_path.trim_end_matches('/'), assets::bundle(&options))
        .nest_service("/fonts", assets::fonts(&options))
        .route_service("/favicon.ico", assets::favicon(&options));

    surround(pages.merge(api).merge(always), over_tls, time_limit::TIME_LIMIT)
}

/// What happens to every request; the last layer is the outermost.
pub(crate) fn surround(routes: Router, over_tls: OverTls, time_limit: Duration) -> Router {
    routes
        .layer(from_fn(body_limit::enforce))
        .layer(from_fn(cross_site::refuse))
        .layer(from_fn_with_state(time_limit, time_limit::enforce))
        .layer(from_fn(panics::catch))
        .layer(CompressionLayer::new())
        .layer(from_fn(assets::cache_headers))
        .layer(from_fn_with_state(over_tls, security_headers::add))
        .layer(from_fn(access_log::log))
        .layer(from_fn(request_id::assign))
}
