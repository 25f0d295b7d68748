"""Changes a scenario as it lies in a bundle, for a fork or the cells of a batch: a prompt, a model, a card."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.document import Source, parse
from app.engine.bundle import Bundle
from app.errors import UsageError


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `plan.prompt`, `inputs.strict`, `agents.cto.model`, and what it is from there on."""

    address: str
    value: Any

    @property
    def kind(self) -> str:
        """inputs, agents, or steps."""
        first = self.address.partition(".")[0]
        return first if first in ("inputs", "agents") and self.address.count(".") else "steps"

    @property
    def name(self) -> str:
        """The input, the agent or the step."""
        return self.address.split(".")[1] if self.kind != "steps" else self.address.rpartition(".")[0]


def edited(bundle: Bundle, changes: Iterable[Edit]) -> Bundle:
    """The files with the changes in them; a scenario that was changed loses its comments."""
    changes = [change for change in changes if change.kind != "inputs"]
    if not changes:
        return bundle
    path = bundle["path"]
    data = parse(Source(bundle["name"], bundle["files"][path])).data
    for change in changes:
        part, key = _place(data, change)
        part[key] = change.value
    files = {**bundle["files"], path: json.dumps(data, indent=2, ensure_ascii=False)}
    return {**bundle, "files": files}


def _place(data: Any, change: Edit) -> tuple[dict[str, Any], str]:
    """The map in the file that holds what is changed, and the key there."""
    key = change.address.rpartition(".")[2]
    if change.kind == "agents":
        member = data.get("agents", {}).get(change.name)
        if isinstance(member, str):
            member = data["agents"][change.name] = {"card": member}
        if not isinstance(member, dict):
            raise UsageError(f'there is no agent "{change.name}"', "footlights show lists the cast")
        return member, key
    part: Any = data
    for name in change.name.split("/"):
        inside = part.get("steps", part.get("parallel")) if isinstance(part, dict) else None
        part = inside.get(name) if isinstance(inside, dict) else None
    if not isinstance(part, dict):
        raise UsageError(f'there is no step "{change.name}"', "steps inside blocks are written polish/verdict")
    return part, key
