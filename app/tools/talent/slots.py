"""Finds times at which several people are free, each by the clock and the working hours of their own place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.document.suggest import shortened
from app.tools.base import ToolError
from app.tools.rows import Row

MAX_DAYS = 62
MAX_TAKEN = 2_000
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_STEP = timedelta(minutes=15)
Span = tuple[datetime, datetime]  # in UTC, the end excluded


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a clock, working hours, breaks, and what stands in the calendar already."""

    name: str
    zone: ZoneInfo
    hours: tuple[time, time]
    breaks: tuple[tuple[time, time], ...]
    days: frozenset[str]
    busy: tuple[Span, ...]

    def working(self, day: date) -> Span | None:
        """Return the working hours of a day as UTC; None on a day off."""
        if _DAYS[day.weekday()] not in self.days:
            return None
        return self._at(day, *self.hours)

    def objection(self, span: Span) -> str:
        """Say what stands against a span of time: "" when nothing does."""
        day = span[0].astimezone(self.zone).date()
        hours = self.working(day)
        if hours is None or span[0] < hours[0] or span[1] > hours[1]:
            return "outside working hours"
        if any(_overlap(span, self._at(day, *pause)) for pause in self.breaks):
            return "a break"
        return "busy" if any(_overlap(span, taken) for taken in self.busy) else ""

    def _at(self, day: date, start: time, end: time) -> Span:
        begin, finish = (datetime.combine(day, clock, self.zone).astimezone(UTC) for clock in (start, end))
        return begin, finish


def people_of(people: Iterable[Mapping[str, Any]], rows: Iterable[Row]) -> list[Person]:
    """Read people and their calendars; a local time without a zone is the person's own."""
    zones = {one["person"]: _zone(one["zone"], one["person"]) for one in people}
    busy: dict[str, list[Span]] = {name: [] for name in zones}
    for number, row in enumerate(rows, 1):
        if number > MAX_TAKEN:
            raise ToolError("refused", f"these are more than {MAX_TAKEN:,} appointments", "leave out other weeks")
        name = str(row.get("person"))
        if name not in zones:
            raise ToolError("bad_arguments", f'row {number}: nobody is called "{shortened(name)}"', "see people")
        start, end = (_moment(row.get(key), zones[name], f"row {number}, {key}") for key in ("start", "end"))
        if end <= start:
            raise ToolError("bad_arguments", f"row {number} ends before it starts")
        busy[name].append((start, end))
    return [
        Person(
            name=one["person"],
            zone=zones[one["person"]],
            hours=_hours(one.get("hours", "09:00-17:00"), one["person"]),
            breaks=tuple(_hours(pause, one["person"]) for pause in one.get("breaks", [])),
            days=frozenset(one.get("days", _DAYS[:5])),
            busy=tuple(busy[one["person"]]),
        )
        for one in people
    ]


def common(people: list[Person], first: date, last: date, minutes: int, most: int) -> dict[str, Any]:
    """Return the first `most` spans at which everybody is free, that do not overlap; else who is in the way."""
    found: list[Span] = []
    against: Counter[tuple[str, str]] = Counter()
    for span in _candidates(people[0], first, last, timedelta(minutes=minutes)):
        if found and span[0] < found[-1][1]:
            continue
        objections = [(one.name, said) for one in people if (said := one.objection(span))]
        against.update(objections)
        if not objections:
            found.append(span)
        if len(found) == most:
            break
    return {
        "slots": [_told(span, people) for span in found],
        "in_the_way": [
            {"person": name, "because": said, "times": times} for (name, said), times in against.most_common(5)
        ],
    }


def day_of(text: str, what: str) -> date:
    """Read a day such as 2026-03-02."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ToolError("bad_arguments", f'{what}: "{shortened(text)}" is no day', "such as 2026-03-02") from None


def _candidates(one: Person, first: date, last: date, length: timedelta) -> Iterator[Span]:
    """Step through the working hours of one person: what suits everybody has to be in there."""
    if (last - first).days not in range(MAX_DAYS):
        raise ToolError("bad_arguments", f"{first} to {last} is not between 1 and {MAX_DAYS} days")
    for offset in range((last - first).days + 1):
        hours = one.working(first + timedelta(days=offset))
        start = hours[0] if hours else None
        while hours and start and start + length <= hours[1]:
            yield start, start + length
            start += _STEP


def _told(span: Span, people: list[Person]) -> dict[str, Any]:
    local = {one.name: span[0].astimezone(one.zone).strftime("%a %H:%M") for one in people}
    return {"start": span[0].strftime("%Y-%m-%dT%H:%MZ"), "end": span[1].strftime("%Y-%m-%dT%H:%MZ"), "local": local}


def _overlap(left: Span, right: Span) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _zone(name: str, person: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        shown = f'{person}: there is no time zone "{shortened(name)}"'
        raise ToolError("bad_arguments", shown, "IANA names, such as Europe/Berlin") from None


def _moment(text: Any, zone: ZoneInfo, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ToolError(
            "bad_arguments", f'{where}: "{shortened(str(text))}" is no time', "such as 2026-03-02T09:30"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _hours(text: str, person: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        start = end = time()
    if start >= end or start.tzinfo or end.tzinfo:
        raise ToolError("bad_arguments", f'{person}: "{shortened(text)}" are no hours', "such as 09:00-17:00") from None
    return start, end
