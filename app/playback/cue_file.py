"""Cue files: the moments of a show with their names, captions and notes, as somebody wrote them down.

sheet = read_cues(Path("talk.cues.yaml"))    # every mistake at once, each with its line and column
placing = placing_of(sheet)                  # finds the place of each cue in a run; what has none is in .missing
"""

# Annotations are evaluated here, once, as pydantic wants them.
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.document import Report, Source, parse, read_source, validate
from app.document.suggest import did_you_mean
from app.document.values import Id, Reads, Section, key, mistake
from app.errors import Problem, ScenarioRefused, UsageError
from app.playback.anchors import EXAMPLES, NoAnchor, anchor
from app.playback.cues import Cue, CueSheet, Hold, Placing
from app.playback.moments import seconds_in
from app.playback.pace import PACES
from app.safety import clean, one_line

FORMAT = "footlights-cues/v1"
MOST = 500  # cues of one show
_LONGEST_TALK = 24 * 3600
_NUMBER = re.compile(r"Q?(\d{1,4}(?:\.\d{1,4})?)", re.IGNORECASE)


class CuesRefused(ScenarioRefused):
    """A cue file has errors. Carries all of them, and its text."""

    def __init__(self, problems: Sequence[Problem], sources: Mapping[str, str] | None = None) -> None:
        super().__init__(problems, sources)
        self.message = self.message.replace("the scenario", "the cue file")
        self.args = (self.message,)


def read_cues(path: Path) -> CueSheet:
    """The cues in a file; raises CuesRefused with everything that is wrong there."""
    text = ""
    try:
        source = read_source(path)
        text = source.text
        return cues_in(source)
    except ScenarioRefused as refused:
        raise CuesRefused(refused.problems, {str(path): text}) from refused


def placing_of(sheet: CueSheet) -> Placing:
    """What finds the place of each cue while events come."""
    return Placing((cue, anchor(cue.at)) for cue in sheet.cues)


def cues_in(source: Source) -> CueSheet:
    """The same from a text that was read already; raises ScenarioRefused."""
    if not source.text.strip():
        raise source.refuse("empty", "the file is empty", "footlights present RUN --write-cues FILE writes a draft")
    report = Report(source, parse(source))
    written = validate(CueFile, report)
    numbers = _numbers(report)
    if written is None or report.has_errors:
        raise ScenarioRefused(report.problems)
    cues = tuple(_cue(each, number) for each, number in zip(written.cues, numbers, strict=True))
    return CueSheet(cues, one_line(written.title), written.talk)


# What may stand in one


def _at(value: object) -> str:
    if value is None:
        raise mistake("anchor", "there is no moment here", "put it in quotes: to YAML a bare # begins a comment")
    if isinstance(value, int) and not isinstance(value, bool):
        raise mistake("anchor", "a number alone names no moment", f'write "#{value}" for the event of that number')
    if not isinstance(value, str):
        raise mistake("anchor", "this needs a moment in words", f"such as {EXAMPLES}")
    try:
        anchor(value)
    except NoAnchor as refused:
        raise mistake("anchor", refused.message, refused.hint) from refused
    return " ".join(value.split())


def _number(value: object) -> str:
    if not isinstance(value, bool) and (found := _NUMBER.fullmatch(str(value))):
        return found[1]
    raise mistake("number", "this is no number of a cue", "such as 3, or 3.5 for one between 3 and 4")


def _talk(value: object) -> float:
    try:
        seconds = seconds_in(value) if isinstance(value, str) else 0.0
    except UsageError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_TALK:
        raise mistake("talk", "this needs the length of the talk", "such as 12:00, minutes and seconds")
    return seconds


def _hold(value: object) -> Hold:
    if value is True or value is False:
        return "audience" if value else ""
    if value == "engine":
        return "engine"
    raise mistake("hold", "this is neither true nor engine", "true holds the audience until GO; engine the run as well")


def _pace(value: object) -> str:
    if isinstance(value, str) and value in PACES:
        return value
    raise mistake("pace", "there is no such pace", did_you_mean(str(value), PACES))


Line = Annotated[str, Field(max_length=300)]


class CueSection(Section):
    """One cue."""

    at: Annotated[str, Reads(_at, {"type": "string"})] = key(
        says="The moment, in words.", example="2nd handoff to critic"
    )
    number: Annotated[str, Reads(_number, {"type": ["number", "string"]})] | None = key(
        None, says="Its number; left out, the next whole one.", example="3.5"
    )
    label: Line = key("", says="What it is called.", example="notes handed over")
    caption: Line = key("", says="Words for the audience, until the next cue.")
    notes: Annotated[str, Field(max_length=4000)] = key("", says="Words for whoever presents, and nobody else.")
    hold: Annotated[Hold, Reads(_hold, {"enum": [True, False, "engine"]})] = key(
        "", says="true: the audience stands still here until GO. engine: a live run begins nothing new either."
    )
    pace: Annotated[str, Reads(_pace, {"enum": list(PACES)})] = key("", says="The pace from here on.", example="brisk")
    focus: Id | Literal[""] = key("", says="The agent to look at.", example="critic")
    blank: bool = key(False, says="Nothing is shown until GO.")


class CueFile(Section):
    """The whole file."""

    format: Literal["footlights-cues/v1"] = key(alias="schema", says="The version of this format.", example=FORMAT)
    title: Line = key("", says="What the talk is called.")
    talk: Annotated[float, Reads(_talk, {"type": "string"})] = key(0.0, says="How long it may take.", example="12:00")
    cues: list[CueSection] = key(says="The cues, in the order in which they come.", max_length=MOST)


# From what is written to what is meant


def _numbers(report: Report) -> list[str]:
    """The number of each: that which is written, else the next whole one; none may be there twice."""
    lines: dict[str, int] = {}
    numbers: list[str] = []
    cues = report.root.data.get("cues")
    for index, each in enumerate(cues if isinstance(cues, list) else ()):
        said = each.get("number") if isinstance(each, dict) else None
        written = _NUMBER.fullmatch(str(said))
        if said is not None and written is None:
            continue  # told already
        number = written[1] if written else str(int(max(map(float, numbers), default=0)) + 1)
        at = ("cues", index, "number" if written else "at")
        if number in lines:
            hint = "give this one a number of its own"
            report.error("number", f"there is a Q{number} already, in line {lines[number]}", hint, at=at)
        lines.setdefault(number, report.line(at))
        numbers.append(number)
    return numbers


def _cue(each: CueSection, number: str) -> Cue:
    return Cue(
        number, each.at, one_line(each.label), one_line(each.caption), clean(each.notes.strip()),
        each.hold, each.pace, each.focus, each.blank,
    )  # fmt: skip
