"""A film is the show as the stage gives it: from when to when somebody says, the same on every machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import FootlightsError
from app.export.film import Cut, Film, filmed, glimpsed
from app.export.filming import GLIMPSES, HOLD
from app.export.studio import CannotShow
from app.export.svg import frame_at, poster_of
from app.playback.cues import Cue, CueSheet
from app.playback.score import CannotFit
from app.tui.remembered import Remembered
from app.tui.widgets.meters import Meters
from corpus.films import sprint, sprinted

SMALL: dict[str, Any] = {"size": (80, 24), "end": "Q2"}
WHOLE: dict[str, Any] = {"size": (60, 20), "pace": "brisk", "fps": 4.0}


def rows(film: Film, number: int) -> list[str]:
    return ["".join(cell.text for cell in row) for row in film.frames[number].rows]


def named(film: Film, kind: str) -> list[str]:
    return [f"{mark.name} {mark.label}".strip() for mark in film.marks if mark.kind == kind]


async def test_every_frame_has_exactly_the_cells_of_the_film() -> None:
    for film in (await sprint(**SMALL), await sprint(**WHOLE)):
        for frame in film.frames:
            assert [len(row) for row in frame.rows] == [film.size[0]] * film.size[1]


async def test_a_frame_is_kept_only_when_something_changed_and_at_a_moment_that_every_format_can_show() -> None:
    film = await sprint(**SMALL)
    moments = [frame.at for frame in film.frames]
    assert moments == sorted(set(moments))
    assert all(round(moment * 10) == pytest.approx(moment * 10) for moment in moments)
    for before, frame in zip(film.frames, film.frames[1:], strict=False):
        assert any(row != was for row, was in zip(frame.rows, before.rows, strict=True))
        assert all(row is was for row, was in zip(frame.rows, before.rows, strict=True) if row == was)


async def test_the_last_picture_stays_as_long_as_is_wanted() -> None:
    film = await sprint(**SMALL)
    longer = await sprint(**SMALL, hold_last=5.0)
    assert longer.seconds == pytest.approx(film.seconds + 2)
    assert film.seconds >= film.frames[-1].at + 3


async def test_cues_handoffs_and_questions_are_marked_where_they_are_seen() -> None:
    film = await sprint(**WHOLE)
    assert named(film, "cue")[:3] == ["Q1 opening", "Q2 Split the work", "Q3 Build the API"]
    assert "CTO → Backend Developer" in named(film, "handoff")
    assert [label.split(":")[0] for label in named(film, "gate")] == ["sign_off"]
    assert named(film, "error") == []
    assert [mark.at for mark in film.marks] == sorted(mark.at for mark in film.marks)


async def test_the_captions_follow_one_another_without_a_gap() -> None:
    film = await sprint(**SMALL)
    assert film.captions[0].text.startswith("Monday, a quarter past nine.")
    assert all(one.until == other.at for one, other in zip(film.captions, film.captions[1:], strict=False))
    assert film.captions[-1].until == film.seconds
    assert "CTO looks for the seam" in film.captions[-1].text


async def test_captions_stand_in_the_picture_only_where_they_are_wanted_there() -> None:
    burnt, beside, without = [await sprint(**SMALL, captions=how) for how in ("burn", "layer", "off")]
    assert any("a quarter past nine" in row for row in rows(burnt, 0)[-3:])
    assert not any("a quarter past nine" in row for row in rows(beside, 0)[-3:])
    assert beside.captions == burnt.captions
    assert (burnt.burnt, beside.burnt, without.burnt) == (True, False, False)
    assert without.captions == ()


async def test_the_transcript_says_who_said_what_when_they_began() -> None:
    film = await sprint(**WHOLE)
    first = next(line for line in film.transcript if line.who)
    assert (first.glyph, first.who, first.text.split("\n")[0]) == ("◆", "CTO", "backend")
    handed = next(line for line in film.transcript if line.text.startswith("hands over"))
    assert handed.text == "hands over to Backend Developer: Two tasks, one contract, risk 3. Go."
    assert first.at < handed.at
    assert [line.at for line in film.transcript] == sorted(line.at for line in film.transcript)


async def test_what_a_loop_says_each_time_is_written_once() -> None:
    film = await sprint(**WHOLE)
    said = [line.text for line in film.transcript if not line.who]
    assert said.count("QA tries it with the wrong hand, at night, on an empty cache.") == 1


async def test_who_sees_nothing_is_told_what_happened_and_what_it_cost() -> None:
    film = await sprint(**SMALL)
    assert film.told == (
        "Ship a feature in one sprint. A rehearsal: no model was asked. 5 agents took part: CTO, Backend Developer, "
        "Frontend Developer, QA Engineer, DevOps Engineer. 7 calls, 7 handoffs. Succeeded after 20.6 s, "
        "$0.0273 rehearsed, nothing to pay."
    )


async def test_a_part_begins_with_its_cue_and_ends_with_the_next() -> None:
    whole = await sprint(**WHOLE)
    film = await sprint(**WHOLE, start="Q2", end="Q3", hold_last=0.0)
    begun, over = (next(mark.at for mark in whole.marks if mark.name == name) for name in ("Q2", "Q3"))
    assert (film.frames[0].at, film.marks[0].at) == (0.0, 0.0)
    assert named(film, "cue") == ["Q2 Split the work", "Q3 Build the API"]
    assert film.seconds == pytest.approx(over - begun, abs=0.3)


@pytest.mark.parametrize(("start", "end"), [("0:04", "0:06"), ("#5", "#9"), ("2%", "10%")])
async def test_moments_are_times_events_and_shares_too(start: str, end: str) -> None:
    film = await sprint(size=(80, 24), start=start, end=end, hold_last=0.0)
    assert 0 < film.seconds < 8


async def test_one_moment_is_a_film_of_one_picture() -> None:
    film = await sprint(size=(80, 24), start="Q3", end="Q3", hold_last=0.0)
    assert (len(film.frames), film.seconds) == (1, 0.0)


async def test_a_show_can_be_made_as_long_as_is_wanted() -> None:
    film = await sprint(size=(60, 20), fit=30.0, fps=2.0, hold_last=0.0)
    assert film.seconds == pytest.approx(30.0, abs=0.5)


async def test_a_film_goes_on_where_an_audience_would_wait_for_go() -> None:
    cue, dark = Cue("1", "step plan begins", "look", "Here it stands."), Cue("2", "cto speaks", blank=True)
    lengths = []
    for sheet in (CueSheet((replace(cue, hold="audience"), dark)), CueSheet((cue,))):
        film = await filmed(await sprinted(), Cut(size=(60, 20), end="#10", cues=sheet, hold_last=0.0, fps=4.0))
        assert "Here it stands." in [caption.text for caption in film.captions]
        assert named(film, "cue")[0] == "Q1 look"
        lengths.append(film.seconds)
    assert 0 <= lengths[0] - lengths[1] - HOLD <= 4 / 4.0, "and each of the two may end with a frame or two to spare"


async def test_a_cue_that_names_no_moment_is_refused() -> None:
    with pytest.raises(CannotShow, match='"when it is dark" names no moment'):
        await filmed(await sprinted(), Cut(cues=CueSheet((Cue("1", "when it is dark"),))))


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ({"start": "Q99"}, "there is no Q99"),
        ({"start": "Q4", "end": "Q2"}, "nothing is between Q4 and Q2"),
        ({"theme": "house"}, "the theme house has the colours of each terminal, and a film has none of its own"),
        ({"theme": "nosuch"}, 'there is no theme "nosuch"'),
        ({"end": "soon"}, '"soon" is no moment of a show'),
    ],
)
async def test_what_cannot_be_filmed_is_said_in_words(cut: dict[str, str], said: str) -> None:
    with pytest.raises(FootlightsError) as refused:
        await filmed(await sprinted(), Cut(**cut))  # type: ignore[arg-type]
    assert refused.value.message == said
    assert refused.value.hint


async def test_a_length_that_is_impossible_says_what_is_possible() -> None:
    with pytest.raises(CannotFit, match=r"at least and .* at most"):
        await filmed(await sprinted(), Cut(fit=1.0))


async def test_nothing_of_the_person_comes_into_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    before = await sprint(size=(80, 24), end="Q2")
    Remembered(theme="paper", density="compact", captions=False).write()
    for name, value in {"NO_COLOR": "1", "FOOTLIGHTS_ASCII": "1", "FOOTLIGHTS_MOTION": "none", "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    film = await filmed(await sprinted(), Cut(size=(80, 24), end="Q2"))
    assert film == before
    assert Remembered.read().theme == "paper"


async def test_light_and_dark_say_the_same() -> None:
    dark, light = [await sprint(size=(80, 24), end="Q2", theme=name) for name in ("footlights", "matinee")]
    assert [rows(dark, number) for number in range(len(dark.frames))] == [
        rows(light, number) for number in range(len(light.frames))
    ]
    assert dark.colours.is_dark and not light.colours.is_dark


async def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []
    await filmed(await sprinted(), Cut(size=(60, 20), end="Q2"), told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


async def test_a_poster_is_chosen_from_a_few_moments_and_shows_as_much_as_one_of_the_film() -> None:
    film, few = await sprint(**WHOLE), await glimpsed(await sprinted(), Cut(**WHOLE))
    assert 1 < len(few.frames) <= GLIMPSES < len(film.frames)
    assert full(few) >= 0.8 * full(film)
    assert few == await glimpsed(await sprinted(), Cut(**WHOLE))


def full(film: Film) -> int:
    """How much there is to see on its poster."""
    return sum(cell.text.isalnum() for row in frame_at(film, poster_of(film)).rows for cell in row)


async def test_what_cannot_be_drawn_is_said_as_a_film_means_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no such colour")

    monkeypatch.setattr(Meters, "paint", fails)
    with pytest.raises(CannotShow, match=r"^this part of the stage cannot be drawn: Meters$"):
        await filmed(await sprinted(), Cut(**SMALL))
