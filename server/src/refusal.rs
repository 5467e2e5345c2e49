//! One refusal in the shape the asker can read: a plain HTML page for people, problem details for
//! programs. Used where the application itself cannot answer: the database is away, the request is
//! too large or too slow, a handler panicked.

use axum::{
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{middleware::request_id::RequestId, problem::Problem};

/// The page holds no script and nothing a visitor typed; only its own style is let in.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// What is needed of a request to refuse it later, after a handler has consumed it.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    wants_problem: bool,
    is_safe: bool,
    request_id: Option<String>,
}

impl Asker {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            wants_problem: wants_problem(request.uri().path(), request.headers()),
            is_safe: matches!(*request.method(), Method::GET | Method::HEAD),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        }
    }

    /// Refuses with these words. They go into the page as they are, so they are always our own.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> Response {
        if self.wants_problem {
            let problem = refusal.problem();
            return match &self.request_id {
                Some(id) => problem.named(id).into_response(),
                None => problem.into_response(),
            };
        }
        let mut response = (refusal.status, Html(self.page(refusal))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = refusal.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn page(&self, refusal: &Refusal) -> String {
        let Refusal { title, detail, .. } = refusal;
        // Reading again is harmless, sending a form again is not: only pages that were read
        // reload by themselves.
        let refresh = match refusal.retry_after {
            Some(seconds) if self.is_safe => format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"),
            _ => String::new(),
        };
        let form_hint = if self.is_safe {
            ""
        } else {
            "<p>Nothing was saved. Your browser still has what you typed: go back one page and send it \
             again.</p>"
        };
        let reference = self
            .request_id
            .as_ref()
            .map(|id| format!("<p><small>Reference {id}</small></p>"))
            .unwrap_or_default();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{refresh}\
             <title>{title} · Parsimony</title>\n<style>{PAGE_STYLE}</style>\n</head>\n\
             <body>\n<main>\n<p>Parsimony</p>\n<h1>{title}</h1>\n<p>{detail}</p>\n{form_hint}{reference}\n\
             </main>\n</body>\n</html>\n"
        )
    }
}

const PAGE_STYLE: &str = ":root{color-scheme:light dark}\
    body{margin:0;font:1rem/1.5 'Inter Variable',Inter,system-ui,sans-serif}\
    main{max-width:36rem;margin:0 auto;padding:15vh 1.5rem}\
    h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0 1rem}";

/// The words of one refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// Name of the kind of problem, in lower case with hyphens.
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: &'static str,
    /// Seconds after which to try again.
    pub(crate) retry_after: Option<u32>,
}

impl Refusal {
    /// The same for programs.
    pub(crate) fn problem(&self) -> Problem {
        Problem {
            retry_after: self.retry_after,
            ..Problem::of_kind(self.status, self.kind, self.title, self.detail)
        }
    }
}

/// Whether the asker is a program that reads problem details rather than a person's browser.
/// The JSON API always is; anything else says so in `Accept`.
pub(crate) fn wants_problem(path: &str, headers: &HeaderMap) -> bool {
    if path == "/api/v1" || path.starts_with("/api/v1/") || path == "/readyz" {
        return true;
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !accept.contains("text/html") && accept.contains("json")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const REFUSAL: Refusal = Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        kind: "database-unavailable",
        title: "Away",
        detail: "Back soon.",
        retry_after: Some(5),
    };

    fn asker(method: &str, path: &str, accept: &str) -> Asker {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("accept", accept)
            .body(Body::empty())
            .unwrap();
        Asker::of(&request)
    }

    #[test]
    fn programs_get_problem_details_and_people_get_a_page() {
        assert!(asker("GET", "/api/v1/price-book", "*/*").wants_problem);
        assert!(asker("POST", "/api/assess123", "application/json").wants_problem);
        assert!(!asker("POST", "/api/assess123", "text/html,application/xhtml+xml,*/*").wants_problem);
        assert!(!asker("GET", "/", "*/*").wants_problem);
    }

    #[test]
    fn only_pages_that_were_read_reload_by_themselves() {
        let read = asker("GET", "/", "text/html").page(&REFUSAL);
        assert!(read.contains("http-equiv=\"refresh\"") && !read.contains("go back"), "{read}");
        let sent = asker("POST", "/api/save", "text/html").page(&REFUSAL);
        assert!(!sent.contains("http-equiv=\"refresh\"") && sent.contains("go back"), "{sent}");
    }
}
