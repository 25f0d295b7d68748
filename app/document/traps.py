"""YAML's own traps, each recognised and answered with the line as it should be written.

Expressions and prose meet YAML's punctuation all the time: `!x` is a tag to it, `&x` an anchor,
`{a: ${{ x }}}` two maps, `: ` inside a text a new key. libyaml's own words about that help nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.document.suggest import shortened
from app.errors import Problem

if TYPE_CHECKING:
    from app.document.source import Source
    from app.document.tree import Entry, Node

# Of a longer line only the beginning is searched for what was meant, and it is not shown mended: a file can be one line
# with thousands of mistakes.
_LONGEST_LINE = 400

_KEY_AND_VALUE = re.compile(r"(\s*(?:- +)*(?:[\w.-]+|\"[^\"]*\"|'[^']*'):[ \t]+)(.*\S)\s*\Z")
_ITEM = re.compile(r"(\s*(?:- +)+)(.*\S)\s*\Z")
_BARE_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_COMMENT_AFTER = re.compile(r"[ \t]+#(.*)")


def explain_syntax_error(source: Source, error: Any) -> Problem:
    """A problem for what libyaml could not read, in words that tell what to write instead."""
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and _belongs_to_opening(problem, context, mark.line - error.context_mark.line):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line = min(line, len(source.lines))
    message, hint = _syntax_error(source, _line(source, line), line, column, problem, context)
    return Problem("yaml", message, hint, source.name, line, min(column, len(source.lines[line - 1]) + 1))


def _belongs_to_opening(problem: str, context: str, lines_later: int) -> bool:
    """What is never closed is best shown where it was opened, not where the file ended."""
    return "quoted scalar" in context or "end of stream" in problem or ("flow" in context and lines_later > 0)


def _syntax_error(source: Source, text: str, line: int, column: int, problem: str, context: str) -> tuple[str, str]:
    """The first explanation that fits, from the most to the least telling."""
    rest = text[column - 1 :]
    if "quoted scalar" in context:
        return "this quote is never closed", "add the closing quote"
    if "\t" in text[: len(text) - len(text.lstrip())] or rest.startswith("\t"):
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if _has_bare_expression_in_braces(text):
        return "inside { } or [ ] an expression needs quotes", write(_quote_expressions(text))
    if re.search(r"[{,]\s*[\w-]+:\s*one of \[", text):
        return "inside { } a choice needs quotes", write(re.sub(r"one of \[[^\]]*\]", r'"\g<0>"', text))
    if "mapping values are not allowed" in problem:
        return _colon_in_text(source, line, column)
    if "expected key" in problem and (mended := _text_after_quote(text)):
        return "text follows the closing quote", write(mended)
    if "cannot start any token" in problem and rest[:1] in "@`%":
        return f"a text cannot begin with {rest[0]}", write(quote_value(text))
    if (
        "expected key" in problem
        and column == len(text) - len(text.lstrip()) + 1
        and re.match(r"\s*[\w.-]+:(\s|\Z)", text)
    ):
        return "this line is indented like none above it", "line it up with the keys it belongs to"
    if "expected ':'" in problem or "expected key" in problem:
        return "this line is not a key with a value", 'write "key: value", with a space after the colon'
    if "expected ',' or" in problem:
        opened = "{" if "mapping" in context else "["
        return f"the {opened} is not closed, or a comma is missing", "close it, or use one line for each key"
    if "expected '-'" in problem:
        return "this is neither an item of the list above nor indented under it", "begin it with - or check the indent"
    if "scanning a tag" in context or "scanning an alias" in context or "scanning an anchor" in context:
        return f"a text cannot begin with {source.lines[line - 1][column - 1 : column] or '!'}", "put it in quotes"
    if "document start" in problem:
        return "what stands here is outside the map that the file is", "check the indent, and the quotes above"
    if "node content" in problem:
        return "a value is missing here", "write it, or leave out the comma or the colon"
    if "alphabetic or numeric" in problem:
        return f"a text cannot begin with {rest[0] if rest else '&'}", write(quote_value(text))
    return f"this is not YAML: {problem or 'it ends too early'}", ""


def tag(source: Source, event: Any) -> Problem:
    """`!x` at the start of a value."""
    mark = event.start_mark
    word = re.compile(r"!\S*").match(source.lines[mark.line], mark.column)
    found = word[0] if word else "!"
    return Problem(
        "tag",
        f'"{shortened(found)}" is a tag to YAML, and tags are not read',
        write(quote_value(_line(source, mark.line + 1))),
        source.name,
        mark.line + 1,
        mark.column + 1,
        len(found),
    )


def lone_anchor(source: Source, event: Any) -> Problem:
    """`&x` at the start of a text that nothing repeats."""
    mark = event.start_mark
    left = f'the text is only "{shortened(event.value)}"' if event.value else "no text is left"
    return Problem(
        "anchor",
        f'"&{shortened(event.anchor)}" is an anchor to YAML; {left}',
        write(quote_value(_line(source, mark.line + 1))),
        source.name,
        mark.line + 1,
        mark.column + 1,
        len(event.anchor) + 1,
    )


def is_repeated(source: Source, anchor: str) -> bool:
    """Does anything in the file look like an alias of this anchor?"""
    return anchor in source.aliases


def key_without_value(source: Source, entries: dict[str, Entry], key: Node) -> Problem | None:
    """`{a, b: 1}`: a key, a comma, and nothing between."""
    before = next(reversed(entries.values())) if entries else None
    if before and isinstance(before.value.data, str) and _is_cut_call(before.value.data, key.data):
        return None  # told already, with the call that was cut
    return _problem_at(
        source,
        key,
        "key-without-value",
        f'"{shortened(key.data)}" has no value',
        "inside { } a comma separates keys; quote the text",
    )


def split_call(source: Source, items: Sequence[Node]) -> Problem | None:
    """`[contains(a, b)]`: the comma makes two items of one call."""
    if len(items) < 2 or not (isinstance(items[-2].data, str) and isinstance(items[-1].data, str)):
        return None
    if items[-2].style or items[-1].style or not _is_cut_call(items[-2].data, items[-1].data):
        return None
    return _cut_call(source, items[-2], items[-1])


def unfinished_call(source: Source, value: Node) -> Problem | None:
    """`{if: contains(a, b)}`: the comma ends the value, and `b)` becomes a key of its own."""
    text = value.data
    if value.style or not re.match(r"!?[a-z_]+\(", text) or text.count("(") <= text.count(")"):
        return None
    line = _line(source, value.start.line)
    whole = _balanced(line[value.start.column - 1 :]) if value.start.line == value.end.line else ""
    hint = write(line.replace(whole, quoted(whole))) if whole else "put the whole call in quotes"
    return _problem_at(source, value, "cut-call", "the comma ends this value in the middle of a call", hint)


def _balanced(text: str) -> str:
    """The beginning of a text up to where its brackets close."""
    depth = 0
    for index, character in enumerate(text[:500]):
        depth += (character == "(") - (character == ")")
        if character == ")" and depth == 0:
            return text[: index + 1]
    return ""


def cut_by_comment(source: Source, node: Node, text: str) -> Problem | None:
    """` #` ends a plain text: after an expression that is rarely what was meant."""
    if "${{" not in text:
        return None
    comment = _COMMENT_AFTER.match(source.lines[node.end.line - 1], node.end.column - 1)
    if comment is None:
        return None
    meant_as_text = text.count("${{") > text.count("}}") or "}}" in comment[1] or not comment[1].startswith((" ", "!"))
    if not meant_as_text:
        return None
    return Problem(
        "comment",
        "YAML reads what follows # as a comment; the text ends before it",
        write(quote_value(_line(source, node.end.line))),
        source.name,
        node.end.line,
        node.end.column + comment[0].index("#"),
    )


def quote_line(source: Source, event: Any) -> str:
    """The hint with the event's line, its value in quotes."""
    return write(quote_value(_line(source, event.start_mark.line + 1)))


def quote_braces(source: Source, node: Node) -> str:
    """The hint for `{a: {b}: c}` and other collections used as keys."""
    line = _line(source, node.start.line)
    return write(_quote_expressions(line)) if "${{" in line else "write it as key: value"


def quote_value(line: str) -> str:
    """The line with its whole value in quotes."""
    found = _KEY_AND_VALUE.match(line) or _ITEM.match(line)
    return found[1] + quoted(found[2]) if found else quoted(line.strip())


def quoted(text: str) -> str:
    """The text as a YAML string, in the quotes that need no escapes where possible."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def write(line: str) -> str:
    """The hint that shows a mended line; whole maps and lists in quotes would be no help."""
    if re.search(r":\s+[\"'][{\[]", line):
        return "put the text in quotes"
    return f"write  {line.strip()}" if len(line) < _LONGEST_LINE else "put the text in quotes"


def _colon_in_text(source: Source, line: int, column: int) -> tuple[str, str]:
    """`: ` inside a plain text, possibly on a continued line."""
    text = _line(source, line)
    if _KEY_AND_VALUE.match(text[: column - 1] + " x"):
        return 'a text with ": " in it needs quotes', write(quote_value(text))
    above = next((old for old in reversed(source.lines[: line - 1]) if old.strip()), "")
    if _KEY_AND_VALUE.match(above) and len(text) - len(text.lstrip()) > len(above) - len(above.lstrip()):
        return "the line above already has a value, so nothing can stand below it", "check the indent of both lines"
    return 'a text with ": " in it needs quotes', "put it in quotes, or use | for a text of several lines"


def _text_after_quote(line: str) -> str:
    """`if: 'a' == b` and `prompt: "${{ x }}" please`: YAML ends the value at the second quote."""
    found = _KEY_AND_VALUE.match(line)
    if not found or found[2][:1] not in "'\"":
        return ""
    value, quote = found[2], found[2][0]
    if re.search(r"['\"]\s*(==|!=|<|>|\band\b|\bor\b|&&|\|\||\?)", value):
        return found[1] + quoted(value)
    inner = value[1:-1] if value.endswith(quote) else value[1:].replace(quote, "", 1)
    return found[1] + quoted(inner)


def _has_bare_expression_in_braces(line: str) -> bool:
    return any(
        _unquoted(line, place.start()) and _in_flow(line, place.start()) for place in re.finditer(r"\$\{\{", line)
    )


def _quote_expressions(line: str) -> str:
    """Each value that holds an unquoted expression inside { } or [ ] gets quotes of its own."""
    return re.sub(
        r"(?<=[:\[,{] )[^\s\"',\[\]{}][^\"',\[\]{}]*\$\{\{.*?\}\}|\$\{\{.*?\}\}",
        lambda found: quoted(found[0]) if _unquoted(line, found.start()) else found[0],
        line,
    )


def _unquoted(line: str, offset: int) -> bool:
    before = line[:offset]
    return before.count('"') % 2 == 0 and before.count("'") % 2 == 0


def _in_flow(line: str, offset: int) -> bool:
    before = _BARE_EXPRESSION.sub("", line[:offset])
    return before.count("{") > before.count("}") or before.count("[") > before.count("]")


def _is_cut_call(first: str, second: str) -> bool:
    return first.count("(") > first.count(")") and second.count(")") > second.count("(")


def _cut_call(source: Source, first: Node, second: Node) -> Problem:
    whole = source.text[first.start.offset : second.end.offset]
    line = _line(source, first.start.line)
    mended = line.replace(whole, quoted(whole)) if whole in line else quoted(whole)
    return _problem_at(source, first, "cut-call", "the comma ends this value in the middle of a call", write(mended))


def _line(source: Source, number: int) -> str:
    """A line, or as much of it as is looked at."""
    return source.lines[number - 1][:_LONGEST_LINE]


def _problem_at(source: Source, node: Node, code: str, message: str, hint: str) -> Problem:
    start = node.start
    length = max(1, node.end.offset - start.offset) if node.end.line == start.line else 1
    return Problem(code, message, hint, source.name, start.line, start.column, length)
