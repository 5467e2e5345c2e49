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
    let mut complaints = Vec::new();
    for line in matrix::read() {
        for who in Who::ALL.into_iter().filter(|who| line.expected(*who) != NOT_ASKED) {
            let caller = world.caller(line.route.kind, who).await;
            complaints.extend(complaints_about(&world, &line, &caller).await);
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Asks once, and says what is wrong with the answer and with what it left behind.
async fn complaints_about(world: &World, line: &Line, caller: &Caller) -> Vec<String> {
    let Ask { request, trace } = ask(world, line, caller).await;
    let before = world.logs(caller).await;
    let answer = world.site.send(request).await;
    let after = world.logs(caller).await;
    let (who, expected) = (caller.who, line.expected(caller.who));
    let complain = |about: String| format!("{line}: {who} {about}");
    let mut complaints = Vec::new();

    let found = in_words(&answer);
    if found != expected {
        complaints.push(complain(format!("should get {expected}, not {found}")));
    }
    match trace {
        Trace::Entry if answer.status.is_success() && caller.is_known() => {
            if before == after {
                complaints.push(complain("was granted it, and nothing is recorded".to_owned()));
            }
        }
        Trace::Maybe if answer.status.is_success() => {}
        Trace::Nothing | Trace::Entry | Trace::Maybe => {
            if before != after {
                complaints.push(complain(format!("got {found} and changed something")));
            }
        }
    }
    let body = String::from_utf8_lossy(&answer.body);
    let is_shown = SECRETS.iter().any(|secret| body.contains(secret));
    let is_outside = matches!(who, Who::Stranger | Who::Misplaced | Who::Other);
    if is_outside && is_shown {
        complaints.push(complain("sees what belongs to the first workspace".to_owned()));
    }
    // Proves that what others are not shown is there to be shown.
    let is_private = line.route.method == "GET" && line.expected(Who::Other) == "404";
    if is_private && who == Who::Admin && !is_shown {
        complaints.push(complain("sees nothing of the first workspace".to_owned()));
    }
    complaints
}

/// An answer in the terms of the matrix.
fn in_words(answer: &Answer) -> String {
    let leads_to_sign_in =
        answer.status == StatusCode::FOUND && answer.header(header::LOCATION).starts_with("/sign-in");
    if leads_to_sign_in { "sign-in".to_owned() } else { answer.status.as_str().to_owned() }
}
