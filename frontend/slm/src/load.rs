//! From a file to a model: what the file must say, and what fits together.

use crate::config::Config;
use crate::error::Error;
use crate::gguf::{Gguf, TensorInfo};
use crate::weights::{Layer, Model, Quantisation, Tensor};
use std::sync::Arc;

/// More blocks than any model of this architecture has.
const MOST_LAYERS: usize = 512;

impl Model {
    /// Reads a model from a whole GGUF file.
    ///
    /// # Errors
    /// [`Error::File`] when it is damaged or its parts do not fit together; [`Error::Unsupported`] when it is of a
    /// kind there is no code for.
    pub fn load(file: Arc<Vec<u8>>) -> Result<Self, Error> {
        let gguf = Gguf::read(&file)?;
        let source = Source { gguf: &gguf, file: &file };
        let config = config(&gguf)?;
        let embedding = source.matrix("token_embd.weight", config.width, config.vocabulary)?;
        let head = if gguf.tensors.contains_key("output.weight") {
            source.matrix("output.weight", config.width, config.vocabulary)?
        } else {
            embedding.clone()
        };
        let layers =
            (0..config.layers).map(|number| source.layer(number, &config)).collect::<Result<_, _>>()?;
        Ok(Self {
            embedding,
            layers,
            final_norm: source.vector("output_norm.weight", config.width)?,
            head,
            config,
        })
    }
}

fn config(gguf: &Gguf) -> Result<Config, Error> {
    match gguf.text("general.architecture") {
        Some("llama") => {}
        Some(other) => {
            return Err(Error::Unsupported(format!("its architecture is {other}; llama is supported")));
        }
        None => return Err(Error::File("it does not say its architecture".to_owned())),
    }
    if let Some(scaling) = gguf.text("llama.rope.scaling.type").filter(|scaling| *scaling != "none") {
        return Err(Error::Unsupported(format!("its rotary embedding is scaled ({scaling})")));
    }
    for (key, what) in [
        ("llama.expert_count", "it is a mixture of experts"),
        ("llama.attention.sliding_window", "its attention has a window"),
    ] {
        if gguf.optional_count(key)?.is_some_and(|count| count > 0) {
            return Err(Error::Unsupported(what.to_owned()));
        }
    }
    if gguf.tensors.contains_key("rope_freqs.weight") {
        return Err(Error::Unsupported("its rotary embedding has factors of its own".to_owned()));
    }
    let width = gguf.count("llama.embedding_length")?;
    let heads = gguf.count("llama.attention.head_count")?;
    let kv_heads = gguf.optional_count("llama.attention.head_count_kv")?.unwrap_or(heads);
    let embedding = gguf.tensors.get("token_embd.weight");
    let vocabulary = embedding
        .and_then(|tensor| tensor.shape.get(1).copied())
        .ok_or_else(|| Error::File("it has no token_embd.weight".to_owned()))?;
    let wrong = |what: &str| Err(Error::File(what.to_owned()));
    if heads == 0 || kv_heads == 0 || width == 0 {
        return wrong("it has a width or a number of heads of zero");
    }
    if !heads.is_multiple_of(kv_heads) {
        return wrong("its query heads cannot be shared out among its key heads");
    }
    let head_width = gguf.optional_count("llama.attention.key_length")?.unwrap_or(width / heads);
    if gguf.optional_count("llama.attention.value_length")?.is_some_and(|value| value != head_width) {
        return Err(Error::Unsupported("its keys and values differ in width".to_owned()));
    }
    if head_width == 0 || head_width % 2 == 1 || head_width.checked_mul(heads).is_none() {
        return wrong("the width of its heads cannot be");
    }
    if gguf.optional_count("llama.rope.dimension_count")?.is_some_and(|rotated| rotated != head_width) {
        return Err(Error::Unsupported("its rotary embedding covers a part of each head".to_owned()));
    }
    let layers = gguf.count("llama.block_count")?;
    if layers == 0 || layers > MOST_LAYERS {
        return wrong(&format!("it says it has {layers} blocks"));
    }
    let context = gguf.count("llama.context_length")?;
    let feed_forward = gguf.count("llama.feed_forward_length")?;
    if context == 0 || feed_forward == 0 {
        return wrong("its context or its feed-forward width is zero");
    }
    #[allow(clippy::cast_possible_truncation)] // The file itself holds 32 bits.
    let epsilon = gguf.float("llama.attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5) as f32;
    #[allow(clippy::cast_possible_truncation)] // As above.
    let rope_base = gguf.float("llama.rope.freq_base")?.unwrap_or(10_000.0) as f32;
    if !(epsilon >= 0.0 && rope_base > 1.0) {
        return wrong("the constants of its normalisation or rotary embedding cannot be");
    }
    Ok(Config {
        layers,
        width,
        heads,
        kv_heads,
        head_width,
        feed_forward,
        vocabulary,
        context,
        rope_base,
        epsilon,
    })
}

/// What tensors are taken from.
struct Source<'a> {
    gguf: &'a Gguf,
    file: &'a Arc<Vec<u8>>,
}

impl Source<'_> {
    fn info(&self, name: &str, shape: &[usize]) -> Result<&TensorInfo, Error> {
        let tensor = self.gguf.tensors.get(name).ok_or_else(|| Error::File(format!("it has no {name}")))?;
        if tensor.shape != shape {
            return Err(Error::File(format!("{name} has the shape {:?} instead of {shape:?}", tensor.shape)));
        }
        Ok(tensor)
    }

    fn matrix(&self, name: &str, columns: usize, rows: usize) -> Result<Tensor, Error> {
        let tensor = self.info(name, &[columns, rows])?;
        Ok(Tensor {
            quantisation: tensor.quantisation,
            columns,
            rows,
            file: Arc::clone(self.file),
            range: tensor.range.clone(),
        })
    }

    fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, Error> {
        let tensor = self.info(name, &[length])?;
        if tensor.quantisation != Quantisation::F32 {
            return Err(Error::Unsupported(format!("{name} is not stored as F32")));
        }
        let bytes = &self.file[tensor.range.clone()];
        let numbers: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        Ok(numbers)
    }

    fn layer(&self, number: usize, config: &Config) -> Result<Layer, Error> {
        let name = |part: &str| format!("blk.{number}.{part}.weight");
        let bias = ["attn_q", "attn_k", "attn_v"].map(|part| format!("blk.{number}.{part}.bias"));
        if bias.iter().any(|bias| self.gguf.tensors.contains_key(bias)) {
            return Err(Error::Unsupported("its attention has a bias".to_owned()));
        }
        let (width, queries) = (config.width, config.heads * config.head_width);
        Ok(Layer {
            attention_norm: self.vector(&name("attn_norm"), width)?,
            query: self.matrix(&name("attn_q"), width, queries)?,
            key: self.matrix(&name("attn_k"), width, config.kv_width())?,
            value: self.matrix(&name("attn_v"), width, config.kv_width())?,
            output: self.matrix(&name("attn_output"), queries, width)?,
            feed_forward_norm: self.vector(&name("ffn_norm"), width)?,
            gate: self.matrix(&name("ffn_gate"), width, config.feed_forward)?,
            up: self.matrix(&name("ffn_up"), width, config.feed_forward)?,
            down: self.matrix(&name("ffn_down"), config.feed_forward, width)?,
        })
    }
}
