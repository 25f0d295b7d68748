"""Moments of a run in words: "2nd handoff to critic", "step polish ends", "1:47". They are found again in another run.

anchor("2nd handoff to critic")      # asked of each event in turn, says yes at the one that is meant
words_for(events, 47)                # the words by which an event would be found
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.document.suggest import nearest
from app.errors import FootlightsError
from app.events import (
    CallFailed,
    CallSpeaking,
    DebateDecided,
    DebateRound,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
    ToolFailed,
    ToolStarted,
    definition,
)
from app.playback.cues import Anchor

Fits = Callable[[Event], bool]

EXAMPLES = '"2nd handoff to critic", "step polish ends", "critic speaks", "1:47" or "start"'
ERRORS = (StepFailed, CallFailed, ToolFailed)


class NoAnchor(FootlightsError):
    """Words that name no moment."""


def anchor(words: str) -> Anchor:
    """What says yes at the event that is meant; raises NoAnchor with what could have been."""
    found = _read(" ".join(words.split()))
    if found is None:
        raise NoAnchor(f'"{words[:80]}" names no moment of a run', _hint(words))
    fits, count = found
    left = count

    def is_here(event: Event) -> bool:
        nonlocal left
        if not fits(event):
            return False
        left -= 1
        return left == 0

    return is_here


def words_for(events: Sequence[Event], seq: int) -> str:
    """The words by which an event is found, in another run of the play too where that can be."""
    before = [event for event in events if event.seq < seq]
    here = events[len(before)] if len(before) < len(events) else None
    if here is None or here.seq != seq:
        return f"#{seq}"
    for phrase in _phrases(here):
        found = _read(phrase)
        if found is None or not found[0](here):
            continue  # a name that cannot stand in words
        earlier = sum(map(found[0], before))
        return _counted(earlier + 1, phrase) if earlier or phrase == "error" else phrase
    return f"#{seq}"


def names_in(words: str) -> tuple[str, ...]:
    """The names of agents, steps, gates and tools that words speak of."""
    plain = _ORDINAL.sub("", " ".join(words.split()))
    if turn := _TURN.fullmatch(plain):
        return (turn[2],)
    found = next((found for pattern, _ in _FORMS if (found := pattern.fullmatch(plain))), None)
    if found is None or plain.startswith("cue "):
        return ()
    return tuple(name for name in found.groups() if name and name not in _VERBS)


def missing_hint(words: str, events: Iterable[Event]) -> str:
    """Why words may have found no place in a run: a name that is not in it, or it did not happen so often."""
    known: set[str] = set()
    times, took = 0, 0.0
    found = _read(" ".join(words.split()))
    for event in events:
        gate = event.gate.partition("#")[0] if isinstance(event, GateOpened) else ""
        tool = event.tool if isinstance(event, ToolStarted) else ""
        giver = event.giver if isinstance(event, Handoff) else ""
        step = definition(event.step)
        known |= {event.agent, step, step.rpartition("/")[2], gate, tool, giver}
        times += found is not None and found[0](event)
        took = event.mono / 1000
    if clock_of(words.strip()) is not None:
        return f"the run takes {int(took) // 60}:{int(took) % 60:02}"
    known.discard("")
    for name in names_in(words):
        if name not in known and definition(name) not in known:
            near = nearest(name, known)
            return f'there is no "{name}" in this run' + (f': did you mean "{near}"?' if near else "")
    return f"it happens {'once' if times == 1 else f'{times} times'} in this run" if times else "it does not happen"


def clock_of(text: str) -> float | None:
    """The seconds of 1:47, 1:02:03 or 0:05.5; None, if it is no such thing."""
    if not _CLOCK.fullmatch(text):
        return None
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


# How each is read

_NAME = r"([\w./\[\]#-]{1,200})"
_CLOCK = re.compile(r"\d{1,3}(?::[0-5]\d){1,2}(?:\.\d{1,3})?")
_NUMBER = re.compile(r"#(\d{1,9})")
_ORDINAL = re.compile(r"(\d{1,6})(?:st|nd|rd|th) (?:time )?(?=\S)")
_VERBS = ("begins", "ends", "opens", "answered")


def _read(words: str) -> tuple[Fits, int] | None:
    """What an event must be, and the how-manyth of them is meant."""
    if found := _NUMBER.fullmatch(words):
        return _from_number(int(found[1])), 1
    if (seconds := clock_of(words)) is not None:
        return _from_moment(seconds * 1000), 1
    counted = _ORDINAL.match(words)
    count = int(counted[1]) if counted else 1
    plain = words[counted.end() :] if counted else words
    if count == 0:
        return None
    if found := _TURN.fullmatch(plain):
        return (_turn if found[1] == "turn" else _round)(found[2], count), 1
    for pattern, make in _FORMS:
        if found := pattern.fullmatch(plain):
            return make(*found.groups()), count
    return None


def _from_number(seq: int) -> Fits:
    return lambda event: event.seq >= seq


def _from_moment(mono: float) -> Fits:
    return lambda event: event.mono >= mono


def _turn(step: str, number: int) -> Fits:
    """A turn of a loop begins: its path ends with its number."""
    return lambda event: (
        isinstance(event, StepStarted)
        and event.step.rpartition("/")[2] == str(number)
        and _is_named(definition(event.step), step)
    )


def _round(step: str, number: int) -> Fits:
    return lambda event: isinstance(event, DebateRound) and event.round == number and _is_step(event, step)


def _handoff(giver: str | None, taker: str | None) -> Fits:
    return lambda event: (
        isinstance(event, Handoff)
        and (giver is None or event.giver == giver)
        and (taker is None or event.taker == taker)
    )


def _step(step: str, verb: str) -> Fits:
    kinds = (StepStarted,) if verb == "begins" else (StepFinished, StepFailed)
    return lambda event: isinstance(event, kinds) and _is_step(event, step)


def _gate(gate: str, verb: str) -> Fits:
    kinds = (GateOpened,) if verb == "opens" else (GateAnswered, GateClosed)
    return lambda event: (
        isinstance(event, kinds) and (event.gate == gate or _is_named(event.gate.partition("#")[0], gate))
    )


def _tool(tool: str) -> Fits:
    return lambda event: isinstance(event, ToolStarted) and event.tool == tool


def _speaks(agent: str) -> Fits:
    return lambda event: isinstance(event, CallSpeaking) and event.agent == agent


def _debate(step: str | None) -> Fits:
    return lambda event: isinstance(event, DebateDecided) and (step is None or _is_step(event, step))


def _cue(quoted: str | None, bare: str | None) -> Fits:
    label = quoted if quoted is not None else bare
    return lambda event: isinstance(event, StepStarted) and bool(event.cue) and event.cue == label


_TURN = re.compile(rf"(turn|round) of {_NAME}")
_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Fits]], ...] = (
    (re.compile(r"start"), lambda: lambda event: isinstance(event, RunStarted)),
    (re.compile(r"end"), lambda: lambda event: isinstance(event, RunFinished)),
    (re.compile(r"error"), lambda: lambda event: isinstance(event, ERRORS)),
    (re.compile(rf"handoff(?: from {_NAME})?(?: to {_NAME})?"), _handoff),
    (re.compile(rf"step {_NAME} (begins|ends)"), _step),
    (re.compile(rf"gate {_NAME} (opens|answered)"), _gate),
    (re.compile(rf"tool {_NAME} begins"), _tool),
    (re.compile(rf"debate (?:{_NAME} )?decided"), _debate),
    (re.compile(r'cue (?:"([^"]{1,200})"|(.{1,200}))'), _cue),
    (re.compile(rf"{_NAME} speaks"), _speaks),
)


def _is_step(event: Event, step: str) -> bool:
    """Is it the step itself that is meant, and not one turn or item of it?"""
    if event.step == step:
        return True
    written = definition(event.step)
    return event.step.rpartition("/")[2] == written.rpartition("/")[2] and _is_named(written, step)


def _is_named(path: str, name: str) -> bool:
    """A step may be called by its whole path, or by the end of it."""
    return path == name or path.endswith(f"/{name}")


# What could have been meant

_KEYWORDS = {
    "start": "start", "end": "end", "handoff": "handoff, handoff to NAME or handoff from NAME to NAME",
    "step": "step NAME begins, or step NAME ends", "turn": "2nd turn of NAME", "round": "2nd round of NAME",
    "gate": "gate NAME opens, or gate NAME answered", "error": "1st error", "tool": "tool NAME begins",
    "debate": "debate decided", "cue": 'cue "LABEL"', "speaks": "NAME speaks",
    "begins": "", "ends": "", "opens": "", "answered": "", "decided": "", "from": "", "to": "", "of": "", "time": "",
}  # fmt: skip


def _hint(words: str) -> str:
    """The same with a slip mended if that makes sense, else the form that was begun, else some examples."""
    said = words[:200].split()
    for mended in _mended(said):
        if _read(" ".join(mended)) is not None:
            return f'did you mean "{" ".join(mended)}"?'
    known = [nearest(word, _KEYWORDS) for word in said if not word[:1].isdigit()]
    begun = next((form for word in known if word and (form := _KEYWORDS[word])), "")
    return f"write  {begun}" if begun else f"such as {EXAMPLES}"


def _mended(said: list[str]) -> Iterator[list[str]]:
    """The words with one of them as it may have been meant."""
    for index, word in enumerate(said):
        if word.isdigit():
            yield _counted(int(word), " ".join(said[index + 1 :])).split()
        elif (meant := nearest(word, _KEYWORDS)) and meant != word:
            yield [*said[:index], meant, *said[index + 1 :]]


# How an event is called


def _phrases(event: Event) -> Iterator[str]:
    """The forms that fit an event."""
    match event:
        case RunStarted():
            yield "start"
        case RunFinished():
            yield "end"
        case Handoff():
            yield f"handoff from {event.giver} to {event.taker}"
        case StepStarted() | StepFinished():
            block, _, last = event.step.rpartition("/")
            verb = "begins" if isinstance(event, StepStarted) else "ends"
            if last.isdigit() and verb == "begins":
                yield _counted(int(last), f"turn of {definition(block)}")
            is_part = last.isdigit() or "[" in last
            yield f"step {event.step if is_part else definition(event.step)} {verb}"
        case StepFailed() | CallFailed() | ToolFailed():
            yield "error"
        case CallSpeaking() if event.agent:
            yield f"{event.agent} speaks"
        case GateOpened() | GateAnswered():
            name = event.gate.partition("#")[0]
            yield f"gate {name} {'opens' if isinstance(event, GateOpened) else 'answered'}"
        case ToolStarted():
            yield f"tool {event.tool} begins"
        case DebateRound():
            yield _counted(event.round, f"round of {definition(event.step)}")
        case DebateDecided():
            yield f"debate {definition(event.step)} decided"
        case _:
            return


def _counted(count: int, phrase: str) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    is_noun = phrase.partition(" ")[0] in ("handoff", "error", "turn", "round")
    return f"{count}{ending} {phrase}" if is_noun else f"{count}{ending} time {phrase}"
