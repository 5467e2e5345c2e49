//! How the untouched model sorts: by the class whose name it finds most alike.
//!
//! A model that was trained to go on with a text has no place where a text as a whole is. But asked to put it into one
//! word, its state before that word is a fair summary (Jiang et al. 2023, “Scaling Sentence Embeddings with Large
//! Language Models”). Messages and names of classes are summarised so, and compared by the cosine of their difference
//! from the mean of all names, because states of any two texts have most of their length in common.

use super::{Document, LONGEST};
use crate::adapter::ClassHead;
use crate::tokenizer::Tokenizer;

/// What stands before a text that is to be summarised.
const BEFORE: &str = "This sentence: \"";

/// What stands after it.
const AFTER: &str = "\" means in one word:\"";

/// The names of some classes, as the model sees them.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// Hands out states as they are.
    head: ClassHead,
    /// The mean of all names.
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

    /// What is to be read of the name of a class; `None` where it is empty.
    pub fn name(tokenizer: &Tokenizer, label: &str) -> Option<Document> {
        Self::document(tokenizer, &label.replace('_', " "))
    }

    /// What is to be read of a message; `None` where it is empty.
    pub fn document(tokenizer: &Tokenizer, text: &str) -> Option<Document> {
        let inner = Document::of(tokenizer, text)?;
        let begin = tokenizer.begin();
        let skipped = usize::from(begin.is_some());
        let mut tokens: Vec<u32> = begin.into_iter().collect();
        tokens.extend(tokenizer.encode(BEFORE));
        let after = tokenizer.encode(AFTER);
        let room = LONGEST - tokens.len() - after.len();
        let text = &inner.tokens[skipped..];
        let is_cut = inner.is_cut || text.len() > room;
        tokens.extend(&text[..text.len().min(room)]);
        tokens.extend(after);
        Some(Document { tokens, is_cut })
    }

    /// From the states of the names; at least one, all of the same width.
    pub fn new(states: &[Vec<f32>]) -> Self {
        let width = states.first().map_or(0, Vec::len);
        #[allow(clippy::cast_precision_loss)] // Classes are a few hundred.
        let share = 1.0 / states.len().max(1) as f32;
        let mut mean = vec![0.0; width];
        for state in states {
            for (mean, number) in mean.iter_mut().zip(state) {
                *mean += share * number;
            }
        }
        let names = states.iter().map(|state| direction(state, &mean)).collect();
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
