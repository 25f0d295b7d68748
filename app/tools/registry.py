"""Finds a tool by its name, and imports its family when it is first asked for."""

from __future__ import annotations

TYPE_CHECKING = False  # to ask for names costs next to nothing: neither `typing` nor any family is loaded for it
if TYPE_CHECKING:
    from app.tools.base import Tool

# A family is a module of this folder with its `TOOLS`, or a folder with them in its `tools.py`: its sums can then be
# done in a process of their own without loading all of it. To add a tool, add its name here: a test compares.
FAMILIES = {
    "accounts": ("accounts.health", "accounts.value"),
    "backtest": ("backtest.run", "backtest.bars"),
    "bids": ("bids.compare", "bids.price_band"),
    "campaign": ("campaign.split", "campaign.significance"),
    "chart": ("chart.draw", "chart.svg"),
    "corpus": ("corpus.search",),
    "design": ("design.ad",),
    "code": ("code.check", "code.outline", "code.test", "code.change"),
    "desk": ("desk.score", "desk.route", "desk.sla"),
    "file": ("file.read", "file.write", "file.list"),
    "forecast": ("forecast.series", "forecast.anomalies", "forecast.exhaustion"),
    "games": ("games.bracket", "games.retention", "games.balance"),
    "graph": ("graph.impact", "graph.path", "graph.cycles", "graph.rank", "graph.find"),
    "http": ("http",),
    "infra": ("infra.check",),
    "leads": ("leads.score", "leads.route", "leads.forecast"),
    "medical": ("medical.codes", "medical.claim"),
    "memory": ("memory.read", "memory.write"),
    "notify": ("notify",),
    "page": ("page.audit", "page.markup", "page.check_markup"),
    "plan": ("plan.project", "plan.score", "plan.okr"),
    "release": ("release.version", "release.gate"),
    "routes": ("routes.plan",),
    "rules": ("rules.check", "rules.list", "rules.personal", "rules.proof"),
    "schema": ("schema.validate",),
    "stock": ("stock.forecast", "stock.reorder"),
    "table": ("table.read", "table.filter", "table.aggregate", "table.join", "table.transform", "table.sql"),
    "talent": ("talent.score", "talent.bias", "talent.blind", "talent.slots"),
    "text": ("text.count", "text.readability", "text.diff", "text.extract", "text.validate", "text.render"),
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


def knows(word: str) -> bool:
    """Can a word in `tools:` stand for something? What a server of its own offers is known when it is asked."""
    return word.startswith("mcp:") or word in ALIASES or word in FAMILIES or word in names()


def families() -> tuple[str, ...]:
    """Return the names of the families."""
    return tuple(FAMILIES)


def _family(name: str) -> dict[str, Tool]:
    if name not in _loaded:
        from importlib import import_module

        module = import_module(f"app.tools.{name}")
        if not hasattr(module, "TOOLS"):
            module = import_module(f"app.tools.{name}.tools")
        _loaded[name] = {tool.name: tool for tool in module.TOOLS}
    return _loaded[name]


_loaded: dict[str, dict[str, Tool]] = {}
