//! The part of a session that sorts messages: the adapter that was loaded last, and the names of classes as the
//! untouched model sees them.

use super::post::post;
use super::session::Session;
use crate::adapter::{Adapter, AdapterFile, ClassHead};
use crate::backend::{Backend, Stop};
use crate::classify::{self, Done, Nearest, Scorer};
use crate::engine::now_ms;
use crate::error::Error;
use slm_messages::{AdapterAddress, AdapterFacts, Classified, Classify, ClassifyEnd, Ended, Report, Way};
use std::rc::Rc;

/// A token to answer once with: any will do.
const ANY_TOKEN: u32 = 1;

/// What is held for sorting.
#[derive(Default)]
pub(super) struct Sorting {
    loaded: Option<Loaded>,
    /// The names of classes that were asked for last.
    names: Option<(Vec<String>, Nearest)>,
}

/// An adapter that was read, whether it stands beside the weights or not.
pub(super) struct Loaded {
    pub(super) facts: AdapterFacts,
    adapter: Rc<Adapter>,
    head: ClassHead,
}

impl Sorting {
    /// The adapter that was loaded last.
    pub(super) fn loaded(&self) -> Option<&Loaded> {
        self.loaded.as_ref()
    }
}

impl Session {
    /// Reads the file of an adapter for this model.
    ///
    /// # Errors
    /// Why it is refused.
    pub(super) fn read_adapter(&self, address: &AdapterAddress, bytes: &[u8]) -> Result<Loaded, Error> {
        let read = AdapterFile::read(bytes, self.engine.backend().config(), &self.sha256)?;
        let facts = AdapterFacts {
            address: address.clone(),
            name: read.name,
            labels: read.head.labels.clone(),
            // At most 256.
            rank: u32::try_from(read.adapter.rank).unwrap_or(u32::MAX),
            bytes: bytes.len() as u64,
            licence: read.licence,
            attribution: read.attribution,
        };
        Ok(Loaded { facts, adapter: Rc::new(read.adapter), head: read.head })
    }

    /// Puts an adapter beside the weights: a new one, or without one that which was loaded last. Returns the
    /// milliseconds that took.
    ///
    /// # Errors
    /// As [`crate::Engine::adapt`]; [`Error::Adapter`] when none was ever loaded.
    pub(super) async fn put_on(&mut self, new: Option<Loaded>) -> Result<f64, Error> {
        let found = new.as_ref().or(self.sorting.loaded.as_ref());
        let adapter = found.map(|loaded| Rc::clone(&loaded.adapter));
        let adapter = adapter.ok_or_else(|| Error::Adapter("none was loaded".to_owned()))?;
        let ms = self.swap(Some(adapter)).await?;
        if new.is_some() {
            self.sorting.loaded = new;
        }
        Ok(ms)
    }

    /// Takes away what stands beside the weights. Returns the milliseconds that took.
    ///
    /// # Errors
    /// What the CPU fails with.
    pub(super) async fn take_off(&mut self) -> Result<f64, Error> {
        self.swap(None).await
    }

    /// Until the model has answered once: the GPU puts its work together at the first run.
    async fn swap(&mut self, adapter: Option<Rc<Adapter>>) -> Result<f64, Error> {
        let before = self.choice().clone();
        let start = now_ms();
        // Nobody waits long enough for this to stop it.
        let stop = Stop::default();
        let changes = self.engine.adapt(adapter.as_ref(), &stop).await?;
        if changes {
            let width = self.engine.backend().config().width;
            let head = ClassHead { labels: vec![String::new()], weight: vec![0.0; width], bias: vec![0.0] };
            self.engine.classify(&[vec![ANY_TOKEN]], &head, &stop).await?;
        }
        let ms = if changes { now_ms() - start } else { 0.0 };
        self.tell_change(&before);
        Ok(ms)
    }

    /// Sorts messages, and tells the page of each that is done. Stopping is an end like any other.
    ///
    /// # Errors
    /// A sentence.
    pub(super) async fn classify(&mut self, ask: &Classify, stop: &Stop) -> Result<(), String> {
        let start = now_ms();
        let prepared = match &ask.by {
            Way::Adapter if self.sorting.loaded.is_none() => {
                return Err("No adapter is loaded yet.".to_owned());
            }
            Way::Adapter => self.put_on(None).await.map(drop),
            Way::Nearest { labels } => self.know(labels, stop).await,
        };
        let prepare_ms = now_ms() - start;
        let before = self.choice().clone();
        let done = match prepared {
            Ok(()) => self.sort(ask, stop).await,
            Err(Error::Stopped) => Ok(Done { ended: Ended::Stopped, done: 0, tokens: 0, total_ms: 0.0 }),
            Err(error) => Err(error),
        };
        self.tell_change(&before);
        let Done { ended, done, tokens, total_ms } = done.map_err(|error| error.to_string())?;
        let (run, backend, memory) = (ask.run, self.choice().backend, self.memory());
        let end = ClassifyEnd { run, backend, ended, done, tokens, prepare_ms, total_ms, memory };
        post(&Report::ClassifyEnded(Box::new(end)));
        Ok(())
    }

    async fn sort(&mut self, ask: &Classify, stop: &Stop) -> Result<Done, Error> {
        let Self { engine, tokenizer, sorting, .. } = self;
        let scorer = match (&ask.by, &sorting.loaded, &sorting.names) {
            (Way::Adapter, Some(loaded), _) => Scorer::Head(&loaded.head),
            (Way::Nearest { .. }, _, Some((_, names))) => Scorer::Nearest(names),
            // Both were made ready before.
            _ => return Err(Error::Stopped),
        };
        let document = |text: &str| scorer.document(tokenizer, text);
        let mut tell = |more: Classified| post(&Report::Classified(more));
        classify::run(engine, scorer, &document, ask, stop, &mut tell).await
    }

    /// Has the untouched model read the names of classes, unless it knows them.
    async fn know(&mut self, labels: &[String], stop: &Stop) -> Result<(), Error> {
        self.take_off().await?;
        if self.sorting.names.as_ref().is_some_and(|(known, _)| known == labels) {
            return Ok(());
        }
        let documents = Nearest::preparation(&self.tokenizer, labels)
            .ok_or_else(|| Error::Unsupported("a class without a name is none".to_owned()))?;
        let head = Nearest::states(self.engine.backend().config().width);
        let states = self.engine.classify(&documents, &head, stop).await?;
        self.sorting.names = Some((labels.to_vec(), Nearest::new(&states)));
        Ok(())
    }
}
