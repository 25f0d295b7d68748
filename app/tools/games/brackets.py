"""A single-elimination bracket: who meets whom, who waits a round, and when each round begins."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple


class Match(NamedTuple):
    """One match; a side that is not known yet names the match whose winner it is."""

    match: str
    round: int
    one: str
    other: str


class Round(NamedTuple):
    """One round: how many matches, and from when to when in minutes after the first."""

    round: int
    name: str
    matches: int
    starts: int
    ends: int


def places(size: int) -> list[int]:
    """Return the seeds in the order of the draw: whoever is best meets whoever is best as late as can be."""
    order = [1]
    while len(order) < size:
        order = [seed for best in order for seed in (best, 2 * len(order) + 1 - best)]
    return order


def drawn(players: Sequence[str]) -> tuple[list[Match], list[str]]:
    """Return all matches in the order of rounds, and who waits in the first; players come best first."""
    size = 1 << (len(players) - 1).bit_length()
    sides = [players[seed - 1] if seed <= len(players) else "" for seed in places(size)]
    matches: list[Match] = []
    waiting: list[str] = []
    number = 0
    while len(sides) > 1:
        number += 1
        following = []
        for one, other in zip(sides[::2], sides[1::2], strict=True):
            if one and other:
                matches.append(Match(f"R{number}-{sum(m.round == number for m in matches) + 1}", number, one, other))
                following.append(f"winner of {matches[-1].match}")
            else:
                waiting.append(one or other)
                following.append(one or other)
        sides = following
    return matches, waiting


def timed(matches: Sequence[Match], tables: int, minutes: int, pause: int) -> list[Round]:
    """Return the rounds with their times: so many matches at once, each so long, with a pause between rounds."""
    rounds: list[Round] = []
    last = max((match.round for match in matches), default=0)
    begin = 0
    for number in range(1, last + 1):
        count = sum(match.round == number for match in matches)
        end = begin + ceil(count / tables) * minutes
        rounds.append(Round(number, _name(last - number), count, begin, end))
        begin = end + pause
    return rounds


def _name(rounds_after: int) -> str:
    usual = ("final", "semi-finals", "quarter-finals")
    return usual[rounds_after] if rounds_after < len(usual) else f"round of {2 ** (rounds_after + 1)}"
