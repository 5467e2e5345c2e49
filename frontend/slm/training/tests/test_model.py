"""The forward pass, on a made-up model of two blocks. Left out where PyTorch is not installed."""

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

MISSING = [name for name in ("torch", "gguf", "tokenizers", "safetensors") if importlib.util.find_spec(name) is None]

if not MISSING:
    import torch
    from gguf_model import NAMES_IN_FILE, PROJECTIONS, Adapter, Config, Model, RmsNorm, Rotate, Weights

    import export


@unittest.skipIf(MISSING, "not installed: " + ", ".join(MISSING))
class Forward(unittest.TestCase):
    def setUp(self) -> None:
        self.config = Config(2, 24, 3, 1, 32, 50, 1e-5, 10_000.0)
        generator = torch.Generator().manual_seed(1)

        def filled(*shape: int) -> "torch.Tensor":
            return torch.randn(*shape, generator=generator) / 4

        width, hidden, key_width = 24, 32, 8
        shapes = {
            "query": (width, width),
            "key": (key_width, width),
            "value": (key_width, width),
            "output": (width, width),
            "gate": (hidden, width),
            "up": (hidden, width),
            "down": (width, hidden),
        }
        tensors = {"token_embd.weight": filled(50, width), "output_norm.weight": 1 + filled(width)}
        for layer in range(2):
            for norm in ("attn_norm", "ffn_norm"):
                tensors[f"blk.{layer}.{norm}.weight"] = 1 + filled(width)
            for name, of in NAMES_IN_FILE.items():
                tensors[f"blk.{layer}.{of}.weight"] = filled(*shapes[name])
        self.model = Model(Weights(self.config, tensors, "0" * 64))
        self.adapter = Adapter(self.config, 4, 8.0, 5, generator)
        for value in self.adapter.b.values():
            value.data.normal_(0, 0.1, generator=generator)
        self.tokens = torch.randint(0, 50, (3, 7), generator=generator)

    def test_padding_changes_nothing(self) -> None:
        alone = self.model.class_logits(self.tokens[:1, :4], torch.tensor([4]), self.adapter)
        among = self.model.class_logits(self.tokens, torch.tensor([4, 7, 2]), self.adapter)
        torch.testing.assert_close(alone[0], among[0])

    def test_a_fresh_adapter_changes_nothing(self) -> None:
        fresh = Adapter(self.config, 4, 8.0, 5, torch.Generator().manual_seed(2))
        torch.testing.assert_close(self.model.states(self.tokens, fresh), self.model.states(self.tokens))

    def test_a_side_path_is_what_merging_would_be(self) -> None:
        with_path = self.model.states(self.tokens, self.adapter)
        for number, layer in enumerate(self.model.layers):
            for name in PROJECTIONS:
                path = self.adapter.b[f"{number}_{name}"] @ self.adapter.a[f"{number}_{name}"]
                layer[name] = layer[name] + 2.0 * path.detach()
        torch.testing.assert_close(self.model.states(self.tokens), with_path)

    def test_a_tree_gives_what_its_branches_give(self) -> None:
        # 0-1-2 and 0-1-3: the last two both follow the second.
        mask = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 1]], dtype=torch.bool)
        tree = self.model.states(self.tokens[:1, :4], positions=torch.tensor([0, 1, 2, 2]), mask=mask)
        branch = self.model.states(self.tokens[:1, [0, 1, 3]])
        torch.testing.assert_close(tree[0, 3], branch[0, 2])

    def test_gradients_are_those_of_the_functions(self) -> None:
        state = torch.randn(4, 8, dtype=torch.float64, requires_grad=True)
        scales = torch.randn(8, dtype=torch.float64)
        plain = state * torch.rsqrt(state.square().mean(-1, keepdim=True) + 1e-5) * scales
        wanted = torch.autograd.grad(plain.sin().sum(), state)[0]
        own = RmsNorm.apply(state, scales, 1e-5)
        torch.testing.assert_close(torch.autograd.grad(own.sin().sum(), state)[0], wanted)
        heads = torch.randn(2, 3, 2, 8, dtype=torch.float64, requires_grad=True)
        angle = torch.randn(3, 1, 4, dtype=torch.float64)
        self.assertTrue(torch.autograd.gradcheck(lambda x: Rotate.apply(x, torch.polar(torch.ones_like(angle), angle)), heads))

    def test_an_adapter_survives_its_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "adapter.safetensors"
            labels = list("abcde")
            export.write(file, self.adapter, labels, "0" * 64, 2.0)
            read, names = export.read(file, self.config, "0" * 64)
            self.assertEqual(names, labels)
            torch.testing.assert_close(read.head.weight, self.adapter.head.weight / 2)
            states = self.model.states(self.tokens, read)
            torch.testing.assert_close(states, self.model.states(self.tokens, self.adapter), atol=1e-2, rtol=1e-2)
            with self.assertRaises(SystemExit):
                export.read(file, self.config, "1" * 64)


if __name__ == "__main__":
    unittest.main()
