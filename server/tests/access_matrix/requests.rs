//! What is sent for each line of the matrix: a request that nothing but access could refuse. It is about
//! something of the first workspace, and about something new where it would change it.

mod reviews;

use axum::body::Body;
use http::Request;
use store::{ApiTokenId, SessionId};

use crate::{
    matrix::{Kind, Line},
    people::{Person, sign_in, tomorrow},
    world::{Caller, PASSWORD, World},
};

/// A request, and what it leaves in the audit logs when it is granted to somebody known.
pub struct Ask {
    pub request: Request<Body>,
    pub trace: Trace,
}

/// What is left in the audit logs of the first workspace and of the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    Nothing,
    Entry,
    /// It depends on who it is.
    Maybe,
}

/// What this caller sends.
pub async fn ask(world: &World, line: &Line, caller: &Caller) -> Ask {
    let (method, path) = (line.route.method.as_str(), line.route.path.as_str());
    let request = |path: String| caller.sign(Request::builder().method(method).uri(path));
    match line.route.kind {
        Kind::Page => {
            let request = request(page(world, path)).header("accept", "text/html");
            Ask { request: request.body(Body::empty()).unwrap(), trace: Trace::Nothing }
        }
        Kind::Stream => {
            let request = request(path.to_owned()).body(Body::empty()).unwrap();
            Ask { request, trace: Trace::Nothing }
        }
        Kind::Function => {
            let Form { fields, trace } = form(world, line, caller).await;
            let request = request(path.to_owned())
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded");
            Ask { request: request.body(encoded(&fields).into()).unwrap(), trace }
        }
        Kind::Api => {
            let Operation { path, if_match, body, trace } = operation(world, method, path).await;
            let mut request = request(path).header("content-type", "application/json");
            if let Some(tag) = if_match {
                request = request.header("if-match", tag);
            }
            Ask { request: request.body(body.into()).unwrap(), trace }
        }
    }
}

fn page(world: &World, path: &str) -> String {
    match path {
        "/portfolios/{id}" => path.replace("{id}", &world.portfolio.to_string()),
        "/comments/{id}" => path.replace("{id}", &world.comment.to_string()),
        "/use-cases/{id}/merge" => {
            format!("{}?revision=1", path.replace("{id}", &world.use_case.to_string()))
        }
        "/use-cases/{id}" | "/use-cases/{id}/edit" => path.replace("{id}", &world.use_case.to_string()),
        "/s/{token}" => path.replace("{token}", &world.link),
        "/invitations/{token}" => path.replace("{token}", &world.invitation),
        fixed if !fixed.contains('{') => fixed.to_owned(),
        other => panic!("say in requests.rs what to fill into the address of the page {other}"),
    }
}

/// The fields of a form, and what it leaves when it is accepted.
struct Form {
    fields: Vec<(&'static str, String)>,
    trace: Trace,
}

/// A form that leaves nothing in the audit log.
fn unrecorded<const N: usize>(fields: [(&'static str, String); N]) -> Form {
    Form { fields: fields.into(), trace: Trace::Nothing }
}

/// A form that leaves something in the audit log.
fn recorded<const N: usize>(fields: [(&'static str, String); N]) -> Form {
    Form { fields: fields.into(), trace: Trace::Entry }
}

async fn form(world: &World, line: &Line, caller: &Caller) -> Form {
    // Where a form is about the caller, a stranger's is about the first admin.
    let person = caller.person.as_ref().unwrap_or(&world.ada);
    let path = line.route.path.as_str();
    if let Some(rest) = path.strip_prefix("/api/use-cases/") {
        return use_case_form(world, rest).await;
    }
    if let Some(rest) = path.strip_prefix("/api/portfolios/") {
        return portfolio_form(world, rest).await;
    }
    if let Some(rest) = path.strip_prefix("/api/members/") {
        return member_form(world, rest).await;
    }
    if let Some(rest) = path.strip_prefix("/api/comments/") {
        return comment_form(world, rest, &line.case, person).await;
    }
    if let Some(rest) = path.strip_prefix("/api/reviews/") {
        return reviews::form(world, rest, &line.case, (caller.who, person)).await;
    }
    let blank = || "preset=blank".to_owned();
    match (path, line.case.as_str()) {
        ("/api/who" | "/api/links" | "/api/sign-out" | "/api/account/sessions/end-others", _) => {
            unrecorded([])
        }
        ("/api/notifications/read-all", _) => unrecorded([]),
        ("/api/fragment", "the queue") => unrecorded([("part", "reviews".to_owned())]),
        ("/api/fragment", "a stored use case") => {
            unrecorded([("part", format!("use-cases/{}", world.use_case))])
        }
        ("/api/theme", _) => unrecorded([("theme", "dark".to_owned())]),
        ("/api/assess/open" | "/api/assess", "") => unrecorded([("query", blank())]),
        ("/api/assess/open" | "/api/assess", "a stored use case") => {
            unrecorded([("query", String::new()), ("use_case", world.use_case.to_string())])
        }
        ("/api/assess/save", _) => recorded([("query", blank()), ("portfolio", world.portfolio.to_string())]),
        ("/api/assess/share", "") => recorded([("query", blank()), ("expires_in_days", "1".to_owned())]),
        ("/api/assess/share", "a stored use case") => recorded([("use_case", world.use_case.to_string())]),
        ("/api/scenarios/open", _) => unrecorded([("token", world.link.clone())]),
        ("/api/links/revoke", _) => recorded([("id", world.share("Zephyrine link").await.0.to_string())]),
        ("/api/sign-in", _) => {
            unrecorded([("email", PASSWORD.0.to_owned()), ("password", PASSWORD.1.to_owned())])
        }
        ("/api/invitations/accept", _) => Form {
            // A member who accepts one for a lower role stays as it is.
            trace: Trace::Maybe,
            ..unrecorded([
                ("token", world.new_invitation().await),
                ("name", "Nora".to_owned()),
                ("email", format!("nora.{}@example.org", world.number())),
                ("password", "four quiet herons at dusk".to_owned()),
            ])
        },
        ("/api/account/rename", _) => unrecorded([("name", "Renamed".to_owned())]),
        ("/api/account/password", _) => unrecorded([("new", "four quiet herons at dusk".to_owned())]),
        ("/api/account/sessions/end", "one’s own") => {
            unrecorded([("session", other_session(world, person).await.to_string())])
        }
        ("/api/account/sessions/end", "somebody else’s") => {
            unrecorded([("session", world.new_member().await.session.to_string())])
        }
        ("/api/account/switch", _) => unrecorded([("workspace", world.ada.scope.workspace.to_string())]),
        // The entry stands in the log of the new workspace.
        ("/api/workspaces/found", _) => unrecorded([("name", "Founded".to_owned())]),
        ("/api/workspaces/leave", _) => recorded([]),
        ("/api/workspaces/rename", _) => recorded([("name", format!("Workspace {}", world.number()))]),
        ("/api/workspaces/rule", _) => recorded([
            ("approvals", "1".to_owned()),
            // Another one than before, or nothing would change.
            ("due_days", (1 + world.number() % 90).to_string()),
            ("author_may_approve", "true".to_owned()),
        ]),
        ("/api/workspaces/prices", _) => recorded([("document", price_book(world))]),
        ("/api/tokens/create", "one that reads") => recorded([name("Reads"), ("days", "7".to_owned())]),
        ("/api/tokens/create", "one that writes") => {
            recorded([name("Writes"), ("days", "7".to_owned()), ("may_write", "true".to_owned())])
        }
        ("/api/tokens/revoke", "one’s own") => {
            recorded([("token", token(world, person).await.to_string())])
        }
        ("/api/tokens/revoke", "somebody else’s") => {
            recorded([("token", token(world, &world.new_member().await).await.to_string())])
        }
        (path, case) => panic!("say in requests.rs what to send to the function {path} ({case})"),
    }
}

async fn use_case_form(world: &World, rest: &str) -> Form {
    if rest == "open" {
        return unrecorded([("id", world.use_case.to_string())]);
    }
    let id = world.new_use_case().await;
    match rest {
        "duplicate" | "archive" => recorded([("id", id.to_string())]),
        "restore" => {
            world.site.store.archive_use_case(world.ada.scope, id).await.unwrap();
            recorded([("id", id.to_string())])
        }
        "revise" => recorded([
            ("use_case", id.to_string()),
            ("revision", "1".to_owned()),
            ("draft[name]", "Revised".to_owned()),
        ]),
        other => panic!("say in requests.rs what to send to the function /api/use-cases/{other}"),
    }
}

async fn portfolio_form(world: &World, rest: &str) -> Form {
    match rest {
        "list" => return unrecorded([]),
        "open" => return unrecorded([("id", world.portfolio.to_string())]),
        "create" => return recorded([("name", format!("Made {}", world.number()))]),
        _ => {}
    }
    let id = world.new_portfolio().await;
    match rest {
        "rename" => {
            recorded([("portfolio", id.to_string()), ("name", format!("Renamed {}", world.number()))])
        }
        "archive" => recorded([("portfolio", id.to_string())]),
        "restore" => {
            world.site.store.archive_portfolio(world.ada.scope, id).await.unwrap();
            recorded([("portfolio", id.to_string())])
        }
        other => panic!("say in requests.rs what to send to the function /api/portfolios/{other}"),
    }
}

async fn member_form(world: &World, rest: &str) -> Form {
    let member = async || world.new_member().await.account.to_string();
    match rest {
        "invite" => recorded([("role", "viewer".to_owned())]),
        "withdraw-invitation" => recorded([("invitation", world.new_open_invitation().await.to_string())]),
        "role" => recorded([("account", member().await), ("role", "reviewer".to_owned())]),
        "remove" => recorded([("account", member().await)]),
        other => panic!("say in requests.rs what to send to the function /api/members/{other}"),
    }
}

async fn comment_form(world: &World, rest: &str, case: &str, person: &Person) -> Form {
    let author = if case == "one’s own" { person } else { &world.ada };
    match rest {
        "write" => recorded([("use_case", world.use_case.to_string()), ("body", "As agreed".to_owned())]),
        "edit" => recorded([
            ("use_case", world.use_case.to_string()),
            ("comment", world.new_comment(author).await.to_string()),
            ("body", "As agreed on Monday".to_owned()),
        ]),
        "withdraw" => recorded([
            ("use_case", world.use_case.to_string()),
            ("comment", world.new_comment(author).await.to_string()),
        ]),
        other => panic!("say in requests.rs what to send to the function /api/comments/{other}"),
    }
}

/// Prices that no workspace has yet.
fn price_book(world: &World) -> String {
    let mut book = serde_json::to_value(domain::evidence::price_book().unwrap()).unwrap();
    book["version"] = format!("test-{}", world.number()).into();
    book.to_string()
}

fn name(name: &str) -> (&'static str, String) {
    ("name", name.to_owned())
}

/// A second session of somebody.
async fn other_session(world: &World, person: &Person) -> SessionId {
    sign_in(&world.site.store, person.account, person.scope.workspace).await.session
}

/// A new API token of somebody.
async fn token(world: &World, person: &Person) -> ApiTokenId {
    world.site.store.create_api_token(person.scope, "Spare", false, tomorrow()).await.unwrap().id
}

/// A request to the API.
struct Operation {
    path: String,
    /// Revision that is replaced.
    if_match: Option<&'static str>,
    body: &'static str,
    trace: Trace,
}

async fn operation(world: &World, method: &str, path: &str) -> Operation {
    let reads = |path: String| Operation { path, if_match: None, body: "", trace: Trace::Nothing };
    let writes = |path: String| Operation { path, if_match: None, body: "{}", trace: Trace::Entry };
    match (method, path) {
        ("POST", "/api/v1/decisions") => Operation { body: "{}", ..reads(path.to_owned()) },
        ("GET", "/api/v1/scenarios/{token}") => reads(path.replace("{token}", &world.link)),
        ("GET", "/api/v1/portfolios/{id}/use-cases") => {
            reads(path.replace("{id}", &world.portfolio.to_string()))
        }
        ("POST", "/api/v1/portfolios/{id}/use-cases") => {
            writes(path.replace("{id}", &world.portfolio.to_string()))
        }
        ("GET", "/api/v1/use-cases/{id}") => reads(path.replace("{id}", &world.use_case.to_string())),
        ("PUT", "/api/v1/use-cases/{id}") => {
            let path = path.replace("{id}", &world.new_use_case().await.to_string());
            Operation { if_match: Some("\"1\""), ..writes(path) }
        }
        ("GET", fixed) if !fixed.contains('{') => reads(fixed.to_owned()),
        (method, path) => panic!("say in requests.rs what to send to {method} {path}"),
    }
}

/// Fields as a form sends them.
fn encoded(fields: &[(&'static str, String)]) -> String {
    let encode = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pair = |(name, value): &(&str, String)| format!("{}={}", encode(name), encode(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}
