"""Finds a tool by its name, and imports its family when it is first asked for."""

from __future__ import annotations

TYPE_CHECKING = False  # to ask for names costs next to nothing: neither `typing` nor any family is loaded for it
if TYPE_CHECKING:
    from app.tools.base import Tool

# A family is a module of this folder with its `TOOLS`. To add a tool, add it there and its name here: a test compares.
FAMILIES = {
    "file": ("file.read", "file.write", "file.list"),
    "http": ("http",),
    "memory": ("memory.read", "memory.write"),
    "notify": ("notify",),
    "schema": ("schema.validate",),
    "table": ("table.read", "table.filter", "table.aggregate", "table.join", "table.transform", "table.sql"),
    "text": ("text.count", "text.readability", "text.diff", "text.extract", "text.validate"),
}
ALIASES = {"file": "file.read"}


def find(name: str) -> Tool | None:
    """Return the tool of that name, or None when there is none (yet)."""
    name = ALIASES.get(name, name)
    family = name.partition(".")[0]
    return _family(family).get(name) if name in FAMILIES.get(family, ()) else None


def members(word: str) -> tuple[Tool, ...]:
    """Return what a word in `tools:` stands for: one tool, or a whole family such as `table`; nothing if unknown."""
    if tool := find(word):
        return (tool,)
    return tuple(_family(word).values()) if word in FAMILIES else ()


def names() -> tuple[str, ...]:
    """Return the names of all tools, family by family."""
    return tuple(name for family in FAMILIES.values() for name in family)


def families() -> tuple[str, ...]:
    """Return the names of the families."""
    return tuple(FAMILIES)


def _family(name: str) -> dict[str, Tool]:
    from importlib import import_module

    module = import_module(f"app.tools.{name}")
    return {tool.name: tool for tool in module.TOOLS}
