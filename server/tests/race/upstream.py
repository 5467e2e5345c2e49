"""A real OpenAI-compatible server for the tests: llama.cpp's own, on a free port of this machine.

    python upstream.py MODEL.gguf API-KEY

Prints its address in one line once it answers, and ends when its standard input does, so that it never outlives the
test that started it.
"""

import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.model_alias = {"smollm2-135m-instruct"}
params.api_keys = [sys.argv[2]]
params.hostnames = ["127.0.0.1"]
params.port = 0
# Two races at once, each with room for a long answer; one thread each is enough and leaves the machine to the tests.
params.n_parallel = 2
params.n_ctx = 4096
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
params.endpoint_slots = True
params.endpoint_metrics = True

server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
