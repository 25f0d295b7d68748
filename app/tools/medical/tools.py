"""The tools `medical.*`: public codes looked up in a small sample, and claims gone over before they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.medical.claims import LETTERS, Claim, Line, validated
from app.tools.medical.coding import HCPCS, ICD, excluded, explained, searched, size_of_sample
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST_LINES = 50
_LARGEST = 10_000_000


async def _codes(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    words, codes = arguments.get("words", ""), [_tidy(code) for code in arguments.get("codes", [])]
    if not words.strip() and not codes:
        raise ToolError("bad_arguments", "there is nothing to look up", "give words, codes, or both")
    return {
        "found": searched(words, arguments.get("system", ""), arguments.get("limit", 8)),
        "codes": [explained(code) for code in codes],
        "pairs": [{"one": one, "other": other, "why": pair.why} for one, other, pair in excluded(codes)],
        "sample": size_of_sample(),
    }


async def _claim(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["lines"], surroundings.root)
    if not 1 <= len(rows) <= _MOST_LINES:
        raise ToolError("bad_arguments", f"these are {len(rows):,} lines; a claim has from 1 to {_MOST_LINES}")
    check_columns(("date", "code", "units", "pointers", "charge"), columns_of(rows))
    patient = arguments["patient"]
    claim = Claim(
        sex=patient["sex"],
        born=_day(patient["born"], "patient, born"),
        diagnoses=tuple(_tidy(code) for code in arguments["diagnoses"]),
        lines=tuple(_line(row, number) for number, row in enumerate(rows, 1)),
        today=_day(arguments["today"], "today"),
        filing_days=arguments.get("filing_days", 365),
    )
    return {**validated(claim), "sample": size_of_sample()}


def _line(row: Row, number: int) -> Line:
    def place(column: str) -> str:
        return f"lines, row {number}, {column}"

    pointers = str(row.get("pointers") or "").upper()
    return Line(
        number,
        _day(row.get("date"), place("date")),
        _code(row.get("code"), place("code")),
        frozenset(str(row.get("modifiers") or "").upper().replace(",", " ").split()),
        _number(row, "units", place("units")),
        "".join(dict.fromkeys(sign for sign in pointers if not sign.isspace() and sign not in ",;")),
        _number(row, "charge", place("charge")),
    )


def _number(row: Mapping[str, Any], column: str, place: str) -> float:
    value = row.get(column)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        raise ToolError(
            "bad_arguments", f'{place}: "{shortened(str(value))}" should be a number from 0 to {_LARGEST:,}'
        )
    return value


def _day(value: Any, place: str) -> date:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ToolError(
            "bad_arguments", f'{place}: "{shortened(str(value))}" is no date', "write it as 2026-03-31"
        ) from None


def _code(value: Any, place: str) -> str:
    if not (code := _tidy(value)):
        raise ToolError("bad_arguments", f"{place}: it is empty", "a line bills one code")
    return code


def _tidy(code: Any) -> str:
    return shortened(str(code or "").strip().upper(), 20)


_CODES = {"type": "array", "items": {"type": "string", "maxLength": 20}}
_DATE = {"type": "string", "description": "such as 2026-03-31"}

TOOLS = (
    Tool(
        "medical.codes",
        "Look up diagnoses (ICD-10-CM) and services (HCPCS Level II) by words or by code, in a small sample of public "
        "codes without CPT. Says of each code whether it is well formed and in the sample, and which exclude others.",
        arguments_of(
            words={"type": "string", "maxLength": 300},
            codes=_CODES | {"maxItems": 50},
            system={"enum": [ICD, HCPCS], "description": "words are looked for in both when left out"},
            limit={"type": "integer", "minimum": 1, "maximum": 30, "description": "8 when left out"},
        ),
        _codes,
        example={"words": "type 2 diabetes hyperglycemia", "codes": ["E11.65", "R73.03"]},
    ),
    Tool(
        "medical.claim",
        "Go over a claim before it is sent, by a sample of codes: codes, pointers, units, sex, age, dates, duplicates, "
        "modifiers and pairs that exclude each other. Lines are a table {date, code, modifiers?, units, pointers, "
        "charge}. Gives every finding, and whether each line pays, is denied, or needs a person.",
        arguments_of(
            required=("patient", "diagnoses", "lines", "today"),
            patient={
                "type": "object",
                "properties": {"sex": {"enum": ["F", "M", "X"]}, "born": _DATE},
                "required": ["sex", "born"],
                "additionalProperties": False,
            },
            diagnoses=_CODES
            | {"minItems": 1, "maxItems": len(LETTERS), "description": "A to L, as lines point at them"},
            lines=TABLE_SCHEMA,
            today=_DATE,
            filing_days={"type": "integer", "minimum": 1, "maximum": 3_650, "description": "365 when left out"},
        ),
        _claim,
        example={
            "patient": {"sex": "F", "born": "1961-02-11"},
            "diagnoses": ["E11.65"],
            "lines": [{"date": "2026-03-02", "code": "G0108", "units": 2, "pointers": "A", "charge": 112.4}],
            "today": "2026-03-31",
        },
    ),
)
