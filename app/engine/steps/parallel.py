"""`parallel:` a block whose steps go side by side; the order of its steps says so, so nothing else differs."""

from __future__ import annotations

from app.engine.steps.block import perform

__all__ = ["perform"]
