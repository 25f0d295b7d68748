"""Two recordings side by side: what differs is found, what does not is not, and nothing unknown is told as nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compare import Comparison, Measure, compare, difference, gathered
from app.compare.aligning import Shared, merged
from app.compare.filling import filled
from app.compare.measures import spending
from app.compare.texts import NOT_AT_ALL, NOT_BY_WORDS, UNSEEN, Piece
from app.compare.words import parting_told, shared_told, sign_of
from app.events import (
    GateAnswered,
    GateOpened,
    LoopIterated,
    Parent,
    RunFinished,
    RunResumed,
    RunStarted,
    StepFinished,
    StepSkipped,
    StepStarted,
)
from app.state import Spent
from corpus.histories import History, histories
from corpus.probes import ALL, is_obeyed
from corpus.reported import golden, recorded
from golden.logs import NAMES

KEY = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789"


def play(run: str = "01K7GOLDEN000000000000000A", **more: Any) -> History:
    history = History(run)
    plan = history.keep([{"step": "plan"}, {"step": "polish"}, {"step": "polish/verdict"}, {"step": "ship"}])
    history.add(RunStarted(scenario="sprint", title="A sprint", plan=plan, mode="rehearsal", **more))
    return history


def against(left: History, right: History) -> Comparison:
    return compare(recorded(left), recorded(right))


def measure(found: Comparison, name: str) -> Measure:
    return next(each for each in found.measures if each.name == name)


def paths(found: Comparison) -> list[str]:
    return [pair.path for pair in found.pairs]


# What holds for any two


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_run_does_not_differ_from_itself(name: str) -> None:
    found = compare(golden(name), golden(name))
    assert found.pairs
    assert insist_on_no_difference(found)


@given(histories())
def test_a_run_does_not_differ_from_itself(history: History) -> None:
    assert insist_on_no_difference(against(history, history))


def insist_on_no_difference(found: Comparison) -> bool:
    assert [pair.path for pair in found.pairs if pair.differs] == []
    assert [each.name for each in found.measures if not each.is_same] == []
    assert all(each.is_same for pair in found.pairs for each in found.measured(pair))
    assert found.changes == ()
    assert found.first is None
    assert found.has_same_outputs
    assert found.is_alike_in_the_end
    return all(found.difference(pair).is_same for pair in found.pairs)


@given(histories(), histories())
def test_the_other_way_round_every_difference_is_mirrored(one: History, other: History) -> None:
    there, back = against(one, other), against(other, one)
    assert [mirrored(each) for each in there.measures] == [kept(each) for each in back.measures]
    steps = {pair.path: pair for pair in back.pairs}
    assert set(paths(there)) == set(steps)
    for pair in there.pairs:
        twin = steps[pair.path]
        assert set(pair.differs) - {"only in A", "only in B"} == set(twin.differs) - {"only in A", "only in B"}
        assert (pair.left is None, pair.right is None) == (twin.right is None, twin.left is None)
        assert [mirrored(each) for each in there.measured(pair)] == [kept(each) for each in back.measured(twin)]


def kept(each: Measure) -> tuple[Any, ...]:
    return each.name, each.left, each.right, each.left_told, each.right_told, rounded(each.difference)


def mirrored(each: Measure) -> tuple[Any, ...]:
    more = None if each.difference is None else -each.difference
    return each.name, each.right, each.left, each.right_told, each.left_told, rounded(more)


def rounded(more: float | None) -> float | None:
    return None if more is None else round(more, 9) + 0.0


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_two_orders_make_one_with_everything_once(one: list[str], other: list[str]) -> None:
    both = merged(one, other)
    assert sorted(both) == sorted({*one, *other})
    assert [name for name in both if name in one] == one


# Steps


def test_steps_stand_in_the_order_of_the_plan_whichever_came_first() -> None:
    one, other = play(), play("01K7GOLDEN000000000000000B")
    for history, order in ((one, ("plan", "ship", "polish")), (other, ("ship", "plan"))):
        for path in order:
            history.act(path, "a", path, "done")
    found = against(one, other)
    assert paths(found) == ["plan", "polish", "ship"]
    assert [pair.only for pair in found.pairs] == ["", "A", ""]


def test_turns_of_a_loop_are_held_against_their_own_number_and_the_tenth_comes_last() -> None:
    one, other = play(), play("01K7GOLDEN000000000000000B")
    for history, turns in ((one, 10), (other, 2)):
        history.add(StepStarted(step="polish", of="steps"))
        for turn in range(1, turns + 1):
            history.add(StepStarted(step=f"polish/{turn}"))
            history.act(f"polish/{turn}/verdict", "qa", "Judge", f"turn {turn}")
            history.add(StepFinished(step=f"polish/{turn}"))
            history.add(LoopIterated(step="polish", turn=turn))
        history.add(StepFinished(step="polish"))
    found = against(one, other)
    assert [path for path in paths(found) if path.count("/") == 1] == [f"polish/{turn}" for turn in range(1, 11)]
    assert [sign_of(pair).mark for pair in found.pairs[:4]] == ["~", "=", "=", "="]
    assert found.pairs[0].differs == ("turns",)
    assert found.pairs[-1].only == "A"


def test_a_step_that_was_skipped_in_one_says_so_and_a_block_says_that_something_in_it_differs() -> None:
    one, other = play(), play("01K7GOLDEN000000000000000B")
    for history in (one, other):
        history.add(StepStarted(step="polish", of="steps"))
    one.act("polish/verdict", "qa", "Judge", "fine")
    other.add(StepSkipped(step="polish/verdict", reason="nobody asked"))
    found = against(one, other)
    block, inner = found.pairs
    assert (sign_of(block).word, block.holds) == ("different inside", True)
    assert {"status", "skipped", "output"} <= set(inner.differs)
    assert found.first is inner


def test_another_model_and_another_prompt_are_named() -> None:
    one, other = play(), play("01K7GOLDEN000000000000000B")
    one.act("plan", "cto", "Plan", "the same words", model="small")
    other.act("plan", "cto", "Plan", "the same words", model="large")
    (pair,) = against(one, other).pairs
    assert pair.differs == ("model",)


def test_what_people_answered_is_told_where_they_differ() -> None:
    one, other = play(), play("01K7GOLDEN000000000000000B")
    for history, choice in ((one, "ship"), (other, "hold")):
        history.add(StepStarted(step="ship", of="approve"))
        history.add(GateOpened(step="ship", gate="ship#1", asks="approve", options=("ship", "hold")))
        history.add(GateAnswered(step="ship", gate="ship#1", choice=history.keep(choice)))
    found = against(one, other)
    assert [(each.kind, each.where, each.left, each.right) for each in found.changes] == [
        ("answer", "ship#1", "ship", "hold")
    ]
    assert found.pairs[0].differs == ("answer",)


def signed(run: str, by: str, choice: str = "ship") -> History:
    history = play(run)
    history.add(StepStarted(step="ship", of="approve"))
    given = history.keep({"choice": choice, "note": "", "by": by})
    history.add(StepFinished(step="ship", output=given))
    return history


def test_which_person_answered_is_no_difference_and_that_none_did_is_one() -> None:
    found = against(signed("A" * 26, "ada"), signed("B" * 26, "grace"))
    assert (found.pairs[0].differs, found.difference(found.pairs[0]).is_same) == ((), True)
    rehearsed = against(signed("A" * 26, "ada"), signed("B" * 26, "rehearsal"))
    assert rehearsed.pairs[0].differs == ("output",)
    assert "ada" not in str(rehearsed.difference(rehearsed.pairs[0]))
    assert against(signed("A" * 26, "ada"), signed("B" * 26, "ada", "hold")).pairs[0].differs == ("output",)


# A run and its fork


def forked() -> tuple[History, History]:
    one = play()
    one.act("plan", "cto", "Plan", "a plan", cost=0.25)
    cut = len(one.events)
    other = play("01K7GOLDEN000000000000000B", parent=Parent(run=one.run, seq=cut, taken=cut))
    other.act("plan", "cto", "Plan", "a plan", cost=0.25)
    other.add(RunResumed("fork"))
    one.act("ship", "cto", "Ship", "today", cost=0.50)
    other.act("ship", "cto", "Ship", "tomorrow", cost=0.75)
    return one, other


def test_what_a_fork_took_over_happened_once_and_its_cost_is_counted_apart() -> None:
    found = against(*forked())
    assert (found.kinship.how, found.kinship.at) == ("fork", 7)
    shared, _ = gathered(found.pairs)
    assert isinstance(shared, Shared)
    assert [pair.path for pair in shared.pairs] == ["plan"]
    assert shared.spent.cost_usd == 0.25
    assert [(measure(found, name).left, measure(found, name).right) for name in ("cost", "taken over", "new")] == [
        (0.75, 1.0), (0.25, 0.25), (0.5, 0.75),
    ]  # fmt: skip
    assert measure(found, "new").difference_told == "+$0.2500"
    assert measure(found, "new").beside == "rehearsed, +50%"
    assert shared_told(found) == "1 step taken over, performed once for $0.2500 reh."
    assert parting_told(found).startswith("they part at ship (A #8, B #9)")


def test_the_other_way_round_it_is_the_first_that_is_the_fork_and_two_forks_of_one_run_are_siblings() -> None:
    one, other = forked()
    assert against(other, one).kinship.how == "origin"
    third = forked()[1]
    third.run = "01K7GOLDEN000000000000000C"
    found = against(other, third)
    assert (found.kinship.how, [pair.is_shared for pair in found.pairs]) == ("siblings", [True, False])


# Money


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (Spent(cost_usd=1.0), Spent(cost_usd=1.5), "+$0.5000"),
        (Spent(cost_usd=1.5), Spent(cost_usd=1.0, estimated_usd=0.2), "≈−$0.5000"),
        (Spent(cost_usd=1.0), Spent(cost_usd=1.0), "="),
        (Spent(cost_usd=1.0), Spent(cost_usd=1.0, unpriced=1), "unknown"),
        (Spent(unpriced=1), Spent(unpriced=1), "unknown"),
        (Spent(cost_usd=1.0), Spent(cost_usd=1.0, rehearsed_usd=1.0, rehearsed=1), "unlike"),
        (Spent(cost_usd=1.0), Spent(played_usd=1.0, played=1), "unlike"),
        (Spent(played_usd=0.5, played=1), Spent(played_usd=1.0, played=1), "+$0.5000"),
        (Spent(), Spent(cost_usd=1.0), "+$1.00"),
    ],
)
def test_money_is_held_only_against_money_of_its_own_kind(left: Spent, right: Spent, told: str) -> None:
    found = spending("cost", left, right)
    assert found.difference_told == told
    assert (found.difference is None) == (told in ("unknown", "unlike"))


def test_a_price_that_nobody_knows_is_never_told_as_nothing() -> None:
    found = spending("cost", Spent(unpriced=2), Spent(cost_usd=0.5))
    assert (found.left, found.left_told, found.difference_told) == (None, "2 unpriced", "unknown")


def test_what_a_cassette_played_is_named_as_recorded() -> None:
    found = spending("cost", Spent(played_usd=0.5, played=1), Spent(played_usd=1.0, played=1))
    assert found.left_told == "$0.5000 tape"
    assert found.beside == "as recorded, +100%"


# What was given


def test_inputs_settings_and_the_keys_of_the_scenario_that_differ_are_named() -> None:
    def begun(run: str, topic: str, prompt: str, seed: int) -> History:
        history = History(run)
        text = f"schema: footlights/v1\nsteps:\n  plan: {{agent: a, prompt: {prompt}}}\n"
        bundle = {"path": "scenarios/a.yaml", "name": "a", "files": {"scenarios/a.yaml": text, "notes.md": prompt}}
        source, inputs = history.keep(bundle), history.keep({"topic": topic, "strict": True})
        history.add(RunStarted(scenario="a", source=source, inputs=inputs, seed=seed))
        return history

    found = against(begun("A" * 26, "bones", "Be calm", 1), begun("B" * 26, "stars", "Be loud", 2))
    assert [(each.kind, each.where, each.left, each.right) for each in found.changes] == [
        ("input", "topic", "bones", "stars"),
        ("setting", "seed", 1, 2),
        ("scenario", "steps.plan.prompt", "Be calm", "Be loud"),
        ("file", "notes.md", "Be calm", "Be loud"),
    ]


def test_versions_that_an_export_has_left_out_are_no_change() -> None:
    versions = {"footlights": "1", "python": "3.11"}
    whole = play("A" * 26, versions=versions)
    assert against(play("A" * 26, versions={"footlights": "1"}), whole).changes == ()
    other = against(play("A" * 26, versions={"footlights": "2"}), whole)
    assert [(each.where, each.left, each.right) for each in other.changes] == [("version.footlights", "2", "1")]


# Texts


def own(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_own]


def test_prose_is_compared_to_the_word() -> None:
    (block,) = difference("The hall is quiet at night.", "The hall is loud at night.").blocks
    assert (own(block.left), own(block.right)) == (["quiet"], ["loud"])


def test_lines_that_stand_are_told_apart_from_those_that_became_others() -> None:
    found = difference("one\ntwo\nthree\n", "one\n2\nthree")
    assert [block.is_same for block in found.blocks] == [True, False, True]


def test_data_is_compared_by_the_keys_that_lead_to_it_also_where_it_is_text() -> None:
    found = difference('{"pass": true, "findings": ["a", "b"]}', {"findings": ["a"], "pass": False})
    assert [(block.where, block.is_same) for block in found.blocks] == [
        ("pass", False), ("findings[0]", True), ("findings[1]", False),
    ]  # fmt: skip


@given(st.text(alphabet="ab \n", max_size=60), st.text(alphabet="ab \n", max_size=60))
def test_nothing_of_either_text_is_lost(left: str, right: str) -> None:
    blocks = difference(left, right).blocks
    for text, sides in ((left, [block.left for block in blocks]), (right, [block.right for block in blocks])):
        said = "".join(piece.text for side in sides for piece in side)
        assert said.splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("make", "note"),
    [
        (lambda at: " ".join(f"word{at}-{number}" for number in range(100_000)), NOT_BY_WORDS),
        (lambda at: "\n".join(f"line {at} of {number}" for number in range(60_000)), NOT_AT_ALL),
        (lambda at: {str(number): at for number in range(90_000)}, NOT_AT_ALL),
    ],
)
def test_a_megabyte_is_compared_as_finely_as_that_is_bearable(make: Callable[[int], Any], note: str) -> None:
    found = difference(make(1), make(2))
    assert found.note == note
    assert not found.is_same


def test_a_secret_that_is_cut_into_words_stays_covered() -> None:
    found = difference(f"use {KEY} now", f"use {KEY[:-1]}8 now")
    assert "abcdefghij" not in str(found)
    assert found.note == UNSEEN


def test_hostile_texts_can_drive_no_terminal() -> None:
    found = difference({"a": f"{ALL} one", f"k{ALL}": 1}, {"a": f"{ALL} two"})
    assert not is_obeyed("".join(piece.text for block in found.blocks for piece in (*block.left, *block.right)))
    assert not is_obeyed("".join(block.where for block in found.blocks))


@given(st.text(alphabet="ab, \n漢", max_size=80), st.integers(2, 20))
def test_rows_keep_to_their_width_and_lose_no_letter(text: str, width: int) -> None:
    def cells(said: str) -> int:
        return sum(2 if letter == "漢" else 1 for letter in said)

    rows = ["".join(piece.text for piece in row) for row in filled([Piece(text)], width, cells)]
    assert all(cells(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


# Size


def test_a_run_of_ten_thousand_events_is_compared() -> None:
    def long(run: str, answer: str) -> History:
        history = play(run)
        for number in range(1_670):
            history.act(f"research[{number}]", "a", "Look", f"{answer} {number % 7}")
        history.add(RunFinished("succeeded"))
        return history

    one, other = long("A" * 26, "found"), long("B" * 26, "lost")
    assert len(one.events) > 10_000
    found = against(one, other)
    assert found.differing == len(found.pairs) == 1_670
    assert paths(found)[-1] == "research[1669]"
