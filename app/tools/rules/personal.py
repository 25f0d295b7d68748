"""Personal data found in texts and tables, where they stand, and a copy in which they are covered.

What has check digits is only found when they are right. Names are known by the heading of their column, and from there
in every other cell; in a text alone only those that are asked for by `about`. A covered value keeps its number, so that
`[email 2]` is the same address wherever it stands, and nothing that is given back repeats it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.tools.rows import Row, columns_of
from app.tools.rules.numerals import NATIONAL, iban_end, is_card, is_iban

KINDS = (
    "person", "email", "iban", "card", "national_id", "birth_date", "ip", "phone", "name", "address", "health",
)  # fmt: skip
MAX_CELLS = 50_000
_MOST_WORDS = 8  # of a name


class Search(NamedTuple):
    """What is looked for."""

    kinds: frozenset[str]
    about: tuple[str, ...] = ()


class Found(NamedTuple):
    """One place in a text."""

    start: int
    end: int
    kind: str


def in_text(text: str, search: Search, limit: int) -> dict[str, Any]:
    """Return what is in a text, and the text with it covered."""
    covers = _Covers()
    found = _found(text, search, _Terms(search.about, "person"))
    shown, line, seen = [], 1, 0
    for item in found:
        line, seen = line + text.count("\n", seen, item.start), item.start
        cover = covers.of(item, text)
        shown.append({"kind": item.kind, "cover": cover, "line": line, "start": item.start, "end": item.end})
    return _counted(item.kind for item in found) | {"found": shown[:limit], "masked": covers.over(text, found)}


def in_rows(rows: list[Row], search: Search, limit: int) -> dict[str, Any]:
    """Return what is in a table, and the table with it covered."""
    covers = _Covers()
    headings = {column: kind for column in columns_of(rows) if (kind := _kind_of(column)) in search.kinds}
    terms = _Terms(search.about, "person")
    names = _Terms(_names_in(rows, headings), "name")
    shown: list[dict[str, Any]] = []
    kinds: list[str] = []
    about: list[int] = []
    masked: list[Row] = []
    for number, row in enumerate(rows, 1):
        covered = dict(row)
        for column, value in row.items():
            if not isinstance(value, str | int) or isinstance(value, bool):
                continue
            text = str(value)
            found = _found(text, search, terms, names, heading=headings.get(column, ""))
            for item in found:
                place = {"row": number, "column": column, "start": item.start, "end": item.end}
                shown.append({"kind": item.kind, "cover": covers.of(item, text), **place})
                kinds.append(item.kind)
            if found:
                covered[column] = covers.over(text, found)
            if number not in about[-1:] and terms.within(text):
                about.append(number)
        masked.append(covered)
    return _counted(kinds) | {"rows_about": about, "found": shown[:limit], "masked": masked}


class _Covers:
    """What is written instead of each value: its kind, and a number of its own."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._last: Counter[str] = Counter()

    def of(self, item: Found, text: str) -> str:
        key = item.kind, "".join(character for character in text[item.start : item.end].lower() if character.isalnum())
        if key not in self._numbers:
            self._last[item.kind] += 1
            self._numbers[key] = self._last[item.kind]
        return f"[{item.kind.replace('_', ' ')} {self._numbers[key]}]"

    def over(self, text: str, found: list[Found]) -> str:
        parts, end = [], 0
        for item in found:
            parts += [text[end : item.start], self.of(item, text)]
            end = item.end
        return "".join([*parts, text[end:]])


class _Terms:
    """Names and numbers that are looked for as they are, word by word, whatever stands between the words."""

    def __init__(self, terms: Iterable[str], kind: str) -> None:
        self.kind = kind
        self._leads: dict[tuple[str, ...], str] = {}  # by its words: what stands before the first, such as a plus
        for term in terms:
            if words := list(_WORD.finditer(term)):
                self._leads[tuple(word[0].lower() for word in words)] = term[: words[0].start()].strip()
        self._lengths = sorted({len(words) for words in self._leads}, reverse=True)

    def within(self, text: str) -> list[Found]:
        found: list[Found] = []
        places = list(_WORD.finditer(text)) if self._leads else []
        words = [place[0].lower() for place in places]
        for first, place in enumerate(places):
            for length in self._lengths:
                lead = self._leads.get(tuple(words[first : first + length]))
                if lead is not None and first + length <= len(places):
                    start = place.start() - len(lead) * text.endswith(lead, 0, place.start())
                    found.append(Found(start, places[first + length - 1].end(), self.kind))
                    break
        return found


def _found(text: str, search: Search, *terms: _Terms, heading: str = "") -> list[Found]:
    """Return what is in a text, in order; where two overlap the one that was surer stays."""
    if heading and text.strip() and not terms[0].within(text):
        return [Found(0, len(text), heading)]
    found: list[Found] = []
    taken = bytearray(len(text))
    for item in _candidates(text, terms):
        if item.kind in search.kinds and not any(taken[item.start : item.end]):
            taken[item.start : item.end] = b"\1" * (item.end - item.start)
            found.append(item)
    return sorted(found)


def _candidates(text: str, terms: Iterable[_Terms]) -> Iterator[Found]:
    for some in terms:
        yield from some.within(text)
    if "@" in text:
        yield from (Found(*match.span(), "email") for match in _EMAIL.finditer(text))
    for match in _BIRTH.finditer(text):
        yield Found(*match.span(1), "birth_date")
    if not any(character.isdigit() for character in text):
        return
    for match in _IBAN.finditer(text):
        if (end := iban_end(text, match.start())) and is_iban(text[match.start() : end]):
            yield Found(match.start(), end, "iban")
    for match in _CARD.finditer(text):
        if is_card(match[0]):
            yield Found(*match.span(), "card")
    for national in NATIONAL:
        for match in national.pattern.finditer(text):
            if national.right(match[0]):
                yield Found(*match.span(), "national_id")
    for match in _IP.finditer(text):
        if all(int(part) < 256 for part in match[0].split(".")):
            yield Found(*match.span(), "ip")
    for match in _PHONE.finditer(text):
        if 7 <= sum(map(str.isdigit, match[0])) <= 15 and not _DATE_ALONE.fullmatch(match[0]):
            yield Found(*match.span(), "phone")


def _counted(kinds: Iterable[str]) -> dict[str, Any]:
    by_kind = Counter(kinds)
    return {"count": by_kind.total(), "by_kind": {kind: by_kind[kind] for kind in KINDS if by_kind[kind]}}


def _names_in(rows: list[Row], headings: dict[str, str]) -> set[str]:
    """Return the full names in the columns of names; a lone word would be found in too many places."""
    columns = [column for column, kind in headings.items() if kind == "name"]
    cells = (row.get(column) for row in rows for column in columns)
    return {cell for cell in cells if isinstance(cell, str) and 1 < len(cell.split()) <= _MOST_WORDS}


def _kind_of(column: str) -> str:
    words = " ".join(_LETTERS.findall(column.lower()))
    return next((kind for kind, headings in _HEADINGS.items() if words in headings), "")


_HEADINGS = {
    "name": {
        "name", "full name", "first name", "last name", "surname", "family name", "given name", "patient",
        "patient name", "customer", "customer name", "contact", "contact name", "person", "employee", "recipient",
        "parent", "child", "vorname", "nachname", "nom", "prénom", "nombre", "apellido", "apellidos", "cognome",
    },
    "birth_date": {"dob", "born", "birth", "birthday", "birth date", "date of birth", "geburtsdatum", "né le"},
    "phone": {"phone", "phone number", "telephone", "tel", "mobile", "telefon", "téléphone", "teléfono"},
    "address": {
        "address", "home address", "street", "postcode", "zip", "zip code", "postal code", "adresse", "strasse",
        "straße", "dirección",
    },
    "national_id": {
        "ssn", "social security number", "nino", "national id", "national number", "tax id", "passport", "dni", "nie",
        "pesel", "nhs number", "personnummer",
    },
    "health": {"diagnosis", "diagnoses", "condition", "allergies", "medication", "medications", "blood group"},
}  # fmt: skip

_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+")
# Every repeat is bounded and no two parts of a pattern can take the same character, so none of them looks twice.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?= ?[A-Z0-9])")
_CARD = re.compile(r"(?<![\d.+])[2-6](?:[ -]?[0-9]){12,18}(?!\d)")
_IP = re.compile(r"(?<![\d.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\d.]?\d)")
_DATE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{1,2}\.? [^\W\d_]{3,9} [0-9]{4}"
    r"|[^\W\d_]{3,9} [0-9]{1,2}, [0-9]{4}"
)
_DATE_ALONE = re.compile(_DATE)
_BIRTH = re.compile(
    r"\b(?:born|dob|date of birth|birthday|geboren|geb|née?|nacid[oa]|fecha de nacimiento)\b"
    rf"(?:[ .:,]{{0,3}}(?:on|am|le|el|is)?)[ :]{{0,2}}({_DATE})",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.])\+[0-9](?:[ ().-]{0,2}[0-9]){6,14}(?!\w)"
    r"|(?<![\w.-])(?<![0-9] )\(?0[1-9][0-9]{0,3}\)?(?:[ /-][0-9]{2,8}){1,4}(?![\w-])"
    r"|(?<![\w.-])(?:\([0-9]{3}\) ?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}(?![\w-])"
)
