"""Writes the tables of the documentation from the models, and what commands say about its examples.

`python docs/make_reference.py` rewrites the pages in place; `--check` shows what would change, and then exits with 1.
A page asks for a table by the class or the list it is about, between `<!-- table: Loop -->` and `<!-- end -->`. Between
`<!-- shown: explain -->` and `<!-- end -->` stands what that command prints about the last scenario above it; of a
performance, what people read.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.cast.card import Card
from app.document.values import FileText, Section, Text
from app.scenario.expressions import FUNCTIONS, signature
from app.scenario.model import KINDS, Lines, Scenario, Step
from app.scenario.model.modifiers import SEES
from app.scenario.model.parts import PROVIDERS, Outcome
from app.scenario.model.rehearsal import ERROR_CLASSES
from app.scenario.passages import scope_words
from app.scenario.privacy import class_of
from docs import company_tables, event_tables, key_tables
from docs.reference_words import BOUNDS, ERRORS, NAMES, OUTCOMES, OUTPUTS, SPOKEN, TYPE_KEYS
from providers.catalogue import built_in

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
REFERENCE = ROOT / "docs" / "scenario-reference.md"
MARKED = re.compile(r"<!-- (table|shown): ([\w -]+) -->\n(.*?)<!-- end -->", re.DOTALL)
EXAMPLE = re.compile(r"^```yaml(?: mistake)?\n(schema:.*?)^```$", re.DOTALL | re.MULTILINE)
Listed = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]  # a head and its rows
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RUN = re.compile(r"(?<=footlights show )[0-9A-Z]{8}")  # every run has a name of its own
A_RUN = "4KXZ9Q2M"


def main() -> int:
    """Rewrite the pages, or say that they should be."""
    outdated = {page: new for page in PAGES if (new := written(page)) != page.read_text(encoding="utf-8")}
    for page, new in outdated.items():
        if "--check" in sys.argv[1:]:
            old, name = page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, name))
        else:
            page.write_text(new, encoding="utf-8")
    return 1 if outdated and "--check" in sys.argv[1:] else 0


def written(page: Path) -> str:
    """Return the page as it should be: every marked part made again."""
    text = page.read_text(encoding="utf-8")

    def made(found: re.Match[str]) -> str:
        what, name = found[1], found[2]
        body = table(name, page) if what == "table" else shown(name, EXAMPLE.findall(text[: found.start()])[-1])
        return f"<!-- {what}: {name} -->\n\n{body}\n\n<!-- end -->"

    return MARKED.sub(made, text)


def shown(command: str, scenario: str) -> str:
    """Return what a command prints about a scenario, on a plain terminal without keys."""
    with tempfile.TemporaryDirectory() as folder:
        name = found[1] if (found := re.search(r"^name: (\S+)", scenario, re.MULTILINE)) else "scenario"
        Path(folder, f"{name}.yaml").write_text(scenario, encoding="utf-8")
        environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "COLUMNS": "90", "PYTHONUTF8": "1"}
        verb, _, options = command.partition(" ")
        line = f"{verb} {name}.yaml {options}".strip()
        done = subprocess.run(
            [sys.executable, "-m", "footlights", *line.split()],
            cwd=folder,
            env=environment | {"FOOTLIGHTS_HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )
    said = RUN.sub(A_RUN, done.stderr) if verb == "run" else done.stdout
    return f"```text\n$ footlights {line}\n{said.rstrip()}\n```"


def table(name: str, page: Path) -> str:
    """Return the table about a section class or a list."""
    if name in LISTS:
        head, rows = LISTS[name]()
        return drawn(head, rows)
    section = next(section for section in places() if section.__name__ == name)
    where = ", ".join(f"`{at}`" for heir, found in places().items() if issubclass(heir, section) for at in found)
    rows = [_row(section, key, field, page) for key, field in own_keys(section).items()]
    return f"Stands at {where}.\n\n" * bool(where) + drawn(("key", "type", "default", "meaning"), rows)


def drawn(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table whose columns, but for the last, line up in a terminal too."""
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head) - 1)]
    widths.append(len(head[-1]))
    top, *lines = ("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells)
    return "\n".join([top, "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines])


def own_keys(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the keys of a section by their names in a file, without those of a section that has a table of its own."""
    above = next((above for above in (Step, Lines) if section is not above and issubclass(section, above)), None)
    told = above.model_fields if above else {}
    return {field.alias or name: field for name, field in section.model_fields.items() if name not in told}


def _row(section: type[Section], key: str, field: FieldInfo, page: Path) -> tuple[str, ...]:
    hint = next(hint for name, hint in _hints(section).items() if (section.model_fields[name].alias or name) == key)
    spoken = "[type](#types)" if key in TYPE_KEYS and hint is Any else _spoken(hint, _bounds(field))
    spoken = re.sub(r"\{([A-Z]\w+|kinds)\}", lambda found: _link(found[1], page), spoken)
    if page != REFERENCE:
        spoken = spoken.replace("](#types)", f"]({REFERENCE.name}#types)")
    return f"`{key}`", spoken, _default(field), " ".join(_meaning(field))


def _meaning(field: FieldInfo) -> Iterator[str]:
    yield field.description or ""
    if field.examples:
        yield f"Example: `{field.examples[0]}`."
    told = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if told.get("errors"):
        yield f"Refused: {str(told['errors'])[:1].lower()}{str(told['errors'])[1:]}"
    if names := scope_words(told):
        common = scope_words({"scope": SEES})
        more = ["step names", *(name for name in names if name not in common)] if set(common) <= set(names) else names
        yield f"Expressions: {', '.join(more)}."


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None:
        return "–"
    match field.default:
        case bool():
            return f"`{str(field.default).lower()}`"
        case list() as items:
            return f"`[{', '.join(items)}]`"
    return f"`{field.default}`"


def _spoken(hint: Any, bounds: str = "") -> str:
    """Return a type in words; `{Class}` stands where a link to a table will."""
    for named, words in SPOKEN:
        if hint == named:
            return words + bounds
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        written = [fact.json_schema_input_type for fact in inner[1:] if isinstance(fact, BeforeValidator)]
        return _spoken(written[0] if written and written[0] is not PydanticUndefined else inner[0], bounds)
    if origin is Literal:
        return f"one of `[{', '.join(map(str, inner))}]`" if len(inner) > 1 else f"`{inner[0]}`"
    if origin in (Union, UnionType):
        return ", or ".join(dict.fromkeys(_spoken(part, bounds) for part in inner if part is not type(None)))
    if origin is list:
        return f"list of {_spoken(inner[0])}{bounds}".replace("of name", "of names").replace("of text", "of texts")
    if origin is dict:
        return f"{_spoken(inner[0])} → {_spoken(inner[1])}{', or null' * (type(None) in get_args(inner[1]))}"
    if isinstance(hint, type) and issubclass(hint, Step):
        return "{kinds}"
    if isinstance(hint, type) and issubclass(hint, Section):
        return f"map: {{{hint.__name__}}}"
    return {int: "whole number", float: "number", bool: "true or false", str: "text"}.get(hint, "anything") + bounds


def _bounds(field: FieldInfo) -> str:
    facts = {
        name: value
        for fact in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if (value := getattr(fact, name, None)) is not None
    }
    words = {"ge": " from {:,}", "gt": " above {:,}", "le": " to {:,}", "lt": " below {:,}"}
    return "".join(words[name].format(value) for name, value in facts.items())


@cache
def places() -> dict[type[Section], list[str]]:
    """Return every section there is, outermost first, with where it may stand."""
    found: dict[type[Section], list[str]] = {Scenario: [], Card: [], Step: ["steps.<id>"], FileText: []}
    waiting: list[tuple[type[Section], str]] = [(Scenario, ""), (Card, "card")]
    for section, at in waiting:  # grows while it is read
        for name, hint in _hints(section).items():
            for tail, inner in _inside(hint):
                place = f"{at}.{section.model_fields[name].alias or name}{tail}".strip(".")
                if issubclass(inner, Step) and inner not in found:
                    found[inner] = []
                    waiting.append((inner, "steps.<id>"))
                elif not issubclass(inner, Step) and place not in found.setdefault(inner, []):
                    found[inner].append(place)
                    waiting.append((inner, place))
    return found


def _inside(hint: Any) -> Iterator[tuple[str, type[Section]]]:
    """Yield the sections that a type leads to, each with how its place goes on."""
    if isinstance(hint, type) and issubclass(hint, Section):
        yield "", hint
    elif hint != Text:  # a text in a file of its own may stand nearly everywhere
        origin, inner = get_origin(hint), get_args(hint)
        tail = {dict: ".<id>", list: "[]"}.get(origin, "")
        for part in inner[-1:] if tail else inner[:1] if origin is Annotated else inner:
            yield from ((tail + more, section) for more, section in _inside(part))


@cache
def _hints(section: type[Section]) -> dict[str, Any]:
    hints = get_type_hints(section, include_extras=True)
    return {name: hints[name] for name in section.model_fields}


@cache
def _anchors() -> dict[str, tuple[Path, str]]:
    """Return for each table the page it stands on and the heading above it."""
    found: dict[str, tuple[Path, str]] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for marker in MARKED.finditer(text):
            found.setdefault(marker[2], (page, HEADING.findall(text[: marker.start()])[-1]))
    return found


def _link(name: str, page: Path) -> str:
    other, heading = _anchors()[name]
    slug = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
    return f"[{heading.replace('`', '').lower()}]({other.name * (other != page)}#{slug})"


def _kinds() -> Listed:
    rows = [(f"`{kind.kind}:`", kind.__doc__ or "", OUTPUTS[kind.kind]) for kind in KINDS]
    return ("kind", "what it does", "its output"), rows


def _outcomes() -> Listed:
    return ("outcome", "the step ended so because"), [(f"`{each}`", OUTCOMES[each]) for each in get_args(Outcome)]


def _errors() -> Listed:
    return ("error", "what happened", "passes by itself"), [(f"`{each}`", *ERRORS[each]) for each in ERROR_CLASSES]


def _functions() -> Listed:
    rows = [
        (f"`{signature(each)}`", each.summary, f"`{each.example}`", f"`{each.gives}`") for each in FUNCTIONS.values()
    ]
    return ("function", "what it gives", "for example", "is"), rows


def _bounds_of_files() -> Listed:
    return ("of", "at most"), BOUNDS


def _names() -> Listed:
    return ("name", "where", "what it is"), NAMES


def _providers() -> Listed:
    rows = []
    for provider in PROVIDERS:
        key = " or ".join(f"`{name}`" for name in built_in().services[provider].keys) or "none"
        here, elsewhere = (_class_at(provider, address) for address in ("http://127.0.0.1:8000", "https://example.com"))
        rows.append((f"`{provider}`", key, here if here == elsewhere else f"{here} on this machine, else {elsewhere}"))
    return ("provider", "key", "class, if the file gives none"), rows


def _class_at(provider: str, address: str) -> str:
    model = {"use": f"{provider}/any", "base_url": address}
    told = {"schema": "footlights/v1", "name": "any", "models": {"any": model}, "steps": {"any": {"narrate": "any"}}}
    return class_of(Scenario.model_validate(told), "any")


LISTS: dict[str, Callable[[], Listed]] = {
    "kinds": _kinds,
    "functions": _functions,
    "names": _names,
    "bounds": _bounds_of_files,
    "outcomes": _outcomes,
    "errors": _errors,
    "providers": _providers,
    "events": event_tables.kinds,
    "envelope": event_tables.envelope,
    "parts": event_tables.parts,
    **key_tables.tables(),
    **company_tables.tables(),
}

if __name__ == "__main__":
    sys.exit(main())
