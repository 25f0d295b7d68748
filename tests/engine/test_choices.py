"""Whoever starts a run is told about every slip at once, and nothing is written for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.engine import perform
from app.errors import UsageError
from corpus.playing import House, whole

PLAY = "steps: {one: {agent: a, prompt: x}, two: {approve: {ask: Ship?, options: [ship, hold]}}}\n"


def runs(house: House) -> int:
    with closing(sqlite3.connect(f"file:{house.journal.path}?mode=ro", uri=True)) as connection:
        found: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        return found


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"mode": "rehearse"}, 'there is no mode "rehearse"'),
        ({"seed": "a"}, "is no seed"),
        ({"seed": -1}, "is no seed"),
        ({"seed": 2**31}, "is no seed"),
        ({"seed": True}, "is no seed"),
        ({"limits": {"cost_us": 1}}, 'there is no limit "cost_us"'),
        ({"limits": {"wall": "5m"}}, "the limit wall is a number above 0"),
        ({"limits": {"turns": 0}}, "the limit turns is a number above 0"),
        ({"limits": {"tokens": float("nan")}}, "the limit tokens is a number above 0"),
        ({"answers": {"too": "ship"}}, 'there is no step "too" to answer'),
        ({"answers": {"two": "sink"}}, '"sink" cannot be answered to two'),
    ],
)
async def test_a_slip_is_refused_and_nothing_is_written(house: House, chosen: dict[str, Any], said: str) -> None:
    before = runs(house)
    with pytest.raises(UsageError, match=said):
        house.begin(PLAY, **chosen)
    assert runs(house) == before


async def test_the_hint_names_what_was_probably_meant(house: House) -> None:
    with pytest.raises(UsageError) as refused:
        house.begin(PLAY, mode="rehersal")
    assert 'did you mean "rehearsal"?' in refused.value.hint


async def test_a_secret_that_is_put_together_again_is_covered_wherever_it_could_be_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "S3cret-t0ken-12345")
    played = await house.play(
        """
steps:
  letters:
    tool: text.extract
    with: {text: "${{ secrets.MY_TOKEN }}", pattern: "(.)"}
  whole: {set: {word: "a${{ join(steps.letters.output, '') }}b"}}
outputs: {word: "${{ join(steps.letters.output, '') }}", whole: "${{ steps.whole.output.word }}"}
""",
        mode="live",
    )
    assert played.outcome == "succeeded"
    assert "S3cret" not in str(played.result.outputs)
    archive = b"".join(path.read_bytes() for path in house.journal.path.parent.iterdir() if path.is_file())
    assert b"S3cret-t0ken" not in archive


async def test_a_file_that_was_changed_is_performed_as_it_is_now(house: House, tmp_path: Path) -> None:
    file = tmp_path / "play.yaml"
    for word in ("before", "after"):
        file.write_text(whole(f"steps: {{one: {{set: {{said: {word}}}}}}}\n"))
        played = await house.end_of(perform(file, mode="rehearsal", journal=house.journal))
        assert played.output("one") == {"said": word}
