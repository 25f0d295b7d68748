"""What the next version is called, and its changelog, from changes told as conventional commits."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from app.document.suggest import did_you_mean, shortened
from app.tools.base import ToolError

_CHANGE = re.compile(r"(?P<kind>[A-Za-z]+)(?:\((?P<scope>[^()\n]{1,60})\))?(?P<breaking>!)?: (?P<what>\S.*)")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: (?P<what>\S.*)", re.MULTILINE)
_BUMPS = {
    "feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch",
    "build": "", "chore": "", "ci": "", "docs": "", "refactor": "", "style": "", "test": "",
}  # fmt: skip
_HEADINGS = {"feat": "Added", "fix": "Fixed", "perf": "Faster", "revert": "Taken back"}
_RANK = ("", "patch", "minor", "major")


class Change(NamedTuple):
    """One change as its author told it."""

    kind: str
    line: str
    breaks: str  # what it breaks; empty when nothing

    @property
    def bump(self) -> str:
        return "major" if self.breaks else _BUMPS[self.kind]


def next_version(current: str, changes: list[str] | str) -> dict[str, Any]:
    """Say what comes after a version, and why: a break is major, a feature minor, a fix a patch."""
    from semver import Version  # only whoever names a version needs it

    try:
        now = Version.parse(current)
    except ValueError:
        raise ToolError(
            "bad_arguments", f'"{shortened(current)}" is no version', "three numbers, such as 1.4.2, and no v in front"
        ) from None
    lines = [line for line in changes.splitlines() if line.strip()] if isinstance(changes, str) else changes
    told = [_change(text, number) for number, text in enumerate(lines, 1)]
    if not told:
        raise ToolError("bad_arguments", "there are no changes", "a version says what changed")
    bump = max((change.bump for change in told), key=_RANK.index)
    part = "minor" if bump == "major" and now.major == 0 else bump  # below 1.0.0 everything may break
    following = str(now.next_version(part)) if part else current
    return {
        "version": following,
        "bump": part or "none",
        "counts": {kind: count for kind in _BUMPS if (count := sum(change.kind == kind for change in told))},
        "breaking": [change.breaks for change in told if change.breaks],
        "changelog": _changelog(following, told) if part else "",
    }


def _change(text: str, number: int) -> Change:
    """Read one change: `feat(basket): keep it for 30 days`, with ! or a BREAKING CHANGE line when it breaks."""
    subject, _, body = text.strip().partition("\n")
    found = _CHANGE.fullmatch(subject)
    if found is None:
        raise ToolError(
            "bad_arguments",
            f'change {number}: "{shortened(subject)}" does not say what kind it is',
            "begin with it: feat: ..., fix(basket): ..., docs: ...; an ! before the colon when it breaks something",
        )
    kind = found["kind"].lower()
    if kind not in _BUMPS:
        raise ToolError(
            "bad_arguments", f'change {number}: there is no kind "{shortened(kind)}"', did_you_mean(kind, _BUMPS)
        )
    footer = _BREAKING.search(body)
    what = f"{found['scope']}: {found['what']}" if found["scope"] else found["what"]
    return Change(kind, what, footer["what"] if footer else what if found["breaking"] else "")


def _changelog(version: str, changes: list[Change]) -> str:
    """Write what people read about a version, what breaks first; what they cannot notice is left out."""
    parts = {"Breaking": [change.breaks for change in changes if change.breaks]}
    for kind, heading in _HEADINGS.items():
        parts[heading] = [change.line for change in changes if change.kind == kind]
    told = [
        "\n".join([f"### {heading}", *(f"- {line}" for line in lines)]) for heading, lines in parts.items() if lines
    ]
    return "\n\n".join([f"## {version}", *told])
