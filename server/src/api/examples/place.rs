//! Where examples stand in the document.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::{
    Content, OpenApi, RefOr,
    example::{Example, ExampleBuilder},
};

use super::Failure;
use crate::{
    api::media_type,
    problem::{PROBLEM_JSON, Problem},
};

/// Methods that the API has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method {
    Get,
    Post,
    Put,
}

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation(pub(super) Method, pub(super) &'static str);

impl Operation {
    /// Shows a request and what it is answered with.
    ///
    /// # Errors
    /// When the document has no place for either.
    pub(super) fn show(
        self,
        document: &mut OpenApi,
        [name, summary, status]: [&str; 3],
        sent: &impl Serialize,
        answered: &impl Serialize,
    ) -> Result<(), Failure> {
        self.request(document)?.insert(name.to_owned(), example(summary, "", sent)?);
        self.answer(document, [name, summary, status], answered)
    }

    /// Shows an answer.
    ///
    /// # Errors
    /// When the document has no place for it.
    pub(super) fn answer(
        self,
        document: &mut OpenApi,
        [name, summary, status]: [&str; 3],
        answered: &impl Serialize,
    ) -> Result<(), Failure> {
        let place = self.response(document, status, media_type::JSON)?;
        place.insert(name.to_owned(), example(summary, "", answered)?);
        Ok(())
    }

    /// Shows a refusal, with a description where its name does not say what led to it.
    ///
    /// # Errors
    /// When the document has no place for it.
    pub(super) fn refusal(
        self,
        document: &mut OpenApi,
        [name, summary, description]: [&str; 3],
        problem: &Problem,
    ) -> Result<(), Failure> {
        let place = self.response(document, &problem.status.to_string(), PROBLEM_JSON)?;
        place.insert(name.to_owned(), example(summary, description, problem)?);
        Ok(())
    }

    fn request(self, document: &mut OpenApi) -> Result<&mut Examples, Failure> {
        let body = self.find(document).and_then(|operation| operation.request_body.as_mut());
        let content = body.and_then(|body| body.content.get_mut(media_type::JSON));
        self.examples_of(content, "request")
    }

    fn response<'a>(
        self,
        document: &'a mut OpenApi,
        status: &str,
        media_type: &str,
    ) -> Result<&'a mut Examples, Failure> {
        let operation = self.find(document);
        let response = operation.and_then(|operation| operation.responses.responses.get_mut(status));
        let content = match response {
            Some(RefOr::T(response)) => response.content.get_mut(media_type),
            _ => None,
        };
        self.examples_of(content, status)
    }

    fn find(self, document: &mut OpenApi) -> Option<&mut utoipa::openapi::path::Operation> {
        let Self(method, path) = self;
        let item = document.paths.paths.get_mut(path)?;
        match method {
            Method::Get => item.get.as_mut(),
            Method::Post => item.post.as_mut(),
            Method::Put => item.put.as_mut(),
        }
    }

    fn examples_of<'a>(
        self,
        content: Option<&'a mut Content>,
        place: &str,
    ) -> Result<&'a mut Examples, Failure> {
        let content = content.ok_or_else(|| format!("{self:?} has no place for an example ({place})"))?;
        Ok(&mut content.examples)
    }
}

type Examples = BTreeMap<String, RefOr<Example>>;

fn example(summary: &str, description: &str, value: &impl Serialize) -> Result<RefOr<Example>, Failure> {
    let example = ExampleBuilder::new().summary(summary).description(description);
    Ok(example.value(Some(serde_json::to_value(value)?)).build().into())
}
