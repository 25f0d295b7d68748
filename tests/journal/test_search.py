"""Search: words of outputs, errors, titles and narration are found; what a person types is never a query language."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.events import RunStarted
from app.journal import Journal
from app.journal.connection import open_reader
from app.journal.search import FOUND_END, FOUND_START, Hit, catch_up, query_of, search
from corpus.logs import CAST, Teller, tell, write_runs


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_runs(tmp_path / "workspace.db", 2)
    catch_up(tmp_path / "workspace.db")
    return tmp_path / "workspace.db"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("a small sprint", "run.started"),
        ("software/sprint", "run.started"),
        ("editor", "run.started"),
        ("no seat was free", "step.failed"),
        ("model is overloaded", "call.failed"),
        ("once upon a sprint", "narration"),
        ("whoever reviews it", "step.finished"),
    ],
)
def test_what_a_run_brought_forth_is_found(words: str, kind: str, workspace: Path) -> None:
    hits = search(workspace, words)
    with closing(open_reader(workspace)) as connection:
        sql = "SELECT kind, step FROM events JOIN runs ON runs.id = events.run WHERE runs.run = ? AND events.seq = ?"
        found = [connection.execute(sql, (hit.run, hit.seq)).fetchone() for hit in hits]
    assert kind in {kind for kind, _ in found}
    assert [step for _, step in found] == [hit.step for hit in hits]


def test_prompts_are_not_searched(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("01JA")
        teller = Teller(log)
        log.add(RunStarted(scenario="x", cast=CAST, inputs=log.keep({"goal": "zanzibar"})))
        teller.step("plan")
    catch_up(tmp_path / "workspace.db")
    assert search(tmp_path / "workspace.db", "zanzibar") == []
    assert search(tmp_path / "workspace.db", "user") == []


def test_the_beginning_of_a_word_is_enough(workspace: Path) -> None:
    assert search(workspace, "spr") == search(workspace, "sprint")
    assert search(workspace, "print") == []


def test_all_words_must_be_there(workspace: Path) -> None:
    assert search(workspace, "upon zanzibar") == []


def test_a_snippet_shows_where_it_was_found(workspace: Path) -> None:
    hit = search(workspace, "upon")[0]
    assert list(hit.parts) == [("Once ", False), ("upon", True), (" a sprint.", False)]


def test_a_text_cannot_forge_the_marks_of_a_snippet(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        teller = Teller(journal.begin("01JA"))
        teller.start()
        teller.narrate(f"before {FOUND_START}forged{FOUND_END} after")
    catch_up(tmp_path / "workspace.db")
    assert list(search(tmp_path / "workspace.db", "after")[0].parts) == [("before forged ", False), ("after", True)]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_is_found_than_was_asked_for(limit: int, workspace: Path) -> None:
    assert len(search(workspace, "it", limit)) == limit


@pytest.mark.parametrize("text", ["", "   ", '"', "***", "-_-", "\x00", "\ud800", "()", "^", ":", "'"])
def test_no_word_finds_nothing(text: str, workspace: Path) -> None:
    assert search(workspace, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sprint OR zanzibar", "NOT sprint", "NEAR(sprint plan, 2)", "text:sprint", 'sprint" OR "zanzibar', "sprint*)",
        "{text run}: sprint", "sprint AND", "+sprint", "sprint'; DROP TABLE words; --", "sprint\x00OR", "^sprint",
        "sprint " * 5000, "s" * 100_000, "\u0301sprint", "🎭 sprint",
    ],
)  # fmt: skip
def test_no_text_is_syntax(text: str, workspace: Path) -> None:
    for hit in search(workspace, text):
        assert "sprint" in hit.snippet


def test_accents_and_cases_do_not_matter(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        teller = Teller(journal.begin("01JA"))
        teller.start()
        teller.narrate("Le Café ferme; 東京の夜")
    catch_up(tmp_path / "workspace.db")
    for text in ("cafe", "CAFÉ", "cafe\u0301", "東京"):
        assert len(search(tmp_path / "workspace.db", text)) == 1, text


def test_only_what_is_new_is_indexed(workspace: Path) -> None:
    assert catch_up(workspace) == 0
    with Journal.open(workspace) as journal:
        tell(journal.begin("01JNEW"))
    assert catch_up(workspace) > 0
    assert catch_up(workspace) == 0
    assert len([hit for hit in search(workspace, "upon") if hit.run == "01JNEW"]) == 1


def test_a_run_that_goes_on_is_indexed_further(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    with Journal.open(workspace) as journal:
        teller = Teller(journal.begin("01JA"))
        teller.start()
        teller.narrate("the first act")
    catch_up(workspace)
    with Journal.open(workspace) as journal:
        Teller(journal.take_over("01JA")).narrate("the second act")
    assert search(workspace, "second") == []
    assert catch_up(workspace) == 1
    assert len(search(workspace, "act")) == 2


def test_a_query_is_words_in_quotes() -> None:
    assert query_of('it\'s "quoted" OR NOT') == '"it"* "s"* "quoted"* "OR"* "NOT"*'


def test_the_index_is_sound(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace)) as connection:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def test_a_hit_without_marks_is_one_part() -> None:
    assert list(Hit("01JA", 1, "", "plain").parts) == [("plain", False)]
