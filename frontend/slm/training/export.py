"""Makes `adapter.safetensors` of a run's last checkpoint.

Of the last parameters and their running mean the one with the lower loss on the validation split is taken. Its head
is divided by a temperature that is fitted there too: label smoothing leaves a model less sure than it is right, and
thresholds are only worth something on probabilities that mean what they say. No class changes by it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

import data
from gguf_model import PROJECTIONS, Adapter, Config, Model, read_tokenizer, read_weights
from train import encode, scores

NAME = "banking77"
LICENCE = "CC-BY-4.0"
ATTRIBUTION = (
    "Trained on Banking77 (Casanueva et al., Efficient Intent Detection with Dual Sentence Encoders, "
    "arXiv:2003.04807; PolyAI-LDN/task-specific-datasets, CC-BY-4.0). Base model: SmolLM2-135M-Instruct (Apache-2.0)."
)


def temperature(logits: Tensor, wanted: Tensor) -> float:
    """The divisor with the lowest cross entropy, in steps of 1%."""
    candidates = [1.01**power for power in range(-150, 100)]
    return min(candidates, key=lambda divisor: functional.cross_entropy(logits / divisor, wanted).item())


def write(path: Path, adapter: Adapter, labels: list[str], base_sha256: str, divisor: float) -> None:
    tensors: dict[str, Tensor] = {}
    for layer in range(len(adapter.a) // len(PROJECTIONS)):
        for name in PROJECTIONS:
            for part, values in (("a", adapter.a), ("b", adapter.b)):
                tensors[f"layers.{layer}.{name}.{part}"] = values[f"{layer}_{name}"].detach().half().contiguous()
    tensors["head.weight"] = (adapter.head.weight.detach() / divisor).contiguous()
    tensors["head.bias"] = (adapter.head.bias.detach() / divisor).contiguous()
    metadata = {
        "format": "parsimony-adapter-1",
        "name": NAME,
        "base_sha256": base_sha256,
        "rank": str(adapter.rank),
        "alpha": f"{adapter.alpha:g}",
        "labels": json.dumps(labels),
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata)
    # The library lets nobody else read what it writes.
    path.chmod(0o644)


def read(path: Path, config: Config, base_sha256: str) -> tuple[Adapter, list[str]]:
    """Reads an adapter back; evaluation judges what is shipped, not what was in memory."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        if metadata["base_sha256"] != base_sha256:
            raise SystemExit(f"{path} belongs to the model {metadata['base_sha256']}")
        labels = json.loads(metadata["labels"])
        adapter = Adapter(config, int(metadata["rank"]), float(metadata["alpha"]), len(labels), torch.Generator())
        with torch.no_grad():
            for key in adapter.a:
                layer, name = key.split("_")
                adapter.a[key].copy_(file.get_tensor(f"layers.{layer}.{name}.a"))
                adapter.b[key].copy_(file.get_tensor(f"layers.{layer}.{name}.b"))
            adapter.head.weight.copy_(file.get_tensor("head.weight"))
            adapter.head.bias.copy_(file.get_tensor("head.bias"))
    return adapter, labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--adapter", type=Path, required=True, help="file to write")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    kept = torch.load(options.run / "checkpoint.pt", weights_only=False)
    recipe, labels, judged = kept["recipe"], kept["labels"], kept["validation"]
    weights = read_weights(options.gguf)
    if weights.sha256 != kept["base_sha256"]:
        raise SystemExit(f"the run was made with the model {kept['base_sha256']}")
    model = Model(weights)
    taken = "average" if judged["average"]["loss"] < judged["last"]["loss"] else "last"
    adapter = Adapter(weights.config, recipe["rank"], recipe["alpha"], len(labels), torch.Generator())
    adapter.load_state_dict(kept["average" if taken == "average" else "adapter"])

    split = data.divide(data.read_examples(options.data / "train.csv", labels), recipe["seed"])
    tokens = encode(read_tokenizer(options.gguf), [example.text for example in split.validation], data.LONGEST)
    wanted = torch.tensor([example.label for example in split.validation])
    divisor = temperature(scores(model, adapter, tokens), wanted)
    write(options.adapter, adapter, labels, weights.sha256, divisor)

    median = sorted(kept["step_times"])[len(kept["step_times"]) // 2]
    facts = {
        "recipe": recipe,
        "train_examples": kept["examples"],
        "validation_examples": len(wanted),
        "epochs_done": kept["epoch"],
        "epochs_planned_from_step": kept["planned"],
        "steps": kept["step"],
        "wall_minutes": round(kept["seconds"] / 60, 1),
        "cpu_minutes": round(kept["busy"] / 60, 1),
        "median_steps_per_second": round(1 / median, 3),
        "parameters_taken": taken,
        "temperature": round(divisor, 4),
        "validation_before_temperature": judged,
    }
    (options.run / "training.json").write_text(json.dumps(facts, indent=1) + "\n")
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
