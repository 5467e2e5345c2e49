"""Writes tests/llama_cpp.json: what llama.cpp says about our prompts, for tests/reference.rs to agree with.

    pip install xllamacpp
    python tests/llama_cpp.py MODEL.gguf > tests/llama_cpp.json

Greedy continuations of plain text, without a conversation around it, on one thread and one sequence.
"""

import importlib.metadata
import json
import sys
import urllib.request

import xllamacpp

PROMPTS = [
    "The invoice is due",
    "A customer writes: my card was charged twice. The support agent answers:",
    "In 1969, three people flew to",
    "Zürich, naïve, 東京 — and then 😀",
    "def add(a, b):\n    return",
    "1 2 3 4 5 6",
]
COUNT = 24


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 512
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.warmup = False
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)

    def ask(path: str, question: dict) -> dict:
        request = urllib.request.Request(
            server.listening_address + path, json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    answers = []
    for prompt in PROMPTS:
        tokens = ask("/tokenize", {"content": prompt, "add_special": False, "parse_special": False})["tokens"]
        said = ask(
            "/completion",
            {"prompt": tokens, "n_predict": COUNT, "temperature": 0.0, "return_tokens": True, "cache_prompt": False},
        )
        answers.append({"prompt": prompt, "tokens": tokens, "continuation": said["tokens"]})
    version = importlib.metadata.version("xllamacpp")
    json.dump({"source": f"llama.cpp in xllamacpp {version}", "answers": answers}, sys.stdout, ensure_ascii=False)
    print()


main()
