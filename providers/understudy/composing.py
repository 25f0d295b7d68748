"""Puts sentences together: an opening, what was handed over, a thought or two, a habit, a close."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from providers.base import Script
from providers.understudy import phrases
from providers.understudy.manner import habits
from providers.understudy.reading import Reading

MOST_SENTENCES = 5
_BRACE = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[a-z]+")


class Voice:
    """One speaker at one moment: chooses among sentences, the same ones whenever it is asked the same."""

    def __init__(self, script: Script, reading: Reading) -> None:
        self.reading = reading
        self.habits = habits(script.persona)
        self.title = script.title
        self.loop_turn = _loop_turn(script)
        self._seed = f"{script.seed} {script.place} {script.title} {script.turn} "
        topic = reading.topic or "this"
        self._slots = {
            "topic": topic,
            "Topic": _capital(topic),
            "handed": reading.handed,
            "number": reading.number,
            "question": reading.question,
            "place": _place(topic),
        }

    def chance(self, about: str) -> int:
        """A number from this moment and what it is about."""
        # The lowest bits of a CRC follow its input too closely to choose among two or four.
        return (crc32((self._seed + about).encode("utf-8", "replace")) * 2654435761 & 0xFFFFFFFF) >> 8

    def pick(self, sentences: Sequence[str], about: str, **more: str) -> str:
        """One of the sentences that can be filled; "" when none can."""
        slots = self._slots | more
        fit = [one for one in sentences if all(slots.get(name) for name in _BRACE.findall(one))]
        return fit[self.chance(about) % len(fit)].format_map(slots) if fit else ""

    def item(self, kind: str, number: int, about: str) -> str:
        """One item of a list, by its number: neighbours differ."""
        known = phrases.ITEMS[kind]
        at = self.chance(about) + number
        text = known[at % len(known)].format_map(self._slots)
        return text if number < len(known) else f"{text} ({number // len(known) + 1})"

    def speech(self, most: int = MOST_SENTENCES) -> str:
        """A few sentences that answer what was asked."""
        reading = self.reading
        kind = reading.kind
        said = [self.pick(phrases.OPENINGS[kind], "opening")]
        if reading.handed:
            said.append(self.pick(phrases.HANDED, "handed"))
        said.append(self.pick(phrases.MIDDLES[kind], "middle"))
        if self.habits and self.chance("habit?") % 3:
            said.append(self.habits[self.chance("habit") % len(self.habits)])
        said.append(self.pick(phrases.CLOSINGS[kind], "closing"))
        wishes = self._wishes()
        wanted = reading.sentences or min(most, 3 + self.chance("length") % 3)
        text = " ".join([*[one for one in said if one][:wanted], *wishes])
        return f"{text}\n\n{self._list()}" if reading.items[0] else text

    def _wishes(self) -> list[str]:
        words = set(_WORD.findall(self.reading.text.lower()))
        return [self.pick(phrases.WISHES[wish], wish) for wish in phrases.WISHES if wish in words][:1]

    def _list(self) -> str:
        count, what = self.reading.items
        kind = item_kind(what) or "fact"
        return "\n".join(f"  - {self.item(kind, number, what)}" for number in range(min(count, MOST_SENTENCES)))


def item_kind(field: str) -> str:
    """What kind of item a name asks for; "" when it says nothing of the sort."""
    words = _WORD.findall(field.lower())
    for start, kind in phrases.ITEM_OF:
        for word in words:
            if word.startswith(start) and (len(start) > 3 or word in (start, f"{start}s")):
                return kind
    return ""


def _loop_turn(script: Script) -> int:
    """Which turn of a loop this is; 0 outside of one. A path tells: polish/2/verdict."""
    turns = [int(part) for part in script.place.split("/") if part.isdigit()]
    return turns[-1] if turns else 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _place(topic: str) -> str:
    """Where somebody is welcomed to."""
    _, to, place = topic.partition(" to ")
    words = (place if to else "this house").split()
    return " ".join("your" if word in ("their", "his", "her", "our") else word for word in words)
