"""The model of a GGUF file in PyTorch: frozen, with low-rank side paths and a head that scores classes.

Queries and keys are computed in the row order of the file, whose rotary embedding turns neighbours (2i, 2i+1).
Nothing is permuted on the way in, so nothing has to be permuted on the way out: the B of a side path is in the order
in which the runtime adds it.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

PROJECTIONS = ("query", "key", "value", "output", "gate", "up", "down")

NAMES_IN_FILE = {
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


@dataclass(frozen=True)
class Config:
    """What the file says about the model's shape."""

    layers: int
    width: int
    heads: int
    key_heads: int
    hidden: int
    vocabulary: int
    epsilon: float
    rope_base: float

    @property
    def head_width(self) -> int:
        return self.width // self.heads


@dataclass(frozen=True)
class Weights:
    """All tensors of a file as f32, named as there."""

    config: Config
    tensors: dict[str, Tensor]
    sha256: str


def read_weights(path: Path) -> Weights:
    """Dequantises a file."""
    reader = GGUFReader(path)

    def number(key: str) -> float:
        field = reader.fields[key]
        return field.parts[field.data[0]][0].item()

    tensors = {
        tensor.name: torch.from_numpy(numpy.array(dequantize(tensor.data, tensor.tensor_type), dtype=numpy.float32))
        for tensor in reader.tensors
    }
    config = Config(
        layers=int(number("llama.block_count")),
        width=int(number("llama.embedding_length")),
        heads=int(number("llama.attention.head_count")),
        key_heads=int(number("llama.attention.head_count_kv")),
        hidden=int(number("llama.feed_forward_length")),
        vocabulary=tensors["token_embd.weight"].shape[0],
        epsilon=number("llama.attention.layer_norm_rms_epsilon"),
        rope_base=number("llama.rope.freq_base"),
    )
    return Weights(config, tensors, hashlib.sha256(path.read_bytes()).hexdigest())


def read_tokenizer(path: Path) -> Tokenizer:
    """Builds the tokenizer from the file's vocabulary and merges.

    Markers such as <|im_start|> are deliberately not added as special tokens: whatever a user writes stays text.
    """
    reader = GGUFReader(path)

    def texts(key: str) -> list[str]:
        field = reader.fields[key]
        return [bytes(field.parts[index]).decode() for index in field.data]

    vocabulary = {text: number for number, text in enumerate(texts("tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ", 1)) for merge in texts("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer


class RmsNorm(torch.autograd.Function):
    """Normalises by the root mean square. One function forward and one backward: autograd's own takes twice the time."""

    @staticmethod
    def forward(ctx, state: Tensor, scales: Tensor, epsilon: float) -> Tensor:
        factor = torch.rsqrt(state.square().mean(-1, keepdim=True) + epsilon)
        ctx.save_for_backward(state, scales, factor)
        return (state * factor).mul_(scales)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        state, scales, factor = ctx.saved_tensors
        scaled = gradient * scales
        mean = (scaled * state).mean(-1, keepdim=True)
        return torch.addcmul(scaled, state, mean * factor.square(), value=-1).mul_(factor), None, None


class Rotate(torch.autograd.Function):
    """Turns the pair (2i, 2i+1) of each head, which is to multiply it as a complex number; backwards the other way."""

    @staticmethod
    def turned(heads: Tensor, turns: Tensor) -> Tensor:
        pairs = torch.view_as_complex(heads.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * turns).flatten(-2)

    @staticmethod
    def forward(ctx, heads: Tensor, turns: Tensor) -> Tensor:
        ctx.save_for_backward(turns)
        return Rotate.turned(heads, turns)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (turns,) = ctx.saved_tensors
        return Rotate.turned(gradient.contiguous(), turns.conj()), None


class Adapter(nn.Module):
    """Side paths beside all seven projections of every block, and the head."""

    def __init__(self, config: Config, rank: int, alpha: float, labels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.rank, self.alpha = rank, alpha
        key_width = config.key_heads * config.head_width
        sizes = {
            "query": (config.width, config.width),
            "key": (config.width, key_width),
            "value": (config.width, key_width),
            "output": (config.width, config.width),
            "gate": (config.width, config.hidden),
            "up": (config.width, config.hidden),
            "down": (config.hidden, config.width),
        }
        self.a, self.b = nn.ParameterDict(), nn.ParameterDict()
        for layer in range(config.layers):
            for name, (inputs, outputs) in sizes.items():
                bound = math.sqrt(3 / inputs)
                start = torch.empty(rank, inputs).uniform_(-bound, bound, generator=generator)
                self.a[f"{layer}_{name}"] = nn.Parameter(start)
                self.b[f"{layer}_{name}"] = nn.Parameter(torch.zeros(outputs, rank))
        self.head = nn.Linear(config.width, labels)
        with torch.no_grad():
            self.head.weight.normal_(0, 0.02, generator=generator)
            self.head.bias.zero_()

    @property
    def scale(self) -> float:
        return self.alpha / self.rank


class Model(nn.Module):
    """The frozen model. Its seven matrices of each block multiply in `precision`, everything else is f32.

    bf16 multiplies twice as fast where the processor has instructions for it, and slower where it has none. It is for
    training only: whatever is measured is measured in f32.
    """

    def __init__(self, weights: Weights, precision: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.precision = precision
        self.config = weights.config
        tensors = weights.tensors
        self.embedding = tensors["token_embd.weight"]
        self.final_norm = tensors["output_norm.weight"]
        in_file = NAMES_IN_FILE | {"attention_norm": "attn_norm", "feed_forward_norm": "ffn_norm"}
        self.layers = [
            {
                name: tensors[f"blk.{number}.{of}.weight"].to(precision if name in NAMES_IN_FILE else torch.float32)
                for name, of in in_file.items()
            }
            for number in range(self.config.layers)
        ]
        pairs = torch.arange(0, self.config.head_width, 2) / self.config.head_width
        angles = torch.arange(2048)[:, None] * self.config.rope_base**-pairs
        self.turns = torch.polar(torch.ones_like(angles), angles)

    def states(
        self,
        tokens: Tensor,
        adapter: Adapter | None = None,
        dropout: float = 0.0,
        noise: float = 0.0,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Normalised last states of [documents, tokens].

        Attention looks back only, so what is padded at the end changes nothing before it. `positions` and `mask`
        replace the order of the tokens where several continuations share a beginning. `noise` is added to the
        embedding, uniform and scaled as in NEFTune (Jain et al., arXiv:2310.05914).
        """
        documents, length = tokens.shape
        if positions is None:
            positions = torch.arange(length)
        turns = self.turns[positions][:, None]
        state = functional.embedding(tokens, self.embedding).view(documents * length, -1)
        if noise > 0:
            reach = noise / math.sqrt(length * self.config.width)
            state = state + torch.empty_like(state).uniform_(-reach, reach)
        for number, layer in enumerate(self.layers):
            project = partial(self.project, number, adapter, dropout)
            normed = RmsNorm.apply(state, layer["attention_norm"], self.config.epsilon)
            query, key, value = project(normed, "query", "key", "value")
            heads = (documents, length, -1, self.config.head_width)
            mixed = functional.scaled_dot_product_attention(
                Rotate.apply(query.view(heads), turns).transpose(1, 2),
                Rotate.apply(key.view(heads), turns).transpose(1, 2),
                value.view(heads).transpose(1, 2),
                attn_mask=mask,
                is_causal=mask is None,
                enable_gqa=True,
            )
            (attended,) = project(mixed.transpose(1, 2).reshape(documents * length, -1), "output")
            state = state + attended
            normed = RmsNorm.apply(state, layer["feed_forward_norm"], self.config.epsilon)
            gate, up = project(normed, "gate", "up")
            (fed,) = project(functional.silu(gate) * up, "down")
            state = state + fed
        return RmsNorm.apply(state, self.final_norm, self.config.epsilon).view(documents, length, -1)

    def project(
        self, number: int, adapter: Adapter | None, dropout: float, inputs: Tensor, *names: str
    ) -> list[Tensor]:
        """Products of the same input with some matrices, each with its side path."""
        rounded = inputs.to(self.precision)
        products = [functional.linear(rounded, self.layers[number][name]).float() for name in names]
        if adapter is None:
            return products
        keys = [f"{number}_{name}" for name in names]
        down = torch.cat([adapter.a[key] for key in keys])
        narrow = functional.linear(inputs, adapter.scale * down)
        if dropout > 0:
            # On the few numbers of the narrow state: random numbers for the wide one would take a tenth of the step.
            narrow = functional.dropout(narrow, dropout)
        sides = zip(products, keys, narrow.split(adapter.rank, -1), strict=True)
        return [product.addmm_(side, adapter.b[key].t()) for product, key, side in sides]

    def class_logits(
        self, tokens: Tensor, lengths: Tensor, adapter: Adapter, dropout: float = 0.0, noise: float = 0.0
    ) -> Tensor:
        """Scores of the classes from the state of each document's last token."""
        states = self.states(tokens, adapter, dropout, noise)
        last = states[torch.arange(len(lengths)), lengths - 1]
        return adapter.head(functional.dropout(last, dropout) if dropout > 0 else last)


def token_logits(model: Model, states: Tensor) -> Tensor:
    """Scores of the next token; the head is the embedding."""
    return functional.linear(states, model.embedding)
