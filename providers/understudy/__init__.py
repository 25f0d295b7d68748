"""Makes up an answer when nobody wrote one: from what was asked, by whom it is answered, and in which shape.

It understands nothing. It finds what a prompt asks for, of what, and what came along with it, and says something of the
kind in the manner of the house, so that a scenario without a single written line can be watched.
"""

from __future__ import annotations

from typing import Any

import msgspec

from providers.base import Request
from providers.understudy.composing import Voice
from providers.understudy.reading import read

__all__ = ["answer", "delegation"]


def answer(request: Request) -> str:
    """A text, or JSON of the shape that is asked for."""
    voice = Voice(request.script, read(request))
    if request.shape is None:
        return voice.speech()
    from providers.understudy.shapes import fill  # fractions and all: plain texts do without

    return msgspec.json.encode(fill(request.shape, voice, request.script.confidence)).decode()


def delegation(request: Request) -> tuple[str, dict[str, Any]] | None:
    """Whom a manager hands work to next, as the name of a tool and its arguments; None when it answers itself."""
    from providers.understudy.delegating import PREFIX, delegation

    if not any(offer.name.startswith(PREFIX) for offer in request.tools):
        return None
    return delegation(request, Voice(request.script, read(request)))
