"""Gates: who may answer, what is taken for an answer, and what happens when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app.engine import resume
from app.engine.gates import Answer, AnswerRefused, Opened
from app.errors import UsageError
from app.events import Directed, Event, GateAnswered, GateClosed, GateOpened, RunFinished, RunPaused, StepStarted
from app.journal.errors import AnswerRefused as LetterRefused
from corpus.playing import PATIENCE, House, until

SIGN_OFF = """
inputs: {feature: {default: dark mode}}
steps:
  sign_off:
    approve: {ask: "Ship ${{ inputs.feature }}?", options: [ship, hold], role: approver%s}
    %s
  ship: {if: steps.sign_off.output.choice == 'ship', narrate: Shipped.}
"""


async def test_rehearsed_a_gate_answers_itself_as_written_or_with_its_default_or_its_first_option(house: House) -> None:
    written = await house.play(SIGN_OFF % ("", "rehearsal: {reply: hold}"))
    default = await house.play(SIGN_OFF % (", timeout: 5m, default: hold", ""))
    first = await house.play(SIGN_OFF % ("", ""))
    assert [played.output("sign_off")["choice"] for played in (written, default, first)] == ["hold", "hold", "ship"]
    assert (written.ended("ship"), first.ended("ship")) == ("skipped", "succeeded")
    assert first.output("sign_off") == {"choice": "ship", "note": "", "by": "rehearsal"}


async def test_a_gate_says_what_is_asked_of_whom_and_how_long(house: House) -> None:
    played = await house.play(SIGN_OFF % (", timeout: 5m, default: hold", ""))
    (opened,) = played.of(GateOpened)
    assert played.value(opened.question) == "Ship dark mode?"
    assert (opened.asks, opened.options, opened.role, opened.expires_ms, opened.default) == (
        "approve", ("ship", "hold"), "approver", 300_000, "hold",
    )  # fmt: skip
    (answered,) = played.of(GateAnswered)
    assert answered.gate == opened.gate
    assert answered.cause == opened.seq


@pytest.mark.parametrize("name", ["block/2/sign_off#1", "block/2/sign_off", "block/sign_off", "*"])
async def test_an_answers_file_names_a_gate_by_id_by_path_by_its_step_or_all_of_them(house: House, name: str) -> None:
    played = await house.play(
        "steps: {block: {loop: {max: 2}, steps: {sign_off: {approve: {ask: Ship?, options: [ship, hold]}}}}}\n",
        answers={name: "hold"},
    )
    assert played.output("block/2/sign_off") == {"choice": "hold", "note": "", "by": "answers file"}
    first = played.output("block/1/sign_off")["choice"]
    assert first == ("hold" if name in ("*", "block/sign_off") else "ship")


async def test_the_nearest_name_in_an_answers_file_wins(house: House) -> None:
    text = "steps: {one: {approve: {ask: x, options: [x, y, z]}}, two: {approve: {ask: x, options: [x, y, z]}}}\n"
    played = await house.play(text, answers={"*": "y", "one": "z"})
    assert [played.output(step)["choice"] for step in ("one", "two")] == ["z", "y"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"one": "nonsense"}, '"nonsense" cannot be answered to one'),
        ({"one": 4}, '"4" cannot be answered to one'),
        ({"won": "x"}, 'there is no step "won" to answer'),
    ],
)
async def test_an_answer_to_nothing_or_one_that_is_no_option_is_refused_before_anything_begins(
    house: House, answers: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        await house.play("steps: {one: {approve: {ask: x, options: [x, y, z]}}}\n", answers=answers)


async def test_an_option_may_be_given_by_its_number(house: House) -> None:
    played = await house.play("steps: {one: {approve: {ask: x, options: [x, y, z]}}}\n", answers={"one": 2})
    assert played.output("one")["choice"] == "y"


async def test_what_asking_a_person_raises_is_raised_to_whoever_waits(house: House) -> None:
    async def person(opened: Opened) -> Answer:
        raise LookupError("nobody home")

    with pytest.raises(LookupError, match="nobody home"):
        await house.play(SIGN_OFF % ("", ""), people=person)
    with pytest.raises(TypeError, match="an Answer or None"):
        await house.play(SIGN_OFF % ("", ""), people=_says_ship)


async def _says_ship(opened: Opened) -> Any:
    return "ship"


async def test_an_answers_file_answers_questions_in_words_too_and_a_word_for_all_gates_only_where_it_can_be_chosen(
    house: House,
) -> None:
    text = "steps: {one: {ask: What now?}, two: {approve: {ask: x, options: [ship, hold]}}, three: {approve: x}}\n"
    played = await house.play(text, answers={"one": "Tell them.", "*": "hold"})
    assert played.output("one") == {"answer": "Tell them.", "by": "answers file"}
    assert [played.output(step)["choice"] for step in ("two", "three")] == ["hold", "approve"]
    assert [played.output(step)["by"] for step in ("two", "three")] == ["answers file", "rehearsal"]


async def test_the_person_at_hand_is_asked_with_all_that_is_known_and_may_leave_a_note(house: House) -> None:
    asked: list[Opened] = []

    async def person(opened: Opened) -> Answer:
        asked.append(opened)
        return Answer("ship", "after lunch", "ana")

    played = await house.play(SIGN_OFF % ("", ""), people=person)
    assert played.output("sign_off") == {"choice": "ship", "note": "after lunch", "by": "ana"}
    assert (asked[0].gate, asked[0].question.text, asked[0].question.options) == (
        "sign_off#1", "Ship dark mode?", ("ship", "hold"),
    )  # fmt: skip
    assert played.value(played.of(GateAnswered)[0].note) == "after lunch"


async def test_words_are_asked_for_with_ask_and_given_as_an_answer(house: House) -> None:
    async def person(opened: Opened) -> Answer:
        assert opened.question.options == ()
        return Answer("Tell them ${{ inputs.nothing }}.", by="ana")

    text = 'steps: {words: {ask: What now?}, after: {narrate: "${{ steps.words.output.answer }}"}}\n'
    played = await house.play(text, people=person)
    assert played.output("words") == {"answer": "Tell them ${{ inputs.nothing }}.", "by": "ana"}
    rehearsed = await house.play(text)
    assert rehearsed.output("words") == {"answer": "nothing to add", "by": "rehearsal"}


async def test_another_task_may_answer_by_step_or_by_id_once_and_with_an_option_only(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    await until(run_has(run, GateOpened))
    for choice, said in (("maybe", "not one of ship, hold"), ("", "not one of")):
        with pytest.raises(AnswerRefused, match=said):
            run.answer("sign_off", choice)
    with pytest.raises(AnswerRefused, match="no gate"):
        run.answer("ship", "ship")
    run.answer("sign_off", "hold", "too late today", "ben")
    with pytest.raises(AnswerRefused, match="answered already"):
        run.answer("sign_off#1", "ship")
    played = await house.end_of(run)
    assert played.output("sign_off") == {"choice": "hold", "note": "too late today", "by": "ben"}
    assert len(played.of(GateAnswered)) == 1
    with pytest.raises(AnswerRefused):
        run.answer("sign_off", "ship")


async def test_whoever_follows_the_events_may_answer_as_soon_as_the_gate_is_told(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    async with asyncio.timeout(PATIENCE):
        async for event in run:
            if isinstance(event, GateOpened):
                run.answer(event.gate, "hold", by="the one who watches")
    played = await house.end_of(run)
    assert played.output("sign_off")["by"] == "the one who watches"


async def test_an_answer_from_another_process_comes_through_the_inbox(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    await until(run_has(run, GateOpened))
    house.journal.post(run.id, "answer", "sign_off#1", {"choice": "hold", "note": "no"}, "cara")
    played = await house.end_of(run)
    assert played.output("sign_off") == {"choice": "hold", "note": "no", "by": "cara"}


async def test_an_answer_from_another_process_is_taken_once_and_counts_as_taken_when_it_is_safe(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    await until(run_has(run, GateOpened))
    waiting: list[int] = []

    def look(event: Event) -> None:
        if isinstance(event, GateAnswered):
            run.performance.read_inbox()  # type: ignore[union-attr]
            waiting.append(len(house.journal.inbox(run.id)))

    assert run.performance is not None
    run.performance.on_event(look)
    house.journal.post(run.id, "answer", "sign_off", {"choice": "hold"}, "cara")
    played = await house.end_of(run)
    assert waiting == [1], "in the log, and not yet on the disk"
    assert house.journal.inbox(run.id) == []
    assert len(played.of(GateAnswered)) == 1
    assert verdicts(house, run.id) == ["taken"]


async def test_a_direction_from_another_process_counts_as_taken_when_it_is_safe(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    await until(run_has(run, GateOpened))
    house.journal.post(run.id, "direction", "whisper", {"to": "a", "detail": "mind the gap"}, "cara")
    assert run.performance is not None
    run.performance.read_inbox()
    run.performance.read_inbox()
    assert verdicts(house, run.id) == [""]
    run.answer("sign_off", "hold")
    played = await house.end_of(run)
    assert len(played.of(Directed)) == 1
    assert verdicts(house, run.id) == ["taken"]


async def test_a_wrong_answer_from_another_process_is_refused_and_the_next_one_taken(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), people=nobody_is_quick)
    await until(run_has(run, GateOpened))
    house.journal.post(run.id, "answer", "sign_off#1", {"choice": "perhaps"}, "cara")
    await until(lambda: not house.journal.inbox(run.id))
    house.journal.post(run.id, "answer", "sign_off#1", {"choice": "hold"}, "dan")
    with pytest.raises(LetterRefused):
        house.journal.post(run.id, "answer", "sign_off#1", {"choice": "ship"}, "eve")
    assert (await house.end_of(run)).output("sign_off")["by"] == "dan"


async def test_when_nobody_answers_in_time_the_default_is_taken_and_the_outcome_is_expired(house: House) -> None:
    played = await house.play(
        SIGN_OFF % (", timeout: 50ms, default: hold", "")
        + "  seen: {needs: sign_off, if: steps.sign_off.outcome == 'expired', narrate: Nobody came.}\n",
        mode="live",
    )
    assert played.output("sign_off") == {"choice": "hold", "note": "", "by": "nobody"}
    assert (played.ended("sign_off"), played.ended("seen"), played.outcome) == ("expired", "succeeded", "succeeded")
    (closed,) = played.of(GateClosed)
    assert (closed.why, played.value(closed.choice)) == ("expired", "hold")
    assert played.of(GateAnswered) == []
    assert played.lasted("sign_off") >= 0.05


@pytest.mark.parametrize("mode", ["live", "rehearsal"])
async def test_a_person_who_leaves_the_question_open_leaves_it_to_the_default(house: House, mode: str) -> None:
    async def person(opened: Opened) -> None:
        assert opened.seconds_left is not None
        assert opened.seconds_left <= 0.05

    played = await house.play(SIGN_OFF % (", timeout: 50ms, default: hold", ""), mode=mode, people=person)
    assert played.ended("sign_off") == "expired"


async def test_a_step_that_needs_an_expired_gate_goes_on_as_after_a_success(house: House) -> None:
    played = await house.play(
        "steps: {gate: {approve: {ask: x, timeout: 20ms, default: approve}}, after: {narrate: On.}}\n", mode="live"
    )
    assert played.ended("after") == "succeeded"


async def test_a_gate_that_nobody_can_answer_pauses_the_run_at_once(house: House) -> None:
    played = await house.play(SIGN_OFF % ("", ""), mode="live")
    assert (played.result.status, played.result.reason, played.result.detail) == ("paused", "gate", "sign_off")
    assert (played.of(RunPaused)[0].reason, played.of(RunFinished)) == ("gate", [])
    assert [gate.opened.gate for gate in played.state.open_gates] == ["sign_off#1"]


async def test_a_person_who_has_no_answer_pauses_the_run(house: House) -> None:
    async def person(opened: Opened) -> None:
        return None

    played = await house.play(SIGN_OFF % ("", ""), people=person)
    assert (played.result.status, played.result.reason) == ("paused", "gate")


async def test_a_run_that_pauses_at_a_gate_goes_on_when_it_is_resumed_with_an_answer(house: House) -> None:
    paused = await house.play(SIGN_OFF % ("", ""), mode="live")
    again = await house.play_on(paused, answers={"sign_off": "ship"})
    assert (again.outcome, again.ended("ship")) == ("succeeded", "succeeded")
    assert len(again.of(GateOpened)) == 1
    assert len(again.of(StepStarted, "sign_off")) == 1


async def test_an_answer_that_was_given_while_nobody_performed_the_run_is_found(house: House) -> None:
    paused = await house.play(
        "steps: {one: {approve: Once?}, two: {approve: Twice?}, three: {narrate: Done.}}\n",
        mode="live",
        answers={"one": "approve"},
    )
    house.journal.post(paused.run.id, "answer", "two#1", {"choice": "approve"}, "cara")
    again = await house.play_on(paused)
    assert (again.outcome, again.output("two")["by"]) == ("succeeded", "cara")


async def test_a_person_s_answer_counts_though_a_resumed_rehearsal_could_answer_itself(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), patient=True)
    await until(run_has(run, GateOpened))
    run.pause()
    paused = await house.end_of(run)
    house.journal.post(paused.run.id, "answer", "sign_off#1", {"choice": "hold"}, "cara")
    answer = (await house.play_on(paused)).output("sign_off")
    assert (answer["choice"], answer["by"]) == ("hold", "cara")


async def test_an_answer_is_not_lost_because_its_gate_is_not_yet_reached_again(house: House) -> None:
    text = """
models: {m: {use: openai/m}}
steps:
  one: {approve: {ask: Once?, timeout: 20m, default: reject}}
  two: {needs: [], approve: Twice?}
"""
    paused = await house.play(text, mode="live", answers={"one": "approve"})
    assert paused.result.reason == "gate"
    house.journal.post(paused.run.id, "answer", "two#1", {"choice": "approve"}, "cara")
    run = resume(paused.run.id, journal=house.journal, patient=True)
    run.performance.read_inbox()  # type: ignore[union-attr]
    assert (await house.end_of(run)).output("two")["by"] == "cara"


async def test_a_patient_run_waits_for_an_answer_from_elsewhere_however_long(house: House) -> None:
    run = house.begin(SIGN_OFF % ("", ""), mode="live", patient=True)
    await until(run_has(run, GateOpened))
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    run.answer("sign_off", "ship", by="ana")
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_two_gates_at_once_are_answered_apart(house: House) -> None:
    run = house.begin(
        "steps: {one: {approve: x}, two: {needs: [], approve: y}, both: {needs: [one, two], narrate: On.}}\n",
        mode="live",
        patient=True,
    )
    await until(lambda: bool(run.performance) and len(run.performance.gates.open()) == 2)  # type: ignore[union-attr]
    run.answer("two", "reject")
    run.answer("one", "approve")
    played = await house.end_of(run)
    assert [played.output(step)["choice"] for step in ("one", "two")] == ["approve", "reject"]


async def test_while_one_gate_waits_the_rest_of_the_run_goes_on(house: House) -> None:
    run = house.begin(
        "steps: {gate: {approve: x}, beside: {needs: [], narrate: Meanwhile.}}\n", mode="live", patient=True
    )
    await until(lambda: any(event.step == "beside" for event in run.events))
    run.answer("gate", "approve")
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_a_gate_in_a_loop_is_a_new_one_each_turn(house: House) -> None:
    played = await house.play("steps: {gate: {loop: {max: 3}, approve: Again?}}\n")
    assert [event.gate for event in played.of(GateOpened)] == ["gate/1#1", "gate/2#1", "gate/3#1"]


async def test_a_gate_that_is_skipped_or_whose_run_ends_is_closed_and_no_longer_open(house: House) -> None:
    run = house.begin("steps: {gate: {approve: x}, after: {if: always(), narrate: On.}}\n", mode="live", patient=True)
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    run.direct("skip", "gate", by="ana")
    played = await house.end_of(run)
    assert (played.ended("gate"), played.ended("after")) == ("cancelled", "succeeded")
    assert played.state.open_gates == []
    (closed,) = played.of(GateClosed)
    assert (closed.why, closed.choice) == ("cancelled", None)


async def test_what_a_person_is_asked_may_hold_what_a_model_wrote_as_text(house: House) -> None:
    played = await house.play(
        "steps: {one: {agent: a, prompt: x, rehearsal: {reply: 'Delete ${{ inputs.all }}?'}}, gate: {approve: \"${{ steps.one.output }}\"}}\n"
    )
    assert played.value(played.of(GateOpened)[0].question) == "Delete ${{ inputs.all }}?"


async def nobody_is_quick(opened: Opened) -> Answer:
    await asyncio.Event().wait()
    raise AssertionError("nobody came")


def verdicts(house: House, run: str) -> list[str]:
    """What became of each letter to a run."""
    sql = "SELECT verdict FROM inbox WHERE run = (SELECT id FROM runs WHERE run = ?) ORDER BY id"
    found = house.journal._reader.read(lambda connection: connection.execute(sql, (run,)).fetchall())
    return [verdict for (verdict,) in found]


def run_has(run: object, kind: type) -> Callable[[], bool]:
    return lambda: any(isinstance(event, kind) for event in run.events)  # type: ignore[attr-defined]
