"""Asks a history what if: reads the calls of its runs, and says of each attempt who would have answered, at what cost.

No model is asked, and nothing is written. Who is chosen is said by `providers.routing`, as when the call was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.batch.whatif.answers import Answer, Question, Standing, Swap
from app.batch.whatif.attempts import Attempt, attempts_in
from app.batch.whatif.plays import Play, Plays, Setting
from app.batch.whatif.prices import Offer, recosted
from app.document.suggest import did_you_mean, listed, shortened
from app.errors import NotFound
from app.events import CallRouted, RunStarted
from app.state import spent_by
from providers.routing import Verdict

if TYPE_CHECKING:
    from app.batch.whatif.rerouting import Rerouting
    from app.journal import Archive, RunRow

NO_PLAY = "the scenario that the run was made of cannot be read any more"
NO_OTHER = Verdict("fixed", "there was no other model to choose")
_CALLS = ("run.started", "call.started", "call.finished", "call.failed")


async def ask(archive: Archive, rows: Sequence[RunRow], question: Question) -> list[Answer]:
    """What would have come of every attempt in these runs, in order; what a fork took over counts with its parent."""
    kinds = _CALLS if question.policy is None else (*_CALLS, "call.routed")
    asking, plays = Asking(question), Plays(archive, question.terms)
    named = {row.run for row in rows}
    answers: list[Answer] = []
    async for row, events in archive.each_of(rows, kinds):
        begun = next((event for event in events if isinstance(event, RunStarted)), None)
        attempts = attempts_in(events)
        if row.parent in named:
            attempts = [attempt for attempt in attempts if not attempt.inherited]
        if begun is None or not attempts:
            continue
        play = await plays.of(begun) if asking.needs_play(begun) else None
        answers += asking.of_run(row, begun, attempts, play)
    _insist_on_swaps(question, answers)
    return answers


def _insist_on_swaps(question: Question, answers: Sequence[Answer]) -> None:
    """Raise NotFound for a swap that is about nobody here: a slip of the pen would look like nothing to save."""
    agents = {answer.agent for answer in answers}
    models = {name for answer in answers for name in (answer.before, answer.named)}
    for swap in question.swaps if answers else ():
        what, name, known = ("agent", swap.agent, agents) if swap.agent else ("model", swap.model, models)
        if name not in known:
            hint = did_you_mean(name, known, otherwise=f"there is {listed(sorted(known)[:8])}")
            raise NotFound(f'none of these calls was made by {what} "{shortened(name)}"', hint)


class _Who(NamedTuple):
    """Who would have answered, and how that is paid; without an offer as it was."""

    use: str
    offer: Offer | None = None
    standing: Standing = "stays"
    why: Verdict | None = None


class Asking:
    """One question, asked of run after run."""

    def __init__(self, question: Question) -> None:
        """Raises for a model that nobody knows the price of: a slip of the pen is told before anything is read."""
        self._question = question
        everyone = (Swap(question.everyone),) if question.everyone else ()
        self._offers = {swap.new: question.terms.offer(swap.new) for swap in (*question.swaps, *everyone)}
        self._rerouting = _rerouted_by(question)

    def needs_play(self, begun: RunStarted) -> bool:
        """Does the answer rest on what the run was made of? A swap meets a wall only where something is private."""
        return self._rerouting is not None or (begun.private and bool(self._offers))

    def of_run(
        self, row: RunRow, begun: RunStarted, attempts: Sequence[Attempt], play: Play | None
    ) -> Iterator[Answer]:
        """What would have come of the attempts of one run."""
        first: dict[tuple[str, str], CallRouted] = {}  # receipts by step and agent, of before a model failed
        for attempt in attempts:
            started, routed = attempt.started, attempt.routed
            where = started.step, started.agent
            if routed is not None and routed.policy != "fallback":
                first[where] = routed
            setting = None if play is None else play.setting(*where)
            if (swap := self._swap(attempt)) is not None:
                who = self._swapped(swap, attempt, setting, is_private=begun.private)
            elif self._rerouting is not None:
                who = self._routed(self._rerouting, attempt, first.get(where), setting)
            else:
                who = self._as_it_was(attempt)
            yield _answer(row, attempt, who)

    def _swap(self, attempt: Attempt) -> Swap | None:
        """The first that is about this attempt: by its agent before by its model, and that before everyone."""
        started, swaps = attempt.started, self._question.swaps
        by_agent = (swap for swap in swaps if swap.agent == started.agent and swap.agent)
        by_model = (swap for swap in swaps if swap.model in (attempt.use, started.model))
        everyone = Swap(self._question.everyone) if self._question.everyone else None
        return next(by_agent, None) or next(by_model, None) or everyone

    def _swapped(self, swap: Swap, attempt: Attempt, setting: Setting | None, *, is_private: bool) -> _Who:
        from app.batch.whatif.cases import why_not_alone

        if swap.new == attempt.use:
            return self._as_it_was(attempt)
        if setting is None and is_private:
            return _unknown(attempt, NO_PLAY)
        if (why := why_not_alone(swap.new, attempt, setting)) is not None:
            return _Who(swap.new, standing="refused", why=why)
        return _Who(swap.new, self._offers[swap.new], "moves")

    def _routed(
        self, rerouting: Rerouting, attempt: Attempt, first: CallRouted | None, setting: Setting | None
    ) -> _Who:
        if setting is None:
            return _unknown(attempt, NO_PLAY)
        taken = rerouting.taken(attempt, first, setting)
        if taken.unknown:
            return _unknown(attempt, taken.unknown)
        if taken.refused is not None:
            return _Who(attempt.use, standing="refused", why=taken.refused)
        if taken.use == attempt.use:
            return self._as_it_was(attempt)._replace(why=NO_OTHER if taken.alone else None)
        known = taken.known
        assert known is not None
        return _Who(taken.use, Offer(known.now, known.facts.speed if known.facts is not None else 0.0), "moves")

    def _as_it_was(self, attempt: Attempt) -> _Who:
        """The same model, at another price where there is one."""
        paid = attempt.ended.prices
        is_written = paid is not None and paid.source == "the scenario"
        tariff = self._question.terms.price(attempt.use, attempt.started.address, is_written=is_written)
        return _Who(attempt.use, None if tariff is None else Offer(tariff))


def _rerouted_by(question: Question) -> Rerouting | None:
    if question.policy is None:
        return None
    from app.batch.whatif.rerouting import Rerouting

    return Rerouting(question.policy, by_other_prices=question.terms.are_other)


def _unknown(attempt: Attempt, why: str) -> _Who:
    return _Who(attempt.use, standing="unknown", why=Verdict("unknown", why))


def _answer(row: RunRow, attempt: Attempt, who: _Who) -> Answer:
    started, ended = attempt.started, attempt.ended
    return Answer(
        row.run, row.scenario, row.mode, started.agent, started.step, started.call, started.at,
        started.model, attempt.use, who.use, ended.usage, spent_by(ended), recosted(attempt, who.offer), who.standing,
        who.why,
    )  # fmt: skip
