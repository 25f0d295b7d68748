"""Untrusted text made safe to show: `safe_text` disarms control characters, `mask_secrets` hides what looks like a key.

`clean` and `one_line` are both in one: what nearly everything is shown with.

Whatever a model, a tool, a file or the network wrote passes through here before a terminal sees it. Nothing is ever
removed as a sequence: each character is judged alone, so an unfinished escape cannot swallow what follows, and a text
cut into chunks at any place comes out at least as safe as when it is whole.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_MARKS_PER_BASE = 8
_SHOWN_OF_A_SECRET = 4
_LONGEST_LINE = 4_096  # characters of a text that is shown on one line: nobody reads more there


def clean(text: str, *, newlines: bool = True) -> str:
    """Return text of anybody as it may be shown: safe, and its secrets covered."""
    return safe_text(mask_secrets(text.replace("\r\n", "\n")), newlines=newlines)


def one_line(text: str, *, most: int = _LONGEST_LINE) -> str:
    """Return the first `most` characters of a text of anybody as they may be shown on one line, blanks made one."""
    return clean(" ".join(text[:most].split()), newlines=False)


def safe_text(text: str, *, newlines: bool = True) -> str:
    """Return `text` with everything that could drive, deceive or break a terminal made visible.

    Line feeds and tabs stay, unless `newlines` is false: then they are shown too, for text that must keep to one line.
    """
    if _SUSPECT.search(text):
        text = re.sub(_UNSAFE, _show, text)
    if not text.isascii() and re.search(_TOWER, text):
        text = re.sub(_TOWER, _thin_marks, text)
    return text if newlines else text.replace("\n", "␊").replace("\t", "␉")


def mask_secrets(text: str) -> str:
    """Return `text` with everything shaped like a key, a token or a password cut to its first four characters."""
    spans = secret_spans(text)
    if not spans:
        return text
    parts: list[str] = []
    shown = 0
    for start, end in spans:
        parts += (text[shown : start + _SHOWN_OF_A_SECRET], "•••")
        shown = end
    parts.append(text[shown:])
    return "".join(parts)


def covered(value: Any) -> Any:
    """Plain data in which whatever looks like a key is covered."""
    if isinstance(value, str):
        return mask_secrets(value)
    if isinstance(value, dict):
        return {mask_secrets(name): covered(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [covered(item) for item in value]
    return value


def looks_like_secret(text: str) -> bool:
    """Tell whether `text` holds something shaped like a key, a token or a password."""
    return any(pattern.search(text) for pattern in _patterns_for(text))


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where each thing that looks like a secret starts and ends, in order; no two overlap."""
    patterns = _patterns_for(text)
    if not patterns:
        return []
    spans: list[tuple[int, int]] = []
    for start, end in sorted(_span(found) for pattern in patterns for found in pattern.finditer(text)):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _patterns_for(text: str) -> list[re.Pattern[str]]:
    """Those that may be found in it."""
    found = [_ASSIGNED] if "=" in text else []
    for letter, ending in _ENDINGS:  # any() would cost a short text more than the search itself
        if letter in text and ending.search(text):
            return [*found, _SECRET, _OTHERS, _BASIC]
    for sign in _SIGNS:
        if sign in text:
            return [*found, _SECRET, _BASIC]
    return found


def _span(found: re.Match[str]) -> tuple[int, int]:
    """Of what only the beginning is shown; of a password not even that, so what is shown is before it."""
    start, end = found.span(found.lastgroup or 0)
    return (start - _SHOWN_OF_A_SECRET if found.lastgroup == "hidden" else start), end


# What has no business in shown text: C0 but for line feed and tab, DEL, C1, soft hyphen, bidirectional controls, line
# and paragraph separators, fillers and joiners of no width, selectors that can smuggle text, tags, surrogates.
_CONTROLS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_EMOJI = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# One plain class is searched first: nearly all text has nothing in it, and this is the quickest way to know.
_SUSPECT = re.compile(rf"[{_CONTROLS}\u200d\ufe0e\ufe0f]")
# What comes next is compiled by its first use: most commands never meet a text that needs it.
_UNSAFE = (
    rf"[{_CONTROLS}]"
    rf"|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"  # a joiner holds two emoji together, or is shown
    rf"|(?<![{_EMOJI}])[\ufe0e\ufe0f](?!\u20e3)"  # a presentation selector follows an emoji, or makes a keycap
)
# Marks are no word characters, so a tower of them is a run of this class; a row of box drawing is one too, and is kept.
_TOWER = rf"[^\w\s\x00-\x7f]{{{_MARKS_PER_BASE + 1},}}"


def _show(unsafe: re.Match[str]) -> str:
    code = ord(unsafe[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _thin_marks(run: re.Match[str]) -> str:
    """Keep the first marks on each base; a tower of thousands would freeze a terminal and cover its neighbours."""
    kept = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS_PER_BASE:
            kept.append(character)
    return "".join(kept)


# A key never starts inside a longer word: that keeps the search linear, and `task-list-of-everything` is none. But a
# letter that ends an escape (JSON's \\n, a URL's %3D, a terminal's ESC [31m) is not part of the word that follows.
_START = "|".join(
    (
        r"(?<![A-Za-z0-9_-])",
        r"(?<=\\[bfnrt])",
        r"(?<=\\u[0-9A-Fa-f]{4})",
        r"(?<=%[0-9A-Fa-f]{2})",
        *(rf"(?<=\[[0-9;]{{{length}}}[A-Za-z])" for length in range(9)),
    )
)
# To look for signs is quicker than to ask at every character, and few texts have one. Of words with a rare letter in
# them that letter is looked for, and then what is before it.
_SIGNS = ("AIza", "AKIA", "ASIA", "eyJ", "earer", "asic ", "://", "PRIVATE KEY")
_ENDINGS = (
    ("_", re.compile(r"_(?:(?<=gh[pousr]_)|(?<=github_pat_)|(?<=gsk_)|(?<=hf_)|(?<=npm_)|(?<=k_live_)|(?<=k_test_))")),
    ("-", re.compile(r"-(?:(?<=sk-)|(?<=xox[abeprs]-)|(?<=xai-)|(?<=pplx-)|(?<=glpat-))")),
)
_SECRET = re.compile(
    rf"""(?=[sAgxeBb:][kIKShioye/])(?:{_START})  # two letters are quick to look at, and rule out nearly every place"""
    r"""
      (?:
        sk-[A-Za-z0-9_-]{16,}                                          # OpenAI, Anthropic and those who copy them
      | AIza[A-Za-z0-9_-]{30,}                                         # Google
      | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_[A-Za-z0-9_]{20,}      # GitHub
      | xox[abeprs]-[A-Za-z0-9-]{10,}                                  # Slack
      | (?:AKIA|ASIA)[A-Z0-9]{16}                                      # AWS
      | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*     # JSON Web Token
      | [Bb]earer\s+(?=\S*\d)(?P<shown>[A-Za-z0-9._~+/=-]{16,})       # whatever an Authorization header carries
      )
    | ://[^\s/@:]{0,80}:(?P<hidden>[^\s/@]{1,200})(?=@)               # a password in an address
    | -----BEGIN\ [A-Z0-9\ ]{0,40}PRIVATE\ KEY-----.*?(?:-----END\ [A-Z0-9\ ]{0,40}PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_OTHERS = re.compile(
    rf"(?=[ghnrspx][apfklms])(?:{_START})"
    r"(?:(?:gsk|hf|npm)_[A-Za-z0-9]{20,}"  # Groq, Hugging Face, npm
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"  # Stripe
    r"|(?:xai|pplx)-[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{16,})"  # xAI, Perplexity, GitLab
)
_BASIC = re.compile(r"asic (?<=uthorization: .asic )(?P<shown>[A-Za-z0-9+/=_-]{8,})")
_ASSIGNED = re.compile(
    r"=(?:(?<=(?i:password)=)|(?<=(?i:passwd)=)|(?<=(?i:pwd)=)|(?<=(?i:secret)=)|(?<=(?i:token)=)"
    r"|(?<=(?i:api_key)=)|(?<=(?i:access_key)=)|(?<=(?i:secret_key)=))"
    r"[\"']?(?![\w.]*[(\[{]|[${%*])(?P<hidden>[^\s\"'<>&;,|\\`•]{8,})"  # but no code: token=next(tokens)
)
