"""What is shown while it is said never shows a secret, wherever the text was cut into pieces."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.aloud import Aloud
from app.engine.performance import Performance
from app.engine.secrets import Secrets
from app.events import CallStarted
from app.offsets import pack, unpack

CANARY = "correct horse battery staple"
KEY = "abcdefghijklmnop" + "0123456789"
SPOKEN = [
    f"The password is {CANARY}, do not tell.",
    f"Use sk-{KEY} today.",
    "Authorization: Bearer abcdefgh12345678ijklmnop and so on.",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\nthat was it",
]
HIDDEN = [CANARY, KEY, "abcdefgh12345678ijklmnop", "MIIEvQIBADANBgkqhkiG"]


class Audience:
    """Hears what is published, as one who watches in this process."""

    clock_is_virtual = True
    is_watched = True

    def __init__(self) -> None:
        self.secrets = Secrets(pretend=False)
        self.secrets._known["PASSWORD"] = CANARY
        self.heard: list[str] = []
        self.mask = self.secrets.mask

    def publish(self, started: CallStarted, text: str) -> None:
        self.heard.append(text)


def aloud(audience: Audience) -> Aloud:
    return Aloud(cast(Performance, audience), CallStarted("m"))


@pytest.mark.parametrize(("text", "secret"), list(zip(SPOKEN, HIDDEN, strict=True)))
def test_a_secret_cut_at_any_place_stays_covered(text: str, secret: str) -> None:
    for cut in range(len(text) + 1):
        audience = Audience()
        speaking = aloud(audience)
        for piece in (text[:cut], text[cut:]):
            speaking.hear(piece)
            assert secret not in "".join(audience.heard)
        speaking.end()
        assert secret not in "".join(audience.heard)
        assert secret[len(secret) // 2 :] not in "".join(audience.heard)


@pytest.mark.parametrize("text", SPOKEN)
def test_a_secret_that_comes_letter_by_letter_stays_covered(text: str) -> None:
    audience = Audience()
    speaking = aloud(audience)
    for letter in text:
        speaking.hear(letter)
    speaking.end()
    assert not [secret for secret in HIDDEN if secret in "".join(audience.heard)]


@given(st.lists(st.text(max_size=30), max_size=20))
def test_harmless_text_arrives_whole_and_in_order(pieces: list[str]) -> None:
    audience = Audience()
    speaking = aloud(audience)
    for piece in pieces:
        speaking.hear(piece)
    speaking.end()
    assert "".join(audience.heard) == audience.mask("".join(pieces))


def test_nothing_is_held_back_for_ever() -> None:
    audience = Audience()
    speaking = aloud(audience)
    speaking.hear("a" * 2000)
    assert len("".join(audience.heard)) > 1000


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**6)), max_size=50))
def test_offsets_come_back_as_they_were_packed(pieces: list[tuple[int, int]]) -> None:
    assert list(unpack(pack(pieces))) == pieces
