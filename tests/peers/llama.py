"""Serves a model with llama.cpp's own server, until its input is closed: python llama.py MODEL.gguf PORT"""

from __future__ import annotations

import sys

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.port = int(sys.argv[2])
parameters.n_ctx = 32_768
parameters.n_parallel = 2
parameters.endpoint_slots = True
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # more threads than cores crawl
server = xllamacpp.Server(parameters)
print("ready", flush=True)
sys.stdin.read()
