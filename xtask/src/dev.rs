//! `cargo xtask dev`: a running site that follows the sources.

use std::{path::Path, thread, time::Duration, time::SystemTime};

use crate::{
    error::{Result, XtaskError},
    fingerprint, model,
    packages::{self, Install},
    process, report,
    serve::{self, Server},
    site,
    workspace::{Profile, Workspace},
};

/// How often the sources are looked at. Looking at a few hundred files takes a millisecond or two,
/// so watching them through the operating system would gain nothing.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// A changed style sheet or asset needs only the site folder put together again.
const STYLE: [&str; 1] = ["style"];

/// Anything else needs the compiler and a new server.
const CODE: [&str; 6] = ["app", "frontend", "server", "migrations", "Cargo.toml", "Cargo.lock"];

/// Builds and serves, then rebuilds whatever changes until Ctrl-C. What does not compile is
/// reported while the last good build goes on running.
pub fn dev(workspace: &Workspace, install: Install) -> Result<()> {
    packages::ensure_postgres(install)?;
    model::ensure_if_possible(install)?;
    let mut style = state(workspace, &STYLE)?;
    let mut code = state(workspace, &CODE)?;
    let mut server = match start(workspace, install) {
        Ok(server) => Some(server),
        Err(XtaskError::Interrupted) => return Err(XtaskError::Interrupted),
        Err(error) => {
            report::failed("dev", &error.with_causes());
            None
        }
    };
    loop {
        if process::requested_signal().is_some() {
            if let Some(server) = &mut server {
                server.stop();
            }
            return Ok(());
        }
        if let Some(running) = &mut server
            && running.ended()?.is_some()
        {
            report::failed("server", "ended by itself; it starts again after the next change");
            server = None;
        }
        let (style_now, code_now) = (state(workspace, &STYLE)?, state(workspace, &CODE)?);
        let outcome = if code_now != code {
            rebuild(workspace, &mut server, install)
        } else if style_now != style {
            restyle(workspace)
        } else {
            thread::sleep(LOOK_EVERY);
            continue;
        };
        if let Err(error) = outcome {
            report::failed("dev", &error.with_causes());
        }
        (style, code) = (style_now, code_now);
    }
}

fn start(workspace: &Workspace, install: Install) -> Result<Server> {
    let site = serve::build_site(workspace, Profile::Dev, install)?;
    let binary = serve::build_server(workspace, Profile::Dev)?;
    let mut server = Server::start(&binary, &site, Profile::Dev, &serve::address())?;
    server.wait_until_ready()?;
    println!("\n  Parsimony is at {}   (rebuilds on change; Ctrl-C ends it)\n", server.url());
    Ok(server)
}

/// Compiles first and stops the old server only when the new one can take its place.
fn rebuild(workspace: &Workspace, server: &mut Option<Server>, install: Install) -> Result<()> {
    println!();
    let site = serve::build_site(workspace, Profile::Dev, install)?;
    let binary = serve::build_server(workspace, Profile::Dev)?;
    if let Some(mut old) = server.take() {
        old.stop();
    }
    let new = server.insert(Server::start(&binary, &site, Profile::Dev, &serve::address())?);
    new.wait_until_ready()?;
    println!("\n  Reload {}\n", new.url());
    Ok(())
}

/// The server looks the names of the hashed files up for each page, so it need not restart.
fn restyle(workspace: &Workspace) -> Result<()> {
    println!();
    site::build_css(workspace, Profile::Dev)?;
    site::assemble(workspace, Profile::Dev).map(drop)
}

/// The newest change below some paths, and the number of files: a removed file is a change too.
fn state(workspace: &Workspace, paths: &[&str]) -> Result<(usize, Option<SystemTime>)> {
    let mut count = 0;
    let mut newest = None;
    for path in paths {
        for file in fingerprint::files_below(&workspace.path(path))? {
            count += 1;
            newest = newest.max(changed(&file));
        }
    }
    Ok((count, newest))
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
