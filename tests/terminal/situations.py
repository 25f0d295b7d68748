"""Where a person may be when something happens to the terminal: each a play, and the way to that place in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.tui.look.glyphs import ASCII, UNICODE
from terminal.ptys import Terminal

Open = Callable[..., Terminal]
CARD, LEAVING = "A decision is yours", "Leave the theatre"
CURSORS = (UNICODE.cursor, ASCII.cursor)

GATE = """
schema: footlights/v1
name: play
title: A small play
agents: {host: {persona: A host.}}
steps:
  welcome: {agent: host, prompt: Welcome everybody., rehearsal: {reply: "Welcome, everybody. Sit down."}}
  ship: {approve: {ask: Ship it?, options: [ship, hold]}}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
SPEECH = """
schema: footlights/v1
name: speech
title: A long speech
agents: {host: {persona: A host.}, guest: {persona: A guest.}}
steps:
  welcome: {agent: host, prompt: Welcome everybody., rehearsal: {reply: "LONG"}}
  thanks: {agent: guest, prompt: Say thank you., rehearsal: {reply: Thank you.}}
  ship: {approve: {ask: Shall it end?, options: [ship, hold]}}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
LONG = " ".join(f"The tide comes in {number} times, and goes out." for number in range(2000))


def answer(terminal: Terminal, number: str) -> None:
    """Answer the card: its number until it counts, then enter, once, since a second one would be for the stage."""
    terminal.press_until(number, lambda: any(f"{cursor} {number} " in terminal.shown for cursor in CURSORS))
    terminal.press("enter")
    terminal.shows_no_more(CARD)


def write_plays(folder: Path) -> None:
    """Put the plays into a folder."""
    (folder / "play.yaml").write_text(GATE)
    (folder / "speech.yaml").write_text(SPEECH.replace("LONG", LONG))
    (folder / "answers.yaml").write_text("ship: hold\n")
    (folder / "footlights.toml").touch()


def at_home(opens: Open) -> Terminal:
    """Home, with nothing moving."""
    terminal = opens()
    terminal.shows("q quit", "feature-sprint")
    return terminal


def while_somebody_speaks(opens: Open) -> Terminal:
    """The stage, while text streams."""
    terminal = opens("play", "speech.yaml", "--rehearse", "--pace", "real")
    terminal.shows("The tide comes in")
    return terminal


def on_a_card(opens: Open) -> Terminal:
    """A card that asks, over a run that waits for the answer."""
    terminal = opens("play", "play.yaml", "--rehearse", "--pace", "instant")
    terminal.shows(CARD)
    return terminal


def while_a_question_waits(opens: Open) -> Terminal:
    """The same, when the card was put away."""
    terminal = on_a_card(opens)
    terminal.put_away(CARD)
    return terminal


def while_asked_how_to_leave(opens: Open) -> Terminal:
    """The card that asks what becomes of the run."""
    terminal = while_a_question_waits(opens)
    terminal.press("q")
    terminal.shows(LEAVING)
    return terminal


SITUATIONS = [at_home, while_somebody_speaks, on_a_card, while_a_question_waits, while_asked_how_to_leave]
