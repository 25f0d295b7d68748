"""A file's bytes become text that is safe to parse, or one clear problem.

Files come from strangers: they may be folders, devices, binaries, half a gigabyte, in another
encoding, or reach out of the project through a link. Everything of that kind is refused here, so
that whoever reads a `Source` never has to think about it again.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.document.suggest import nearest, shortened
from app.errors import Problem, ScenarioRefused

MAX_BYTES = 1_000_000
MAX_INCLUDED_BYTES = 4_000_000
_LONGEST_REFERENCE = 500  # characters
_LONGEST_MESSAGE = 600  # it may hold the name of a file, and that a line feed

# What has no business in a text file: control characters, lone surrogates, non-characters, and the
# marks that reorder text on screen so that a reader sees something else than what is read.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Source:
    """One file's text, under the name that messages show."""

    name: str
    text: str
    path: Path = field(default_factory=Path)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; YAML counts only line feeds once control characters are refused."""
        return self.text.split("\n")

    @cached_property
    def aliases(self) -> frozenset[str]:
        """What looks like the name of an alias, wherever it stands."""
        return frozenset(re.findall(r"\*([\w-]+)", self.text))

    def refuse(self, code: str, message: str, hint: str = "", *, line: int = 1, column: int = 1) -> ScenarioRefused:
        """The error to raise when this file cannot be used at all."""
        return ScenarioRefused([Problem(code, message, hint, self.name, line, column)])


def read_source(path: Path, name: str | None = None, most: int = MAX_BYTES) -> Source:
    """Read a file that the user named; links are followed, since the user chose them."""
    shown = name or str(path)
    return _as_text(_read_regular_file(path, shown, os.O_RDONLY, most), path, shown)


def read_included(reference: str, including: Path, root: Path) -> Source:
    """Read a file that another file names: relative, below `root`, and not through a link that leads out."""
    shown = reference
    if len(reference) > _LONGEST_REFERENCE:  # to follow a hundred thousand folders one by one takes minutes
        raise _refused(shown[:80] + "…", "missing", "this file name is too long for any file")
    target = including.parent / reference
    if reference.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:|[a-z]+://", reference):
        raise _refused(shown, "outside", f'"{shown}" is not a relative path', "write it relative to this file")
    try:
        resolved = target.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise _refused(
            shown, "outside", f'"{shown}" cannot be followed', "is it a link that leads to itself?"
        ) from error
    if not resolved.is_relative_to(root.resolve()):
        raise _refused(
            shown,
            "outside",
            f'"{shown}" leads out of the project',
            f'files must stay below "{root.name or root}"; copy it into the project',
        )
    # The path was resolved above, so a link here would have been put in place between the two calls.
    return _as_text(_read_regular_file(resolved, shown, os.O_RDONLY | os.O_NOFOLLOW), resolved, shown)


def _read_regular_file(path: Path, shown: str, flags: int, most: int = MAX_BYTES) -> bytes:
    """Read at most one byte more than is allowed; a pipe or device is never waited for."""
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unopened(path, shown, error) from error
    try:
        kind = os.fstat(descriptor)
        if stat.S_ISDIR(kind.st_mode):
            raise _refused(shown, "folder", f'"{shown}" is a folder, not a file', "name the file inside it")
        if not stat.S_ISREG(kind.st_mode):
            raise _refused(shown, "not-a-file", f'"{shown}" is not a regular file', "copy its text into a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    except OSError as error:
        raise _unopened(path, shown, error) from error
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise _refused(
            shown,
            "too-large",
            f'"{shown}" is {max(kind.st_size, len(content)):,} bytes; {most:,} is the most that is read',
            "move long texts into files of their own and name them with {file: ...}",
        )
    return content


def _unopened(path: Path, shown: str, error: Exception) -> ScenarioRefused:
    match getattr(error, "errno", None):
        case errno.ENOENT if path.is_symlink():
            return _refused(shown, "missing", f'"{shown}" is a link that leads nowhere', "mend the link, or delete it")
        case errno.ENOENT | errno.ENOTDIR:
            return _refused(shown, "missing", f'there is no file "{shown}"', neighbour(path, shown))
        case errno.EACCES | errno.EPERM:
            return _refused(shown, "unreadable", f'"{shown}" may not be read', "check who may read it: ls -l")
        case errno.ELOOP:
            return _refused(shown, "outside", f'"{shown}" is a link that leads nowhere', "name the file itself")
        case errno.ENAMETOOLONG:
            return _refused(shown[:80] + "…", "missing", "this file name is too long for any file")
        case _:
            return _refused(shown, "unreadable", f'"{shown}" cannot be read: {_reason(error)}')


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def neighbour(path: Path, shown: str) -> str:
    """Return a hint naming the file that was probably meant, as it would be written in place of `shown`."""
    folder = path.parent
    if not folder.is_dir():
        return f'there is no folder "{Path(shown).parent}" either'
    try:
        near = nearest(path.name, [entry.name for entry in folder.iterdir()])
    except OSError:
        return ""
    return f'did you mean "{Path(shown).with_name(near)}"?' if near else ""


def _as_text(content: bytes, path: Path, shown: str) -> Source:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] == b"\x00\x00\xfe\xff":
        raise _refused(shown, "encoding", f'"{shown}" is UTF-16 or UTF-32, not UTF-8', "save it as UTF-8")
    if content.startswith(b"\xef\xbb\xbf"):
        raise _refused(
            shown,
            "byte-order-mark",
            f'"{shown}" begins with a byte order mark',
            'save it as "UTF-8 without BOM", or let "footlights migrate --write" mend it',
        )
    if (nul := content.find(b"\x00", 0, 8000)) >= 0:
        line, column = _position(content[:nul].decode("utf-8", "replace"))
        hint = "was it saved as UTF-16, or is it a picture?"
        raise _refused(shown, "binary", f'"{shown}" is not a text file', hint, line, column)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(content[: error.start].decode("utf-8", "replace"))
        found = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise _refused(shown, "encoding", found, "save the file as UTF-8", line, column) from error
    if "\r" in text:
        line, column = _position(text[: text.index("\r")])
        raise _refused(
            shown,
            "line-ends",
            "lines end as on Windows (CR LF)",
            'save it with LF line ends, or let "footlights migrate --write" mend it',
            line,
            column,
        )
    if unwanted := UNWANTED.search(text):
        line, column = _position(text[: unwanted.start()])
        found = f"character U+{ord(unwanted[0]):04X} may not stand in a file: it is not visible"
        raise _refused(shown, "control-character", found, "delete it", line, column)
    return Source(shown, text, path)


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _refused(
    shown: str, code: str, message: str, hint: str = "", line: int | None = None, column: int | None = None
) -> ScenarioRefused:
    return ScenarioRefused([Problem(code, shortened(message, _LONGEST_MESSAGE), hint, shown, line, column)])
