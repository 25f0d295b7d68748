"""A table whose rows each give a run its inputs: CSV with a head, or JSON Lines.

Tables come out of spreadsheets and databases, so what those write is taken: a byte order mark, the line ends of
Windows, semicolons or tabs for commas.
"""

from __future__ import annotations

import csv
import io
import json
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Protocol

from app.batch.cells import value_key
from app.document.suggest import shortened
from app.errors import Problem, ScenarioRefused, UsageError

MOST_BYTES = 64_000_000
MOST_TOLD = 20  # mistakes of a table, which are often the same in every row
_JSON = (".jsonl", ".ndjson", ".json")
_SEPARATORS = ",;\t"
Row = dict[str, Any]
Found = tuple[int, Row | UsageError]  # the line, and what stands in it


class Inputs(Protocol):
    """Whoever knows the inputs."""

    needed: list[str]  # those that nothing but a row gives

    def insist(self, name: str, text: str) -> None:
        """Raise UsageError when there is none of that name, or when the text must not be kept."""
        ...

    def checked(self, name: str, value: Any) -> Any:
        """The value; raise UsageError when it is not of the type that is wanted."""
        ...

    def input(self, name: str, text: str) -> Any:
        """The value that was written."""
        ...


def read_rows(path: str, inputs: Inputs) -> list[Row]:
    """The rows; raises with what is wrong, line by line."""
    text = _text_of(Path(path), path)
    is_json = PurePath(path).suffix.lower() in _JSON or text.lstrip().startswith("{")
    found = list((_of_json if is_json else _of_csv)(text, inputs))
    wrong = list(_wrong(found, inputs.needed)) or list(_alike(found))
    if wrong:
        problems = [Problem("input", error.message, error.hint, path, line) for line, error in wrong[:MOST_TOLD]]
        if len(wrong) > MOST_TOLD:
            problems.append(Problem("input", f"and {len(wrong) - MOST_TOLD:,} lines more are wrong", file=path))
        raise ScenarioRefused(problems, {path: text})
    rows = [made for _, made in found if not isinstance(made, UsageError)]
    if not rows:
        raise UsageError(f"{path} has no rows", "its first line names the inputs; each line below is a run")
    return rows


def _wrong(found: list[Found], needed: list[str]) -> Iterator[tuple[int, UsageError]]:
    for line, row in found:
        if isinstance(row, UsageError):
            yield line, row
            continue
        for name in needed:
            if name not in row:
                yield line, UsageError(f'the input "{name}" is missing', f"-i {name}=...  gives it to all runs")


def _alike(found: list[Found]) -> Iterator[tuple[int, UsageError]]:
    """Rows that say the same would be one test that counts as several."""
    first: dict[bytes, int] = {}
    for line, row in found:
        if (before := first.setdefault(value_key(row), line)) != line:
            said = f"this row says the same as that of line {before}"
            yield line, UsageError(said, "keep one; --repeat COUNT performs every row so often")


def _text_of(path: Path, shown: str) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise UsageError(f"--each: {shown} is no plain file", "copy the table into a file")
        if (size := path.stat().st_size) > MOST_BYTES:
            said = f"--each: {shown} has {size:,} bytes, and {MOST_BYTES:,} is the most that is read"
            raise UsageError(said, "split the table")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"--each: {shortened(shown, 80)} cannot be read: {said.lower()}", "name a table") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = Problem("input", f"byte 0x{content[error.start]:02x} is not UTF-8", "save it as UTF-8", shown, line)
        raise ScenarioRefused([wrong]) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (at := text.find("\x00")) >= 0:
        wrong = Problem("input", "this is not text", "was it saved as UTF-16?", shown, text.count("\n", 0, at) + 1)
        raise ScenarioRefused([wrong])
    return text


def _of_json(text: str, inputs: Inputs) -> Iterator[Found]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, UsageError(f"this line is not JSON: {error}", 'a line is a run: {"market": "Portugal"}')
            continue
        if not isinstance(row, dict):
            yield number, UsageError("this line is no JSON object", 'a line is a run: {"market": "Portugal"}')
            continue
        try:
            for name, value in row.items():
                inputs.insist(name, value if isinstance(value, str) else "")
                inputs.checked(name, value)
        except UsageError as error:
            yield number, error
            continue
        yield number, row


def _of_csv(text: str, inputs: Inputs) -> Iterator[Found]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=max(_SEPARATORS, key=first.count))
    try:
        head = [name.strip() for name in next(reader, [])]
        if wrong := list(_wrong_names(head, inputs)):
            yield from ((1, error) for error in wrong)  # every row would say the same
            return
        for cells in reader:
            if any(cells):
                yield reader.line_num, _row(head, cells, inputs)
    except csv.Error as error:
        yield reader.line_num, UsageError(f"this is not CSV: {error}", "a cell with commas or quotes stands in quotes")


def _wrong_names(head: list[str], inputs: Inputs) -> Iterator[UsageError]:
    for name, times in Counter(head).items():
        if times > 1:
            yield UsageError(f'{times} columns are called "{shortened(name)}"', "a name stands for one input")
        try:
            inputs.insist(name, "")
        except UsageError as error:
            yield error


def _row(head: list[str], cells: list[str], inputs: Inputs) -> Row | UsageError:
    """An empty cell leaves an input at its default."""
    if len(cells) > len(head):
        return UsageError(
            f'there are {len(cells)} cells and {len(head)} names: what is "{shortened(cells[len(head)])}"?',
            "a cell with commas stands in quotes",
        )
    try:
        return {name: inputs.input(name, text) for name, text in zip(head, cells, strict=False) if text}
    except UsageError as error:
        return error
