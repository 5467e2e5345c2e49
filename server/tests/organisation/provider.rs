//! An OpenID Connect provider that says what it is told to, the truth or not. It signs with the client's secret
//! (HS256), which needs no keys.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderMap, StatusCode, header};
use openidconnect::{
    PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey,
    core::{CoreHmacKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use url::Url;

/// The code it gives out.
const CODE: &str = "splendid-code";

/// A provider that listens.
pub struct Provider {
    pub issuer: String,
    script: Arc<Mutex<Script>>,
}

/// What the provider says.
#[derive(Clone)]
pub struct Script {
    issuer: String,
    /// Claims of the ID token besides the true ones, or in their place; null leaves one out.
    pub claims: Map<String, Value>,
    /// What it says about a person when asked.
    pub profile: Value,
    /// The secret it signs with.
    pub secret: String,
    /// What the visitor came with.
    nonce: String,
    challenge: String,
}

type Shared = State<Arc<Mutex<Script>>>;

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script {
            issuer: issuer.clone(),
            claims: Map::new(),
            profile: json!({}),
            secret: "hunter2".to_owned(),
            nonce: String::new(),
            challenge: String::new(),
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(|| async { Json(json!({ "keys": [] })) }))
            .route("/token", post(redeem))
            .route("/person", get(describe_person))
            .with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { issuer, script }
    }

    /// Signs in whoever comes as this person from now on.
    pub fn vouch_for(&self, subject: &str, claims: Value) {
        let mut script = self.script.lock().unwrap();
        script.claims = claims.as_object().unwrap().clone();
        script.claims.insert("sub".to_owned(), subject.into());
        script.profile = json!({ "sub": subject });
        script.secret = "hunter2".to_owned();
    }

    /// Changes what it says.
    pub fn tell(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    /// A visitor comes with what the site gave them, confirms, and goes back with this query.
    pub fn visit(&self, address: &str) -> String {
        let address = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert!(address.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{address}");
        for (name, text) in [
            ("response_type", "code"),
            ("client_id", "parsimony"),
            ("redirect_uri", "http://parsimony.test/sign-in/organisation/callback"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(asked[name], text, "{name}");
        }
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut script = self.script.lock().unwrap();
        script.nonce = asked["nonce"].clone();
        script.challenge = asked["code_challenge"].clone();
        format!("code={CODE}&state={}", asked["state"])
    }
}

async fn describe(State(script): Shared) -> Json<Value> {
    let issuer = script.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/person"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }))
}

/// Gives an ID token for the code, to nobody but the client and only with the verifier of the visitor's errand.
async fn redeem(
    State(script): Shared,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let script = script.lock().unwrap().clone();
    let client = format!("Basic {}", STANDARD.encode("parsimony:hunter2"));
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    let is_proven = PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str() == script.challenge;
    if headers[header::AUTHORIZATION] != client || form["code"] != CODE || !is_proven {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let truth = json!({
        "iss": script.issuer,
        "aud": "parsimony",
        "iat": now,
        "exp": now + 60,
        "nonce": script.nonce,
    });
    let mut claims = truth.as_object().unwrap().clone();
    claims.extend(script.claims);
    claims.retain(|_, claim| !claim.is_null());
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&Value::Object(claims)));
    let key = CoreHmacKey::new(script.secret.as_bytes());
    let signature = key.sign(&CoreJwsSigningAlgorithm::HmacSha256, signed.as_bytes()).unwrap();
    Json(json!({
        "access_token": "a-key-to-the-profile",
        "token_type": "Bearer",
        "id_token": format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
    }))
    .into_response()
}

async fn describe_person(State(script): Shared, headers: HeaderMap) -> Response {
    if headers[header::AUTHORIZATION] != "Bearer a-key-to-the-profile" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(script.lock().unwrap().profile.clone()).into_response()
}
