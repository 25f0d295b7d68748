"""The tool `corpus.search`: given documents searched by words, the best first (BM25 by SQLite's FTS5, in memory)."""

from __future__ import annotations

import asyncio
import re
import sqlite3
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
_PASSAGE = re.compile(r".{1,1000}(?:(?<=\s)|\Z)|.{1,1000}", re.DOTALL)  # ends at a space, where there is one
_SNIPPET = 400  # characters at most
_INDEX = "USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2')"
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
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
        database.execute(f"CREATE VIRTUAL TABLE documents {_INDEX}")
        database.executemany(
            "INSERT INTO documents (rowid, title, text) VALUES (?, ?, ?)",
            ((number, _plain(row.get(title)), _plain(row.get(text))) for number, row in enumerate(rows, 1)),
        )
        words = [f'"{phrase}"' for phrase in asked]
        match = (" AND " if every_word else " OR ").join(words)
        (total,) = database.execute("SELECT count(*) FROM documents WHERE documents MATCH ?", (match,)).fetchone()
        hits = database.execute(
            f"SELECT rowid, bm25(documents, {_TITLE_WEIGHT}, 1.0) AS score FROM documents "
            "WHERE documents MATCH ? ORDER BY score, rowid LIMIT ?",
            (match, limit),
        ).fetchall()
        database.execute(f"CREATE VIRTUAL TABLE passages {_INDEX}")
        found = (rows[number - 1] for number, _ in hits)
        snippets = [
            _snippet(database, _plain(row.get(title)), _plain(row.get(text)), " OR ".join(words)) for row in found
        ]
    return [
        {"rank": rank, "score": round(-score, 3), "snippet": snippets[rank - 1]}
        | {name: value for name, value in rows[number - 1].items() if name not in ("rank", "score", "snippet", text)}
        for rank, (number, score) in enumerate(hits, 1)
    ], total


def _snippet(database: sqlite3.Connection, title: str, text: str, match: str) -> str:
    """Return where it stands, what was found in [ ]: the best place of the best passage.

    Of a whole text that is full of one word, SQLite would look for the best place for minutes.
    """
    passages = _PASSAGE.findall(text)
    database.execute("DELETE FROM passages")
    database.executemany(
        "INSERT INTO passages (rowid, title, text) VALUES (?, ?, ?)",
        ((number, "" if number else title, passage) for number, passage in enumerate(passages)),
    )
    found = database.execute(
        "SELECT rowid, snippet(passages, 1, '[', ']', ' … ', 24) FROM passages WHERE rowid = "
        "(SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages, 0.0, 1.0), rowid LIMIT 1) "
        "AND passages MATCH ?",
        (match, match),
    ).fetchone()
    number, shown = found or (0, text[:_SNIPPET])  # a phrase may stand across two passages
    before = "… " if number and not shown.lstrip().startswith("…") else ""
    after = " …" if number < len(passages) - 1 and not shown.rstrip().endswith("…") else ""
    return shortened(f"{before}{' '.join(shown.split())}{after}", _SNIPPET)


def _plain(value: Any) -> str:
    return str(value or "").translate(_SURROGATES)


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
