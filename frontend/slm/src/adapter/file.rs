//! Reads adapter files: safetensors with the side paths, the head and what they are.
//!
//! ```text
//! layers.{block}.{query|key|value|output|gate|up|down}.a   [rank, input]
//! layers.{block}.{…}.b                                     [output, rank], rows in the order of the model's file
//! head.weight                                              [labels, width]
//! head.bias                                                [labels]
//! __metadata__   format, name, base_sha256, rank, alpha, labels (JSON), licence, attribution
//! ```

use super::safetensors::Tensors;
use super::{Adapter, AdapterLayer, ClassHead, SidePath};
use crate::config::Config;
use crate::error::Error;
use std::collections::BTreeSet;

/// What such files call their format; another meaning of anything in them gets another number.
const FORMAT: &str = "parsimony-adapter-1";

/// Largest rank. Beyond it a side path is no longer small beside the projection that it goes along.
const LARGEST_RANK: usize = 256;

/// Fewer classes leave nothing to choose.
const FEWEST_LABELS: usize = 2;

/// An adapter with its head, and what its file says of them.
#[derive(Debug, Clone)]
pub struct AdapterFile {
    /// What it is called.
    pub name: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// Whom to name, in the words that they ask for.
    pub attribution: String,
    /// The side paths.
    pub adapter: Adapter,
    /// Scores the classes.
    pub head: ClassHead,
}

impl AdapterFile {
    /// Reads a whole file for the model of this shape, whose own file has this SHA-256 (in hexadecimal).
    ///
    /// # Errors
    /// [`Error::AdapterFile`] for a file that is damaged or none of this kind, [`Error::Adapter`] for one that was
    /// made for another model or says something that cannot be.
    pub fn read(file: &[u8], config: &Config, base_sha256: &str) -> Result<Self, Error> {
        let mut tensors = Tensors::read(file)?;
        match tensors.metadata.get("format").map(String::as_str) {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(Error::AdapterFile(format!("its format is {other}; {FORMAT} can be read")));
            }
            None => return Err(Error::AdapterFile(format!("it does not say that its format is {FORMAT}"))),
        }
        let said = |key: &str| {
            let text = tensors.metadata.get(key).cloned();
            text.ok_or_else(|| Error::AdapterFile(format!("it does not say its {key}")))
        };
        let base = said("base_sha256")?;
        if !base.eq_ignore_ascii_case(base_sha256) {
            return wrong(format!(
                "it was made for the file with the SHA-256 {base}, and this is {base_sha256}"
            ));
        }
        let rank = rank(&said("rank")?)?;
        let scale = scale(&said("alpha")?, rank)?;
        let labels = labels(&said("labels")?)?;
        let (name, licence, attribution) = (said("name")?, said("licence")?, said("attribution")?);
        let head = head(&mut tensors, labels, config.width)?;
        let layers = (0..config.layers)
            .map(|number| layer(&mut tensors, number, rank, config))
            .collect::<Result<_, _>>()?;
        if let Some(unknown) = tensors.rest() {
            return wrong(format!("it has the tensor {unknown}, for which the model has no place"));
        }
        Ok(Self { name, licence, attribution, adapter: Adapter { rank, scale, layers }, head })
    }
}

fn wrong<T>(what: String) -> Result<T, Error> {
    Err(Error::Adapter(what))
}

fn rank(text: &str) -> Result<usize, Error> {
    match text.parse() {
        Ok(rank) if (1..=LARGEST_RANK).contains(&rank) => Ok(rank),
        Ok(rank) => wrong(format!("its rank is {rank}, and 1 to {LARGEST_RANK} can be")),
        Err(_) => wrong(format!("its rank is “{text}”, which is no whole number")),
    }
}

/// alpha / rank.
fn scale(alpha: &str, rank: usize) -> Result<f32, Error> {
    #[allow(clippy::cast_precision_loss)] // A rank is at most 256.
    let scale = alpha.parse().map(|alpha: f32| alpha / rank as f32);
    match scale {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        _ => wrong(format!("its alpha is “{alpha}”, which is no number above 0")),
    }
}

fn labels(text: &str) -> Result<Vec<String>, Error> {
    let labels: Vec<String> = serde_json::from_str(text)
        .map_err(|error| Error::Adapter(format!("its labels are no list of names ({error})")))?;
    if labels.len() < FEWEST_LABELS {
        return wrong(format!("it has {} labels, and {FEWEST_LABELS} are the fewest", labels.len()));
    }
    let mut seen = BTreeSet::new();
    for label in &labels {
        if label.trim().is_empty() {
            return wrong("one of its labels is empty".to_owned());
        }
        if !seen.insert(label) {
            return wrong(format!("it has the label {label} twice"));
        }
    }
    Ok(labels)
}

fn head(tensors: &mut Tensors, labels: Vec<String>, width: usize) -> Result<ClassHead, Error> {
    let (weight, bias) = ("head.weight", "head.bias");
    // Said first, because a wrong shape would say the same less clearly.
    if let Some(view) = tensors.get(weight)
        && let [rows, _] = *view.shape
        && rows != labels.len()
    {
        return wrong(format!("it has {} labels, and its head scores {rows}", labels.len()));
    }
    Ok(ClassHead {
        weight: needed(tensors, weight, &[labels.len(), width])?,
        bias: needed(tensors, bias, &[labels.len()])?,
        labels,
    })
}

fn layer(tensors: &mut Tensors, number: usize, rank: usize, config: &Config) -> Result<AdapterLayer, Error> {
    let queries = config.heads * config.head_width;
    let mut side = |projection: &str, input: usize, output: usize| {
        let (a, b) = (format!("layers.{number}.{projection}.a"), format!("layers.{number}.{projection}.b"));
        let (found_a, found_b) =
            (numbers(tensors, &a, &[rank, input])?, numbers(tensors, &b, &[output, rank])?);
        match (found_a, found_b) {
            (Some(a), Some(b)) => Ok(Some(SidePath { a, b })),
            (None, None) => Ok(None),
            (Some(_), None) => wrong(format!("it has {a} without {b}")),
            (None, Some(_)) => wrong(format!("it has {b} without {a}")),
        }
    };
    Ok(AdapterLayer {
        query: side("query", config.width, queries)?,
        key: side("key", config.width, config.kv_width())?,
        value: side("value", config.width, config.kv_width())?,
        output: side("output", queries, config.width)?,
        gate: side("gate", config.width, config.feed_forward)?,
        up: side("up", config.width, config.feed_forward)?,
        down: side("down", config.feed_forward, config.width)?,
    })
}

fn needed(tensors: &mut Tensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
    match numbers(tensors, name, shape)? {
        Some(numbers) => Ok(numbers),
        None => wrong(format!("it has no {name}")),
    }
}

/// The numbers of a tensor; `None` where there is none of this name.
fn numbers(tensors: &mut Tensors, name: &str, shape: &[usize]) -> Result<Option<Vec<f32>>, Error> {
    let Some(view) = tensors.take(name) else { return Ok(None) };
    if view.shape != shape {
        return wrong(format!("{name} has the shape {:?} instead of {shape:?}", view.shape));
    }
    view.numbers(name).map(Some)
}
