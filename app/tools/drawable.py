"""Words as a picture can hold them: what cannot be seen is shown, and what XML refuses is left out."""

from __future__ import annotations

import re

from app.safety import safe_text

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def drawable(text: str) -> str:
    """Return a text of one line for a drawing, on a terminal or in SVG."""
    return _NOT_XML.sub("", safe_text(text, newlines=False))
