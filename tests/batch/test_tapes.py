"""The cassettes of a batch: each run finds its own by what it performs, whatever else is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.driving import Drive
from app.batch.plan import Item, Plan
from app.batch.planning import Wish, planned
from app.batch.tapes import TapesRefused, insist_on_tapes, recording_alone, tapes_of
from app.journal import Journal
from app.scenario import load
from corpus.batches import GREET, Noted, read

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


@pytest.mark.parametrize("sign", [[], [".git"]])
def test_of_two_scenarios_with_one_name_each_has_its_own_wherever_they_stand_and_however_they_are_typed(
    tmp_path: Path, sign: list[str]
) -> None:
    found = []
    for place in ("here", "there/with/more above"):
        project = tmp_path / place
        for folder in ("a", "b", *sign):
            (project / folder).mkdir(parents=True)
        for folder in ("b", "a"):
            (project / folder / "greet.yaml").write_text(GREET, encoding="utf-8")
        typed = [load(project / folder / "greet.yaml", f"{place}/{folder}/greet.yaml") for folder in ("a", "b")]
        plan = planned(typed, Wish(record=str(project / "tapes")))
        assert {source.scenario for source in plan.sources} == {"a/greet.yaml", "b/greet.yaml"}
        found.append(names(plan))
    assert found[0] == found[1]
    assert len(set(found[0])) == 8


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
        Path(taped.record).write_text(f"{HEADER}\n{{}}\n", encoding="utf-8")
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
    Path(tapes_of(plan)[begun].record).write_text(f"{HEADER}\n{{}}\n", encoding="utf-8")
    insist_on_tapes(plan, {begun: False})
    with pytest.raises(TapesRefused):
        insist_on_tapes(plan)


SILENT = """\
schema: footlights/v1
name: silent
steps: {ship: {approve: {ask: Ship it?, options: [ship, wait]}}}
"""


class Second(Noted):
    """Begins the same batch once more while the first is under way."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.refused: list[str] = []
        self._plan = plan

    def begins(self, item: Item) -> None:
        super().begins(item)
        with pytest.raises(TapesRefused) as refused, recording_alone(self._plan):
            pass
        self.refused.append(refused.value.message)


async def test_two_batches_never_record_into_one_folder_at_the_same_time(tmp_path: Path) -> None:
    wish = Wish(record=str(tmp_path / "tapes"), cassette=str(tmp_path / "tapes"), mode="cassette", repeat=2)
    first, second = (planned([read(tmp_path, SILENT, "silent")], wish) for _ in range(2))
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        watcher = Second(second)
        await Drive.begin(journal, first).conduct(watcher)
        assert watcher.refused == [f"another batch records into {tmp_path / 'tapes'} just now"] * 2
        with recording_alone(first), pytest.raises(TapesRefused, match="another batch records into "):
            await Drive.begin(journal, second).conduct(Noted())
        await Drive.go_on(journal, second.batch).conduct(Noted())


async def test_a_cassette_in_which_a_killed_batch_wrote_no_call_is_in_nobodys_way(tmp_path: Path) -> None:
    plan = planned([read(tmp_path, SILENT, "silent")], Wish(record=str(tmp_path / "tapes"), repeat=2))
    (tmp_path / "tapes").mkdir()
    for taped, text in zip(tapes_of(plan).values(), ("", HEADER + "\n"), strict=True):
        Path(taped.record).write_text(text, encoding="utf-8")
    insist_on_tapes(plan)
    watcher = Noted()
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await Drive.begin(journal, plan).conduct(watcher)
    assert [ending.reason for ending in watcher.endings] == ["gate", "gate"]
    assert all('"silent"' in Path(taped.record).read_text(encoding="utf-8") for taped in tapes_of(plan).values())


@pytest.mark.parametrize("text", ["notes of mine", HEADER + "x" * 5000, f"{HEADER}\n{{"])
def test_what_may_be_somebodys_is_in_the_way_and_stays(tmp_path: Path, text: str) -> None:
    plan = recorded(tmp_path)
    (tmp_path / "tapes").mkdir()
    Path(tapes_of(plan)[plan.items[0].run].record).write_text(text, encoding="utf-8")
    with pytest.raises(TapesRefused, match=r"\.jsonl already"):
        insist_on_tapes(plan)
