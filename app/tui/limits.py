"""A limit as a person writes it: an example of each, what was written as a number, and what is wrong with it."""

from __future__ import annotations

EXAMPLES = {"cost_usd": "3.00", "tokens": "200k", "wall": "30m", "turns": "50"}


def limit_in(measure: str, text: str) -> tuple[float, str]:
    """How much was written, and what is wrong with it."""
    from pydantic import ValidationError

    from app.document.values import Limits

    try:
        written: object = float(text) if measure == "cost_usd" else int(text) if text.isdecimal() else text
        return float(getattr(Limits.model_validate({measure: written}), measure)), ""
    except ValidationError as refused:
        first = refused.errors()[0]
        return 0.0, str(first.get("ctx", {}).get("said") or f"an amount above 0, such as {EXAMPLES[measure]}")
    except ValueError:
        return 0.0, "that is no number"
