"""Every server that speaks Chat Completions: vLLM, LM Studio, llama.cpp, DeepSeek, Groq, xAI, and more."""

from __future__ import annotations

from providers.base import Endpoint
from providers.openai import OpenAI

NEEDS = "openai"


def open(endpoint: Endpoint) -> OpenAI:
    """A server at a base_url, with a key or without."""
    return OpenAI(endpoint)
