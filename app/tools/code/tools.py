"""The tools `code.*`: source files looked through, outlined, changed, and tested in a jail. Files come in as texts."""

from __future__ import annotations

import asyncio
import difflib
from pathlib import Path
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.apart import apart
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.code import python_source
from app.tools.code.jail import FILES_SCHEMA, MAX_CHARACTERS, Said, checked_files, jailed

SECONDS = 10
_MOST_TOLD = 30
_MOST_LINES_COMPARED = 8_000
_LONGEST = 400  # characters of a test's name, and of its message
_INMATE = Path(__file__).with_name("inmate.py")
_OUTCOMES = ["passed", "failed", "error", "skipped", "not run"]  # a list: what is said may not even be hashable
_COUNTED = {"passed": "passed", "failed": "failed", "error": "errors", "skipped": "skipped", "not run": "not_run"}


async def _check(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    found: dict[str, Any] = await apart(python_source.check, files=checked_files(arguments["files"]))
    return found


async def _outline(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    found: dict[str, Any] = await apart(python_source.outline, files=checked_files(arguments["files"]))
    return found


async def _test(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    files = checked_files(arguments["files"])
    tests = [path for path in files if _is_test(path)]
    if not tests:
        raise ToolError("bad_arguments", "there are no tests among these files", "a test stands in a file test_*.py")
    measured = [path for path in files if path.endswith(".py") and not _is_test(path)]
    wanted = measured if arguments.get("coverage", True) else []
    said = await jailed(_INMATE, files, {"tests": tests, "measure": wanted}, arguments.get("seconds", SECONDS))
    return verdict(said, [*wanted])


async def _change(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    files = checked_files(arguments["files"])
    after = changed(files, arguments["edits"])
    return {"files": after, "diff": await asyncio.to_thread(difference, files, after)}


def verdict(said: Said, measured: list[str]) -> dict[str, Any]:
    """Count what the tests said; a test under way when it ended is an error, and the reason is kept."""
    results = [_result(record) for record in said.records if record.get("outcome") in _OUTCOMES]
    found = (_files_covered(record["coverage"], measured) for record in said.records if "coverage" in record)
    coverage = next((files for files in found if files is not None), None)
    if said.ended or coverage is None:
        begun = [_plain(str(record["begin"])[:_LONGEST]) for record in said.records if "begin" in record]
        message = f"the tests {said.ended or 'left before their end'}, and were ended"
        results.append({"test": begun[-1] if begun else "the beginning", "outcome": "error", "message": message})
    counts = {name: sum(result["outcome"] == outcome for result in results) for outcome, name in _COUNTED.items()}
    first = sorted(results, key=lambda result: result["outcome"] in ("passed", "skipped"))  # what needs a look
    ok = counts["passed"] > 0 and not any(counts[name] for name in ("failed", "errors", "not_run"))
    said_of_all = f"{counts['passed']} of {len(results) - counts['skipped']} pass"
    words = said_of_all if ok or not first else f"{said_of_all}; {first[0]['message']}"
    gives = {"ok": ok, "said": words, **counts, "results": first[:_MOST_TOLD]}
    return gives | {"coverage": _coverage(coverage or [], measured)} if measured else gives


def changed(files: dict[str, str], edits: list[dict[str, str]]) -> dict[str, str]:
    """Replace texts that stand exactly once in their file, one edit after the other."""
    after = dict(files)
    for number, edit in enumerate(edits, 1):
        path, find = edit["file"], edit["find"]
        if path not in after:
            hint = did_you_mean(path, list(after))
            raise ToolError("bad_arguments", f'edit {number}: there is no file "{shortened(path)}"', hint)
        count = after[path].count(find)
        if count != 1:
            where = f"edit {number}: in {shortened(path)} this stands {count or 'no'} times"
            shown = shortened(find.strip().partition("\n")[0])
            hint = _nearest(find, after[path]) if not count else "take a line more, so that it stands once"
            raise ToolError("bad_arguments", f"{where}: {shown}", hint)
        after[path] = after[path].replace(find, edit["replace"])
    return checked_files(after)


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """Give what differs, file by file."""
    lines: list[str] = []
    for path in (path for path, text in after.items() if text != before[path]):
        old, new = before[path].splitlines(), after[path].splitlines()
        if len(old) + len(new) > _MOST_LINES_COMPARED:
            raise ToolError("refused", f"{shortened(path)} is too long to be compared", "change parts of it")
        lines += difflib.unified_diff(old, new, path, path, lineterm="", n=2)
    return "\n".join(lines)


def _result(record: dict[str, Any]) -> dict[str, str]:
    """Keep of a record what it should be: the code under test may have spoken in the tests' place."""
    return {name: _plain(str(record.get(name, ""))[:_LONGEST]) for name in ("test", "outcome", "message")}


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def _files_covered(said: Any, measured: list[str]) -> list[dict[str, Any]] | None:
    """Read which lines were found, of the files that were given and no others; None if this is not about them."""
    if not isinstance(said, list) or not all(isinstance(file, dict) for file in said):
        return None
    if [file.get("file") for file in said] != measured:
        return None
    files = []
    for file in said:
        lines, missing = file.get("lines"), file.get("missing")
        if type(lines) is not int or not 0 <= lines <= MAX_CHARACTERS or not isinstance(missing, list):
            return None
        if len(missing) > lines or not all(type(line) is int and 0 < line <= MAX_CHARACTERS for line in missing):
            return None
        files.append({"file": file["file"], "lines": lines, "missing": sorted(set(missing))})
    return files


def _coverage(files: list[dict[str, Any]], measured: list[str]) -> dict[str, Any]:
    """Give the share of lines that were executed; a file that was never reached counts as not covered."""
    lines = sum(file["lines"] for file in files)
    missing = sum(len(file["missing"]) for file in files)
    told = [
        {
            "file": file["file"],
            "percent": _percent(file["lines"], len(file["missing"])),
            "missing": file["missing"][:30],
        }
        for file in files
    ]
    return {"percent": _percent(lines, missing) if len(files) == len(measured) else 0.0, "files": told}


def _percent(lines: int, missing: int) -> float:
    return round(100 * (lines - missing) / lines, 1) if lines else 100.0


def _nearest(find: str, text: str) -> str:
    lines = [line[:200] for line in text.splitlines()[:2_000] if line.strip()]
    near = difflib.get_close_matches(find.strip().partition("\n")[0][:200], lines, 1, 0.6)
    return f"there is: {shortened(near[0].strip())}" if near else "copy it from the file, spaces included"


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


_EXAMPLE = {
    "basket.py": '"""Baskets."""\n\n\ndef total(prices):\n    """Add up the prices."""\n    return sum(prices)\n',
    "test_basket.py": "from basket import total\n\n\ndef test_two_prices_add_up():\n    assert total([2, 3]) == 5\n",
}
_EDIT = {
    "type": "object",
    "properties": {
        "file": {"type": "string"},
        "find": {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS},
        "replace": {"type": "string", "maxLength": MAX_CHARACTERS},
    },
    "required": ["file", "find", "replace"],
    "additionalProperties": False,
}

TOOLS = (
    Tool(
        "code.check",
        "Look through Python, JSON and TOML files without running them: syntax, unused imports, swallowed errors, "
        "secrets, spliced SQL and the like. Gives {ok, said, high, medium, low, problems, unread}, worst first.",
        arguments_of(required=("files",), files=FILES_SCHEMA),
        _check,
        example={"files": _EXAMPLE},
    ),
    Tool(
        "code.outline",
        "Give classes, functions, signatures and first lines of docstrings of Python files, and what has none. Gives "
        "{modules, public, documented, missing}.",
        arguments_of(required=("files",), files=FILES_SCHEMA),
        _outline,
        example={"files": _EXAMPLE},
    ),
    Tool(
        "code.test",
        "Run the tests among these files (test_*.py: functions, classes, unittest) in a jail, with Python's own "
        "library. Gives {ok, said, passed, failed, errors, skipped, not_run, results, coverage}, what failed first.",
        arguments_of(
            required=("files",),
            files=FILES_SCHEMA,
            seconds={"type": "integer", "minimum": 1, "maximum": 60, "description": "for all tests; 10 if left out"},
            coverage={"type": "boolean", "description": "which lines were executed; true if left out"},
        ),
        _test,
        example={"files": _EXAMPLE},
    ),
    Tool(
        "code.change",
        "Replace texts in files; each must stand exactly once in its file. Gives {files, diff}, and touches no disk.",
        arguments_of(
            required=("files", "edits"),
            files=FILES_SCHEMA,
            edits={"type": "array", "items": _EDIT, "minItems": 1, "maxItems": 100},
        ),
        _change,
        example={
            "files": _EXAMPLE,
            "edits": [{"file": "basket.py", "find": "sum(prices)", "replace": "round(sum(prices), 2)"}],
        },
    ),
)
