"""The models that an Ollama server has, and those it fetches: through its SDK, which is loaded at first use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from providers.base import Endpoint, NoProvider, ProviderError
from providers.wires import faults

NEEDS = "ollama"
CONNECT, READ = 10.0, 30.0  # seconds; a model that is being fetched may be silent for longer


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that is there."""

    name: str
    size: int  # bytes; 0: unknown
    parameters: str  # how many it has, as in "8.0B"
    quantization: str
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Details:
    """What a server tells of one model."""

    name: str
    context: int  # tokens it was made for; 0: unknown
    capabilities: tuple[str, ...]  # completion, tools, thinking, vision, ...
    family: str
    parameters: str
    quantization: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a model has come; of a step that is not counted, `total` is 0."""

    status: str
    completed: int
    total: int


async def installed(base_url: str) -> list[Installed]:
    """The models of a server, by name; a ProviderError when it cannot be asked."""
    async with _asking(base_url, READ) as client:
        found = [_installed(one) for one in (await client.list()).models]
    return sorted(found, key=lambda one: one.name)


async def shown(base_url: str, name: str) -> Details:
    """What a server tells of a model; a ProviderError when it has none of that name."""
    try:
        async with _asking(base_url, READ) as client:
            told = await client.show(name)
    except ProviderError as error:
        if error.error == "bad_request":
            error.hint = f"footlights models pull ollama/{name}"
        raise
    about = told.details
    return Details(
        name,
        _context(told.modelinfo or {}),
        tuple(told.capabilities or ()),
        (about and about.family) or "",
        (about and about.parameter_size) or "",
        (about and about.quantization_level) or "",
    )


async def pulled(base_url: str, name: str) -> AsyncIterator[Progress]:
    """Fetch a model; the server goes on with what it has when it is asked again after a break."""
    try:
        async with _asking(base_url, None) as client, aclosing(await client.pull(name, stream=True)) as steps:
            async for step in steps:
                yield Progress(step.status or "", step.completed or 0, step.total or 0)
    except ProviderError as error:
        if error.error != "connection":
            error.hint = "ollama.com/library lists the names of models"
        raise


@asynccontextmanager
async def _asking(base_url: str, read: float | None) -> AsyncIterator[Any]:
    sdk, http = await asyncio.to_thread(_loaded)
    endpoint = Endpoint("ollama", base_url)
    client = sdk.AsyncClient(
        base_url,
        timeout=http.Timeout(read, connect=CONNECT),
        follow_redirects=False,
        trust_env=False,  # a proxy has no business with a server of one's own
        verify=base_url.startswith("https:"),
        auth=_nameless,
    )
    try:
        async with client:
            yield client
    except sdk.ResponseError as error:
        raise _refused(error, endpoint) from error
    except (ConnectionError, http.TransportError) as error:
        hint = f"is Ollama running on {endpoint.host}? ollama serve starts it"
        raise ProviderError("connection", f"{endpoint.host} cannot be reached", hint=hint) from error
    except (ValueError, TypeError, AttributeError) as error:  # how the SDK meets what it does not expect
        raise ProviderError("malformed", f"{endpoint.host} does not answer as Ollama does") from error


def _loaded() -> tuple[Any, Any]:
    try:
        return import_module(NEEDS), import_module("httpx")  # which it stands on
    except ImportError as error:
        why = f"the package {NEEDS} is not installed"
        raise NoProvider("ollama", why, f"pip install 'footlights[{NEEDS}]' adds it") from error
    except ValueError as error:  # it reads the variable when it is loaded, and knows fewer forms of it
        said = f"the package {NEEDS} cannot read OLLAMA_HOST: {error}"
        raise NoProvider("ollama", said, "write it whole, such as http://[::1]:11434") from error


def _nameless(request: Any) -> Any:
    """The SDK would send the key of ollama.com to any server."""
    request.headers.pop("authorization", None)
    return request


def _refused(error: Any, endpoint: Endpoint) -> ProviderError:
    if error.status_code < 300:  # said in the middle of an answer
        return faults.in_band(error.error, endpoint)
    return faults.of_status(error.status_code, {}, str(error.error).encode(), endpoint)


def _installed(told: Any) -> Installed:
    about = told.details
    return Installed(
        told.model or "",
        int(told.size or 0),
        (about and about.parameter_size) or "",
        (about and about.quantization_level) or "",
        told.modified_at,
    )


def _context(about: Any) -> int:
    """It stands under the name of the model's architecture, as in llama.context_length."""
    lengths = (value for name, value in about.items() if name.endswith(".context_length"))
    return next((value for value in lengths if isinstance(value, int)), 0)
