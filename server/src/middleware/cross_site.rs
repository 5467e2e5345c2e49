//! Refuses changes that another site asks for in a visitor's name. A server on `localhost` needs
//! this as much as a public one: any page in the same browser can post to it.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, Method, StatusCode, header};

use crate::refusal::{Asker, Refusal};

/// Set by all current browsers and by nothing a page can influence; programs leave it out.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const FOREIGN: Refusal = Refusal {
    status: StatusCode::FORBIDDEN,
    kind: "cross-site",
    title: "Another site sent this",
    detail: "Another web site tried to change something here, so nothing was done. \
             Open Parsimony itself to make the change.",
    retry_after: None,
};

pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(&request) {
        return Asker::of(&request).refuse(&FOREIGN);
    }
    next.run(request).await
}

/// Whether a browser says that a page of another origin sent this. Cookies are `SameSite=Lax`, which keeps them
/// from other sites; this also keeps out other origins of our own site, such as another port or subdomain.
fn is_foreign(request: &Request) -> bool {
    if request.headers().get(FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site") {
        return true;
    }
    let Some(origin) = request.headers().get(header::ORIGIN) else { return false };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    // "null" is a sandboxed or anonymous page, never one of ours.
    let sender = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, sender)| sender);
    sender.is_none() || sender != host
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn foreign(headers: &[(&'static str, &str)]) -> bool {
        let mut request = Request::new(Body::empty());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        is_foreign(&request)
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_things() {
        let host = ("host", "parsimony.example:3000");
        assert!(!foreign(&[host]), "a program");
        assert!(!foreign(&[host, ("origin", "http://parsimony.example:3000")]));
        assert!(!foreign(&[
            host,
            ("origin", "https://parsimony.example:3000"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(foreign(&[host, ("origin", "http://parsimony.example:3001")]), "another port");
        assert!(foreign(&[host, ("origin", "http://evil.example")]));
        assert!(foreign(&[host, ("origin", "null")]));
        assert!(foreign(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[host, ("sec-fetch-site", "same-site")]));
    }
}
