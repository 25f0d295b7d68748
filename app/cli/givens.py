"""What a run is given on the command line: inputs (`-i`), answers to its questions (`--answers`), limits (`--limit`).

Everything that is wrong is told at once, before anything is performed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.document import parse, read_source
from app.document.suggest import did_you_mean, listed, shortened
from app.document.types import ListOf, MapOf, Type, mismatches, spoken, spoken_value, without_null
from app.document.written import in_notation, read_notation, read_value
from app.engine.inputs import out_of_range
from app.errors import Problem, ScenarioRefused, UsageError
from app.safety import looks_like_secret
from app.scenario import Checked
from app.scenario.model.parts import Input

_SUCH_AS = {"cost_usd": "5", "tokens": "50k", "wall": "5m", "turns": "20"}
_LIMITS = tuple(_SUCH_AS)


def add_givens(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a run is given."""
    parser.add_argument(
        "-i", "--input", dest="inputs", action="append", default=[], metavar="NAME=VALUE",
        help="an input; @FILE reads a file, - alone reads all of them as JSON from stdin",
    )  # fmt: skip
    add_answers(parser)


def add_answers(parser: argparse._ActionsContainer) -> None:
    """Add what also a run that goes on may be given."""
    parser.add_argument("--answers", metavar="FILE", help="answers to its questions, YAML or JSON: STEP: CHOICE, or *")
    parser.add_argument(
        "--limit", dest="limits", action="append", default=[], metavar="NAME=VALUE",
        help="spend less than the file allows: cost_usd=1, tokens=50k, wall=5m, turns=20",
    )  # fmt: skip


def read_inputs(words: Sequence[str], checked: Checked) -> dict[str, Any]:
    """The inputs by name, each of its type and in its range; those with a default may be left out."""
    assert checked.scenario is not None
    reading = _Reading(checked.scenario.inputs, checked.input_types)
    for word in words:
        if word == "-":
            reading.take_all(sys.stdin.read())
        else:
            reading.take(word)
    reading.insist_on_required()
    return reading.finish()


class _Reading:
    """Inputs as they are read, one after the other, and what is wrong with them."""

    def __init__(self, known: dict[str, Input], types: dict[str, Type]) -> None:
        self._known = known
        self._types = types
        self._values: dict[str, Any] = {}
        self._told: set[str] = set()  # by -i NAME=VALUE; what comes from stdin is no more than a default for these
        self._problems: list[Problem] = []

    def take(self, word: str) -> None:
        """Read one NAME=VALUE."""
        name, equals, text = word.partition("=")
        if not equals:
            self._refuse(f'"{shortened(word)}" is not an input', f"write  -i {shortened(name)}=VALUE")
        elif name in self._told:
            self._refuse(f'the input "{name}" is given twice', "keep one")
        elif looks_like_secret(text):
            self._told.add(name)
            message = f'the input "{shortened(name)}" looks like a secret key; it would be kept with the run'
            self._refuse(message, "a tool can take it as ${{ secrets.NAME }}; models find theirs by themselves")
        elif self._is_known(name):
            self._told.add(name)
            try:
                self._values[name] = read_value(name, text, self._types[name])
            except UsageError as error:
                self._refuse(error.message, error.hint)
            else:
                self._check(name)

    def take_all(self, text: str) -> None:
        """Read a JSON object of inputs."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            self._refuse(f"what stdin holds is not JSON: {error}", '-i - reads {"name": value}')
            return
        if not isinstance(values, dict):
            self._refuse(f"stdin holds {spoken_value(values)}", '-i - reads a JSON object: {"name": value}')
            return
        for name, value in values.items():
            if name not in self._told and self._is_known(name):
                self._values[name] = value
                self._check(name)

    def insist_on_required(self) -> None:
        """Name every input that must be given and is not."""
        for name, wanted in self._known.items():
            if wanted.required and name not in self._values and name not in self._told:
                about = ", ".join(part for part in (spoken(self._types[name]), wanted.help) if part)
                self._refuse(f'the input "{name}" is missing', f"give it with  -i {name}=...  ({about})")

    def finish(self) -> dict[str, Any]:
        """All values, if nothing was wrong."""
        if self._problems:
            raise ScenarioRefused(self._problems)
        return self._values

    def _is_known(self, name: str) -> bool:
        if name in self._known:
            return True
        otherwise = "" if self._known else "it takes none"
        self._refuse(f'there is no input "{shortened(name)}"', did_you_mean(name, self._known, otherwise))
        return False

    def _check(self, name: str) -> None:
        value, wanted = self._values[name], self._known[name]
        for wrong in mismatches(self._types[name], value):
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.path)
            self._refuse(f"{name}{place}: {wrong.message}", _how_to_write(name, self._types[name]))
        if said := out_of_range(value, wanted):
            self._refuse(f"{name}: {said}")

    def _refuse(self, message: str, hint: str = "") -> None:
        self._problems.append(Problem("input", message, hint))


def _how_to_write(name: str, type: Type) -> str:
    match without_null(type):
        case ListOf():
            return f"write  -i {name}='[a, b]'"
        case MapOf():
            return f"write  -i {name}='{{key: value}}'"
    return ""


def _no_number(kind: str, text: str) -> str:
    """What to say when pydantic wanted a number."""
    if not kind.startswith(("int_", "float_")):
        return ""
    return f'"{shortened(text)}" is no {"whole " if kind.startswith("int_") else ""}number'


def read_answers(path: str | None, steps: Iterable[str] = ()) -> dict[str, str]:
    """The answers of a file by step or gate; with the steps that are known, a misspelt one is named."""
    if path is None:
        return {}
    answers = parse(read_source(Path(path), path)).data
    known = set(steps)
    for name, answer in answers.items():
        if isinstance(answer, dict | list) or answer is None:
            raise UsageError(f'{path}: the answer to "{shortened(str(name))}" is {spoken_value(answer)}', _ANSWER)
        if known and name != "*" and _step_of(str(name)) not in known:
            raise UsageError(f'{path}: nothing asks at "{shortened(str(name))}"', did_you_mean(str(name), known))
    return {str(name): in_notation(answer) for name, answer in answers.items()}


_ANSWER = "an answer is an option or a text, such as  sign_off: ship"


def _step_of(name: str) -> str:
    """The step of the file that a gate or a path of a run belongs to."""
    from app.events import definition

    return definition(name.partition("#")[0])


def read_limits(words: Sequence[str], said: str = "--limit") -> dict[str, Any]:
    """Limits by name, as plain numbers; `said` is what mistakes are called after."""
    if not words:
        return {}
    from pydantic import ValidationError

    from app.document.values import Limits

    written: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if name not in _LIMITS:
            hint = did_you_mean(name, _LIMITS, otherwise=f"there is {listed(_LIMITS)}")
            raise UsageError(f'{said}: there is no limit "{shortened(name)}"', hint)
        if name in written:
            raise UsageError(f'{said}: "{name}" is there twice', "keep one")
        try:
            written[name] = read_notation(f"{said} {name}", text) if equals else None
            if written[name] is None:
                raise UsageError(f"{said} {name} has no value", f"write  {said} {name}={_SUCH_AS[name]}")
            Limits.model_validate(written)
        except ValidationError as refused:
            first = refused.errors()[0]
            context = first.get("ctx", {})
            message = context.get("said") or _no_number(first["type"], text) or first["msg"].lower()
            raise UsageError(f"{said} {name}: {message}", context.get("hint", "")) from refused
    return Limits.model_validate(written).model_dump(include=set(written))
