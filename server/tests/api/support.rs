//! What the tests of the API share: a site over a seeded database, and short ways to ask it.

use app::state::AppState;
use axum::{Router, body::Body};
use domain::use_case::UseCase;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use serde_json::Value;
use server::{
    Extras,
    config::{EndpointConfig, EndpointLimits, OrganisationConfig},
    problem::PROBLEM_JSON,
    router_with_extras,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use store::{FrozenScenario, RaceBudget, RaceBudgets, Scope, Sharer, Store};
use tower::ServiceExt;

/// Address of a sign-in provider that is away: nobody listens on that port.
const NO_PROVIDER: &str = "http://127.0.0.1:1";

/// The whole site.
pub struct Site {
    pub router: Router,
    pub store: Store,
}

/// An answer that arrived whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Site {
    /// A site over the database of a test. It has connections of its own, because the store gives up the rights
    /// of a superuser on every connection it uses, and some tests need them to look behind it.
    pub async fn new(pool: PgPool) -> Self {
        Self::with_provider(pool, NO_PROVIDER).await
    }

    /// The same for an organisation whose people sign in at this address, to which the site proves itself as
    /// `parsimony` with the secret `hunter2`.
    pub async fn with_provider(pool: PgPool, issuer: &str) -> Self {
        let options = (*pool.connect_options()).clone();
        let store = Store::from_pool(PgPoolOptions::new().max_connections(8).connect_lazy_with(options));
        store.seed().await.unwrap();
        Self::over(store, issuer)
    }

    /// A site whose database is away: nobody listens on that port.
    pub fn without_database() -> Self {
        Self::over(Store::connect("postgres://nobody@127.0.0.1:1/none").unwrap(), NO_PROVIDER)
    }

    fn over(store: Store, issuer: &str) -> Self {
        let state = AppState {
            leptos_options: LeptosOptions::builder().output_name("parsimony").build(),
            store: store.clone(),
            public_url: "http://parsimony.test".into(),
            behind_proxy: false,
            organisation: None,
        };
        let organisation = OrganisationConfig {
            issuer: issuer.to_owned(),
            client_id: "parsimony".to_owned(),
            client_secret: "hunter2".to_owned(),
            name: "Example Works".to_owned(),
        };
        let extras = Extras { organisation: Some(organisation), model: None, endpoint: Some(no_endpoint()) };
        Self { router: router_with_extras(state, extras).unwrap(), store }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // Live events never end.
        let is_endless =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if is_endless { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Reads with an API token.
    pub async fn read(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a use case with an API token; `headers` are those beside it.
    pub async fn write(
        &self,
        token: &str,
        (method, path): (Method, &str),
        headers: &[(&str, &str)],
        use_case: &Value,
    ) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(use_case.to_string().into()).unwrap()).await
    }

    /// Sends a text that is declared as JSON.
    pub async fn decide_text(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/api/v1/decisions").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn decide(&self, use_case: &Value) -> Answer {
        self.decide_text(use_case.to_string()).await
    }

    /// Whoever shares in the name of the first workspace.
    pub async fn sharer(&self) -> Sharer<'static> {
        Sharer::Team(Scope::system(self.store.first_workspace().await.unwrap()))
    }

    /// A use case frozen with the current policy and prices.
    pub async fn frozen(&self, use_case: UseCase) -> FrozenScenario {
        let (_, policy) = self.store.current_policy().await.unwrap();
        let (_, book) = self.store.current_price_book().await.unwrap();
        FrozenScenario {
            title: use_case.title().to_owned(),
            decision: domain::decide(&use_case, &policy, &book),
            use_case,
            policy,
            price_book: (*book).clone(),
        }
    }
}

/// An LLM endpoint that is away: nobody listens on that port.
pub fn no_endpoint() -> EndpointConfig {
    let plenty = RaceBudget { requests: 1_000, tokens: 1_000_000 };
    EndpointConfig {
        address: "http://127.0.0.1:1/v1/chat/completions".parse().unwrap(),
        model: "gpt-example".to_owned(),
        key: None,
        price: Some("gpt-4o-mini".to_owned()),
        budgets: RaceBudgets { account: plenty, workspace: plenty },
        limits: EndpointLimits::default(),
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The problem that the answer describes, after checking that it says the same in every place.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header(header::CONTENT_TYPE), PROBLEM_JSON);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("urn:parsimony:problem:"), "{problem}");
        assert!(!problem["title"].as_str().unwrap().is_empty() && problem["detail"].is_string(), "{problem}");
        assert_eq!(problem["instance"], format!("urn:uuid:{}", self.header("x-request-id")));
        problem
    }
}

/// The inputs of a preset.
pub fn preset(id: &str) -> UseCase {
    UseCase::parse(&domain::preset::by_id(id).unwrap().draft()).unwrap()
}
