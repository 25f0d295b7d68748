"""The tools `page.*`: a page of HTML audited by named checks, and structured data of schema.org made and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from app.tools.apart import apart
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.page.checks import GROUPS, audit_page
from app.tools.page.markup import MAKES, check_markup, check_text, make_markup, script_of

_MOST_CHARACTERS = 1_000_000
_SHORT = 20_000  # the worst page of this length takes about a second


async def _audit(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await _read(
        audit_page,
        len(arguments["html"]),
        html=arguments["html"],
        url=arguments.get("url", ""),
        keyword=arguments.get("keyword", ""),
        groups=arguments.get("groups", []),
    )


async def _markup(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    try:
        made = await asyncio.to_thread(make_markup, arguments["type"], arguments["values"])
        script = script_of(made)
        checked = check_markup(script.partition("\n")[2].rpartition("\n")[0])
    except (ValueError, TypeError, RecursionError) as error:
        raise ToolError("bad_arguments", f"values: {error}", "see page.markup in the guide to tools") from None
    return {"ok": checked["ok"], "problems": checked["problems"], "markup": made, "script": script}


async def _check_markup(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await _read(check_text, len(arguments["text"]), text=arguments["text"])


async def _read(work: Callable[..., dict[str, Any]], size: int, **arguments: Any) -> dict[str, Any]:
    """Read a short page here, and a long one apart: it costs a process, and a stranger may have made it for hours."""
    if size <= _SHORT:
        return await asyncio.to_thread(work, **arguments)
    read: dict[str, Any] = await apart(work, **arguments)
    return read


_EXAMPLE = '<!doctype html>\n<html lang="en">\n<title>Bicycle repair at your door</title>\n<img src="van.jpg">\n'

TOOLS = (
    Tool(
        "page.audit",
        "Audit a page of HTML by some 80 named checks of its head, headings, content, links, images, structured data, "
        "sharing, accessibility and performance. Gives {score of 100, findings: [{id, severity, found, where, do}]}.",
        arguments_of(
            required=("html",),
            html={"type": "string", "minLength": 1, "maxLength": _MOST_CHARACTERS},
            url={"type": "string", "maxLength": 2_000, "description": "where it stands, or will"},
            keyword={"type": "string", "maxLength": 200, "description": "the words by which it should be found"},
            groups={"type": "array", "items": {"enum": list(GROUPS)}, "description": "only these; all when left out"},
        ),
        _audit,
        example={"html": _EXAMPLE, "groups": ["images", "links"]},
    ),
    Tool(
        "page.markup",
        "Make JSON-LD of schema.org from plain values. Gives {ok, problems, markup, script}; script goes into a page.",
        arguments_of(
            required=("type", "values"),
            type={"enum": list(MAKES)},
            values={
                "type": "object",
                "maxProperties": 100,
                "description": "as schema.org names them; FAQPage takes questions: [{question, answer}], "
                "BreadcrumbList crumbs: [{name, url}]",
            },
        ),
        _markup,
        example={
            "type": "Article",
            "values": {"headline": "Chains last longer than you think", "author": "Mira Okoro"},
        },
    ),
    Tool(
        "page.check_markup",
        "Check JSON-LD, alone or in a page, against what schema.org's types need. Gives {ok, types, problems}.",
        arguments_of(required=("text",), text={"type": "string", "minLength": 1, "maxLength": _MOST_CHARACTERS}),
        _check_markup,
        example={"text": '{"@context": "https://schema.org", "@type": "Product", "name": "Lamp"}'},
    ),
)
