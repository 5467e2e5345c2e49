//! The worker, as the page sees it.

use slm_messages::{Ask, Report};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};

/// What comes from the worker.
pub(crate) enum Heard {
    /// A report.
    Report(Report),
    /// It died: the browser's own words.
    Died(String),
}

/// A running worker; ended when dropped.
pub(crate) struct Worker {
    worker: web_sys::Worker,
    // Called by the browser for as long as the worker lives.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Worker {
    /// Starts the script at this address; `hear` is told of everything that comes from it.
    ///
    /// # Errors
    /// Browsers without workers that are modules.
    pub(crate) fn start(script: &str, hear: impl Fn(Heard) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(script, &options)
            .map_err(|_| "This browser cannot start the worker that runs the model.".to_owned())?;
        let heard = hear.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let report = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            heard(report.map_or_else(|| Heard::Died("It said something unknown.".to_owned()), Heard::Report));
        });
        let error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            hear(Heard::Died(event.message()));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Self { worker, _message: message, _error: error })
    }

    /// Asks for something.
    pub(crate) fn ask(&self, ask: &Ask) {
        // Asks have nothing in them that JSON could not say, and text can always be posted.
        if let Ok(text) = serde_json::to_string(ask) {
            let _ = self.worker.post_message(&text.into());
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
