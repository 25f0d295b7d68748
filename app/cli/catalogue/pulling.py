"""What an Ollama server has, and what is fetched for it: `footlights models --installed`, and `models pull`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

from app.cli.endings import DONE
from app.cli.ink import Ink
from app.cli.said import narrate, say_good
from app.cli.tables import Cell, Giving, table
from app.errors import FootlightsError, UsageError
from app.safety import clean
from providers.addresses import address_of
from providers.catalogue import services

if TYPE_CHECKING:
    from providers.ollama_models import Progress

_HEAD = ("installed", "size", "parameters", "quantization", "fetched")
_GIGABYTE = 1_000_000_000
_BAR = 24  # cells
_OFTEN = 0.1  # seconds between two pictures of the bar
_SELDOM = 10.0  # and between two lines, where they stay
_INTERRUPTED = 130


class ServerFails(FootlightsError):
    """The server cannot be asked, or refuses."""


def ask_ollama(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What the server has that is configured, by name."""
    from providers.base import NoProvider, ProviderError
    from providers.ollama_models import installed

    try:
        found = asyncio.run(installed(_address(args)))
    except (ProviderError, NoProvider) as error:
        raise _failed(error) from error
    return [
        {
            "use": f"ollama/{one.name}",
            "size": one.size,
            "parameters": one.parameters,
            "quantization": one.quantization,
            "fetched": one.modified.isoformat() if one.modified is not None else None,
        }
        for one in found
    ]


def installed_lines(installed: list[dict[str, Any]], ink: Ink) -> list[str]:
    """The same as a table."""
    if not installed:
        return ["Ollama has no model yet; footlights models pull ollama/qwen3 fetches one"]
    rows = [
        [
            Cell(one["use"]),
            Cell(_size(one["size"]), "", True),
            Cell(one["parameters"], "", True),
            Cell(one["quantization"]),
            Cell((one["fetched"] or "")[:10]),
        ]
        for one in installed
    ]
    return table(_HEAD, rows, ink, yielding=Giving(column=0, leaving=(4, 3, 2)))


def pull(args: argparse.Namespace, name: str) -> int:
    """Fetch a model; what came so far is kept by the server when this is stopped."""
    service, slash, model = name.partition("/")
    if slash and service != "ollama":
        raise UsageError(f"{service} has its models where they are", "only Ollama fetches models: ollama/NAME")
    model = model if slash else name
    address = _address(args)
    narrate(f"fetching {model} for Ollama at {address}")
    try:
        asyncio.run(_pull(address, model))
    except KeyboardInterrupt:
        narrate("\nstopped; the same command goes on where it was")
        return _INTERRUPTED
    say_good(f"ollama/{model} is there; footlights models test ollama/{model} tries it")
    return DONE


async def _pull(address: str, model: str) -> None:
    from providers.base import NoProvider, ProviderError
    from providers.ollama_models import pulled

    shown = _Shown()
    try:
        async for progress in pulled(address, model):
            shown.tell(progress)
    except (ProviderError, NoProvider) as error:
        raise _failed(error) from error
    finally:
        shown.clear()


class _Shown:
    """A bar that moves on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._ink = Ink.for_stream(sys.stderr)
        self._moves = sys.stderr.isatty()
        self._last = 0.0
        self._status = ""

    def tell(self, progress: Progress) -> None:
        """How far it has come."""
        now = time.monotonic()
        is_news = progress.status != self._status
        if not is_news and now - self._last < (_OFTEN if self._moves else _SELDOM):
            return
        self._last, self._status = now, progress.status
        line = self._ink.glyphs(clean(_line(progress)))
        sys.stderr.write(f"\r\x1b[2K{line[: self._ink.width - 1]}" if self._moves else f"{line}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._moves:
            sys.stderr.write("\r\x1b[2K")


def _line(progress: Progress) -> str:
    if not progress.total:
        return progress.status
    share = min(1.0, progress.completed / progress.total)
    bar = "█" * round(share * _BAR)
    return f"{bar:░<{_BAR}} {share:4.0%} of {_size(progress.total)}  {progress.status}"


def _size(count: int) -> str:
    if not count:
        return "?"
    return f"{count / _GIGABYTE:.1f} GB" if count >= _GIGABYTE else f"{count / 1_000_000:.1f} MB"


def _address(args: argparse.Namespace) -> str:
    return args.base_url or address_of(services()["ollama"])


def _failed(error: Any) -> ServerFails:
    return ServerFails(getattr(error, "message", "") or str(error), error.hint)
