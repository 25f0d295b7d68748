"""Mends what an older version, another tool's habits or an editor left in a file, keeping comments as they are."""

from __future__ import annotations

from dataclasses import dataclass

from app.document.mistakes import FAMILIAR
from app.document.source import Source
from app.document.tree import Node, parse

# Keys that people bring along from GitHub Actions, and their names here. Others mean more, so a person decides.
RENAMED = {old: new for old, new in FAMILIAR.items() if old.replace("-", "_") == new}
VERSIONS = ("footlights/v1",)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was mended."""

    line: int
    what: str


def mended_bytes(content: bytes) -> tuple[bytes, list[Change]]:
    """The file without a byte order mark and with LF line ends."""
    changes = []
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
        changes.append(Change(1, "byte order mark removed"))
    if b"\r" in content:
        line = content[: content.index(b"\r")].count(b"\n") + 1
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        changes.append(Change(line, "line ends are LF"))
    return content, changes


def mended_text(source: Source) -> tuple[str, list[Change]]:
    """The text with the current version and our own words for keys."""
    root = parse(source)
    edits: list[tuple[int, int, str, Change]] = []
    if root.entries is not None and "schema" not in root.entries:
        edits.append(
            (root.start.offset, root.start.offset, f"schema: {VERSIONS[-1]}\n", Change(root.start.line, "schema added"))
        )
    waiting = [root]
    while waiting:
        node = waiting.pop()
        edits.extend(_renames(node))
        waiting.extend(node.children())
    text = source.text
    # From the end, so that earlier offsets stay true; an alias leads to the same place twice.
    for start, end, new, _ in sorted(set(edits), key=lambda edit: edit[0], reverse=True):
        text = text[:start] + new + text[end:]
    return text, sorted({change for *_, change in edits}, key=lambda change: change.line)


def _renames(node: Node) -> list[tuple[int, int, str, Change]]:
    found = []
    for name, entry in (node.entries or {}).items():
        key = entry.key
        if name in RENAMED and RENAMED[name] not in (node.entries or {}):
            change = Change(key.start.line, f'"{name}" is now "{RENAMED[name]}"')
            found.append((key.start.offset, key.end.offset, RENAMED[name], change))
        elif name == "timeout-minutes" and isinstance(entry.value.data, int) and "timeout" not in (node.entries or {}):
            change = Change(key.start.line, f'"timeout-minutes" is now "timeout: {entry.value.data}m"')
            found.append((key.start.offset, key.end.offset, "timeout", change))
            found.append((entry.value.start.offset, entry.value.end.offset, f"{entry.value.data}m", change))
    return found
