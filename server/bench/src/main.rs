//! Measures a server from outside: how many pages it answers by the second and how fast, and what thousands of
//! open pages cost it. `cargo xtask bench web` builds the server and calls this.
//!
//! The server, its Postgres and this client run on one machine and share its cores. The figures compare one
//! build with another on the same machine; they are no promise for a server that has a machine to itself.

mod client;
mod content;
mod error;
mod event;
mod load;
mod machine;
mod open_files;
mod people;
mod percentile;
mod report;
mod server;
mod site;
mod streams;
mod wanted;

use std::{process::ExitCode, time::Instant};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    client::{Ask, Client},
    content::{Content, PROPOSALS, USE_CASES},
    error::{BenchError, Result},
    load::Page,
    machine::Machine,
    people::People,
    report::Report,
    server::Server,
    site::Site,
    wanted::Wanted,
};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{}", error.with_causes());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let wanted = Wanted::read()?;
    open_files::raise(wanted.streams)?;
    // One thread, so that the client never takes more than one core from the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| BenchError::System { what: "a runtime", source })?;
    let report = runtime.block_on(async {
        tokio::select! {
            asked = asked_to_end() => Err(asked.err().unwrap_or(BenchError::Interrupted)),
            report = measure(&wanted) => report,
        }
    })?;
    report.write(&wanted.results)?;
    print!("{}", report.table());
    println!("{}", report.json());
    Ok(())
}

/// Comes back when somebody presses Ctrl-C or asks this process to end. What was started is ended then.
async fn asked_to_end() -> Result<()> {
    let refused = |source| BenchError::System { what: "signals", source };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

async fn measure(wanted: &Wanted) -> Result<Report> {
    let machine = Machine::look();
    println!("{}\nStarting {} with a database of its own", machine.words(), wanted.server.display());
    let site = Site::open()?;
    let server = Server::start(wanted, &site).await?;
    let mut client = Client::connect(server.address).await?;
    let people = People::come_in(&mut client, &server.setup_link().await?).await?;
    let begun = Instant::now();
    println!("Making {USE_CASES} use cases and {PROPOSALS} proposals through the API and the forms");
    let content = Content::make(&mut client, &people).await?;
    println!(
        "  made in {:.0} s; waiting until Postgres has gathered its statistics",
        begun.elapsed().as_secs_f64()
    );
    site.statistics().await?;
    let mut pages = Vec::new();
    for page in places(&content, &people) {
        println!("Asking {} times for: {}", wanted.requests, page.name);
        pages.push(load::measure(server.address, &page, wanted.requests).await?);
    }
    drop(server);
    // In a server that was just started, no memory is left over from the pages for the streams to live in.
    println!("Starting the server again and opening {} event streams", wanted.streams);
    let server = Server::start(wanted, &site).await?;
    let streams = streams::measure(&server, &people.admin, wanted.streams).await?;
    Ok(Report { machine, pages, streams })
}

/// What is asked for.
fn places(content: &Content, people: &People) -> [Page; 4] {
    let portfolio = &content.portfolio;
    [
        Page {
            name: "Portfolio page",
            ask: Ask::get(format!("/portfolios/{portfolio}")).signed_in(&people.admin),
            holds: "A large portfolio".to_owned(),
        },
        Page {
            name: "Review queue",
            ask: Ask::get("/reviews").signed_in(&people.reviewer),
            holds: format!("Waiting for you ({PROPOSALS})"),
        },
        Page { name: "Assess page, not signed in", ask: Ask::get("/"), holds: "</html>".to_owned() },
        Page {
            name: "Use cases as JSON",
            ask: Ask::get(format!("/api/v1/portfolios/{portfolio}/use-cases")).by_token(&people.token),
            holds: format!(", team {USE_CASES}\""),
        },
    ]
}
