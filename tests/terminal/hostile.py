"""What strangers may write into a run, everywhere at once: a scenario that is full of it, and a run of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.events import Event, decode, encode
from app.journal import Journal
from corpus.probes import ALL
from golden.stories import every_kind

BOMBS = "[/x] [@click=app.quit]x[/] [@click=app.leave]y[/] [link=https://evil.example]z[/link] [bold [ [/] [[/x]] \\[/]"
WIDE = (
    "日本語の行 👩‍👩‍👧‍👦 🇵🇹 ｆｕｌｌ e"
    + "\u0301" * 50
    + " שלום עולם مرحبا \u202eevil\u202c \u2066x\u2069 \u200b\u200d\ufeff \U000e0041"
)
POISON = f"{ALL}{BOMBS}{WIDE}"
PRINTABLE = "".join(letter for letter in BOMBS + WIDE if letter.isprintable())  # what a file may hold
HARMLESS = "a text of some length that drives nothing and is nobody's enemy " * 4
LIVE = """
schema: footlights/v1
name: live
title: A live play
inputs: {told: {default: nothing}}
models: {m: {use: openai-compatible/m, base_url: "http://127.0.0.1:9/v1", price: {input: 1, output: 5}}}
agents: {host: {persona: A host.}, guest: {persona: A guest.}}
steps:
  welcome: {agent: host, prompt: "Welcome everybody. ${{ inputs.told }}"}
  ship: {approve: {ask: "Ship it? ${{ steps.welcome.output }}", options: [ship, hold]}}
  thanks: {agent: guest, prompt: "Say thanks. ${{ steps.welcome.output }}"}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
_CHOICES = {
    "kind", "run", "outcome", "mode", "basis", "measure", "why", "how", "asks", "direction", "state", "effect",
    "action", "waits_for", "of", "origin",
}  # fmt: skip
_OURS = {"step", "title", "needs", "agents", "role", "content", "tool_calls", "tool_call", "id", "name", "arguments"}


def scenario(poison: str) -> str:
    """A play in which whatever can be written says this."""
    said = "".join(map(_escaped, poison))
    return f"""
schema: footlights/v1
name: hostile
title: "Title {said}"
synopsis: "About {said}"
inputs: {{told: {{default: "{said}", help: "{said}"}}}}
agents:
  host: {{persona: "A host {said}", title: "Host {said}"}}
  guest: {{persona: "A guest {said}", title: "Guest {said}"}}
steps:
  welcome:
    agent: host
    title: "Welcome {said}"
    prompt: "${{{{ inputs.told }}}} {said}"
    rehearsal: {{reply: "Reply {said}\\n{said}"}}
  told: {{narrate: "{said}"}}
  thanks:
    agent: guest
    prompt: "{said}"
    output: {{said: string, much: [string]}}
    rehearsal: {{reply: {{said: "{said}", much: ["{said}", "{said}"]}}}}
  ship: {{approve: {{ask: "Ship it? {said}", options: ["ship {said}", hold]}}}}
outputs: {{choice: "${{{{ steps.ship.output.choice }}}}"}}
"""


def write_run(poison: str) -> str:
    """A run of the archive in which every kind of event happened, and every text says this; its id."""
    history = every_kind()
    with Journal.open() as journal:
        log = journal.begin(history.run)
        kept = {digest: log.keep(_spoiled(value, poison)).ref for digest, value in history.values.items()}
        for event in history.events:
            log.add(_poisoned(event, poison, kept))
        log.release()
    return history.run


def _poisoned(event: Event, poison: str, kept: dict[str, str]) -> Event:
    data = {
        name: value if name in _CHOICES else _with_refs(value, poison, kept)
        for name, value in msgspec.json.decode(encode(event)).items()
    }
    return decode(msgspec.json.encode(data))


def _with_refs(value: Any, poison: str, kept: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"ref"}:
            return {"ref": kept.get(value["ref"], value["ref"])}
        return {name: _with_refs(item, poison, kept) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_refs(item, poison, kept) for item in value]
    return value + poison if isinstance(value, str) else value


def _spoiled(value: Any, poison: str) -> Any:
    if isinstance(value, dict):
        return {name if name in _OURS else f"{name}{poison}": _spoiled(item, poison) for name, item in value.items()}
    if isinstance(value, list):
        return [_spoiled(item, poison) for item in value]
    return f"{value} {poison}" if isinstance(value, str) else value


def _escaped(letter: str) -> str:
    """A letter as it can stand in a YAML string, whatever it is."""
    if letter.isascii() and letter.isprintable() and letter not in '"\\':
        return letter
    return f"\\U{ord(letter):08x}"


def write_scenarios(folder: Path, poison: str) -> None:
    """Put the plays into a project."""
    (folder / "hostile.yaml").write_text(scenario(poison), encoding="utf-8")
    (folder / "live.yaml").write_text(LIVE, encoding="utf-8")
