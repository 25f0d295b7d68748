"""What the rehearsal goes by: the lines written for a step or on a card, and which of them is due.

Lines are taken in turn. In a for_each each item has its own; in a loop the list goes on from turn to turn, and a turn
in which the step was skipped has had its line.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from app.document.types import Text, mismatches
from app.engine.reaching import with_used
from app.scenario.model import Lines
from app.scenario.model.rehearsal import Slips
from providers.base import Script

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.play import Play
    from app.engine.speaking import Turn
    from app.scenario import Checked


def script_for(act: Act, turn: Turn) -> Script:
    """The script of an agent's next call."""
    play = act.scene.play
    performance = play.performance
    if performance.mode != "rehearsal":
        return Script()
    speaker, lines = turn.speaker, turn.lines
    key = cursor_key(act.path, speaker.id)
    written, due, repeats = written_turns(play, lines), due_turn(act, key), False
    if not written and (known := _lines_of_card(turn)):
        written, due, repeats = known, performance.cursors.get(speaker.id, 0) + 1, True
    if lines is not None and lines.slips is not None:
        asked = turn.prompt.replace(performance.log.run, "")  # an id is another in each run, and would be chance
        if _slips(lines.slips, turn, f"{performance.seed}:{key}:{due}", asked):
            written = (lines.slips.reply,)
    if turn.confident:
        written = tuple(_with_confidence(one, lines) for one in written)
    return Script(
        turns=written,
        turn=due,
        repeats=repeats,
        fault=lines.fault if lines else None,
        times=lines.times if lines else None,
        attempt=performance.faults.get(key, 0) + 1,
        confidence=lines.confidence if lines else None,
        takes=lines.takes if lines else None,
        persona=speaker.agent.persona or (speaker.card.persona if speaker.card else ""),
        mode=turn.mode,
        title=speaker.title,
        prompt=turn.prompt,
        seed=performance.seed,
        place=turn.path or act.path,
    )


def _lines_of_card(turn: Turn) -> tuple[Any, ...]:
    """What the card says offline in this mode, as far as it is an answer to what is asked here."""
    card = turn.speaker.card
    type = turn.type or Text()
    return tuple(line for line in (card.rehearsal.get(turn.mode, []) if card else ()) if not mismatches(type, line))


def _slips(slips: Slips, turn: Turn, line: str, asked: str) -> bool:
    """Is this one of the runs in which something else is said? Seed, line, model, mode and prompt decide.

    The prompt is one of them so that cells which ask different things do not slip together: they would be counted as
    many pairs, and tell no more than one.
    """
    model = turn.speaker.agent.model
    names = (model if isinstance(model, str) else "", turn.mode)
    return Random(":".join((line, *names, asked))).random() < slips.share_of(*names)


def slips_in(checked: Checked) -> bool:
    """Does any line slip now and then, of a scenario or of what it uses?"""
    steps = (place.step for part in with_used(checked) for place in part.places)
    lines = (each for step in steps if step.rehearsal for each in (step.rehearsal, *step.rehearsal.by.values()))
    return any(each.slips is not None and each.slips.ever for each in lines)


def cursor_key(path: str, agent: str) -> str:
    """Whose lines: a step's, item by item, for one of those who speak in it, whatever the turn of a loop."""
    if "/" in path:
        path = "/".join(part for part in path.split("/") if not part.isdigit())
    return f"{path} {agent}"


def due_turn(act: Act, key: str) -> int:
    """Which line is due, counted from 1."""
    if act.item is not None:
        return act.item
    return max(act.scene.play.performance.cursors.get(key, 0) + 1, act.turn or 1)


def written_turns(play: Play, lines: Lines | None) -> tuple[Any, ...]:
    """The lines as a list, whichever way they were written."""
    if lines is None:
        return ()
    if lines.turns is not None:
        return tuple(lines.turns)
    if lines.file is not None:
        return (play.file(lines.file),)
    return (lines.reply,) if "reply" in lines.model_fields_set else ()


def _with_confidence(line: Any, lines: Lines | None) -> Any:
    """In an escalation each answer comes with how sure the agent is."""
    confidence = lines.confidence if lines and lines.confidence is not None else 0.8
    if isinstance(line, dict) and "tool" not in line and "fault" not in line:
        reply = line.get("reply", line) if set(line) == {"reply"} else line
        return (
            {"confidence": confidence, **reply}
            if isinstance(reply, dict)
            else {"answer": reply, "confidence": confidence}
        )
    return line if isinstance(line, dict) else {"answer": line, "confidence": confidence}
