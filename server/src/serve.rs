//! From configuration to a served site, and back to silence.

use std::{future::IntoFuture, net::SocketAddr, sync::Arc, time::Duration};

use app::state::AppState;
use embedded_postgres::{Cluster, ClusterConfig};
use store::Store;
use tokio::net::TcpListener;

use crate::{
    config::{Config, DatabaseConfig},
    error::{ServerError, with_causes},
    jobs,
    live::Hub,
    mail::Mailer,
    organisation::Provider,
    readiness::Readiness,
    router::{Demo, router_live},
    shutdown::Endings,
    supervisor::{DATABASE, Supervisor, blocking},
};

/// How long requests in progress may take once the server was asked to end.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// How long the database connections may take to say goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Runs the server until it is asked to end.
///
/// # Errors
/// [`ServerError`], when something needs a person.
pub async fn run(config: Config) -> Result<(), ServerError> {
    // Signals first: from here on even an early Ctrl-C ends in good order.
    let endings = Endings::listen()?;
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    let cluster = open_cluster(&config.database).await?;
    let url = match (&config.database, &cluster) {
        (DatabaseConfig::Url(url), _) => url.reveal().to_owned(),
        (DatabaseConfig::Embedded { .. }, Some(cluster)) => cluster.url(DATABASE),
        (DatabaseConfig::Embedded { .. }, None) => String::new(),
    };
    let store = Store::connect(&url).map_err(ServerError::Database)?;
    let listen_error = |source| ServerError::Listen { addr: config.addr, source };
    let listener = TcpListener::bind(config.addr).await.map_err(listen_error)?;
    let addr = listener.local_addr().map_err(listen_error)?;
    let public_url = config.public_url(addr);
    let store = if mailer.is_some() { store.writing_emails(&public_url) } else { store };
    tracing::info!("Listening on {addr}; preparing the database");

    let readiness = Readiness::starting(store.clone());
    let state = AppState {
        leptos_options: config.leptos.clone(),
        store: store.clone(),
        public_url: public_url.to_string(),
        behind_proxy: config.behind_proxy,
        organisation: config.organisation.as_ref().map(|organisation| organisation.name.clone()),
    };
    let provider = config
        .organisation
        .clone()
        .map(|organisation| Provider::new(organisation, &public_url))
        .transpose()?;
    let demo = Demo::new(config.model.clone(), config.endpoint.clone())?;
    let hub = Hub::new(store.clone());
    let listening = tokio::spawn(hub.clone().run());
    let jobs = tokio::spawn(jobs::run(store.clone(), readiness.clone()));
    let mail = mailer.map(|mailer| mailer.start(store.clone(), readiness.clone()));
    let routes = router_live(state, readiness.clone(), hub.clone(), provider, demo);
    let closing = store.clone();
    let supervisor = Supervisor { store, readiness, cluster: cluster.clone(), public_url };
    let mut supervisor = tokio::spawn(supervisor.run());

    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, routes).with_graceful_shutdown(endings.asked(1)).into_future();
    let deadline = async {
        endings.asked(1).await;
        hub.close();
        tracing::info!("Ending: finishing the requests in progress");
        tokio::select! {
            () = tokio::time::sleep(DRAIN_LIMIT) => tracing::warn!("Some requests were cut off"),
            () = endings.asked(2) => tracing::warn!("Asked again: not waiting for requests any longer"),
        }
    };
    let result = tokio::select! {
        served = server => served.map_err(ServerError::Serve),
        () = deadline => Ok(()),
        ended = &mut supervisor => match ended {
            Ok(Err(error)) => Err(error),
            Ok(Ok(never)) => match never {},
            Err(error) => Err(ServerError::Task(error)),
        },
    };
    // Otherwise it would take the end of Postgres for a failure and start it again.
    supervisor.abort();
    listening.abort();
    jobs.abort();
    if let Some(mail) = mail {
        mail.stop().await;
    }
    // Connections still held by requests that were cut off are not waited for.
    let _ = tokio::time::timeout(CLOSE_LIMIT, closing.close()).await;
    if let Some(cluster) = cluster {
        stop(cluster).await;
    }
    result
}

pub(crate) async fn open_cluster(database: &DatabaseConfig) -> Result<Option<Arc<Cluster>>, ServerError> {
    let DatabaseConfig::Embedded { data_dir, bin_dir } = database else { return Ok(None) };
    let config = ClusterConfig { bin_dir: bin_dir.clone(), ..ClusterConfig::new(data_dir.join("postgres")) };
    let cluster = blocking(move || Cluster::open(config)).await?;
    tracing::info!("Using the private Postgres {} in {}", cluster.major(), cluster.folder().display());
    Ok(Some(Arc::new(cluster)))
}

/// Stops Postgres. Waits for a start in progress, which the cluster's own lock sees to.
pub(crate) async fn stop(cluster: Arc<Cluster>) {
    match blocking(move || cluster.stop()).await {
        Ok(()) => tracing::info!("Postgres has stopped"),
        Err(error) => tracing::error!("{}", with_causes(&error)),
    }
}
