"""Takes out of a damaged database whatever can still be read, and names what cannot.

SQLite reads as far as it can; where it stops, the pages themselves are searched. Every run becomes a file of JSON
lines, an event a line, with the values it refers to in their places. What its chain or its digest does not confirm is
named as altered or lost, the original is only read, and no damage is an error of this program.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from app.events import Event, decode, encode
from app.journal.batches import HAS_BATCHES, PLANNED
from app.journal.carve import Pages, Record
from app.journal.chain import FIRST, digest_of, link, read_seals
from app.journal.connection import no_archive
from app.journal.errors import JournalError
from app.journal.refs import ERASED, refs_of, unpacked, values_beside

_MOST_PROBLEMS = 20
_EVENT_COLUMNS, _BLOB_COLUMNS = 9, 4
# What SQLite says of a damaged database may quote the damage, and then is no text.
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)


@dataclass(slots=True)
class Piece:
    """An event as it was found: its bytes, and what they mean if they still mean anything."""

    seq: int
    body: bytes
    hash: bytes
    text: bytes
    event: Event | None


@dataclass(slots=True)
class Remains:
    """What is left of a database."""

    found: dict[str, dict[int, list[Piece]]] = field(default_factory=dict)  # by run and number, perhaps contradictory
    runs: dict[str, dict[int, Piece]] = field(default_factory=dict)  # what was chosen of that
    ends: dict[str, int] = field(default_factory=dict)  # how many events each run had, as far as anything says so
    values: dict[str, bytes] = field(default_factory=dict)  # by digest, and true to it
    memory: list[tuple[Any, ...]] = field(default_factory=list)  # agent, key, value, run, at
    batches: list[tuple[Any, ...]] = field(default_factory=list)  # as PLANNED names them, the plan as JSON
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was saved of one run."""

    run: str
    file: str
    events: int
    lost: tuple[tuple[int, int], ...]  # from which event to which
    altered: tuple[int, ...]  # events that do not fit into the chain
    values_lost: int

    @property
    def whole(self) -> bool:
        """Is nothing missing?"""
        return not (self.lost or self.altered or self.values_lost)


def salvage(workspace: Path, folder: Path) -> tuple[list[Salvaged], Remains]:
    """Write what can be read of a workspace into a folder that is not there yet or empty."""
    if not workspace.exists():
        raise no_archive(workspace)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise JournalError(f"{folder} is there already", "name a new folder: nothing is written over")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remains = find_remains(workspace, folder)
    names = _file_names(remains.runs)
    saved = [_write(folder / names[run], run, pieces, remains) for run, pieces in sorted(remains.runs.items())]
    if remains.memory:
        names_of_memory = ("agent", "key", "value", "run", "at")
        lines = (dict(zip(names_of_memory, row, strict=True)) for row in remains.memory)
        _write_lines(folder / "memory.jsonl", lines)
    if remains.batches:
        plans = ({**dict(zip(PLANNED, row, strict=True)), "plan": msgspec.Raw(row[-1])} for row in remains.batches)
        _write_lines(folder / "batches.jsonl", plans)
    gone = [Salvaged(run, "", 0, ((1, end),), (), 0) for run, end in remains.ends.items() if run not in remains.runs]
    return [*saved, *gone], remains


def find_remains(workspace: Path, scratch: Path) -> Remains:
    """Read what can be read, from a copy in `scratch`: SQLite changes what it opens, and the original must stay."""
    remains = Remains()
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".copy-") as place:
        copy = Path(place) / "copy.db"
        log = copy.with_name("copy.db-wal")
        # The files are opened like any others: this process has no connection whose locks that could drop.
        shutil.copyfile(workspace, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(workspace.with_name(f"{workspace.name}-wal"), log)
        newest = log.read_bytes() if log.exists() else b""
        _ask_sqlite(copy, remains, Pages(b"", newest).frames)
        if remains.problems:
            _ask_the_pages(copy, newest, remains)
    for run, seal in read_seals(workspace).items():
        remains.ends[run] = max(seal.count, remains.ends.get(run, 0))
    remains.runs = {run: _chosen(found) for run, found in remains.found.items()}
    return remains


def intact(pieces: Mapping[int, Piece]) -> Iterator[tuple[Piece, Event]]:
    """Yield the events of a run from the first on, up to where its chain breaks."""
    before = FIRST
    for seq in range(1, len(pieces) + 1):
        piece = pieces.get(seq)
        if piece is None or piece.event is None or link(before, piece.body) != piece.hash:
            return
        before = piece.hash
        yield piece, piece.event


def _ask_sqlite(copy: Path, remains: Remains, frames: int) -> None:
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.text_factory = bytes
            for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
                connection.execute(f"PRAGMA {setting}")
            _, read, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if max(read, 0) < frames:  # a copy may have no log at all, and SQLite then says -1
                remains.problems.append(f"the write-ahead log ends after {max(read, 0)} of {frames} pages")
            names = _read_runs(connection, remains)
            _read_rows(connection, "events", "SELECT * FROM events ORDER BY pos", names, remains)
            _read_rows(connection, "blobs", "SELECT * FROM blobs ORDER BY id", names, remains)
            _read_memory(connection, remains)
            _read_batches(connection, remains)
            for (said,) in connection.execute(f"PRAGMA integrity_check({_MOST_PROBLEMS})"):
                if said != b"ok":
                    remains.problems += _text(said).splitlines()
    except _UNREADABLE as error:
        remains.problems.append(f"SQLite gives up: {error}")


def _read_runs(connection: sqlite3.Connection, remains: Remains) -> dict[Any, str]:
    """Return the names of runs by their rows, as far as they can be read."""
    names: dict[Any, str] = {}
    try:
        for key, run, seq in connection.execute("SELECT id, run, seq FROM runs"):
            if isinstance(run, bytes) and isinstance(seq, int):
                names[key] = _text(run)
                remains.ends[names[key]] = seq
    except _UNREADABLE as error:
        remains.problems.append(f"the table of runs cannot be read to its end: {error}")
    return names


def _read_rows(
    connection: sqlite3.Connection, table: str, sql: str, names: Mapping[Any, str], remains: Remains
) -> None:
    count = 0
    try:
        for row in connection.execute(sql):
            count += 1
            _take((None, *row[1:]), names, remains)
    except _UNREADABLE as error:
        remains.problems.append(f"the table of {table} cannot be read beyond row {count}: {error}")


def _read_memory(connection: sqlite3.Connection, remains: Remains) -> None:
    try:
        for row in connection.execute("SELECT agent, key, value, run, at FROM memory"):
            remains.memory.append(tuple(_text(value) if isinstance(value, bytes) else value for value in row))
    except _UNREADABLE as error:
        remains.problems.append(f"the table of memory cannot be read to its end: {error}")


def _read_batches(connection: sqlite3.Connection, remains: Remains) -> None:
    try:
        if not connection.execute(HAS_BATCHES).fetchone()[0]:  # an older Footlights has written all there is
            return
        for *row, packed in connection.execute(f"SELECT {', '.join(PLANNED)} FROM batches ORDER BY id"):
            known = (_text(value) if isinstance(value, bytes) else value for value in row)
            remains.batches.append((*known, zlib.decompress(packed)))
    except (*_UNREADABLE, zlib.error, TypeError) as error:
        remains.problems.append(f"the table of batches cannot be read to its end: {error}")


def _ask_the_pages(copy: Path, log: bytes, remains: Remains) -> None:
    names: dict[Any, str] = {}
    with copy.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if copy.stat().st_size else b""
        for record in Pages(whole, log).records():
            _take(record, names, remains)


def _take(record: Record, names: Mapping[Any, str], remains: Remains) -> None:
    """Keep a row if it is an event or a blob."""
    if len(record) == _EVENT_COLUMNS and record[0] is None:
        _take_event(record, names, remains)
    elif len(record) == _BLOB_COLUMNS and record[0] is None:
        _, digest, packed, body = record
        if isinstance(digest, bytes) and isinstance(body, bytes):
            value = unpacked(1 if packed else 0, body)
            if digest_of(value) == _text(digest):
                remains.values.setdefault(digest.decode(), value)


def _take_event(record: Record, names: Mapping[Any, str], remains: Remains) -> None:
    _, key, seq, _, _, _, body, hash, text = record
    if not isinstance(body, bytes) or not isinstance(seq, int):
        return
    event = _event(body)
    run = event.run if event else names.get(key)
    if run is None or (event is None and seq < 1):
        return
    if isinstance(text, bytes):
        beside = values_beside(text)
        remains.values.update({digest: value for digest, value in beside.items() if digest_of(value) == digest})
    number = event.seq if event else seq
    piece = Piece(
        number, body, hash if isinstance(hash, bytes) else b"", text if isinstance(text, bytes) else b"", event
    )
    others = remains.found.setdefault(run, {}).setdefault(number, [])
    if all((piece.body, piece.hash) != (other.body, other.hash) for other in others):
        others.append(piece)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _event(body: bytes) -> Event | None:
    try:
        event = decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return event if event.run and event.seq > 0 else None


def _chosen(found: Mapping[int, list[Piece]]) -> dict[int, Piece]:
    """Choose, of what was found for each event, what follows from the one before; else what makes sense; else any."""
    chosen: dict[int, Piece] = {}
    for seq, pieces in sorted(found.items()):
        before = FIRST if seq == 1 else chosen[seq - 1].hash if seq - 1 in chosen else None
        fitting = (piece for piece in pieces if before is not None and link(before, piece.body) == piece.hash)
        sensible = (piece for piece in pieces if piece.event is not None)
        chosen[seq] = next(fitting, None) or next(sensible, pieces[0])
    return chosen


def _write(path: Path, run: str, pieces: Mapping[int, Piece], remains: Remains) -> Salvaged:
    lost_values: set[str] = set()
    _write_lines(path, (_resolved(piece, remains.values, lost_values) for _, piece in sorted(pieces.items())))
    end = max(remains.ends.get(run, 0), *pieces)
    return Salvaged(run, path.name, len(pieces), _gaps(pieces, end), _altered(pieces), len(lost_values))


def _write_lines(path: Path, lines: Iterable[object]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        for line in lines:
            file.write(msgspec.json.encode(line) + b"\n")


def _resolved(piece: Piece, values: Mapping[str, bytes], lost: set[str]) -> dict[str, Any]:
    if piece.event is None:
        return {"seq": piece.seq, "damaged": _text(piece.body)}
    known = {} if piece.text == ERASED else values
    if piece.text != ERASED:
        lost.update(digest for digest in refs_of(piece.event) if digest not in values)
    whole: dict[str, Any] = _with_values(msgspec.json.decode(encode(piece.event)), known)
    return whole


def _with_values(data: Any, values: Mapping[str, bytes]) -> Any:
    if isinstance(data, dict):
        digest = data.get("ref")
        if len(data) == 1 and isinstance(digest, str) and digest in values:
            return msgspec.Raw(values[digest])
        return {name: _with_values(value, values) for name, value in data.items()}
    return [_with_values(value, values) for value in data] if isinstance(data, list) else data


def _gaps(pieces: Mapping[int, Piece], end: int) -> tuple[tuple[int, int], ...]:
    """Return which events are missing, as ranges; the end may be any number that a damaged row claims."""
    present = [0, *sorted(pieces), end + 1]
    return tuple((a + 1, b - 1) for a, b in pairwise(present) if b > a + 1)


def _altered(pieces: Mapping[int, Piece]) -> tuple[int, ...]:
    """Return the events that do not follow from the one before, where that is there."""
    found = []
    for seq, piece in sorted(pieces.items()):
        before = pieces[seq - 1].hash if seq - 1 in pieces else FIRST if seq == 1 else None
        if piece.event is None or (before is not None and link(before, piece.body) != piece.hash):
            found.append(seq)
    return tuple(found)


def _file_names(runs: Mapping[str, object]) -> dict[str, str]:
    """Name a file for each run; what a damaged row calls itself is no name to trust."""
    return {
        run: f"{run}.jsonl" if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", run) else f"unnamed-{number}.jsonl"
        for number, run in enumerate(sorted(runs), start=1)
    }
