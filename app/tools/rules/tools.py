"""The tools `rules.*`: evidence held against HIPAA, GDPR, SOC 2 and COPPA, and personal data found and masked."""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.rows import TABLE_SCHEMA, read_rows
from app.tools.rules.digests import compared
from app.tools.rules.evidence import (
    PACKS,
    by_severity,
    day_of,
    gaps,
    judged,
    narrowed,
    pack_of,
    read_evidence,
    scored,
    unused,
)
from app.tools.rules.personal import KINDS, MAX_CELLS, Search, in_rows, in_text

_MOST_EVIDENCE = 2_000
_MOST_TEXT = 500_000


async def _check(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    pack = await asyncio.to_thread(pack_of, arguments["pack"])
    rows = await asyncio.to_thread(read_rows, arguments["evidence"], surroundings.root)
    if len(rows) > _MOST_EVIDENCE:
        raise ToolError("refused", f"these are {len(rows):,} rows of evidence; {_MOST_EVIDENCE:,} is the most")
    today = day_of(arguments["today"], "today")
    controls = narrowed(pack, arguments.get("only", []))
    evidence = read_evidence(rows, pack)
    results = [
        judged(control, [item for item in evidence if item.control == control.name], today) for control in controls
    ]
    return {
        "pack": pack.name,
        "score": scored(results),
        **{status: sum(result.status == status for result in results) for status in ("met", "partly", "missing")},
        "by_severity": by_severity(results),
        "gaps": gaps(results),
        "controls": [result.shown for result in results],
        "unused": unused(evidence, controls, today),
        "title": pack.title,
        "today": today.isoformat(),
    }


async def _list(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    pack = await asyncio.to_thread(pack_of, arguments["pack"])
    return {
        "pack": pack.name,
        "title": pack.title,
        "source": pack.source,
        "controls": [
            {
                "control": control.name,
                "title": control.title,
                "cites": control.cites,
                "severity": control.severity,
                "proof": [proof.wanted for proof in control.proof],
            }
            for control in narrowed(pack, arguments.get("only", []))
        ],
    }


async def _personal(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    if ("text" in arguments) == ("rows" in arguments):
        raise ToolError("bad_arguments", "give either text or rows", "text is one text, rows are a table")
    search = Search(frozenset(arguments.get("kinds", KINDS)), tuple(arguments.get("about", [])))
    limit = arguments.get("limit", 30)
    if "text" in arguments:
        return await asyncio.to_thread(in_text, arguments["text"], search, limit)
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    if sum(map(len, rows)) > MAX_CELLS:
        raise ToolError("refused", f"these are more than {MAX_CELLS:,} cells", "split the table, or take fewer columns")
    return await asyncio.to_thread(in_rows, rows, search, limit)


async def _proof(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    before, after = [
        await asyncio.to_thread(read_rows, arguments[side], surroundings.root) for side in ("before", "after")
    ]
    remains = await asyncio.to_thread(in_rows, after, Search(frozenset(), tuple(arguments.get("about", []))), 0)
    return {"rows_about": remains["rows_about"], **await asyncio.to_thread(compared, before, after)}


_PACK = {"enum": list(PACKS)}
_ONLY = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": 100,
    "description": "only these controls; all of the pack when left out",
}
_ABOUT = {
    "type": "array",
    "items": {"type": "string", "minLength": 3, "maxLength": 200},
    "maxItems": 50,
    "description": "names, addresses or numbers of one person",
}

TOOLS = (
    Tool(
        "rules.check",
        "Hold evidence against a rule pack. Evidence is a table {control, kind, says, at?, source?, holds?, pack?}: "
        "holds false speaks against the control. Gives the score, each control met, partly or missing with the reason, "
        "and the gaps, worst first, with the evidence that would do.",
        arguments_of(
            required=("pack", "evidence", "today"),
            pack=_PACK,
            evidence=TABLE_SCHEMA,
            today={"type": "string", "description": "the date to reckon ages from, such as 2026-03-31"},
            only=_ONLY,
        ),
        _check,
        example={
            "pack": "gdpr",
            "evidence": [{"control": "retention", "kind": "policy", "says": "orders ten years, carts thirty days"}],
            "today": "2026-03-31",
            "only": ["retention", "erasure"],
        },
    ),
    Tool(
        "rules.list",
        "Show what a rule pack asks for: each control with its section, severity and the proof that it wants.",
        arguments_of(required=("pack",), pack=_PACK, only=_ONLY),
        _list,
        example={"pack": "hipaa", "only": ["backup"]},
    ),
    Tool(
        "rules.personal",
        "Find personal data in a text or a table, with places and a masked copy; the data themselves are not repeated. "
        "`about` are names, addresses or numbers of one person, found wherever they stand.",
        arguments_of(
            text={"type": "string", "maxLength": _MOST_TEXT},
            rows=TABLE_SCHEMA,
            kinds={"type": "array", "items": {"enum": list(KINDS)}, "minItems": 1, "description": "all when left out"},
            about=_ABOUT,
            limit={
                "type": "integer",
                "minimum": 0,
                "maximum": 1_000,
                "description": "places shown, 30; all are counted",
            },
        ),
        _personal,
        example={"text": "Ana Ruiz, ana@example.com, IBAN DE89 3704 0044 0532 0130 00", "about": ["Ana Ruiz"]},
    ),
    Tool(
        "rules.proof",
        "Compare a table before and after a deletion: rows removed, added and kept, a SHA-256 of each state, and the "
        "rows that still name the person.",
        arguments_of(required=("before", "after"), before=TABLE_SCHEMA, after=TABLE_SCHEMA, about=_ABOUT),
        _proof,
        example={
            "before": "order,who\n1,Ana Ruiz\n2,Bo Lund\n",
            "after": "order,who\n2,Bo Lund\n",
            "about": ["Ana Ruiz"],
        },
    ),
)
