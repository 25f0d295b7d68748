"""The tool `design.ad`: an advertisement drawn as SVG in three standard sizes, its colours and words checked."""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.design.advertising import SIZES, Palette, contrast, draw
from app.tools.drawable import drawable

_READABLE, _READABLE_LARGE = 4.5, 3.0  # WCAG 2.1, AA


async def _ad(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    words = {name: arguments.get(name, "") for name in ("headline", "text", "button", "brand")}
    for name, value in words.items():
        if drawable(value) != value:
            raise ToolError(
                "bad_arguments", f"{name} has a character in it that nobody can see", "write it on one line"
            )
    return await asyncio.to_thread(
        _made,
        words,
        Palette(**{name: colour.lower() for name, colour in arguments["palette"].items()}),
        [colour.lower() for colour in arguments.get("brand_colours", [])],
        arguments.get("sizes") or list(SIZES),
    )


def _made(words: dict[str, str], palette: Palette, brand: list[str], sizes: list[str]) -> dict[str, Any]:
    ratios = {
        "text": round(contrast(palette.ink, palette.ground), 2),
        "button": round(contrast(palette.ground, palette.accent), 2),
    }
    problems = []
    if ratios["text"] < _READABLE:
        problems.append(f"text: contrast {ratios['text']} to 1; at least {_READABLE} is wanted")
    if words["button"] and ratios["button"] < _READABLE_LARGE:
        problems.append(f"button: contrast {ratios['button']} to 1; at least {_READABLE_LARGE} is wanted")
    problems += [f"{name} {colour} is none of the brand's" for name, colour in _strange(palette, brand)]
    ads = []
    for size in sizes:
        svg, cramped = draw(words, palette, SIZES[size])
        problems += [f"{size}: the {name} does not fit" for name in cramped]
        ads.append({"size": size, "width": SIZES[size].width, "height": SIZES[size].height, "svg": svg})
    return {"ok": not problems, "problems": problems, "contrast": ratios, "ads": ads}


def _strange(palette: Palette, brand: list[str]) -> list[tuple[str, str]]:
    return [(name, colour) for name, colour in palette._asdict().items() if brand and colour not in brand]


_COLOUR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}

TOOLS = (
    Tool(
        "design.ad",
        "Draw an advertisement as SVG in three standard sizes: rectangle 300x250, leaderboard 728x90, skyscraper "
        "160x600. Gives {ok, problems, contrast, ads: [{size, svg}]}; problems name what cannot be read or fit.",
        arguments_of(
            required=("headline", "palette"),
            headline={"type": "string", "minLength": 1, "maxLength": 80},
            text={"type": "string", "maxLength": 160},
            button={"type": "string", "maxLength": 24},
            brand={"type": "string", "maxLength": 40},
            palette={
                "type": "object",
                "properties": {"ground": _COLOUR, "ink": _COLOUR, "accent": _COLOUR},
                "required": ["ground", "ink", "accent"],
                "additionalProperties": False,
                "description": "colours as #rrggbb",
            },
            brand_colours={"type": "array", "items": _COLOUR, "maxItems": 50, "description": "the only ones allowed"},
            sizes={"type": "array", "items": {"enum": list(SIZES)}, "uniqueItems": True},
        ),
        _ad,
        example={
            "headline": "Quiet by design",
            "button": "Hear it",
            "palette": {"ground": "#ffffff", "ink": "#1a1a2e", "accent": "#b3261e"},
        },
    ),
)
