"""A person's own keys: `keys.yaml` in the configuration folder, a line for each key that shall be another one.

stage.pause: f5
runs.remove: [delete, D]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from app.errors import Problem, ScenarioRefused
from app.settings import config_folder
from app.tui.keys import BY_ID, KEYS, named, shown

FILE = "keys.yaml"
MOST_TOLD = 6  # problems
_NAME = re.compile(r"[A-Za-z0-9_+]{1,32}|.")


def keymap_file() -> Path:
    """Where it is, if there is one."""
    return config_folder() / FILE


def read_keymap() -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The keys by id, and all that is wrong in the file; what is right counts all the same."""
    path = keymap_file()
    if not path.is_file():
        return {}, ()
    from app.document import Report, parse, read_source
    from app.document.suggest import did_you_mean

    try:
        source = read_source(path)
        report = Report(source, parse(source))
    except ScenarioRefused as refused:
        return {}, tuple(refused.problems)
    written = report.root.data
    given = written if isinstance(written, dict) else {}
    taken = _taken({str(id) for id in given})
    found: dict[str, str] = {}
    for id, keys in given.items():
        listed = [named(str(key)) for key in (keys if isinstance(keys, list) else [keys])]
        if id not in BY_ID:
            report.error("unknown-key", f'there is no key "{id}"', did_you_mean(str(id), BY_ID), at=(str(id), "@key"))
        elif not listed or not all(_NAME.fullmatch(key) for key in listed):
            report.error("keys", "this is no key", "such as  ctrl+k  or  [f5, space]", at=(str(id),))
        elif clash := _clash(str(id), listed, taken):
            report.error("keys", *clash, at=(str(id),))
            taken |= {(BY_ID[id].spot, key): id for key in BY_ID[id].keys.split(",")}
        else:
            found[id] = ",".join(listed)
            taken |= {(BY_ID[id].spot, key): id for key in listed}
    if written and not isinstance(written, dict):
        report.error("map", "this needs a line for each key", "such as  stage.pause: f5", at=())
    return found, tuple(report.problems)


def in_words(problems: Sequence[Problem]) -> str:
    """What is wrong, a line each, with its place in the file and nothing of where the file is."""
    told = [f"{FILE}:{each.line}:{each.column} {each.message}" for each in problems[:MOST_TOLD]]
    left = len(problems) - len(told)
    return "\n".join([*told, *([f"and {left} more"] if left else []), "footlights doctor tells how to mend it"])


def _taken(moved: set[str]) -> dict[tuple[str, str], str]:
    """Whose each key is at its spot, before the file gives any away."""
    return {(key.spot, one): key.id for key in KEYS if key.id not in moved for one in key.keys.split(",")}


def _clash(id: str, keys: list[str], taken: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """At one spot a key means one thing: whoever comes later keeps the key they had."""
    spot = BY_ID[id].spot
    for key in keys:
        if other := taken.get((spot, key)):
            return f"{key} is {other} already; {id} stays {shown(BY_ID[id].keys)}", f"give {other} another key first"
    return None
