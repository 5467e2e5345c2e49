//! Building everything, and running the server until somebody ends it.

use std::{
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    bundle,
    error::{Result, XtaskError},
    model,
    packages::{self, Install},
    process::{self, Step},
    report, runtime,
    site::{self, Site},
    wasm_target::WasmTarget,
    workspace::{Profile, Workspace},
};

/// The server's executable, in cargo's output folder.
pub const BINARY: &str = "parsimony";

/// Where the site is served unless `LEPTOS_SITE_ADDR` says otherwise.
const DEFAULT_ADDRESS: &str = "127.0.0.1:3000";

/// A first start initialises a database cluster and loads the sample data.
const START_LIMIT: Duration = Duration::from_secs(120);

/// The server ends its requests and its database before itself.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// Builds the browser's part of the site: target, style sheets, modules, files.
pub fn build_site(workspace: &Workspace, profile: Profile, install: Install) -> Result<Site> {
    // Style sheets first: they are quick, and their errors should not wait for the compiler.
    site::build_css(workspace, profile)?;
    let target = WasmTarget::ensure(workspace, install)?;
    let wasm_opt = bundle::wasm_opt(workspace, profile, install);
    bundle::build(workspace, &target, profile, wasm_opt.as_deref())?;
    runtime::build(workspace, &target, profile, wasm_opt.as_deref())?;
    site::assemble(workspace, profile)
}

/// Builds the server and names its executable.
pub fn build_server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let start = Instant::now();
    let binary = workspace.target(profile.folder()).join(BINARY);
    let before = modified(&binary);
    let mut cargo = workspace.cargo(["build", "--package", "server", "--bin", BINARY]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    Step::new(cargo, "Compiling the server with cargo").run()?;
    if before.is_some() && modified(&binary) == before {
        report::skipped("server", "sources unchanged");
    } else {
        report::done("server", &binary.display().to_string(), start.elapsed());
    }
    Ok(binary)
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Everything the server learns from its environment about the site and where to serve it.
pub fn environment(site: &Site, profile: Profile, address: &str) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("LEPTOS_OUTPUT_NAME", bundle::NAME.to_owned()),
        ("LEPTOS_SITE_ROOT", site.root.display().to_string()),
        ("LEPTOS_SITE_PKG_DIR", site::PKG.to_owned()),
        // The server prefers its own variable; both say the same, whatever the caller has set.
        ("LEPTOS_SITE_ADDR", address.to_owned()),
        ("PARSIMONY_ADDR", address.to_owned()),
        ("LEPTOS_HASH_FILES", "true".to_owned()),
        ("LEPTOS_HASH_FILE_NAME", site::HASH_FILE.to_owned()),
        ("LEPTOS_ENV", if profile == Profile::Release { "PROD" } else { "DEV" }.to_owned()),
    ];
    variables.extend(model::variable());
    variables
}

/// The address to serve on: the caller's `PARSIMONY_ADDR` or `LEPTOS_SITE_ADDR`, as the server
/// itself would read them, or the default.
pub fn address() -> String {
    let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
    given("PARSIMONY_ADDR")
        .or_else(|| given("LEPTOS_SITE_ADDR"))
        .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned())
}

/// From a fresh machine to a running site.
pub fn serve(workspace: &Workspace, install: Install) -> Result<()> {
    packages::ensure_postgres(install)?;
    model::ensure_if_possible(install)?;
    let site = build_site(workspace, Profile::Release, install)?;
    let binary = build_server(workspace, Profile::Release)?;
    let mut server = Server::start(&binary, &site, Profile::Release, &address())?;
    server.wait_until_ready()?;
    println!("\n  Parsimony is at {}   (Ctrl-C ends it)\n", server.url());
    server.wait()
}

/// A running server.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the server on an address such as `127.0.0.1:3000`.
    pub fn start(binary: &Path, site: &Site, profile: Profile, address: &str) -> Result<Self> {
        let parsed = address.parse::<SocketAddr>().map_err(|_| {
            XtaskError::Finding(format!(
                "The address to serve on is `{address}`; it must be an IP address and a port, such as {DEFAULT_ADDRESS}."
            ))
        })?;
        let mut command = Command::new(binary);
        command.envs(environment(site, profile, address)).env_remove("LD_LIBRARY_PATH").stdin(Stdio::null());
        let child = process::spawn(&mut command, "The server")?;
        Ok(Self { child, address: parsed })
    }

    /// Waits until the server answers that it is ready for requests.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = process::ended(&mut self.child, "The server")? {
                return Err(XtaskError::Failed {
                    tried: "Starting the server".to_owned(),
                    status: process::describe(status),
                });
            }
            if answers_ready(self.reachable()) {
                return Ok(());
            }
            if process::requested_signal().is_some() {
                self.stop();
                return Err(XtaskError::Interrupted);
            }
            if start.elapsed() > START_LIMIT {
                self.stop();
                return Err(XtaskError::TimedOut {
                    tried: format!("Waiting for {}/readyz", self.url()),
                    seconds: START_LIMIT.as_secs(),
                });
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the server ends, and passes on the request to end it.
    pub fn wait(&mut self) -> Result<()> {
        loop {
            if let Some(signal) = process::requested_signal() {
                return match process::end_orderly(&mut self.child, signal, STOP_LIMIT) {
                    Some(status) if status.success() => {
                        println!("\n  Stopped.");
                        Ok(())
                    }
                    _ => Err(XtaskError::Interrupted),
                };
            }
            if let Some(status) = self.ended()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(XtaskError::Failed {
                        tried: "The server".to_owned(),
                        status: process::describe(status),
                    })
                };
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// How the server ended, if it has.
    pub fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        process::ended(&mut self.child, "The server")
    }

    /// Ends the server in order.
    pub fn stop(&mut self) {
        process::end_orderly(&mut self.child, rustix::process::Signal::TERM, STOP_LIMIT);
    }

    /// The address to type into a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// A server bound to all addresses is reached on this machine's own.
    fn reachable(&self) -> SocketAddr {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        address
    }
}

fn answers_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let limit = Duration::from_secs(2);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.write_all(
            format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
        )?;
        let mut answer = Vec::new();
        stream.take(64).read_to_end(&mut answer)?;
        Ok(says_ready(&answer))
    };
    ask().unwrap_or(false)
}

fn says_ready(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_200_means_ready() {
        assert!(says_ready(b"HTTP/1.1 200 OK\r\n"));
        assert!(!says_ready(b"HTTP/1.1 503 Service Unavailable\r\n"));
        assert!(!says_ready(b""));
    }
}
