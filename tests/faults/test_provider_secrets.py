"""The keys of models go out in a header, and whatever a service does with them, they are found nowhere afterwards."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from app.events import CallFailed, CallFinished
from app.journal import Archive
from app.playback.show import Show
from corpus.commands import Outcome
from corpus.stub import Answer, Asked, Stub
from corpus.wires import SERVED, WIRES, Wire
from faults.test_secrets import forms_of
from providers.base import ToolCall
from tui.looking import inspector

KEYS = (
    *(f"canary{number:02d}plainQx7Lr9Zt{number}" for number in range(5)),
    "sk-proj-canary05_abcdefghijklmnopqrstuv-wxyz0123456789",
    "sk-ant-api03-canary06-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-AA",
    "AIzaSycanary07_abcdefghijklmnopqrstuvw",
    "gsk_canary08ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdef",
    "xai-canary09" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "canary10/+ab/cd+ef==/x",
    'canary11"\'\\quoted\\"end',
    "canary12+has+some+pluses",
    "canary13%41%zz&a=b?c#d",
    "canary14${{inputs.x}}{y}",
    "canary15[/red]<b>&amp;",
    "canary16~~--..__~~--..__",
    "canary17:user:pass@host/x",
    "eyJjYW5hcnkxOCI6MX0x.eyJjYW5hcnkxOCI6MX0y.canary18signature",
    "canary19",
)
WAYS = (
    "refused", "named", "moved", "spoken", "in bytes", "thought", "asked", "named a tool", "broken", "garbled", "paged",
    "numbered", "declined",
)  # fmt: skip
OF_EACH = 3  # ways for each key in each protocol: over the five protocols every key goes most ways


def told(key: str) -> str:
    """All forms of a key in one text."""
    return " and ".join(forms_of(key))


class Echo:
    """A service that gives back the keys that it was given, in every form and every way."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._times: Counter[tuple[int, str]] = Counter()
        self.keys: set[str] = set()

    def answer(self, asked: Asked) -> Answer:
        number = int(asked.path.split("/")[1][1:])
        key = KEYS[number]
        assert any(key in value for value in asked.headers.values()), "a key goes out as it is"
        self.keys.add(key)
        way = next(way for way in WAYS if f"<{way}>" in asked.body.decode())
        self._times[number, way] += 1
        return self._wire.reply("done") if self._times[number, way] > 1 else self._echoed(way, key)

    def _echoed(self, way: str, key: str) -> Answer:
        wire = self._wire
        page = f"<title>{key}</title><p>{told(key)}"
        match way:
            case "refused":
                return wire.refusal(401, "." * (290 - len(key)) + " " + told(key))
            case "named":
                header = {"x_request_id": quote(key), "retry_after": quote(key), "x_ratelimit": key}
                return wire.refusal(400, told(key), code=key, **header)
            case "moved":
                return Answer(302, {"location": f"https://me:{key}@{key}.example.com/{quote(key)}?key={key}"})
            case "spoken":
                return wire.reply(list(told(key)))
            case "in bytes":
                whole = b"".join(wire.answer([told(key)]))
                return wire.stream([whole[at : at + 1] for at in range(len(whole))])
            case "thought":
                return wire.reply(["ye", "s"], thought=list(told(key)))
            case "asked":
                return wire.reply(tool_calls=(ToolCall("call_1", "text.find", json.dumps({"text": told(key)})),))
            case "named a tool":
                return wire.reply(tool_calls=(ToolCall(key, key, json.dumps({key: told(key)})),))
            case "broken":
                return wire.stream([*wire.answer(["half"])[:-2], wire.failure(400, told(key), code=key)])
            case "garbled":
                oops = json.dumps(told(key))[1:].encode() + b"\n\n"
                return wire.stream([oops if wire.name == "ollama" else b"data: " + oops])
            case "paged":
                return Answer(200, {"content-type": f"text/{key}"}, (page.encode(),))
            case "numbered":
                named = json.dumps(key)[1:-1].encode()
                whole = b"".join(wire.answer("yes")).replace(SERVED.encode(), named)
                for id in (b"chatcmpl-1", b"resp_1", b"msg_1", b"gem_1"):
                    whole = whole.replace(id, named)
                return wire.stream([whole])
            case _:
                return wire.reply(["." * 175, f" {told(key)}"], finish="refused")


class Elsewhere:
    """Stubs in a loop of their own, for commands that have theirs."""

    def __init__(self) -> None:
        self.echoes = {wire.name: Echo(wire) for wire in WIRES}
        self.urls: dict[str, str] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        stubs = {name: Stub(echo.answer) for name, echo in self.echoes.items()}
        for stub in stubs.values():
            await stub.__aenter__()
        self.urls = {name: stub.url for name, stub in stubs.items()}
        self._ready.set()
        await self._over.wait()
        for stub in stubs.values():
            await stub.__aexit__(None, None, None)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    for number, key in enumerate(KEYS):
        monkeypatch.setenv(f"PARROT_{number}", key)
    served = Elsewhere()
    yield served
    served.close()


def scenario(wire: Wire, url: str) -> str:
    """Every key is that of a model, and every agent is answered in a few ways."""
    models, agents, steps = [], [], []
    for number in range(len(KEYS)):
        line = wire.model(f"{url}/c{number}", "").replace(", key: '${{ secrets.OLLAMA_KEY }}'", "")
        models.append(f"  m{number}: {line[:-1]}, key: '${{{{ secrets.PARROT_{number} }}}}'}}")
        agents.append(f"  a{number}: {{persona: A parrot., model: m{number}}}")
        for turn in range(OF_EACH):
            at = (number * 7 + WIRES.index(wire) * OF_EACH + turn) % len(WAYS)
            asks = f"agent: a{number}, prompt: 'Answer <{WAYS[at]}>.', tools: [text.find], continue_on_error: true"
            steps.append(f"  s{number}_{turn}: {{needs: [], {asks}}}")
    parts = (f"models:\n{chr(10).join(models)}", f"agents:\n{chr(10).join(agents)}", f"steps:\n{chr(10).join(steps)}")
    return f"schema: footlights/v1\nname: parrots\n{chr(10).join(parts)}\n"


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_no_key_of_a_model_is_kept_or_shown(
    wire: Wire, elsewhere: Elsewhere, perform: Callable[..., Outcome], tmp_path: Path
) -> None:
    file = tmp_path / "parrots.yaml"
    file.write_text(scenario(wire, elsewhere.urls[wire.name]), encoding="utf-8")
    (tmp_path / "footlights.toml").write_text("", encoding="utf-8")
    look = ["--json"] if WIRES.index(wire) % 2 else []
    insist_on_no_key(perform("run", str(file), *look), "run")
    assert elsewhere.echoes[wire.name].keys == set(KEYS)
    for words in (
        ("show", "last"),
        ("tail", "last"),
        ("tail", "last", "--json"),
        ("runs",),
        ("cost", "last"),
        ("audit", "last"),
    ):
        insist_on_no_key(perform(*words), " ".join(words))
    insist_on_no_key_in(tmp_path / "home")
    for screen in asyncio.run(screens_of_the_run()):
        insist_on_no_form(screen, "the screen")


async def screens_of_the_run() -> list[str]:
    """What the inspector shows of a call that failed, and of one that was answered with a tool or in words."""
    async with Archive.open() as archive:
        run = (await archive.find("last")).run
        texts = await archive.texts(run)
        show = Show(lambda ref: texts[ref.ref])
        for event in await archive.events(run):
            show.apply(event)
    failed = next(event for event in show.events if isinstance(event, CallFailed))
    answered = [event for event in show.events if isinstance(event, CallFinished)]
    told = next((event for event in answered if event.tool_calls), answered[0])
    shown = []
    for call in (failed.call, told.call):
        async with inspector(show, f"call:{call}", (160, 60)) as (house, screen, pilot):
            for _ in screen.view.inspected.parts:
                shown.append(house.read)
                await pilot.press("right")
    assert all(shown)
    return shown


def insist_on_no_key(shown: Outcome, where: str) -> None:
    """Neither on stdout nor on stderr, and it is no crash that keeps them out."""
    assert "Traceback" not in shown.err
    assert shown.out or shown.err
    insist_on_no_form(shown.out + shown.err, where)


def insist_on_no_key_in(folder: Path) -> None:
    """Neither in the database nor its log, nor in unfinished text, nor anywhere else."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        with suppress(FileNotFoundError):
            insist_on_no_form(path.read_bytes().decode("latin-1"), path.name)


FORMS = tuple({form[:12].casefold() for key in KEYS for form in forms_of(key)})


def insist_on_no_form(text: str, where: str) -> None:
    """No key, and no beginning of one, however it is written."""
    folded = text.casefold()
    found = [folded[max(0, folded.index(form) - 200) :][:400] for form in FORMS if form in folded]
    assert not found, f"{where} holds {len(found)} keys: {found[0]}"
