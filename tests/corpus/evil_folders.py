"""Evil of more than one file: links, pipes and devices, references that lead out, scenarios that use each other."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from corpus.plays import HEAD, WELL, play, quoted

# What `{file: ...}` must not reach. "outside.txt" exists, one folder above the project.
REFERENCES: dict[str, str] = {
    "above the project": "../outside.txt",
    "above the project, the long way": "texts/../../outside.txt",
    "above the root of all": "../" * 60 + "etc/passwd",
    "absolute": "/etc/passwd",
    "absolute twice": "//etc/passwd",
    "of the home": "~/.profile",
    "of root's home": "~root/.profile",
    "of windows": "C:\\Windows\\win.ini",
    "of windows without a folder": "C:win.ini",
    "of a windows share": "\\\\server\\share\\x.txt",
    "above, with backslashes": "..\\outside.txt",
    "by address": "file:///etc/passwd",
    "by capital address": "FILE:///etc/passwd",
    "of the network": "https://example.com/x.txt",
    "percent encoded": "%2e%2e/outside.txt",
    "percent encoded twice": "%252e%252e%252foutside.txt",
    "with full-width dots": "．．/outside.txt",
    "with nul": "texts/x.txt\0.md",
    "with a line feed": "texts/x\n.txt",
    "with an escape sequence": "texts/\x1b[2J.txt",
    "of 5,000 characters": "x" * 5000,
    "of 2,000 folders": "x/" * 2000 + "y.txt",
    "empty": "",
    "blank": "  ",
    "of the folder itself": ".",
    "of the folder above": "..",
    "to a folder": "texts",
    "through a file": "texts/x.txt/y.txt",
    "to nothing": "texts/y.txt",
    "to a binary": "texts/picture.png",
    "to utf-16": "texts/wide.txt",
    "to 2 MB": "texts/large.txt",
    "to nobody's": "texts/locked.txt",
    "to a pipe": "texts/pipe",
    "to a socket": "texts/socket",
    "to a link that leads out": "texts/out.txt",
    "through a link to a folder outside": "texts/above/outside.txt",
    "to a link that leads to a device": "texts/zero",
    "to a link that leads to itself": "texts/loop",
    "to a link that leads nowhere": "texts/broken",
    "to an absolute link": "texts/passwd",
    "into the process": "texts/proc/environ",
}


def refer(reference: str, folder: Path) -> Path:
    """A scenario that narrates a file which it must not, or cannot, read."""
    texts = folder / "texts"
    texts.mkdir()
    (folder.parent / "outside.txt").write_text("outside of the project\n")
    (texts / "x.txt").write_text("inside\n")
    (texts / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (texts / "wide.txt").write_bytes("wide".encode("utf-16"))
    with (texts / "large.txt").open("wb") as large:
        large.truncate(2_000_000)
    (texts / "locked.txt").write_bytes(b"\xff")  # whoever may read everything finds that this is no text
    (texts / "locked.txt").chmod(0)
    os.mkfifo(texts / "pipe")
    for name, target in {
        "out.txt": "../../outside.txt", "above": "../..", "zero": "/dev/zero", "loop": "loop", "broken": "nothing",
        "passwd": "/etc/passwd", "proc": "/proc/self",
    }.items():  # fmt: skip
        (texts / name).symlink_to(target)
    _listen(texts / "socket")
    return _file(folder, "play.yaml", play(f"  a: {{narrate: {{file: {quoted(reference)}}}}}\n"))


def _listen(path: Path) -> None:
    """Leave a socket in the file system; where the path is too long for one, there is nothing, which is refused too."""
    try:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    except OSError:
        return


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _link(name: str, target: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / name).symlink_to(target)
        return folder / name

    return build


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.yaml")
    return folder / "pipe.yaml"


def _strange_name(folder: Path) -> Path:
    return _file(folder, "\x1b]0;owned\x07\u202eplay\n.yaml", WELL + "typo: 1\n")


def _name_beyond_unicode(folder: Path) -> Path:
    return _file(folder, "play-\udce9.yaml", WELL + "typo: 1\n")


def _uses(*chain: str) -> Callable[[Path], Path]:
    """Scenarios of which each uses the next."""

    def build(folder: Path) -> Path:
        for name, used in pairwise(chain):
            _file(folder, name, play(f"  a: {{uses: {used}}}\n"))
        return folder / chain[0]

    return build


def _uses_what(name: str, content: bytes | None, given: str = "") -> Callable[[Path], Path]:
    """A scenario that uses one other file."""

    def build(folder: Path) -> Path:
        if content is not None:
            (folder / name).write_bytes(content)
        return _file(folder, "play.yaml", play(f"  a: {{uses: {quoted(name)}{given}}}\n"))

    return build


def _uses_that_multiply(folder: Path) -> Path:
    """Each of seven scenarios uses the next 50 times: to check every use anew would take for ever."""
    for level in range(7):
        _file(folder, f"s{level}.yaml", play("".join(f"  a{n}: {{uses: s{level + 1}.yaml}}\n" for n in range(50))))
    _file(folder, "s7.yaml", WELL + "typo: 1\n")
    return folder / "s0.yaml"


def _uses_of_many(folder: Path) -> Path:
    """A hundred scenarios of nearly a megabyte, each in order."""
    large = WELL + "#" * 900_000
    for number in range(100):
        _file(folder, f"s{number}.yaml", large)
    return _file(folder, "play.yaml", play("".join(f"  a{n}: {{uses: s{n}.yaml}}\n" for n in range(100)), "typo: 1\n"))


def _files_of_many(folder: Path) -> Path:
    """One text of nearly a megabyte under 300 names."""
    first = _file(folder, "t0.txt", "x" * 990_000)
    for number in range(1, 300):
        (folder / f"t{number}.txt").hardlink_to(first)
    return _file(folder, "play.yaml", play("".join(f"  a{n}: {{narrate: {{file: t{n}.txt}}}}\n" for n in range(300))))


def _files_that_are_missing(folder: Path) -> Path:
    """5,000 names, in a folder of 500 that are alike."""
    for number in range(500):
        _file(folder, f"texts/missing{number}.txt", "")
    return _file(
        folder,
        "play.yaml",
        play("".join(f"  a{n}: {{narrate: {{file: texts/missing-{n}.txt}}}}\n" for n in range(5000))),
    )


def _mistakes_in_a_file(folder: Path) -> Path:
    _file(folder, "text.md", "${{ inputs.nothing }} and so on\n" * 10_000)
    return _file(folder, "play.yaml", play("  a: {agent: writer, prompt: {file: text.md}}\n"))


def _own_card(card: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        _file(folder, "agents/company/evil.yaml", card)
        return _file(folder, "play.yaml", WELL.replace("{persona: A writer.}", "company/evil"))

    return build


def _card_that_is_a_pipe(folder: Path) -> Path:
    (folder / "agents" / "company").mkdir(parents=True)
    os.mkfifo(folder / "agents" / "company" / "evil.yaml")
    return _file(folder, "play.yaml", WELL.replace("{persona: A writer.}", "company/evil"))


FOLDERS: dict[str, Callable[[Path], Path]] = {
    "a folder": lambda folder: folder,
    "a missing file": lambda folder: folder / "nothing.yaml",
    "a missing folder": lambda folder: folder / "no" / "folder" / "play.yaml",
    "a file as a folder": lambda folder: _file(folder, "x.txt", "x") / "play.yaml",
    "a name of 5,000 characters": lambda folder: folder / ("x" * 5000 + ".yaml"),
    "a path of 5,000 folders": lambda folder: folder / ("x/" * 5000 + "play.yaml"),
    "an endless device": lambda folder: Path("/dev/zero"),
    "an empty device": lambda folder: Path("/dev/null"),
    "a terminal": lambda folder: Path("/dev/tty"),
    "a pipe": _pipe,
    "a link that leads to itself": _link("play.yaml", "play.yaml"),
    "a link that leads nowhere": _link("play.yaml", "nothing.yaml"),
    "a link to a device": _link("play.yaml", "/dev/zero"),
    "a name with control characters": _strange_name,
    "a name beyond unicode": _name_beyond_unicode,
    "uses itself": _uses("play.yaml", "play.yaml"),
    "uses itself by another name": _uses("play.yaml", "./x/../play.yaml"),
    "two that use each other": _uses("a.yaml", "b.yaml", "a.yaml"),
    "three that use each other": _uses("a.yaml", "b.yaml", "c.yaml", "a.yaml"),
    "20 that use the next": _uses(*(f"s{number}.yaml" for number in range(21))),
    "uses a broken one": _uses_what("other.yaml", HEAD.encode()),
    "uses an empty one": _uses_what("other.yaml", b""),
    "uses a binary": _uses_what("other.yaml", b"\x00\x01"),
    "uses nothing": _uses_what("other.yaml", None),
    "uses a text": _uses_what("other.txt", b"x"),
    "uses one outside": _uses_what("../outside.yaml", WELL.encode()),
    "uses with an unknown input": _uses_what("other.yaml", WELL.encode(), ", with: {tpoic: x}"),
    "uses with a wrong input": _uses_what("other.yaml", WELL.encode(), ", with: {topic: [1]}"),
    "uses that multiply": _uses_that_multiply,
    "uses of a hundred megabytes": _uses_of_many,
    "files of 300 megabytes": _files_of_many,
    "5,000 missing files": _files_that_are_missing,
    "10,000 mistakes in another file": _mistakes_in_a_file,
    "a card that is broken": _own_card("schema: footlights-card/v1\nid: [\n"),
    "a card that is a list": _own_card("- x\n"),
    "a card that is wrong": _own_card("schema: footlights-card/v1\nid: other\nmodes: {a: {output: {b: strnig}}}\n"),
    "a card that is a pipe": _card_that_is_a_pipe,
}
