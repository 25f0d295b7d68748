"""Recorded runs: their events, the values these stand for, and what was made of them when they were recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from app.cli.ink import Ink
from app.cli.narrating.narrator import Narrator
from app.events import Event, Ref, decode, encode, kind_of
from app.state import RunState, critical_path, fold, meters

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


@dataclass(frozen=True)
class Golden:
    """One recorded run."""

    events: list[Event]
    values: dict[str, Any]
    summary: str
    told: str

    def value(self, ref: Ref) -> Any:
        """What a Ref stands for."""
        return self.values[ref.ref]


def read(name: str) -> Golden:
    """A recorded run, by its name."""
    lines = (FOLDER / f"{name}.jsonl").read_bytes().splitlines()
    return Golden(
        [decode(line) for line in lines],
        json.loads((FOLDER / f"{name}.values.json").read_text()),
        (FOLDER / f"{name}.summary.txt").read_text(),
        (FOLDER / f"{name}.told.txt").read_text(),
    )


def record(name: str, events: Sequence[Event], values: dict[str, Any]) -> None:
    """Write a run down, with what the fold and the narrator make of it today."""
    (FOLDER / f"{name}.jsonl").write_bytes(b"".join(encode(event) + b"\n" for event in events))
    text = json.dumps(dict(sorted(values.items())), indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.values.json").write_text(text + "\n")
    (FOLDER / f"{name}.summary.txt").write_text(summary(fold(events)))
    (FOLDER / f"{name}.told.txt").write_text(telling(events, lambda ref: values[ref.ref]))


def telling(events: Sequence[Event], values: Callable[[Ref], Any]) -> str:
    """What is told of a run at 80 columns, without colour."""
    said: list[str] = []
    narrator = Narrator(Ink(colour=False, width=80), said.append, values)
    for event in events:
        narrator.tell(event)
    narrator.finish(fold(events))
    return "".join(said)


def summary(state: RunState) -> str:
    """All that the fold holds, a line a thing; what is as it was at the beginning is left out."""
    lines = []
    for name, value in _said(state):
        if name == "trail":
            continue  # a line for each event would hide the rest; the critical path stands for it
        if isinstance(value, dict):
            lines += [f"{name} {key}: {_shown(item)}" for key, item in value.items()]
        else:
            lines.append(f"{name}: {_shown(value)}")
    lines += [f"meter {meter.scope} {meter.measure}: {_shown(meter)}" for meter in meters(state)]
    lines += [f"critical {part.began}-{part.ended} {part.step}" for part in critical_path(state)]
    return "\n".join(lines) + "\n"


def _said(thing: Any) -> Iterable[tuple[str, Any]]:
    for field in fields(thing):
        value = getattr(thing, field.name)
        usual = field.default_factory() if field.default_factory is not MISSING else field.default
        if value != usual:
            yield field.name, value


def _shown(value: Any) -> str:
    if isinstance(value, Event):
        return f"{kind_of(value)}#{value.seq}"
    if isinstance(value, Ref):
        return f"={value.ref[:8]}"
    if isinstance(value, float):
        return f"{value:.9g}"
    if is_dataclass(value):
        return " ".join(f"{name}={_shown(item)}" for name, item in _said(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return str(value)
