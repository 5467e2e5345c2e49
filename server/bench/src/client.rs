//! One connection to the server, one request after the other: HTTP/1.1, kept alive.

use std::net::SocketAddr;

use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::error::{BenchError, Result};

/// Letters of a refusal that are shown.
const SHOWN: usize = 300;

/// What the browsers of today say they can read.
const COMPRESSED: &str = "gzip, deflate, br";

/// Something to ask the server for.
#[derive(Debug, Clone)]
pub struct Ask {
    method: Method,
    /// Path and query.
    pub path: String,
    headers: Vec<(header::HeaderName, String)>,
    body: Bytes,
}

impl Ask {
    /// A page or a resource, as it is, without compression.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: Vec::new(), body: Bytes::new() }
    }

    /// A form, as a browser without JavaScript sends it.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = form.finish().into_bytes().into();
        Self { method: Method::POST, body, ..Self::get(path) }
            .with(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .with(header::ACCEPT, "text/html")
    }

    /// A document for the JSON API.
    pub fn json(path: &str, value: &Value) -> Self {
        Self { method: Method::POST, body: value.to_string().into(), ..Self::get(path) }
            .with(header::CONTENT_TYPE, "application/json")
    }

    /// The same with a header more.
    pub fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same in the name of a browser that is signed in.
    pub fn signed_in(self, cookie: &str) -> Self {
        self.with(header::COOKIE, format!("parsimony_session={cookie}"))
    }

    /// The same in the name of a program.
    pub fn by_token(self, token: &str) -> Self {
        self.with(header::AUTHORIZATION, format!("Bearer {token}"))
    }

    /// The same by somebody who can read compressed answers, as every browser can.
    pub fn compressed(self) -> Self {
        self.with(header::ACCEPT_ENCODING, COMPRESSED)
    }

    fn request(&self, address: SocketAddr) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        request = request.header(header::HOST, address.to_string());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = Full::new(self.body.clone());
        request.body(body).map_err(|source| BenchError::Request { path: self.path.clone(), source })
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The path that was asked for.
    pub path: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it was sent, compressed if it was asked for like that.
    pub body: Bytes,
}

impl Answer {
    /// The answer, if its status says that it is what was asked for.
    ///
    /// # Errors
    /// [`BenchError::Refused`].
    pub fn succeeded(self) -> Result<Self> {
        if self.status.is_success() { Ok(self) } else { Err(self.refused()) }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`BenchError::Incomplete`], [`BenchError::Refused`].
    pub fn json(self) -> Result<Value> {
        let answer = self.succeeded()?;
        serde_json::from_slice(&answer.body)
            .map_err(|_| BenchError::Incomplete { path: answer.path, missing: "JSON".to_owned() })
    }

    /// Where the server sends a browser after a form that it took. One that it refused leads back to its page.
    ///
    /// # Errors
    /// [`BenchError::Refused`].
    pub fn went_to(&self, place: &str) -> Result<&str> {
        let location = self.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
        match location {
            Some(location) if self.status.is_redirection() && location.starts_with(place) => Ok(location),
            _ => Err(self.refused()),
        }
    }

    /// The value of a cookie that the answer sets.
    ///
    /// # Errors
    /// [`BenchError::Incomplete`].
    pub fn cookie(&self, name: &str) -> Result<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|cookie| cookie.split(';').next()?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
            .ok_or_else(|| BenchError::Incomplete { path: self.path.clone(), missing: name.to_owned() })
    }

    fn refused(&self) -> BenchError {
        let location = self.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
        let body = String::from_utf8_lossy(&self.body);
        let said = location.unwrap_or(&body).chars().take(SHOWN).collect();
        BenchError::Refused { path: self.path.clone(), status: self.status, said }
    }
}

/// A connection that is kept.
pub struct Client {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// [`BenchError::Connect`], [`BenchError::Broken`].
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.map_err(BenchError::Connect)?;
        // Small requests must not wait for a larger one to travel with.
        stream.set_nodelay(true).map_err(BenchError::Connect)?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|source| BenchError::Broken { path: address.to_string(), source })?;
        // It ends with the sender; what goes wrong meanwhile the sender hears too.
        tokio::spawn(connection);
        Ok(Self { sender, address })
    }

    /// Asks, and returns as soon as the headers of the answer are there.
    ///
    /// # Errors
    /// [`BenchError::Broken`], [`BenchError::Request`].
    pub async fn begin(&mut self, ask: &Ask) -> Result<http::Response<Incoming>> {
        let broken = |source| BenchError::Broken { path: ask.path.clone(), source };
        self.sender.ready().await.map_err(broken)?;
        self.sender.send_request(ask.request(self.address)?).await.map_err(broken)
    }

    /// Asks, and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn send(&mut self, ask: &Ask) -> Result<Answer> {
        let (head, body) = self.begin(ask).await?.into_parts();
        let broken = |source| BenchError::Broken { path: ask.path.clone(), source };
        let body = body.collect().await.map_err(broken)?.to_bytes();
        Ok(Answer { path: ask.path.clone(), status: head.status, headers: head.headers, body })
    }
}
