"""The tools `text.*`: count, measure, compare, search, check and fill in a text, without a model."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
from collections.abc import Callable
from string import Formatter
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.apart import apart
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.strangers import search

MAX_TEXT = 1_000_000
_MOST_LINES_COMPARED = 4_000
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|\Z)")  # nothing is looked at twice
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
_FLESCH = {"en": (206.835, 1.015, 84.6), "de": (180.0, 1.0, 58.5)}
_VOWELS = {"en": re.compile(r"[aeiouy]+"), "de": re.compile(r"[aeiouyäöü]+")}
_SILENT_END = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$")  # time, called; but table, ended
_LEVELS = ((90, "very easy"), (70, "easy"), (60, "plain"), (50, "fairly hard"), (30, "hard"))


async def _count(arguments: Arguments, _surroundings: Surroundings) -> dict[str, int]:
    return await asyncio.to_thread(counted, arguments["text"])


async def _readability(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(readability, arguments["text"], arguments.get("language", "en"))


async def _diff(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    before, after = (arguments[side].splitlines() for side in ("before", "after"))
    if len(before) + len(after) > _MOST_LINES_COMPARED:
        raise ToolError(
            "refused", f"together these are more than {_MOST_LINES_COMPARED:,} lines", "compare parts of them"
        )
    return await asyncio.to_thread(compared, before, after, arguments.get("context", 3))


async def _extract(arguments: Arguments, _surroundings: Surroundings) -> list[Any]:
    found: list[Any] = await apart(
        search,
        pattern=arguments["pattern"],
        text=arguments["text"],
        most=arguments.get("limit", 1_000),
        ignore_case=arguments.get("ignore_case", False),
    )
    return found


async def _validate(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    problems = [problem for rule in _RULES if (problem := rule(arguments))]
    return {"ok": not problems, "problems": problems}


async def _render(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    text = await asyncio.to_thread(rendered, arguments["template"], arguments["fields"])
    if len(text) > (most := arguments.get("max_characters", MAX_TEXT)):
        raise ToolError("refused", f"filled in, these are {len(text):,} characters; {most:,} is the most")
    return {"text": text, "characters": len(text), "fields": list(arguments["fields"])}


def counted(text: str) -> dict[str, int]:
    """Count what a text is made of."""
    words = sum(1 for _ in _WORD.finditer(text))
    return {
        "characters": len(text),
        "words": words,
        "sentences": max(sum(1 for _ in _SENTENCE_END.finditer(text)), min(words, 1)),
        "lines": len(text.splitlines()),
        "paragraphs": sum(not part.isspace() and part != "" for part in _PARAGRAPH_END.split(text)),
    }


def readability(text: str, language: str) -> dict[str, Any]:
    """Measure how easily a text is read: Flesch's formula, for German with Amstad's figures; 100 is easiest."""
    words = _WORD.findall(text.lower())
    counts = counted(text)
    if not words:
        raise ToolError("bad_arguments", "there are no words in this text")
    per_sentence = len(words) / counts["sentences"]
    per_word = sum(_syllables(word, language) for word in words) / len(words)
    start, sentence_weight, word_weight = _FLESCH[language]
    score = start - sentence_weight * per_sentence - word_weight * per_word
    return {
        "words": len(words),
        "sentences": counts["sentences"],
        "words_per_sentence": round(per_sentence, 1),
        "syllables_per_word": round(per_word, 2),
        "score": round(score, 1),
        "level": next((name for least, name in _LEVELS if score >= least), "very hard"),
    }


def compared(before: list[str], after: list[str], context: int) -> dict[str, Any]:
    """Compare two texts line by line."""
    lines = list(difflib.unified_diff(before, after, "before", "after", lineterm="", n=context))
    return {
        "same": before == after,
        "added": sum(line.startswith("+") for line in lines[2:]),
        "removed": sum(line.startswith("-") for line in lines[2:]),
        "diff": "\n".join(lines),
    }


def rendered(template: str, fields: dict[str, Any]) -> str:
    """Fill in a template; a field that is missing, empty or not asked for is refused, so that no gap is ever sent."""
    parts = _parts(template)
    wanted = list(dict.fromkeys(name for _, name in parts if name))
    for name in wanted:
        if fields.get(name) in (None, ""):
            said = "is empty" if name in fields else "is missing"
            raise ToolError("bad_arguments", f'the field "{shortened(name)}" {said}', f"it wants {', '.join(wanted)}")
    for name in fields:
        if name not in wanted:
            raise ToolError(
                "bad_arguments", f'the template has no field "{shortened(name)}"', did_you_mean(name, wanted)
            )
    return "".join(text + (_plain(fields[name]) if name else "") for text, name in parts)


def _parts(template: str) -> list[tuple[str, str]]:
    """Return the texts of a template, each with the name of the field after it, or none."""
    found = []
    try:
        for text, name, form, conversion in Formatter().parse(template):
            if name is not None and not (name.isidentifier() and not form and conversion is None):
                raise ValueError(f'"{shortened(name)}" is no field')
            found.append((text, name or ""))
    except ValueError as error:
        raise ToolError(
            "bad_arguments", f"this template cannot be read: {error}", "a field is {name}; {{ and }} write braces"
        ) from None
    return found


def _plain(value: str | float | bool) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _syllables(word: str, language: str) -> int:
    stem = _SILENT_END.sub("", word) if language == "en" else word
    return max(1, len(_VOWELS[language].findall(stem)))


def _too_few_words(arguments: Arguments) -> str:
    least, words = arguments.get("min_words", 0), counted(arguments["text"])["words"]
    return f"{words:,} words; at least {least:,} are wanted" if words < least else ""


def _too_many_words(arguments: Arguments) -> str:
    most, words = arguments.get("max_words", MAX_TEXT), counted(arguments["text"])["words"]
    return f"{words:,} words; {most:,} is the most" if words > most else ""


def _too_long(arguments: Arguments) -> str:
    most, length = arguments.get("max_characters", MAX_TEXT), len(arguments["text"])
    return f"{length:,} characters; {most:,} is the most" if length > most else ""


def _lacking(arguments: Arguments) -> str:
    text = arguments["text"].casefold()
    missing = [word for word in arguments.get("contains", []) if word.casefold() not in text]
    return f"not in it: {shortened(', '.join(missing), 300)}" if missing else ""


def _unwanted(arguments: Arguments) -> str:
    text = arguments["text"].casefold()
    found = [word for word in arguments.get("excludes", []) if word.casefold() in text]
    return f"should not be in it: {shortened(', '.join(found), 300)}" if found else ""


_RULES: tuple[Callable[[Arguments], str], ...] = (_too_few_words, _too_many_words, _too_long, _lacking, _unwanted)
_TEXT = {"type": "string", "maxLength": MAX_TEXT}
_WORDS = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 200}
_NUMBER = {"type": "integer", "minimum": 0, "maximum": MAX_TEXT}

TOOLS = (
    Tool(
        "text.count",
        "Count characters, words, sentences, lines and paragraphs.",
        arguments_of(required=("text",), text=_TEXT),
        _count,
        example={"text": "The bell rang. Nobody went."},
    ),
    Tool(
        "text.readability",
        "Measure how easily a text is read (Flesch): score is 100 for very easy, under 30 for very hard.",
        arguments_of(
            required=("text",), text=_TEXT, language={"enum": list(_VOWELS), "description": "en when left out"}
        ),
        _readability,
        example={"text": "The bell rang. Nobody went.", "language": "en"},
    ),
    Tool(
        "text.diff",
        "Compare two texts line by line. Gives {same, added, removed, diff}.",
        arguments_of(
            required=("before", "after"),
            before=_TEXT,
            after=_TEXT,
            context={"type": "integer", "minimum": 0, "maximum": 100, "description": "lines around a change, 3"},
        ),
        _diff,
        example={"before": "one\ntwo\nthree", "after": "one\n2\nthree"},
    ),
    Tool(
        "text.extract",
        "Find all that fits a regular expression (Python's, ^ and $ at each line). Gives texts; with one group what is "
        "in it, with named groups (?P<name>...) a map for each.",
        arguments_of(
            required=("text", "pattern"),
            text=_TEXT,
            pattern={"type": "string", "minLength": 1, "maxLength": 1_000},
            ignore_case={"type": "boolean"},
            limit={"type": "integer", "minimum": 1, "maximum": 10_000},
        ),
        _extract,
        example={"text": "order 88121 waited 4102 ms", "pattern": r"order (?P<order>\d+) waited (?P<ms>\d+)"},
    ),
    Tool(
        "text.validate",
        "Check a text against simple rules. Gives {ok, problems}.",
        arguments_of(
            required=("text",),
            text=_TEXT,
            min_words=_NUMBER,
            max_words=_NUMBER,
            max_characters=_NUMBER,
            contains=_WORDS | {"description": "must be in it, in capitals or not"},
            excludes=_WORDS | {"description": "must not be in it"},
        ),
        _validate,
        example={"text": "Revolutionary synergy!", "min_words": 5, "excludes": ["synergy", "revolutionary"]},
    ),
    Tool(
        "text.render",
        "Fill in a template: {name} is a field. A field that is missing, empty or unknown is refused. "
        "Gives {text, characters, fields}.",
        arguments_of(
            required=("template", "fields"),
            template=_TEXT,
            fields={
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                "maxProperties": 100,
            },
            max_characters=_NUMBER | {"description": "what is longer is refused"},
        ),
        _render,
        example={"template": "{service} is {state}.", "fields": {"service": "checkout", "state": "slow"}},
    ),
)
