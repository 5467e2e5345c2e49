//! The description of the API, generated from the handlers and the types they use.

use std::sync::OnceLock;

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::header;
use utoipa::{
    OpenApi,
    openapi::{
        RefOr, Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    audit, decisions, examples, failure, measurements, media_type, portfolios, price_book, race, scenarios,
    use_cases,
};
use crate::{
    error::with_causes,
    health,
    problem::{FieldProblem, Problem},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parsimony",
        description = "Decides, use case by use case, between a small language model of one's own, an LLM API \
                       and the options between, and shows its work. Money is in US dollars, volumes are \
                       requests a month. Whatever belongs to a workspace takes an API token; \
                       the rest is open to anybody. Errors are problem details (RFC 9457)."
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "decisions", description = "Decide a use case."),
        (name = "prices", description = "What decisions are made with."),
        (name = "scenarios", description = "Decisions frozen behind a link."),
        (name = "use cases", description = "What a workspace keeps: portfolios and the use cases in them."),
        (name = "race", description = "Have the LLM endpoint of whoever runs the server answer a prompt."),
        (name = "audit", description = "Who changed what in a workspace."),
        (name = "operation", description = "For whoever runs the server.")
    ),
    paths(
        decisions::decide,
        price_book::current,
        scenarios::open,
        portfolios::list,
        use_cases::list,
        use_cases::create,
        use_cases::read,
        use_cases::replace,
        measurements::list,
        measurements::attach,
        race::terms,
        race::race,
        audit::export,
        audit::verify,
        document,
        health::healthz,
        health::readyz
    ),
    components(schemas(FieldProblem))
)]
struct Description;

/// Schemas whose members may be absent; those of all others are always there, `null` where unknown.
const WITH_OPTIONAL_MEMBERS: [&str; 4] = ["UseCase", "Problem", "FieldProblem", "RacePrompt"];

/// Describe the API
///
/// This document.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "describe",
    tag = "operation",
    responses((
        status = 200,
        description = "An OpenAPI 3.1 document.",
        body = Object,
        content_type = "application/json"
    ))
)]
pub(super) async fn document() -> Result<Response, Problem> {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = match DOCUMENT.get() {
        Some(document) => document.clone(),
        None => {
            let made = write().map_err(|error| {
                tracing::error!("The description of the API cannot be written: {}", with_causes(&*error));
                failure::internal()
            })?;
            DOCUMENT.get_or_init(|| made).clone()
        }
    };
    let headers = [(header::CONTENT_TYPE, media_type::JSON), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, document).into_response())
}

fn write() -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let mut description = Description::openapi();
    require_members(&mut description);
    if let Some(components) = &mut description.components {
        components.add_security_scheme("api_token", api_token());
    }
    examples::add(&mut description)?;
    // Descriptions come from doc comments, whose links lead nowhere outside the code.
    Ok(description.to_json()?.replace("[`", "`").replace("`]", "`").into())
}

/// How a program says who it is.
fn api_token() -> SecurityScheme {
    let about = "A token made under Settings, API tokens, such as `parsimony_…`. It opens one workspace in the \
                 name of its account and can never do more than that account's role allows.";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about));
    SecurityScheme::Http(bearer.build())
}

/// Says that members are always there. By deriving, those that may be `null` would count as optional.
fn require_members(description: &mut utoipa::openapi::OpenApi) {
    let schemas = description.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (_, schema) in schemas.filter(|(name, _)| !WITH_OPTIONAL_MEMBERS.contains(&name.as_str())) {
        require_all(schema);
    }
}

fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::OneOf(forms)) => forms.items.iter_mut().for_each(require_all),
        _ => {}
    }
}
