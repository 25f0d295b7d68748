"""The tool `corpus.search`: given documents searched by words, the best first (BM25 by SQLite's FTS5, in memory)."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from bisect import bisect_left
from contextlib import closing
from threading import Event
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST_DOCUMENTS = 20_000
_MOST_CHARACTERS = 5_000_000
_MOST_WORDS = 50
_TITLE_WEIGHT = 3.0  # a word in the title says more than one in the text
_ASKED = re.compile(r'"([^"]+)"|([^\s"]+)')
_WORD = re.compile(r"\w+")
_HIT_BEGINS, _HIT_ENDS = "\x02", "\x03"  # SQLite puts them around what was found
_OURS = str.maketrans({_HIT_BEGINS: " ", _HIT_ENDS: " ", **{chr(code): "\ufffd" for code in range(0xD800, 0xE000)}})
_SENTENCE_ENDS = re.compile(r"[.:]\s*\Z")
_SNIPPET_WORDS = 24
_SNIPPET_CHARACTERS = 400
_HITS_WEIGHED = 50  # of one text: the best place is among the first
_OPERATIONS_BETWEEN_LOOKS = 2_000


async def _search(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["documents"], surroundings.root)
    text, title = arguments.get("text", "text"), arguments.get("title", "title")
    if rows:
        check_columns([text], columns_of(rows))
    _bound(rows, text)
    asked = phrases(arguments["query"])
    if not asked:
        raise ToolError("bad_arguments", "there is no word in the query", 'such as  price "free trial"')
    stopped = Event()
    every_word, limit = arguments.get("every_word", False), arguments.get("limit", 10)
    try:
        found, total = await asyncio.to_thread(ranked, rows, text, title, asked, every_word, limit, stopped)
    finally:
        stopped.set()  # whoever cancels this makes the search give up as well
    return {"query": arguments["query"], "documents": len(rows), "found": total, "hits": found}


def phrases(query: str) -> list[str]:
    """Return the words of a query; what stands in double quotes stays together."""
    found = (" ".join(_WORD.findall(quoted or word)) for quoted, word in _ASKED.findall(query))
    return [phrase for phrase in dict.fromkeys(found) if phrase][:_MOST_WORDS]


def ranked(
    rows: list[Row], text: str, title: str, asked: list[str], every_word: bool, limit: int, stopped: Event
) -> tuple[list[Row], int]:
    """Return the documents that fit, best first, with where it stands; and how many fit in all."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.set_progress_handler(stopped.is_set, _OPERATIONS_BETWEEN_LOOKS)
        database.execute(
            "CREATE VIRTUAL TABLE documents USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        database.executemany(
            "INSERT INTO documents (rowid, title, text) VALUES (?, ?, ?)",
            ((number, _plain(row.get(title)), _plain(row.get(text))) for number, row in enumerate(rows, 1)),
        )
        match = (" AND " if every_word else " OR ").join(f'"{phrase}"' for phrase in asked)
        (total,) = database.execute("SELECT count(*) FROM documents WHERE documents MATCH ?", (match,)).fetchone()
        hits = database.execute(
            f"SELECT rowid, bm25(documents, {_TITLE_WEIGHT}, 1.0) AS score FROM documents "
            "WHERE documents MATCH ? ORDER BY score, rowid LIMIT ?",
            (match, limit),
        ).fetchall()
        texts = dict(
            database.execute(
                f"SELECT rowid, highlight(documents, 1, '{_HIT_BEGINS}', '{_HIT_ENDS}') FROM documents "
                f"WHERE documents MATCH ? AND rowid IN ({', '.join(str(number) for number, _ in hits)})",
                (match,),
            )
        )
    return [
        {"rank": rank, "score": round(-score, 3), "snippet": snippet(texts[number])}
        | {name: value for name, value in rows[number - 1].items() if name not in ("rank", "score", "snippet", text)}
        for rank, (number, score) in enumerate(hits, 1)
    ], total


def snippet(marked: str) -> str:
    """Return the part of a text that shows most of the words found, those in [ ].

    SQLite's own function for it takes minutes over a long text that is full of one word.
    """
    text, hits = _unmarked(marked)
    words = [word.start() for word in _WORD.finditer(text)]
    begin = _beginning(text, words, hits)
    end = begin + _SNIPPET_WORDS
    first, last = words[begin] if begin else 0, words[end] if end < len(words) else len(text)
    parts, done = ["… " if begin else ""], first
    for hit in hits:
        start, stop = max(hit.start, first), min(hit.stop, last)
        if start < stop:
            parts += [text[done:start], "[", text[start:stop], "]"]
            done = stop
    shown = "".join([*parts, text[done:last], " …" if end < len(words) else ""])
    return shortened(" ".join(shown.split()), _SNIPPET_CHARACTERS)


def _unmarked(marked: str) -> tuple[str, list[slice]]:
    """Return the text as it was, and where in it the hits are."""
    before, *rest = marked.split(_HIT_BEGINS)
    parts, hits, place = [before], [], len(before)
    for piece in rest:
        hit, _, after = piece.partition(_HIT_ENDS)
        parts += [hit, after]
        hits.append(slice(place, place + len(hit)))
        place += len(hit) + len(after)
    return "".join(parts), hits


def _beginning(text: str, words: list[int], hits: list[slice]) -> int:
    """Return the word to begin with: most different hits, then a whole sentence, then most hits, then the first."""
    found = [(bisect_left(words, hit.start), text[hit].casefold()) for hit in hits[:_HITS_WEIGHED]]
    best, begin = (0, False, 0), 0
    for place, _ in found:
        last = max(other for other, _ in found if other < place + _SNIPPET_WORDS)
        centred = max(0, min(place - (_SNIPPET_WORDS - last + place) // 2, len(words) - _SNIPPET_WORDS))
        for start, whole in ((_sentence(text, words, place), True), (centred, False)):
            shown = [word for other, word in found if start <= other < start + _SNIPPET_WORDS]
            if (worth := (len(set(shown)), whole, len(shown))) > best:
                best, begin = worth, start
    return begin


def _sentence(text: str, words: list[int], place: int) -> int:
    """Return the word with which the sentence of a word begins, or the furthest that is still shown with it."""
    earliest = max(0, place - _SNIPPET_WORDS + 1)
    for start in range(place, earliest, -1):
        if _SENTENCE_ENDS.search(text, max(0, words[start] - 9), words[start]):
            return start
    return earliest


def _plain(value: Any) -> str:
    return str(value or "").translate(_OURS)


def _bound(rows: list[Row], text: str) -> None:
    if len(rows) > _MOST_DOCUMENTS:
        raise ToolError("refused", f"these are {len(rows):,} documents; {_MOST_DOCUMENTS:,} is the most")
    for number, row in enumerate(rows, 1):
        if row.get(text) is not None and not isinstance(row[text], str):
            value = shortened(repr(row[text]), 60)
            raise ToolError("bad_arguments", f"document {number}: {text} is {value}", "a document is a text")
    if sum(len(row.get(text) or "") for row in rows) > _MOST_CHARACTERS:
        raise ToolError("refused", f"together these are more than {_MOST_CHARACTERS:,} characters", "search a part")


_COLUMN = {"type": "string", "minLength": 1, "maxLength": 200}

TOOLS = (
    Tool(
        "corpus.search",
        'Search given documents by words, best first: price "free trial". Gives {found, hits: [{rank, score, snippet, '
        "and the other columns of the document}]}; the snippet has the words found in [ ].",
        arguments_of(
            required=("documents", "query"),
            documents=TABLE_SCHEMA,
            query={"type": "string", "minLength": 1, "maxLength": 1_000},
            text=_COLUMN | {"description": "the column with the text; text when left out"},
            title=_COLUMN | {"description": "the column with the title, if there is one; title when left out"},
            every_word={"type": "boolean", "description": "all words must be in it; else any, and more is better"},
            limit={"type": "integer", "minimum": 1, "maximum": 30, "description": "10 when left out"},
        ),
        _search,
        example={
            "documents": [
                {"title": "Price list", "text": "A visit costs 54."},
                {"title": "About us", "text": "We have been here since 1987."},
            ],
            "query": "price of a visit",
        },
    ),
)
