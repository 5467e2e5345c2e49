"""Trains side paths and a head on Banking77.

Every epoch leaves a checkpoint with which an interrupted run goes on (`--resume`) and from which `export.py` makes an
adapter.

Each worker is a process with one thread that takes its share of every batch; they meet once a step to add gradients.
Threads of one process meet after each of a step's two thousand operations instead, which on a machine that others use
too means waiting most of the time.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, distributed, multiprocessing
from torch.nn import functional

import data
from gguf_model import Adapter, Model, read_tokenizer, read_weights


@dataclass(frozen=True)
class Recipe:
    rank: int = 16
    alpha: float = 32.0
    epochs: int = 6
    batch: int = 32
    learning_rate: float = 1e-3
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warm_up: int = 30
    label_smoothing: float = 0.1
    dropout: float = 0.1
    embedding_noise: float = 5.0
    variation: float = 0.3
    averaging: float = 0.995
    precision: str = "bfloat16"
    longest: int = 64
    per_intent: int = 0
    seed: int = 7


def padded(texts: list[list[int]]) -> tuple[Tensor, Tensor]:
    lengths = torch.tensor([len(text) for text in texts])
    tokens = torch.zeros(len(texts), int(lengths.max()), dtype=torch.long)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = torch.tensor(text)
    return tokens, lengths


def encode(tokenizer: Tokenizer, texts: list[str], longest: int) -> list[list[int]]:
    # A text without a token still needs one state to be judged by.
    return [encoding.ids[:longest] or [0] for encoding in tokenizer.encode_batch(texts)]


def scores(model: Model, adapter: Adapter, tokens: list[list[int]], batch: int = 64) -> Tensor:
    """Logits of the classes, in the order of the texts."""
    order = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
    result = torch.zeros(len(tokens), adapter.head.out_features)
    with torch.no_grad():
        for start in range(0, len(order), batch):
            numbers = order[start : start + batch]
            result[numbers] = model.class_logits(*padded([tokens[number] for number in numbers]), adapter)
    return result


def factor(step: int, warm_up: int, steps: int) -> float:
    """The learning rate rises in a line, then falls along a cosine to nothing."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


class Average:
    """A running mean of the parameters, exponentially weighted; early on over the steps there were."""

    def __init__(self, adapter: Adapter, decay: float) -> None:
        self.decay = decay
        self.count = 0
        self.values = {name: value.detach().clone() for name, value in adapter.named_parameters()}

    def update(self, adapter: Adapter) -> None:
        self.count += 1
        decay = min(self.decay, self.count / (self.count + 10))
        for name, value in adapter.named_parameters():
            self.values[name].lerp_(value.detach(), 1 - decay)


def add_up(values: list[Tensor]) -> None:
    """Replaces each tensor by the sum of all workers' tensors."""
    whole = torch.cat([value.flatten() for value in values])
    distributed.all_reduce(whole)
    for value, summed in zip(values, whole.split([value.numel() for value in values]), strict=True):
        value.copy_(summed.view_as(value))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.csv and categories.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--stop-after", type=int, default=0, help="steps; for trying out whether the loss falls")
    parser.add_argument("--until", type=int, default=0, help="stop after this epoch of those planned")
    parser.add_argument("--resume", action="store_true", help="go on from the last whole epoch, if there is one")
    for name, value in asdict(Recipe()).items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    meeting = options.out / "meeting"
    meeting.unlink(missing_ok=True)
    multiprocessing.spawn(work, (options,), nprocs=options.workers)
    meeting.unlink(missing_ok=True)


def work(worker: int, options: argparse.Namespace) -> None:
    recipe = Recipe(**{name: getattr(options, name) for name in asdict(Recipe())})
    torch.set_num_threads(1)
    # A worker may be kept from running for long where others use the machine; that is no failure.
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{(options.out / 'meeting').resolve()}",
        rank=worker,
        world_size=options.workers,
        timeout=timedelta(hours=2),
    )

    labels = data.read_labels(options.data)
    split = data.divide(data.read_examples(options.data / "train.csv", labels), recipe.seed)
    examples = data.few(split.train, recipe.per_intent, recipe.seed) if recipe.per_intent else split.train
    tokenizer = read_tokenizer(options.gguf)
    weights = read_weights(options.gguf)
    model, exact = Model(weights, getattr(torch, recipe.precision)), Model(weights)
    adapter = Adapter(
        weights.config, recipe.rank, recipe.alpha, len(labels), torch.Generator().manual_seed(recipe.seed)
    )
    validation = encode(tokenizer, [example.text for example in split.validation], data.LONGEST)
    wanted = torch.tensor([example.label for example in split.validation])

    head = list(adapter.head.parameters())
    paths = [*adapter.a.values(), *adapter.b.values()]
    optimiser = torch.optim.AdamW(
        [{"params": paths, "lr": recipe.learning_rate}, {"params": head, "lr": recipe.head_learning_rate}],
        betas=(0.9, 0.99),
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    steps = math.ceil(len(examples) / recipe.batch) * recipe.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: factor(step, recipe.warm_up, steps))
    average = Average(adapter, recipe.averaging)
    for value in adapter.parameters():
        # There from the start, for a worker whose share of a batch is empty.
        value.grad = torch.zeros_like(value)
    step, first_epoch, seconds, busy = 0, 0, 0.0, 0.0
    step_times: list[float] = []
    # From which step on which number of epochs was planned: the learning rate follows it.
    planned: list[list[int]] = []

    if options.resume and (options.out / "checkpoint.pt").exists():
        kept = torch.load(options.out / "checkpoint.pt", weights_only=False)
        adapter.load_state_dict(kept["adapter"])
        average.values, average.count = kept["average"], kept["count"]
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        step, first_epoch, seconds, busy = kept["step"], kept["epoch"], kept["seconds"], kept["busy"]
        step_times, planned = kept["step_times"], kept["planned"]
    if not planned or planned[-1][1] != recipe.epochs:
        planned.append([step, recipe.epochs])

    def report(**facts: object) -> None:
        if worker == 0:
            with (options.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(facts) + "\n")
            print(json.dumps(facts), flush=True)

    def accuracy(values: dict[str, Tensor]) -> dict[str, float]:
        now = {name: value.detach().clone() for name, value in adapter.named_parameters()}
        adapter.load_state_dict(values)
        logits = torch.zeros(len(wanted), len(labels))
        logits[worker :: options.workers] = scores(exact, adapter, validation[worker :: options.workers])
        distributed.all_reduce(logits)
        adapter.load_state_dict(now)
        return {
            "accuracy": (logits.argmax(-1) == wanted).float().mean().item(),
            "loss": functional.cross_entropy(logits, wanted).item(),
        }

    report(recipe=asdict(recipe), workers=options.workers, train=len(examples), validation=len(wanted), steps=steps)
    for epoch in range(first_epoch, options.until or recipe.epochs):
        # Of each epoch's own, so that a resumed run draws what an uninterrupted one would have drawn.
        generator = random.Random(f"{recipe.seed}-{epoch}")
        torch.manual_seed((recipe.seed * 1000 + epoch) * 100 + worker)
        texts = [data.varied(example.text, recipe.variation, generator) for example in examples]
        tokens = encode(tokenizer, texts, recipe.longest)
        began, began_busy, mean = time.monotonic(), time.process_time(), 0.0
        for numbers in data.batches([len(text) for text in tokens], recipe.batch, generator):
            at = time.monotonic()
            own = numbers[worker :: options.workers]
            optimiser.zero_grad(set_to_none=False)
            loss = torch.zeros(())
            if own:
                logits = model.class_logits(
                    *padded([tokens[number] for number in own]), adapter, recipe.dropout, recipe.embedding_noise
                )
                target = torch.tensor([examples[number].label for number in own])
                each = functional.cross_entropy(
                    logits, target, label_smoothing=recipe.label_smoothing, reduction="sum"
                )
                loss = each / len(numbers)
                loss.backward()
            gradients = [value.grad for value in adapter.parameters()]
            loss = loss.detach()
            add_up([*gradients, loss])
            torch.nn.utils.clip_grad_norm_(adapter.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update(adapter)
            step += 1
            step_times.append(time.monotonic() - at)
            mean = loss.item() if mean == 0 else 0.95 * mean + 0.05 * loss.item()
            if step % 20 == 0:
                recent = sum(step_times[-20:]) / 20
                report(step=step, of=steps, loss=round(mean, 4), steps_per_second=round(1 / recent, 3))
            if options.stop_after and step >= options.stop_after:
                distributed.destroy_process_group()
                return
        seconds += time.monotonic() - began
        used = torch.tensor([time.process_time() - began_busy])
        distributed.all_reduce(used)
        busy += used.item()
        raw = {name: value.detach().clone() for name, value in adapter.named_parameters()}
        judged = {"last": accuracy(raw), "average": accuracy(average.values)}
        checkpoint = {
            "recipe": asdict(recipe),
            "labels": labels,
            "base_sha256": weights.sha256,
            "adapter": raw,
            "average": average.values,
            "count": average.count,
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
            "epoch": epoch + 1,
            "seconds": seconds,
            "busy": busy,
            "step_times": step_times,
            "planned": planned,
            "examples": len(examples),
            "validation": judged,
        }
        if worker == 0:
            # Written beside and renamed: a run cut off while it writes leaves the checkpoint before.
            torch.save(checkpoint, options.out / "writing.pt")
            (options.out / "writing.pt").rename(options.out / "checkpoint.pt")
        report(epoch=epoch + 1, minutes=round(seconds / 60, 2), cpu_minutes=round(busy / 60, 2), validation=judged)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
