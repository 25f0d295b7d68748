"""How an export comes to its place: whole or not at all, over nothing that was there, and only if it holds no key."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from app.errors import FootlightsError, UsageError

STDOUT = "-"


class NotFitToLeave(FootlightsError):
    """What was made holds what should not leave the house."""


def insist_on_room(paths: Iterable[Path], *, force: bool, read: Iterable[str | None] = ()) -> None:
    """Say at once what would only be said when all is done; nothing is written over what it is made of."""
    sources = [Path(name).resolve() for name in read if name]
    for path in paths:
        if os.path.lexists(path):
            if path.resolve() in sources:
                raise UsageError(f"{path} is what is read here", "-o NAME writes another file")
            if not stat.S_ISREG(path.lstat().st_mode):
                raise UsageError(f"{path} is there, and is no plain file", "-o NAME writes another, -o - to the output")
            if not force:
                raise UsageError(f"{path} is there already", "--force writes over it, -o NAME writes another")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {path.parent}", "make it first, or name another with -o")


def insist_on_no_secret(found: list[str]) -> None:
    """Refuse what the lint has found."""
    if found:
        told = "\n".join(f"  {each}" for each in found[:5])
        more = f"\n  and {len(found) - 5} more" if len(found) > 5 else ""
        raise NotFitToLeave(
            f"nothing was written, as it would hold what should not leave the house:\n{told}{more}",
            "--hide WORD covers a word wherever it stands",
        )


def write(made: str | bytes, path: Path) -> None:
    """Put it there in one go."""
    draft = path.with_name(f".{token_hex(8)}.part")  # short: a name may be as long as the disk allows
    try:
        with draft.open("xb") as file:
            file.write(made.encode() if isinstance(made, str) else made)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another file with -o") from error


def print_out(made: str | bytes) -> None:
    """Hand it to the next program."""
    if isinstance(made, bytes) and sys.stdout.isatty():
        raise UsageError("pictures of pixels are no text for a terminal", "send them on with | or >, or leave out -o -")
    sys.stdout.flush()
    sys.stdout.buffer.write(made.encode() if isinstance(made, str) else made)
    sys.stdout.buffer.flush()


def size_of(made: str | bytes) -> str:
    """How large it is: 12 kB, 1.2 MB."""
    count = len(made.encode() if isinstance(made, str) else made)
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.0f} kB" if count < 999_500 else f"{count / 1_000_000:,.1f} MB"
