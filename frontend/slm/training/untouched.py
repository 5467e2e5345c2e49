"""What the base model does without training it.

- `nearest_label`: the intent whose name has the most similar embedding (mean of the normalised last states, cosine).
  Names and messages are centred first: the states of all texts point much the same way.
- `likelihood`: the intent whose name the model finds likeliest after the message, per token of the name.
- `linear_probe`: logistic regression on the same embeddings of the training split; the model stays as it is.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

import data
import metrics
from gguf_model import Model, read_tokenizer, read_weights, token_logits
from train import encode, padded

STRENGTHS = (0.001, 0.01, 0.1)


def embeddings(model: Model, tokens: list[list[int]], batch: int = 64) -> Tensor:
    """Means of the last states."""
    order = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
    result = torch.zeros(len(tokens), model.config.width)
    with torch.no_grad():
        for start in range(0, len(order), batch):
            numbers = order[start : start + batch]
            ids, lengths = padded([tokens[number] for number in numbers])
            there = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
            states = model.states(ids)
            result[numbers] = (states * there[:, :, None]).sum(1) / lengths[:, None]
    return result


class Names:
    """The names of the intents as a tree of tokens: beginnings that several share are computed once."""

    def __init__(self, tokenizer: Tokenizer, labels: list[str]) -> None:
        self.tokens: list[int] = []
        self.parents: list[int] = []
        self.paths: list[list[int]] = []
        known: dict[tuple[int, int], int] = {}
        for label in labels:
            parent, path = -1, []
            # The end of the line belongs to the name: without it "top up" would win wherever "top up failed" does.
            for token in tokenizer.encode(" " + label.replace("_", " ").lower() + "\n").ids:
                if (parent, token) not in known:
                    known[parent, token] = len(self.tokens)
                    self.tokens.append(token)
                    self.parents.append(parent)
                parent = known[parent, token]
                path.append(parent)
            self.paths.append(path)
        depths, ancestors = [], torch.zeros(len(self.tokens), len(self.tokens), dtype=torch.bool)
        for node, parent in enumerate(self.parents):
            depths.append(0 if parent < 0 else depths[parent] + 1)
            if parent >= 0:
                ancestors[node] = ancestors[parent]
            ancestors[node, node] = True
        self.depths, self.ancestors = torch.tensor(depths), ancestors

    def likelihoods(self, model: Model, prompt: list[int]) -> Tensor:
        """Mean logarithm of the probability of each name's tokens after a prompt."""
        start, count = len(prompt), len(self.tokens)
        mask = torch.zeros(start + count, start + count, dtype=torch.bool)
        mask[:start, :start] = torch.ones(start, start, dtype=torch.bool).tril()
        mask[start:, :start] = True
        mask[start:, start:] = self.ancestors
        positions = torch.cat([torch.arange(start), start + self.depths])
        states = model.states(torch.tensor([prompt + self.tokens]), positions=positions, mask=mask)[0]
        logarithms = token_logits(model, states[start - 1 :]).log_softmax(-1)
        # Row 0 is the end of the prompt, row n + 1 the token n of the tree.
        before = torch.tensor(self.parents) + 1
        each = logarithms[before, torch.tensor(self.tokens)]
        return torch.stack([each[path].mean() for path in self.paths])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--likelihood-rows", type=int, default=231, help="messages: each takes a long pass")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    labels = data.read_labels(options.data)
    tokenizer = read_tokenizer(options.gguf)
    model = Model(read_weights(options.gguf))
    split = data.divide(data.read_examples(options.data / "train.csv", labels), options.seed)
    sets = {"validation": split.validation}
    if options.test:
        sets["test"] = data.read_examples(options.data / "test.csv", labels)
    result: dict[str, dict[str, object]] = {"nearest_label": {}, "linear_probe": {}, "likelihood": {}}

    def embedded(texts: list[str]) -> Tensor:
        return embeddings(model, encode(tokenizer, texts, data.LONGEST))

    def note(method: str, name: str, predicted: list[int], wanted: list[int], **facts: object) -> None:
        result[method][name] = metrics.accuracy(predicted, wanted) | {"predicted": predicted} | facts
        options.out.write_text(json.dumps(result) + "\n")
        print(method, name, {key: result[method][name][key] for key in ("accuracy", "interval95")}, flush=True)

    names = embedded([label.replace("_", " ").lower() for label in labels])
    train = embedded([example.text for example in split.train])
    vectors = {name: embedded([example.text for example in part]) for name, part in sets.items()}
    wanted = {name: [example.label for example in part] for name, part in sets.items()}
    names = functional.normalize(names - names.mean(0), dim=-1)
    for name, part in vectors.items():
        note("nearest_label", name, ((part - train.mean(0)) @ names.T).argmax(-1).tolist(), wanted[name])

    scaler = StandardScaler()
    scaled = scaler.fit_transform(train.numpy())
    best: tuple[float, float, LogisticRegression] | None = None
    for strength in STRENGTHS:
        probe = LogisticRegression(C=strength, max_iter=200, random_state=options.seed)
        probe.fit(scaled, [example.label for example in split.train])
        share = probe.score(scaler.transform(vectors["validation"].numpy()), wanted["validation"])
        if best is None or share > best[0]:
            best = (share, strength, probe)
    assert best is not None
    for name, part in vectors.items():
        predicted = [int(label) for label in best[2].predict(scaler.transform(part.numpy()))]
        note("linear_probe", name, predicted, wanted[name], strength=best[1])

    tree = Names(tokenizer, labels)
    # Nothing is chosen by it, so the validation split is not needed where the test set is read.
    for name, part in list(sets.items())[-1:]:
        # Evenly through the intents: the first ones of each, in the order the seed gives.
        groups = list(data.by_intent(part, options.seed).values())
        rounds = [group[at] for at in range(max(map(len, groups))) for group in groups if at < len(group)]
        chosen = rounds[: options.likelihood_rows]
        began, predicted = time.monotonic(), []
        with torch.no_grad():
            for example in chosen:
                prompt = tokenizer.encode(f"Customer: {example.text.strip()}\nTopic of the question:").ids
                predicted.append(int(tree.likelihoods(model, prompt).argmax()))
        rows, seconds = [example.row for example in chosen], round(time.monotonic() - began, 1)
        note("likelihood", name, predicted, [example.label for example in chosen], rows=rows, seconds=seconds)


if __name__ == "__main__":
    main()
