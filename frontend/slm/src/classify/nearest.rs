//! How the untouched model sorts: by the class whose name it finds most alike.
//!
//! A model that was trained to go on with a text has no place where a text as a whole is. But asked to put it into one
//! word, its state before that word is a fair summary (Jiang et al. 2023, “Scaling Sentence Embeddings with Large
//! Language Models”). Messages and names of classes are summarised so, and compared by the cosine of what they differ
//! by from the mean of texts that say nothing in particular, because the states of any two texts have most of their
//! length in common.

use super::Document;
use crate::adapter::ClassHead;
use crate::tokenizer::Tokenizer;

/// What stands before a text that is to be summarised.
const BEFORE: &str = "This sentence: \"";

/// What stands after it.
const AFTER: &str = "\" means in one word:\"";

/// What customers of anybody write. Of no subject, so that what a message differs by is its subject; fixed, so that no
/// answer depends on what else is asked.
const NEUTRAL: [&str; 12] = [
    "Can you help me with this?",
    "I have a question.",
    "It has not arrived yet.",
    "How do I change my address?",
    "Thank you for your help.",
    "It does not work any more.",
    "What are your opening hours?",
    "I would like to cancel.",
    "Why is it so expensive?",
    "Who can I talk to about it?",
    "When will it be ready?",
    "Something went wrong and I do not know what to do.",
];

/// The names of some classes, as the model sees them.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// Hands out states as they are.
    head: ClassHead,
    /// The mean of neutral texts.
    mean: Vec<f32>,
    /// What each name differs by, with a length of 1.
    names: Vec<Vec<f32>>,
}

impl Nearest {
    /// A head that hands out the last state instead of scoring it, for a model of this width.
    pub fn states(width: usize) -> ClassHead {
        let mut weight = vec![0.0; width * width];
        for place in weight.iter_mut().step_by(width + 1) {
            *place = 1.0;
        }
        ClassHead { labels: vec![String::new(); width], weight, bias: vec![0.0; width] }
    }

    /// What is to be read before messages can be: the names of the classes, then some neutral texts; `None` where a class
    /// has no name, or there are no classes.
    pub fn preparation(tokenizer: &Tokenizer, labels: &[String]) -> Option<Vec<Vec<u32>>> {
        let names = labels.iter().map(|label| label.replace('_', " "));
        let texts = names.chain(NEUTRAL.map(str::to_owned));
        let documents = texts.map(|text| Some(Self::document(tokenizer, &text)?.tokens)).collect();
        if labels.is_empty() { None } else { documents }
    }

    /// What is to be read of a message; `None` where it is empty.
    pub fn document(tokenizer: &Tokenizer, text: &str) -> Option<Document> {
        let Document { tokens: inner, is_cut } = Document::of(tokenizer, text)?;
        let begin = tokenizer.begin();
        let skipped = usize::from(begin.is_some());
        let mut tokens: Vec<u32> = begin.into_iter().collect();
        tokens.extend(tokenizer.encode(BEFORE));
        tokens.extend(&inner[skipped..]);
        tokens.extend(tokenizer.encode(AFTER));
        Some(Document { tokens, is_cut })
    }

    /// From the states of what [`Nearest::preparation`] gave.
    pub fn new(states: &[Vec<f32>]) -> Self {
        let (names, neutral) = states.split_at(states.len().saturating_sub(NEUTRAL.len()));
        let width = neutral.first().map_or(0, Vec::len);
        #[allow(clippy::cast_precision_loss)] // A dozen.
        let share = 1.0 / neutral.len().max(1) as f32;
        let mut mean = vec![0.0; width];
        for state in neutral {
            for (mean, number) in mean.iter_mut().zip(state) {
                *mean += share * number;
            }
        }
        let names = names.iter().map(|state| direction(state, &mean)).collect();
        Self { head: Self::states(width), mean, names }
    }

    /// The head to read messages with.
    pub(super) fn head(&self) -> &ClassHead {
        &self.head
    }

    /// How alike a message and each name are, from −1 to 1.
    pub fn cosines(&self, state: &[f32]) -> Vec<f64> {
        let state = direction(state, &self.mean);
        let cosine = |name: &Vec<f32>| name.iter().zip(&state).map(|(one, two)| f64::from(one * two)).sum();
        self.names.iter().map(cosine).map(|cosine: f64| cosine.clamp(-1.0, 1.0)).collect()
    }
}

/// What a state differs by from another, with a length of 1; zeros where it does not.
fn direction(state: &[f32], from: &[f32]) -> Vec<f32> {
    let mut difference: Vec<f32> = state.iter().zip(from).map(|(one, two)| one - two).collect();
    let length = difference.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        difference.iter_mut().for_each(|number| *number /= length);
    }
    difference
}
