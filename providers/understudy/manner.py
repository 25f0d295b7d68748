"""How somebody speaks: what a persona says about its ways, said in the first person."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 130  # characters
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_WHO_HAS = re.compile(r"\bwho has ([^,.;]+?)(?: and | but |[,.;]|$)")
_OBJECT = re.compile(r"\b(to|for|with|of|at|from|by|about|tells?|asks?|shows?|gives?|told|asked) you\b", re.IGNORECASE)
_AND_ARE = re.compile(r"\b(and|but) are\b")
_WORDS = (
    (re.compile(r"\byou are\b", re.IGNORECASE), "I am"),
    (re.compile(r"\byou're\b", re.IGNORECASE), "I'm"),
    (re.compile(r"\byou were\b", re.IGNORECASE), "I was"),
    (re.compile(r"\byourself\b", re.IGNORECASE), "myself"),
    (re.compile(r"\byours\b", re.IGNORECASE), "mine"),
    (re.compile(r"\byour\b", re.IGNORECASE), "my"),
    (re.compile(r"\byou(?=[.,;:!?]|$)", re.IGNORECASE), "me"),
    (re.compile(r"\byou\b", re.IGNORECASE), "I"),
)


@lru_cache(maxsize=128)
def habits(persona: str) -> tuple[str, ...]:
    """What somebody would say of their ways: "You ask for the address first." becomes "I ask for the address first"."""
    found = [
        _in_first_person(sentence)
        for sentence in (found.strip() for found in _SENTENCE.findall(persona[:4000].replace("\n", " ")))
        if sentence.startswith("You ") and len(sentence) <= _LONGEST and sentence.endswith(".") and '"' not in sentence
    ]
    found += [f"I have {has.strip()}." for has in _WHO_HAS.findall(persona[:4000].replace("\n", " "))]
    return tuple(found)


def _in_first_person(sentence: str) -> str:
    sentence = _OBJECT.sub(r"\1 me", sentence)
    for pattern, word in _WORDS:
        sentence = pattern.sub(word, sentence)
    return _AND_ARE.sub(r"\1 am", sentence)
