//! Sorts messages into classes, many at once, and says how sure each answer is.
//!
//! ```text
//! texts ─ Scorer::document ─▶ tokens ─ Engine::classify ─▶ logits ─ Scorer::scores ─▶ verdicts
//! ```

mod nearest;
#[cfg(test)]
mod tests;

pub use nearest::Nearest;

use crate::adapter::ClassHead;
use crate::backend::Stop;
use crate::engine::{Engine, Workshop, now_ms};
use crate::error::Error;
use crate::tokenizer::Tokenizer;
use slm_messages::{Answer, Batch, Classified, Classify, Ended, Hardware, Scored, TOP, Verdict};

/// Tokens of a message that are read; of longer ones only the beginning. Adapters are trained with the same number.
pub const LONGEST: usize = 128;

/// Bytes of a message that are looked at: far more than [`LONGEST`] tokens of any text, far less than what somebody
/// may have pasted.
const LONGEST_BYTES: usize = 32 * LONGEST;

/// Tokens that the CPU reads at once: its products gain nothing from more, and whoever waits sees progress.
const CPU_TOKENS: u32 = 128;

/// Tokens that the GPU reads at once: eight batches of its matrix products for each time that results are fetched,
/// which costs a browser a few milliseconds.
const GPU_TOKENS: u32 = 1_024;

/// How documents are scored.
#[derive(Debug, Clone, Copy)]
pub enum Scorer<'a> {
    /// By the head of an adapter, which must stand beside the weights. Scores are probabilities.
    Head(&'a ClassHead),
    /// By the nearest name of a class. Scores are cosines.
    Nearest(&'a Nearest),
}

/// The tokens of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// At most [`LONGEST`] of the message, and what is put around it.
    pub tokens: Vec<u32>,
    /// Whether the message was longer.
    pub is_cut: bool,
}

impl Document {
    /// The beginning of a text; `None` where there is nothing to read.
    pub fn of(tokenizer: &Tokenizer, text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let seen = &text[..text.floor_char_boundary(LONGEST_BYTES)];
        let mut tokens: Vec<u32> = tokenizer.begin().into_iter().collect();
        tokens.extend(tokenizer.encode(seen));
        let is_cut = seen.len() < text.len() || tokens.len() > LONGEST;
        tokens.truncate(LONGEST);
        Some(Self { tokens, is_cut })
    }
}

impl Scorer<'_> {
    /// What is read of a message; `None` where there is nothing to read.
    pub fn document(&self, tokenizer: &Tokenizer, text: &str) -> Option<Document> {
        match self {
            Self::Head(_) => Document::of(tokenizer, text),
            Self::Nearest(_) => Nearest::document(tokenizer, text),
        }
    }

    fn head(&self) -> &ClassHead {
        match self {
            Self::Head(head) => head,
            Self::Nearest(nearest) => nearest.head(),
        }
    }

    fn scores(&self, found: &[f32]) -> Vec<f64> {
        match self {
            Self::Head(_) => probabilities(found),
            Self::Nearest(nearest) => nearest.cosines(found),
        }
    }
}

/// How a run went, as far as it got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// [`Ended::Complete`] or [`Ended::Stopped`].
    pub ended: Ended,
    /// Messages done.
    pub done: u32,
    /// Tokens read for them.
    pub tokens: u64,
    /// How long it took, in milliseconds.
    pub total_ms: f64,
}

/// Sorts messages and hands out their answers as they come, in order. Stopping is an end like any other. `document`
/// is what becomes of a message before it is read, usually [`Scorer::document`].
///
/// # Errors
/// What the CPU fails with; what was handed out stays true.
pub async fn run<W: Workshop>(
    engine: &mut Engine<W>,
    scorer: Scorer<'_>,
    document: &dyn Fn(&str) -> Option<Document>,
    ask: &Classify,
    stop: &Stop,
    tell: &mut dyn FnMut(Classified),
) -> Result<Done, Error> {
    let start = now_ms();
    let of = count(ask.texts.len());
    let mut run = Done { ended: Ended::Complete, done: 0, tokens: 0, total_ms: 0.0 };
    let mut rest = ask.texts.iter().map(|message| (message.id, document(&message.text))).peekable();
    while rest.peek().is_some() {
        let budget = budget(ask.batch, engine.choice().backend);
        let mut together: Vec<(u32, Option<Document>)> = Vec::new();
        let mut filled = 0;
        while let Some((id, document)) = rest.next_if(|(_, document)| {
            let more = document.as_ref().map_or(0, |document| document.tokens.len());
            together.is_empty() || filled + more <= budget
        }) {
            filled += document.as_ref().map_or(0, |document| document.tokens.len());
            together.push((id, document));
        }
        let answers = match pack(engine, scorer, together, stop).await {
            Ok(answers) => answers,
            Err(Error::Stopped) => {
                run.ended = Ended::Stopped;
                break;
            }
            Err(error) => return Err(error),
        };
        run.done += count(answers.len());
        run.tokens += answers.iter().map(|answer| u64::from(answer.tokens)).sum::<u64>();
        let elapsed_ms = now_ms() - start;
        tell(Classified {
            run: ask.run,
            backend: engine.choice().backend,
            answers,
            done: run.done,
            of,
            elapsed_ms,
        });
    }
    run.total_ms = now_ms() - start;
    Ok(run)
}

/// Most tokens that are read at once.
fn budget(batch: Batch, hardware: Hardware) -> usize {
    let tokens = match (batch, hardware) {
        (Batch::Single, _) => 0,
        (Batch::Tokens { most }, _) => most,
        (Batch::Packed, Hardware::Cpu) => CPU_TOKENS,
        (Batch::Packed, Hardware::Gpu) => GPU_TOKENS,
    };
    tokens as usize
}

/// Messages that are read at once.
async fn pack<W: Workshop>(
    engine: &mut Engine<W>,
    scorer: Scorer<'_>,
    together: Vec<(u32, Option<Document>)>,
    stop: &Stop,
) -> Result<Vec<Answer>, Error> {
    stop.check()?;
    let start = now_ms();
    let mut documents = Vec::new();
    let mut asked = Vec::new();
    for (id, document) in together {
        let facts = document.as_ref().map(|document| (document.tokens.len(), document.is_cut));
        documents.extend(document.map(|document| document.tokens));
        asked.push((id, facts));
    }
    let found = match documents.is_empty() {
        true => Vec::new(),
        false => engine.classify(&documents, scorer.head(), stop).await?,
    };
    let (ms, together) = (now_ms() - start, count(documents.len()));
    let mut found = found.into_iter();
    let answers = asked.into_iter().map(|(id, facts)| match facts {
        Some((tokens, is_cut)) => {
            let verdict = found.next().map(|found| verdict(&scorer.scores(&found)));
            Answer { id, verdict, tokens: count(tokens), is_cut, ms, together }
        }
        None => Answer { id, verdict: None, tokens: 0, is_cut: false, ms: 0.0, together: 0 },
    });
    Ok(answers.collect())
}

/// The shares of e to the power of each, which are all finite.
pub fn probabilities(logits: &[f32]) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> =
        logits.iter().map(|logit| (f64::from(*logit) - f64::from(highest)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The best classes; of equals the ones that come first.
pub fn verdict(scores: &[f64]) -> Verdict {
    let mut top: Vec<Scored> = Vec::with_capacity(TOP + 1);
    for (label, score) in (0..).zip(scores.iter().copied()) {
        let place = top.partition_point(|better| better.score >= score);
        if place < TOP {
            top.insert(place, Scored { label, score });
            top.truncate(TOP);
        }
    }
    let margin = match top[..] {
        [best, second, ..] => best.score - second.score,
        // Nobody comes second.
        [..] => 0.0,
    };
    Verdict { top, margin }
}

/// Messages and their tokens are far fewer than 2³².
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
