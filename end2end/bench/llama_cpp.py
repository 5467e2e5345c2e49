"""Times the shipped model in llama.cpp, for `cargo xtask bench slm`, and prints what it measured as one line of JSON.

    python llama_cpp.py MODEL.gguf CASES.json [THREADS]

The cases, the template around them and the shape of the output are those of frontend/slm/examples/native_bench.rs.
The times are llama.cpp's own: neither its server nor Python is in them.
"""

import importlib.metadata
import json
import resource
import sys
import time
import urllib.request

import xllamacpp

WARM_UP = 8


def used() -> float:
    """Milliseconds of CPU time that all threads of this process have used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (usage.ru_utime + usage.ru_stime)


def main() -> None:
    with open(sys.argv[2], encoding="utf-8") as file:
        cases = json.load(file)
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 2048
    params.n_parallel = 1
    # The number for prompts is a setting of its own.
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.warmup = False
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    start = time.perf_counter()
    server = xllamacpp.Server(params)
    load_ms = 1000 * (time.perf_counter() - start)

    def ask(path: str, question: dict) -> dict:
        request = urllib.request.Request(
            server.listening_address + path, json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def tokens_of(case: dict) -> list:
        text = (
            f"<|im_start|>system\n{cases['system']}<|im_end|>\n"
            f"<|im_start|>user\n{case['text']}<|im_end|>\n<|im_start|>assistant\n"
        )
        return ask("/tokenize", {"content": text, "add_special": False, "parse_special": True})["tokens"]

    def run(case: dict, count: int) -> dict:
        prompt = tokens_of(case)
        cpu, wall = used(), time.perf_counter()
        said = ask(
            "/completion",
            {
                "prompt": prompt,
                "n_predict": count,
                "temperature": 0.0,
                "ignore_eos": True,
                "return_tokens": True,
                "cache_prompt": False,
            },
        )
        wall_ms, cpu_ms = 1000 * (time.perf_counter() - wall), used() - cpu
        timings = said["timings"]
        if timings["prompt_n"] != len(prompt) or timings["predicted_n"] != count:
            sys.exit(f"llama.cpp read or wrote another number of tokens than asked for: {timings}")
        # It counts the prompt until the first token is known, and the others from there.
        return {
            "case": case["name"],
            "prompt": prompt,
            "tokens": said["tokens"],
            "first_token_ms": timings["prompt_ms"],
            "further_ms": timings["predicted_ms"],
            "threads_busy": cpu_ms / wall_ms,
        }

    run(cases["cases"][0], WARM_UP)
    runs = [run(case, case["tokens"]) for case in cases["cases"]]
    version = importlib.metadata.version("xllamacpp")
    json.dump({"source": f"llama.cpp in xllamacpp {version}", "threads": threads, "load_ms": load_ms, "runs": runs}, sys.stdout)
    print()


main()
