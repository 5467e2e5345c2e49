//! Which models the site offers.

use super::js;
use super::kept;
use serde::Deserialize;
use slm_messages::ModelFile;
use wasm_bindgen::JsValue;
use web_sys::Response;

/// Where the site lists them.
const LIST: &str = "/models";

#[derive(Deserialize)]
struct Catalogue {
    models: Vec<ModelFile>,
}

/// The first model of the list. Without a network, what the list said last time.
///
/// # Errors
/// A sentence.
pub(super) async fn first_model() -> Result<Option<ModelFile>, String> {
    let text = match list().await {
        Ok(text) => {
            kept::remember(LIST, &text).await;
            text
        }
        Err(error) => match kept::remembered(LIST).await {
            Some(text) => text,
            None => return Err(format!("The list of models could not be fetched. {}", js::sentence(&error))),
        },
    };
    let catalogue: Catalogue =
        serde_json::from_str(&text).map_err(|_| "The list of models could not be read.".to_owned())?;
    Ok(catalogue.models.into_iter().next())
}

async fn list() -> Result<String, JsValue> {
    let answer: Response = js::settled(js::scope().fetch_with_str(LIST)).await?;
    if !answer.ok() {
        return Err(js_sys::Error::new(&format!("The site answered with {}", answer.status())).into());
    }
    let text = wasm_bindgen_futures::JsFuture::from(answer.text()?).await?;
    text.as_string().ok_or(JsValue::UNDEFINED)
}
