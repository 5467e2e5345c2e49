//! A real OpenAI-compatible server: llama.cpp's own, which serves the same model as the demo.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// What it takes for a key. Nobody but the server under test may ever see it.
pub const KEY: &str = "sk-parsimony-hunter2";

/// A running server. It ends when this is dropped, or when the test process dies.
pub struct Upstream {
    child: Child,
    pub address: String,
}

impl Upstream {
    /// Starts one on a free port and waits until it answers.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/race/upstream.py");
        let mut child = Command::new(interpreter())
            .arg(script)
            .arg(model())
            .arg(KEY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("llama.cpp’s server does not start");
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "llama.cpp’s server said {address:?}");
        Self { child, address }
    }

    /// Address up to `/chat/completions`.
    pub fn base(&self) -> String {
        format!("{}/v1", self.address)
    }

    /// How many answers it is working on.
    pub async fn busy_slots(&self) -> usize {
        let slots = self.ask(reqwest::Method::GET, "/slots", None).await;
        slots.as_array().unwrap().iter().filter(|slot| slot["is_processing"] == true).count()
    }

    /// Asks it directly.
    pub async fn ask(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.request(method, format!("{}{path}", self.address)).bearer_auth(KEY);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

/// Python with `xllamacpp`: named by the caller, or in the cache.
fn interpreter() -> PathBuf {
    found("PARSIMONY_TEST_LLAMA", "xllamacpp/bin/python")
        .expect("xllamacpp is missing: `cargo xtask test` installs it")
}

/// The model: named by the caller, or in the cache.
fn model() -> PathBuf {
    found("PARSIMONY_MODEL", "SmolLM2-135M-Instruct.Q4_1.gguf")
        .expect("the model is missing: `cargo xtask test` fetches it")
}

fn found(name: &str, in_cache: &str) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    variable(name).or_else(|| Some(cache()?.join("parsimony").join(in_cache))).filter(|file| file.is_file())
}
