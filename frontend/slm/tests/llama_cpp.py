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

# Prompts of so many tokens, cut out of one text that goes on and on without repeating itself word by word.
LENGTHS = [1, 500, 1_000, 2_000]
GOODS = ["lamps", "chairs", "books", "shoes", "kettles", "phones", "jackets"]
TOWNS = ["Lyon", "Leeds", "Graz", "Turin", "Ghent", "Basel", "Porto", "Malmö", "Cork"]
TEXT = " ".join(
    f"Order {number} is for {number * 7 % 23 + 2} {GOODS[number % len(GOODS)]}, to be sent to "
    f"{TOWNS[number * 5 % len(TOWNS)]} on day {number * 11 % 31 + 1}."
    for number in range(1, 120)
)
LONG_COUNT = 12


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 2_560
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

    def tokenized(text: str) -> list[int]:
        return ask("/tokenize", {"content": text, "add_special": False, "parse_special": False})["tokens"]

    def continued(tokens: list[int], count: int) -> dict:
        question = {"prompt": tokens, "n_predict": count, "temperature": 0.0, "return_tokens": True, "cache_prompt": False}
        return {"tokens": tokens, "continuation": ask("/completion", question)["tokens"]}

    answers = [{"prompt": prompt, **continued(tokenized(prompt), COUNT)} for prompt in PROMPTS]
    text = tokenized(TEXT)
    long = [continued(text[:length], LONG_COUNT) for length in LENGTHS]
    version = importlib.metadata.version("xllamacpp")
    json.dump({"source": f"llama.cpp in xllamacpp {version}", "answers": answers, "long": long}, sys.stdout, ensure_ascii=False)
    print()


main()
