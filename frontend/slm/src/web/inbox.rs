//! What the page asks for, in order; except for what must be heard at once.

use super::js;
use crate::backend::Stop;
use futures_channel::mpsc::{self, UnboundedReceiver};
use slm_messages::Ask;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, MessageEvent};

/// What ends the work under way.
#[derive(Default)]
struct Ending {
    stop: RefCell<Stop>,
    fetching: RefCell<Option<AbortController>>,
    paused: Cell<bool>,
}

/// The line of what is asked.
pub(super) struct Inbox {
    line: UnboundedReceiver<Ask>,
    ending: Rc<Ending>,
}

impl Inbox {
    /// Listens to the page from now on, for as long as the worker lives.
    pub(super) fn open() -> Self {
        let (sender, line) = mpsc::unbounded();
        let ending = Rc::new(Ending::default());
        let heard = Rc::clone(&ending);
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(ask) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) else {
                // Only our own page speaks to this worker, and it speaks in these messages.
                return js::warn("A message that is none was ignored.");
            };
            match ask {
                Ask::Stop => heard.stop.borrow().stop(),
                Ask::Pause => heard.pause(),
                ask => {
                    // Nobody listens any more only when the worker ends.
                    let _ = sender.unbounded_send(ask);
                }
            }
        });
        js::scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
        listen.forget();
        Self { line, ending }
    }

    /// The next thing that is asked.
    pub(super) async fn next(&mut self) -> Ask {
        match self.line.recv().await {
            Ok(ask) => ask,
            // The other end lives in the listener, which is never dropped.
            Err(_) => std::future::pending().await,
        }
    }

    /// What ends the work that begins now.
    pub(super) fn stop(&self) -> Stop {
        let stop = Stop::default();
        self.ending.stop.replace(stop.clone());
        stop
    }

    /// What ends the fetching that begins now.
    ///
    /// # Errors
    /// The browser's, without a way to abort.
    pub(super) fn fetching(&self) -> Result<AbortController, JsValue> {
        let controller = AbortController::new()?;
        self.ending.paused.set(false);
        self.ending.fetching.replace(Some(controller.clone()));
        Ok(controller)
    }

    /// Whether somebody wants the fetching to pause.
    pub(super) fn is_paused(&self) -> bool {
        self.ending.paused.get()
    }
}

impl Ending {
    /// Ends the fetching. If the model has arrived meanwhile, ends starting it.
    fn pause(&self) {
        self.paused.set(true);
        self.stop.borrow().stop();
        if let Some(controller) = self.fetching.borrow_mut().take() {
            controller.abort();
        }
    }
}
