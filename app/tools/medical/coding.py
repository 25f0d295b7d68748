"""A small sample of public medical codes, looked up by words or by code, and the pairs that do not go together.

ICD-10-CM and HCPCS Level II are public; the sample holds some of each, with titles shortened here and there. CPT is
licensed, so none of it is here: what looks like it is said to be so, and a person has to look it up. The pairs, and the
limits beside the codes, are sample rules of our own, not those of NCCI or of any payer.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple

ICD, HCPCS = "icd10cm", "hcpcs"
Standing = Literal["known", "unknown", "too short", "cpt", "malformed"]
_FORMATS = {
    ICD: re.compile(r"[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?"),
    HCPCS: re.compile(r"[A-CEGHJ-MP-V][0-9]{4}"),
}
_CPT = re.compile(r"[0-9]{4}[0-9FTUMA]")
_FOLDER = Path(__file__).parents[1] / "packs"


class Code(NamedTuple):
    """One code of the sample."""

    code: str
    system: str
    title: str
    sex: str  # F or M where it is for one only
    least: int | None  # years of age
    most: int | None
    units: int | None  # the most a day
    modifiers: tuple[str, ...]  # one of these has to stand with it
    needs: tuple[str, ...]  # a diagnosis has to begin with one of these


class Pair(NamedTuple):
    """Two codes, or beginnings of codes, that exclude each other."""

    one: str
    other: str
    scope: str  # on one claim, or on one day
    why: str

    def fits(self, one: str, other: str) -> bool:
        return _begins(one, self.one) and _begins(other, self.other)


@cache
def sample() -> dict[str, Code]:
    """Return the sample, by code."""
    rows = [
        (system, row) for system, name in ((ICD, "icd10cm"), (HCPCS, "hcpcs")) for row in _rows(f"{name}-sample.csv")
    ]
    return {
        row["code"]: Code(
            row["code"],
            system,
            row["title"],
            row["sex"],
            _whole(row["least"]),
            _whole(row["most"]),
            _whole(row.get("units", "")),
            tuple(row.get("modifier", "").split()),
            tuple(row.get("needs", "").split()),
        )
        for system, row in rows
    }


def size_of_sample() -> str:
    """Say how small it is, in words that stand with every answer."""
    systems = [code.system for code in sample().values()]
    return (
        f"a sample: {systems.count(ICD)} of more than 70,000 ICD-10-CM codes and {systems.count(HCPCS)} HCPCS Level II "
        "codes; no CPT"
    )


def standing(code: str) -> Standing:
    """Say what is known of a code."""
    if code in sample():
        return "known"
    if _CPT.fullmatch(code):
        return "cpt"
    if any(known.startswith(code) for known in sample()) and _FORMATS[ICD].fullmatch(code):
        return "too short"
    return "unknown" if any(shape.fullmatch(code) for shape in _FORMATS.values()) else "malformed"


def explained(code: str) -> dict[str, Any]:
    """Return what there is to say about one code."""
    stands = standing(code)
    known = sample().get(code)
    longer = [other for other in sample() if other.startswith(code)][:5]
    says = {
        "known": "",
        "too short": f"it needs more characters; the sample has {', '.join(longer)}",
        "cpt": "it looks like CPT, which is licensed and not in this sample: a person has to look it up",
        "unknown": "it is well formed and not in this sample: a person has to look it up",
        "malformed": "it is written like no ICD-10-CM or HCPCS code, such as E11.65 or G0108",
    }[stands]
    return {"code": code, "standing": stands, "title": known.title if known else None, "says": says}


def searched(words: str, system: str, limit: int) -> list[dict[str, Any]]:
    """Return the codes whose titles have at least half of the words, the best first."""
    wanted = _WORD.findall(words.lower())
    found = []
    for code in sample().values():
        if system in ("", code.system):
            has = _WORD.findall(code.title.lower())
            hits = sum(any(word.startswith(want) for word in has) for want in wanted)
            if hits and hits * 2 >= len(wanted):
                found.append((-hits, len(has), code))
    found.sort()
    return [
        {"code": code.code, "system": code.system, "title": code.title, "words": f"{-hits} of {len(wanted)}"}
        for hits, _, code in found[:limit]
    ]


def excluded(codes: Sequence[str]) -> list[tuple[str, str, Pair]]:
    """Return the pairs among some codes that do not go together."""
    return [
        (one, other, pair)
        for one, other in combinations(dict.fromkeys(codes), 2)
        for pair in _pairs()
        if pair.fits(one, other) or pair.fits(other, one)
    ]


def _begins(code: str, start: str) -> bool:
    """A whole code means itself alone; what is no code of the sample means all that begin so."""
    return code == start if start in sample() else code.startswith(start)


@cache
def _pairs() -> tuple[Pair, ...]:
    return tuple(Pair(row["one"], row["other"], row["scope"], row["why"]) for row in _rows("medical-pairs.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _whole(text: str) -> int | None:
    return int(text) if text else None


_WORD = re.compile(r"[^\W_]+")
