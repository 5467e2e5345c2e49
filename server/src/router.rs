//! The route table: which request goes where, and what surrounds it.

use std::{path::PathBuf, time::Duration};

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
use tower_http::compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType};

use crate::{
    api, assets, audit_export,
    config::{EndpointConfig, OrganisationConfig},
    demo,
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
    models::{self, Models},
    offline,
    organisation::{self, Provider},
    race::{Desk, Endpoint},
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
    router_live(state, readiness, hub, None, Demo::none())
}

/// What a site has only where somebody set it up.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// Sign-in through an organisation.
    pub organisation: Option<OrganisationConfig>,
    /// A model file for browsers.
    pub model: Option<PathBuf>,
    /// An LLM endpoint to race against.
    pub endpoint: Option<EndpointConfig>,
}

/// The same with what was set up. Must be called inside a Tokio runtime if there is a model.
///
/// # Errors
/// [`ServerError::Provider`] when the organisation's provider cannot be set up, [`ServerError::Endpoint`] when the
/// endpoint cannot.
pub fn router_with_extras(mut state: AppState, extras: Extras) -> Result<Router, ServerError> {
    state.organisation = extras.organisation.as_ref().map(|organisation| organisation.name.clone());
    let demo = Demo::new(extras.model, extras.endpoint)?;
    let provider = extras.organisation.map(|organisation| Provider::new(organisation, &state.public_url));
    let provider = provider.transpose()?;
    let readiness = Readiness::prepared(state.store.clone());
    let hub = Hub::new(state.store.clone());
    Ok(router_live(state, readiness, hub, provider, demo))
}

/// What the demo needs of the server.
pub(crate) struct Demo {
    models: Models,
    endpoint: Option<Endpoint>,
}

impl Demo {
    /// What was set up of it.
    ///
    /// # Errors
    /// [`ServerError::Endpoint`].
    pub(crate) fn new(model: Option<PathBuf>, endpoint: Option<EndpointConfig>) -> Result<Self, ServerError> {
        Ok(Self { models: Models::open(model), endpoint: endpoint.map(Endpoint::new).transpose()? })
    }

    /// Nothing of it.
    fn none() -> Self {
        Self { models: Models::open(None), endpoint: None }
    }
}

/// The same with live events from a hub that somebody runs.
pub(crate) fn router_live(
    state: AppState,
    readiness: Readiness,
    hub: Hub,
    provider: Option<Provider>,
    demo: Demo,
) -> Router {
    let over_tls = OverTls(state.is_over_tls());
    let proxy = BehindProxy(state.behind_proxy);
    let options = state.leptos_options.clone();
    let bundle_path = options.site_pkg_dir_route_base();

    let desk = Desk::new(state.store.clone(), demo.endpoint);
    let api = api::routes(state.clone(), readiness.clone(), desk.clone());
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
        .merge(demo::routes(desk))
        .layer(identify)
        .layer(from_fn_with_state(readiness.clone(), database_gate::pass))
        .with_state(state);
    let bundle: Router = Router::new()
        .nest_service(bundle_path.trim_end_matches('/'), assets::bundle(&options))
        .layer(from_fn(assets::confine_workers));
    // ...probes and files do not.
    let always: Router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(readiness)
        .merge(models::routes(demo.models))
        .merge(bundle)
        .merge(offline::routes(&options))
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
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn(assets::cache_headers))
        .layer(from_fn_with_state(over_tls, security_headers::add))
        .layer(from_fn(access_log::log))
        .layer(from_fn(request_id::assign))
}

/// What is compressed on its way: neither event streams, which must not wait, nor files such as a model, whose ranges
/// and length would no longer be those of the file.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"))
}
