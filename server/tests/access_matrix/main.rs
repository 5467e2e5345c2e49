//! Who may do what: every page, server function and operation of the API, asked of the real site by people of
//! every role, and compared with `docs/access-matrix.csv`.
//!
//! A new route needs a line in the matrix and, unless its address alone says everything, an entry in
//! `requests.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod matrix;
#[path = "../api/people.rs"]
mod people;
mod requests;
mod routes;
#[path = "../api/support.rs"]
#[allow(dead_code)]
mod support;
mod world;

use std::collections::BTreeSet;

use http::{StatusCode, header};
use matrix::{Kind, Line, NOT_ASKED, Route, Who};
use requests::{Ask, Trace, ask};
use sqlx::PgPool;
use support::{Answer, Site};
use world::{Caller, SECRETS, World};

#[tokio::test]
async fn the_matrix_has_every_route_and_no_other() {
    let site = Site::without_database();
    let lines = matrix::read();
    let written: BTreeSet<Route> = lines.iter().map(|line| line.route.clone()).collect();
    let existing = routes::existing(&site).await;
    let missing: Vec<String> = existing.difference(&written).map(Route::to_string).collect();
    assert!(missing.is_empty(), "docs/access-matrix.csv lacks\n{}", missing.join("\n"));
    let gone: Vec<String> = written.difference(&existing).map(Route::to_string).collect();
    assert!(gone.is_empty(), "docs/access-matrix.csv has what does not exist\n{}", gone.join("\n"));

    let paths: BTreeSet<&str> = written.iter().map(|route| route.path.as_str()).collect();
    let unlisted: Vec<String> =
        routes::printed(&site).into_iter().filter(|path| !paths.contains(path.as_str())).collect();
    assert!(unlisted.is_empty(), "the router has more than docs/access-matrix.csv\n{}", unlisted.join("\n"));

    let distinct: BTreeSet<String> = lines.iter().map(Line::to_string).collect();
    assert_eq!(distinct.len(), lines.len(), "a line is there twice");
    for line in &lines {
        let is_asked = line.expected(Who::ReadOnly) != NOT_ASKED;
        assert_eq!(is_asked, line.route.kind == Kind::Api, "{line}: tokens are for the API alone");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn everybody_is_answered_as_the_matrix_says(pool: PgPool) {
    let world = World::new(pool).await;
    let mut wrong = Vec::new();
    for line in matrix::read() {
        for who in Who::ALL.into_iter().filter(|who| line.expected(*who) != NOT_ASKED) {
            let caller = world.caller(line.route.kind, who).await;
            let answer = check(&world, &line, &caller).await;
            if answer != line.expected(who) {
                wrong.push(format!("{line}: {who} should get {}, not {answer}", line.expected(who)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks, checks what must hold whatever the matrix says, and returns the answer in its terms.
async fn check(world: &World, line: &Line, caller: &Caller) -> String {
    let Ask { request, trace } = ask(world, line, caller).await;
    let before = world.logs(caller).await;
    let answer = world.site.send(request).await;
    let after = world.logs(caller).await;
    let who = caller.who;
    let trace = if answer.status.is_success() { trace } else { Trace::Nothing };
    match trace {
        Trace::Entry if caller.is_known() => {
            assert_ne!(before, after, "{line}: {who} was granted it, and nothing was recorded");
        }
        Trace::Nothing | Trace::Entry => {
            assert_eq!(before, after, "{line}: {who} got {} and left something", answer.status);
        }
        Trace::Maybe => {}
    }

    let body = String::from_utf8_lossy(&answer.body);
    let shown = SECRETS.iter().find(|secret| body.contains(**secret));
    match who {
        Who::Stranger | Who::Misplaced | Who::Other => {
            assert_eq!(shown, None, "{line}: {who} sees what belongs to the first workspace");
        }
        // Proves that what others are not shown is there to be shown.
        Who::Admin if line.route.method == "GET" && line.expected(Who::Other) == "404" => {
            assert!(shown.is_some(), "{line}: {who} sees nothing of the first workspace\n{body}");
        }
        _ => {}
    }
    in_words(&answer)
}

fn in_words(answer: &Answer) -> String {
    let leads_to_sign_in = answer.status == StatusCode::FOUND
        && answer.header(header::LOCATION).starts_with("/sign-in");
    if leads_to_sign_in { "sign-in".to_owned() } else { answer.status.as_str().to_owned() }
}
