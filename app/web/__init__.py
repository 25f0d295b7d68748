"""The app in a browser: behind a door that only those with a token pass, and a mirror for an audience."""

from __future__ import annotations

from importlib.util import find_spec

from app.errors import FootlightsError


class NoBrowserPart(FootlightsError):
    """What the extra `web` brings is missing, or not as we know it."""


def insist_on_the_extra() -> None:
    """Raise NoBrowserPart where what serves a browser is not installed."""
    for module, package in (("aiohttp", "aiohttp"), ("textual_serve", "textual-serve")):
        if find_spec(module) is None:
            raise NoBrowserPart(f"the package {package} is not installed", "pip install 'footlights[web]' adds it")
