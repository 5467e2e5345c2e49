//! The whole site on an address of its own, with an endpoint behind it, and a browser in front.

use std::{net::SocketAddr, time::Instant};

use app::{access::SESSION_COOKIE, state::AppState};
use leptos::config::LeptosOptions;
use serde_json::{Value, json};
use server::{
    Extras,
    config::{ApiKey, EndpointConfig, EndpointLimits},
    router_with_extras,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use store::{RaceBudget, RaceBudgets, Store};

use crate::{
    logs,
    people::{Person, first_admin},
    upstream::KEY,
};

pub struct Site {
    pub store: Store,
    pub ada: Person,
    address: SocketAddr,
    http: reqwest::Client,
    serving: tokio::task::JoinHandle<()>,
}

/// Postgres gives whoever is still connected to a database five seconds before it says that it cannot be dropped, and
/// each test drops its own.
impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
        let store = self.store.clone();
        tokio::spawn(async move { store.close().await });
    }
}

/// An endpoint at this address, with plenty to spend.
pub fn endpoint(base: &str) -> EndpointConfig {
    let plenty = RaceBudget { requests: 1_000, tokens: 1_000_000 };
    EndpointConfig {
        address: format!("{base}/chat/completions").parse().unwrap(),
        model: "smollm2".to_owned(),
        key: ApiKey::new(KEY),
        price: Some("gpt-4o-mini".to_owned()),
        budgets: RaceBudgets { account: plenty, workspace: plenty },
        limits: EndpointLimits::default(),
    }
}

/// A prompt that is answered in at most this many tokens, the same ones each time.
pub fn prompt(content: &str, max_tokens: u32) -> Value {
    json!({ "messages": [{ "role": "user", "content": content }], "max_tokens": max_tokens, "temperature": 0 })
}

impl Site {
    pub async fn new(pool: &PgPool, endpoint: Option<EndpointConfig>) -> Self {
        logs::listen();
        let options = (*pool.connect_options()).clone();
        let store = Store::from_pool(PgPoolOptions::new().max_connections(8).connect_lazy_with(options));
        store.seed().await.unwrap();
        let ada = first_admin(&store).await;
        Self::over(store, ada, endpoint).await
    }

    /// Another server on the same database.
    pub async fn over(store: Store, ada: Person, endpoint: Option<EndpointConfig>) -> Self {
        let state = AppState {
            leptos_options: LeptosOptions::builder().output_name("parsimony").build(),
            store: store.clone(),
            public_url: "http://parsimony.test".into(),
            behind_proxy: false,
            organisation: None,
        };
        let router = router_with_extras(state, Extras { endpoint, ..Extras::default() }).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { store, ada, address, http, serving }
    }

    /// What a page of ours sends.
    pub fn request(&self, who: &Person, prompt: &Value) -> reqwest::RequestBuilder {
        self.http
            .post(format!("http://{}/demo/race", self.address))
            .header("cookie", format!("{SESSION_COOKIE}={}", who.cookie))
            .header("origin", format!("http://{}", self.address))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/event-stream, application/problem+json")
            .header("content-type", "application/json")
            .body(prompt.to_string())
    }

    /// Races to the end.
    pub async fn race(&self, who: &Person, prompt: &Value) -> Race {
        Race::listen(self.request(who, prompt).send().await.unwrap()).await
    }

    /// What a program sends.
    pub fn program(&self, token: &str, prompt: &Value) -> reqwest::RequestBuilder {
        self.http
            .post(format!("http://{}/api/v1/race", self.address))
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(prompt.to_string())
    }

    /// What is left of the budgets, as a page is told.
    pub async fn terms(&self, who: &Person) -> Value {
        let request = self.http.get(format!("http://{}/demo/race", self.address));
        let request = request.header("cookie", format!("{SESSION_COOKIE}={}", who.cookie));
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }
}

/// A response that arrived whole.
#[derive(Debug)]
pub struct Race {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Events in order, with the moment each was here.
    pub events: Vec<(String, Value, Instant)>,
}

impl Race {
    pub async fn listen(mut response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (mut text, mut read, mut events) = (String::new(), 0, Vec::new());
        while let Some(piece) = response.chunk().await.unwrap() {
            text.push_str(std::str::from_utf8(&piece).unwrap());
            while let Some(end) = text[read..].find("\n\n") {
                events.extend(event(&text[read..read + end]));
                read += end + 2;
            }
        }
        Self { status, headers, text, events }
    }

    /// Names of the events, each run of one name once.
    pub fn course(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.events.iter().map(|(name, ..)| name.as_str()).collect();
        names.dedup();
        names
    }

    /// The last event.
    pub fn last(&self) -> &Value {
        &self.events.last().unwrap().1
    }

    /// The whole answer.
    pub fn answer(&self) -> String {
        let deltas = self.events.iter().filter(|(name, ..)| name == "delta");
        deltas.map(|(_, data, _)| data["content"].as_str().unwrap()).collect()
    }

    /// The problem that it is instead, or that it ends in.
    pub fn problem(&self) -> Value {
        if self.status == 200 { self.last().clone() } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The kind of that problem, without what all have in common.
    pub fn kind(&self) -> String {
        let problem = self.problem();
        problem["type"].as_str().unwrap().strip_prefix("urn:parsimony:problem:").unwrap().to_owned()
    }
}

/// An event; none for a comment that keeps the connection open.
fn event(block: &str) -> Option<(String, Value, Instant)> {
    let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = serde_json::from_str(line("data: ")?).unwrap();
    Some((line("event: ").unwrap().to_owned(), data, Instant::now()))
}
