"""The cassettes of a batch: each run finds its own by what it performs, whatever else is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.plan import Plan
from app.batch.planning import Wish, planned
from app.batch.tapes import TapesRefused, insist_on_tapes, tapes_of
from corpus.batches import read

EVIL = [
    "../../etc/passwd",
    "/dev/null",
    "a\nb",
    "." * 300,
    "𐐷" * 300,
    "sk-ant-api03-canary06-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789",
]

HEADER = '{"cassette":1,"scenario":"greet","date":"2026-03-01"}'


def recorded(folder: Path, **wish: object) -> Plan:
    """The plan of a batch that is recorded."""
    return planned([read(folder)], Wish(record=str(folder / "tapes"), **wish))  # type: ignore[arg-type]


def played(folder: Path) -> Plan:
    """The plan of a batch that is played from cassettes without a call."""
    plan = planned([read(folder)], Wish(mode="cassette", cassette=str(folder / "tapes")))
    (folder / "tapes").mkdir()
    for taped in tapes_of(plan).values():
        Path(taped.cassette).write_text(HEADER + "\n", encoding="utf-8")
    return plan


def names(plan: Plan) -> list[str]:
    """The files of its runs, as they are called."""
    return [Path(taped.record).name for taped in tapes_of(plan).values()]


def test_a_run_has_the_same_cassette_in_whichever_batch_it_is_performed(tmp_path: Path) -> None:
    tones = [f"{'as kind and as patient as anybody can be, ' * 2}{number}" for number in range(3)]
    whole = recorded(tmp_path, matrix={"tone": tones})
    part = recorded(tmp_path, matrix={"tone": tones[2:]}, exclude=[{"market": "DE"}], repeat=1)
    assert len(set(names(whole))) == len(whole.items) == 12
    assert len(names(part)) == 1
    assert set(names(part)) < set(names(whole))


def test_of_two_rows_alike_each_has_one(tmp_path: Path) -> None:
    plan = recorded(tmp_path, rows=[{"tone": "warm"}, {"tone": "warm"}], repeat=1)
    assert len(set(names(plan))) == len(plan.items) == 4


def test_whatever_a_cell_is_called_its_cassette_stands_in_the_folder_and_tells_no_key(tmp_path: Path) -> None:
    plan = recorded(tmp_path, matrix={"tone": EVIL})
    for taped in tapes_of(plan).values():
        path = Path(taped.record)
        assert path.parent == tmp_path / "tapes"
        assert len(path.name.encode()) <= 255
        assert "canary" not in path.name
        assert path.name.startswith("greet-market=")


def test_what_stands_in_the_way_is_named_once_with_how_much_of_it_there_is(tmp_path: Path) -> None:
    plan = recorded(tmp_path)
    insist_on_tapes(plan)
    (tmp_path / "tapes").mkdir()
    for taped in list(tapes_of(plan).values())[:3]:
        Path(taped.record).touch()
    with pytest.raises(TapesRefused, match=r"\.jsonl and 2 more already"):
        insist_on_tapes(plan)


def test_a_damaged_cassette_is_told_with_its_place_before_anything_is_performed(tmp_path: Path) -> None:
    plan = played(tmp_path)
    first, second, *_ = (Path(taped.cassette) for taped in tapes_of(plan).values())
    first.write_text(f'{HEADER}\n{{"step": 7}}\n', encoding="utf-8")
    second.write_text(HEADER.replace("1", "9") + "\n", encoding="utf-8")
    with pytest.raises(TapesRefused, match=r"\.jsonl:[12]:1: .*; 1 more cannot be played"):
        insist_on_tapes(plan)


def test_runs_that_are_over_need_no_cassette_any_more_and_those_that_have_begun_need_theirs(tmp_path: Path) -> None:
    plan = played(tmp_path)
    over, begun, *_ = (item.run for item in plan.items)
    Path(tapes_of(plan)[over].cassette).unlink()
    insist_on_tapes(plan, {over: True, begun: False})
    Path(tapes_of(plan)[begun].cassette).unlink()
    with pytest.raises(TapesRefused, match="of greet market=FR #1 there is no cassette in "):
        insist_on_tapes(plan, {over: True, begun: False})


def test_a_run_that_has_begun_adds_to_its_own_cassette(tmp_path: Path) -> None:
    plan = recorded(tmp_path)
    (tmp_path / "tapes").mkdir()
    begun = plan.items[0].run
    Path(tapes_of(plan)[begun].record).touch()
    insist_on_tapes(plan, {begun: False})
