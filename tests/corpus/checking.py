"""Checks files in a process of its own, so that a crash, a hang or a leak is seen, and which file brought it.

watched = check_apart([("laugh", path), ...])    # in a test
python -m corpus.checking < files.jsonl          # what runs there
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import resource
import subprocess
import sys
import time
import traceback
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.speed import slowness

if TYPE_CHECKING:
    from app.errors import Problem

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 1.0  # of processor time that one file may take
MEGABYTES = 200  # that the process may ever have
_SLOW = 0.2
_GIVE_UP = 60  # seconds for one file, after which it hangs; far more than any may take on a busy machine


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one file."""

    name: str
    ok: bool
    problems: tuple[Mapping[str, Any], ...]
    placed: tuple[bool, ...]  # for each problem: does it carry a line and a column that lie inside its file?
    shown: str
    same_again: bool
    seconds: float  # of processor time, to check and to show; the better of two, and less on a slow machine
    raised: str = ""

    @property
    def errors(self) -> list[tuple[Mapping[str, Any], bool]]:
        """The errors, each with whether it is placed."""
        return [pair for pair in zip(self.problems, self.placed, strict=True) if pair[0]["severity"] == "error"]


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of all files, and of the process that checked them."""

    files: tuple[Seen, ...]
    peak_mb: float
    broke_at: str  # the file at which the process ended, if it did
    last_words: str


def check_apart(files: Sequence[tuple[str, Path]]) -> Watched:
    """Check all files in one process, and tell what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus.checking"],
        input="".join(json.dumps([name, os.fsencode(path).hex()]) + "\n" for name, path in files),
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    seen: list[Seen] = []
    begun, peak = "", 0.0
    for line in done.stdout.splitlines():
        told = json.loads(line)
        if "begin" in told:
            begun = told["begin"]
        else:
            peak = told.pop("peak_mb")
            seen.append(Seen(**{**told, "problems": tuple(told["problems"]), "placed": tuple(told["placed"])}))
            begun = ""
    return Watched(tuple(seen), peak, begun, done.stderr[-3000:] if begun or done.returncode else "")


def is_safe(shown: str) -> bool:
    """Tell whether nothing in what was shown could drive or deceive a terminal."""
    return all(
        character == "\n"
        or (unicodedata.category(character) not in _DRIVING and unicodedata.bidirectional(character) not in _DECEIVING)
        for character in shown
    )


_DRIVING = ("Cc", "Cs", "Zl", "Zp")
_DECEIVING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def _perform() -> None:
    import_module("app.scenario")  # what every check needs is no part of the first one's time
    for line in sys.stdin:
        name, path = json.loads(line)
        _tell({"begin": name})
        faulthandler.dump_traceback_later(_GIVE_UP, exit=True)
        _tell({**_look_at(name, Path(os.fsdecode(bytes.fromhex(path)))), "peak_mb": _peak_mb()})
        faulthandler.cancel_dump_traceback_later()


def _look_at(name: str, path: Path) -> dict[str, Any]:
    nothing = Seen(name, False, (), (), "", True, 0.0)
    try:
        again, again_seconds = first, seconds = _check_and_show(path)
        if not _SLOW < seconds < SECONDS:  # what was slow is not done twice, unless the machine may have been busy
            again, again_seconds = _check_and_show(path)
    except Exception:  # whatever it is, the file that brought it is what counts
        return {**asdict(nothing), "raised": traceback.format_exc(limit=-12)}
    problems, texts, shown, ok = first
    placed = tuple(_placed(problem, texts) for problem in problems)
    told = tuple(problem._asdict() for problem in problems)
    seconds = min(seconds, again_seconds)
    if seconds >= SECONDS:
        seconds /= slowness()
    return asdict(Seen(name, ok, told, placed, shown, first == again, seconds))


def _check_and_show(path: Path) -> tuple[tuple[tuple[Problem, ...], dict[str, str], str, bool], float]:
    from app.cli.problems import write_problems
    from app.scenario import check

    before = time.process_time()
    checked = check(path)
    stream = io.StringIO()
    write_problems(checked.problems, checked.texts(), stream)
    seconds = time.process_time() - before
    return (checked.problems, checked.texts() or _read(path), stream.getvalue(), checked.ok), seconds


def _read(path: Path) -> dict[str, str]:
    """The text of a file that was refused before it became one, as far as it can be read."""
    try:
        small = path.is_file() and path.stat().st_size < 3_000_000
        return {str(path): path.read_bytes().decode("utf-8", "replace")} if small else {}
    except OSError:
        return {}


def _placed(problem: Problem, texts: Mapping[str, str]) -> bool:
    if problem.line is None or problem.column is None or problem.file not in texts:
        return False
    lines = texts[problem.file].split("\n")
    return 1 <= problem.line <= len(lines) and 1 <= problem.column <= len(lines[problem.line - 1]) + 1


def _peak_mb() -> float:
    """The most memory this process ever had. Where Linux tells, it tells without what the parent had before."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _tell(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def lay_out(contents: Iterable[tuple[str, bytes]], folder: Path) -> Iterator[tuple[str, Path]]:
    """Write each content into a file of its own, all of them in one project."""
    (folder / "footlights.toml").touch()
    for name, content in contents:
        path = folder / f"{name}.yaml"
        path.write_bytes(content)
        yield name, path


if __name__ == "__main__":
    _perform()
