//! Endpoints that misbehave, each in one way, over real connections; and one that does what llama.cpp’s does not:
//! it keeps the connection after an answer.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What an endpoint says that must never reach a visitor or the log.
pub const INSIDE: &str = "internal-billing-account-4711";

/// What an endpoint does with every request.
#[derive(Debug, Clone)]
pub enum Manner {
    /// Says this and closes.
    Says(String),
    /// Says this and then nothing more.
    FallsSilent(String),
    /// Says this and then the same text for ever.
    Babbles(String, &'static str),
    /// Does nothing wrong: says this, and waits for the next request on the same connection.
    Converses(String),
}

/// A running endpoint. It ends with the runtime of its test.
pub struct Faulty {
    pub address: SocketAddr,
    /// Heads of the requests that came.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Faulty {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, manner.clone(), hearing.clone()));
            }
        });
        Self { address, heard }
    }

    /// Address up to `/chat/completions`.
    pub fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, manner: Manner, heard: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = hear(&mut stream).await {
        heard.lock().unwrap().push(request);
        // Whoever hung up hears nothing.
        let _ = say(&mut stream, &manner).await;
        if !matches!(manner, Manner::Converses(_)) {
            break;
        }
    }
}

/// The next request; none when the connection ends first.
async fn hear(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => request.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&request).into_owned())
}

async fn say(stream: &mut TcpStream, manner: &Manner) -> std::io::Result<()> {
    match manner {
        Manner::Says(text) | Manner::Converses(text) => stream.write_all(text.as_bytes()).await,
        Manner::FallsSilent(text) => {
            let said = stream.write_all(text.as_bytes()).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
            said
        }
        Manner::Babbles(text, more) => {
            let mut said = stream.write_all(text.as_bytes()).await;
            while said.is_ok() {
                said = stream.write_all(more.as_bytes()).await;
            }
            said
        }
    }
}

/// Whether head and announced body are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A whole answer of this status.
pub fn status(status: &str, headers: &str) -> Manner {
    let body = format!("{{\"error\": \"{INSIDE} {}\"}}", crate::upstream::KEY);
    Manner::Says(format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// The beginning of a stream of events.
pub fn stream_of(events: &[&str]) -> String {
    let events: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{events}")
}

/// One piece of text.
pub const PIECE: &str = r#"{"choices":[{"delta":{"content":"Hel"},"finish_reason":null}]}"#;

/// A stream of events whose end is told, so that the connection can be used again.
pub fn stream_that_ends(events: &[&str]) -> String {
    let events = events.iter().map(|event| format!("data: {event}\n\n"));
    let chunks: String = events.map(|event| format!("{:x}\r\n{event}\r\n", event.len())).collect();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    format!("{head}{chunks}0\r\n\r\n")
}
