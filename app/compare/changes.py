"""What was otherwise from the outside: inputs, settings, keys of the scenario, cards, and what people answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.compare.aligning import merged
from app.compare.halves import Half, answer_of, as_json
from app.compare.texts import places
from app.errors import FootlightsError
from app.events import RunStarted

ABSENT: Final = "(not there)"
_OF_THE_MACHINE = ("root",)  # settings that say where it was performed, not how


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the two runs did not have in common."""

    kind: str  # input, setting, scenario, file, answer
    where: str
    left: Any = ABSENT
    right: Any = ABSENT


def changes(left: Half, right: Half) -> list[Change]:
    """All of them: what was given first, then what was written, then what people said."""
    found: list[Change] = []
    if left.start is not None and right.start is not None:
        found += _between("input", left.value(left.start.inputs) or {}, right.value(right.start.inputs) or {})
        written = list(_of_files(left.value(left.start.source), right.value(right.start.source)))
        known = [(each.left, each.right) for each in written]
        settings = [
            *_between("setting", _settings(left.start), _settings(right.start)),
            *_between("setting", left.start.versions, right.start.versions, "version", absent=False),
        ]  # an export leaves versions out
        found += [each for each in settings if (each.left, each.right) not in known]  # what a file says is told there
        found += written
    found += _between("answer", _answers(left), _answers(right), absent=False)
    return found


def _between(kind: str, one: Any, other: Any, within: str = "", *, absent: bool = True) -> Iterator[Change]:
    """The places of two structures that do not hold the same."""
    first, second = dict(places(one, within)), dict(places(other, within))
    for where in merged(list(first), list(second)):
        left, right = first.get(where, ABSENT), second.get(where, ABSENT)
        if (absent or (where in first and where in second)) and as_json(left) != as_json(right):
            yield Change(kind, where, left, right)


def _settings(start: RunStarted) -> Mapping[str, Any]:
    """What was decided when it was started."""
    settings = {name: value for name, value in start.settings.items() if name not in _OF_THE_MACHINE}
    return {
        "scenario": start.scenario, "mode": start.mode, "seed": start.seed, "limits": start.limits,
        "models": start.models, "tags": list(start.tags), **settings,
    }  # fmt: skip


def _answers(half: Half) -> dict[str, str]:
    return {name: answer_of(half.recording, half.state, name) for name in half.state.gates}


def _of_files(one: Any, other: Any) -> Iterator[Change]:
    """What is otherwise in the files that the runs were made of: the scenario by its keys, and all others."""
    if not isinstance(one, dict) or not isinstance(other, dict) or one == other:
        return
    scenarios = [_file(bundle, str(bundle.get("path", ""))) for bundle in (one, other)]
    if scenarios[0] != scenarios[1]:
        yield from _of_texts("scenario", str(one.get("path", "")), *scenarios, within="")
    files = [_files(bundle) for bundle in (one, other)]
    own = {str(one.get("path", "")), str(other.get("path", ""))}
    for name in merged(sorted(files[0]), sorted(files[1])):
        left, right = files[0].get(name, ABSENT), files[1].get(name, ABSENT)
        if name not in own and left != right:
            yield from _of_texts("file", name, left, right, within=name)


def _of_texts(kind: str, name: str, left: str, right: str, *, within: str) -> Iterator[Change]:
    """By their keys, where both are YAML with keys that differ; else as texts."""
    data = [_read(name, text) for text in (left, right)]
    if all(isinstance(each, dict) for each in data):
        found = list(_between(kind, *data))
        yield from (Change(kind, f"{within}: {each.where}" if within else each.where, each.left, each.right)
                    for each in found)  # fmt: skip
        return
    yield Change(kind, name, left, right)


def _read(name: str, text: str) -> Any:
    if not name.endswith((".yaml", ".yml")):
        return None
    from app.document import Source, parse  # only who compares two scenarios pays for reading them

    try:
        return parse(Source(name, text)).data
    except FootlightsError:
        return None


def _files(bundle: dict[str, Any]) -> dict[str, str]:
    files = bundle.get("files")
    return {str(name): str(text) for name, text in files.items()} if isinstance(files, dict) else {}


def _file(bundle: dict[str, Any], name: str) -> str:
    return _files(bundle).get(name, ABSENT)
