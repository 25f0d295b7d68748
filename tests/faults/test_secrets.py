"""A secret goes to the tool that needs it, and is found nowhere afterwards, in whatever form it came back."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from app.engine import perform
from app.journal import Archive, Journal
from corpus.commands import Outcome
from faults.theatre import LONGEST
from providers.base import Chunk, Request

CANARIES = {
    **{f"PLAIN_TOKEN_{number}": f"canary{number:02d}plainQx7Lr9Zt{number}" for number in range(8)},
    "WITH_SLASHES_KEY": "canary08/+ab/cd+ef==/x",
    "WITH_QUOTES_KEY": 'canary09"\'\\quoted\\"end',
    "WITH_SPACES_KEY": "canary10 has some spaces",
    "WITH_PERCENT_KEY": "canary11%41%zz&a=b?c#d",
    "WITH_BRACES_KEY": "canary12${{ inputs.x }}{y}",
    "WITH_MARKUP_KEY": "canary13[/red]<b>&amp;",
    "WITH_TILDES_KEY": "canary14~~--..__~~--..__",
    "WITH_COLON_KEY": "canary15:user:pass@host/x",
    "LONG_KEY": "canary16" + "abcdefghijklmnopqrstuvwxyz0123456789" * 6,
    "SHORT_KEY": "canary17",
    "LIKE_OPENAI_KEY": "sk-canary18abcdefghijklmnopqrstuv",
    "LIKE_GITHUB_TOKEN": "ghp_canary19abcdefghijklmnopqrstuvwx",
}
MODEL = "{use: openai-compatible/parrot, base_url: 'http://127.0.0.1:9/v1', price: {input: 1.0, output: 1.0}}"


def forms_of(secret: str) -> list[str]:
    """The ways in which a secret may be written by whoever was given it."""
    plain = secret.encode()
    found = [secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found += [encode(plain).decode(), encode(plain).decode().rstrip("=")]
    return list(dict.fromkeys(found))


class Echo:
    """A server that gives back all it was given, in every form; half of the time as an error."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        echo = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                secret = json.loads(body)["secret"]
                echo.heard.append(secret)
                said = {"path": self.path, "headers": dict(self.headers), "body": body, "forms": forms_of(secret)}
                content = json.dumps(said).encode()
                self.send_response(500 if self.path.startswith("/fail") else 200)
                self.send_header("content-type", "application/json")
                self.send_header("x-request-id", quote(secret, safe=""))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *words: object) -> None:
                pass

        class Many(ThreadingHTTPServer):
            request_queue_size = 64
            daemon_threads = True

        self._server = Many(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Parrot:
    """A model that says every secret in every form, letter by letter, and fails in the end if it is told to."""

    def __init__(self, shown: Callable[[], Awaitable[dict[str, str]]], look: Callable[[], None]) -> None:
        self._shown = shown
        self._look = look

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        for secret in CANARIES.values():
            for form in forms_of(secret):
                for letter in f"{form} and ":
                    yield Chunk(letter)
        async with asyncio.timeout(LONGEST):
            while not any(text.endswith("and and and ") for text in (await self._shown()).values()):
                await asyncio.sleep(0.01)
                yield Chunk("and " * 100)  # the end is held back, as it could begin a secret
        self._look()
        yield Chunk(finish="length" if "fail" in request.messages[-1].content else "stop")


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Echo]:
    for name, secret in CANARIES.items():
        monkeypatch.setenv(name, secret)
    with closing(Echo()) as server:
        yield server


@pytest.fixture
def scenario(tmp_path: Path, echo: Echo) -> Path:
    steps = []
    for number, name in enumerate(CANARIES):
        path = "fail" if number % 2 else "echo"
        secret = f'"${{{{ secrets.{name} }}}}"'
        header = f', headers: {{authorization: "Bearer ${{{{ secrets.{name} }}}}"}}'
        given = f"query: {{key: {secret}}}, json: {{secret: {secret}}}"
        with_ = f'method: POST, url: "http://{echo.host}/{path}/{number}", {given}'
        steps.append(f"  call{number}: {{needs: [], tool: http, continue_on_error: true, with: {{{with_}{header}}}}}")
        text = f'"Use ${{{{ secrets.{name} }}}} for it"'
        steps.append(
            f"  tell{number}: {{needs: [], tool: notify, with: {{to: '#stage', text: {text}, dry_run: true}}}}"
        )
        wrong = f"{{url: {secret}, nonsense: {secret}}}"
        steps.append(f"  wrong{number}: {{needs: [], tool: http, continue_on_error: true, with: {wrong}}}")
    outputs = ", ".join(f'o{number}: "${{{{ steps.call{number}.output }}}}"' for number in range(len(CANARIES)))
    file = tmp_path / "project" / "secrets.yaml"
    file.parent.mkdir()
    file.write_text(
        "schema: footlights/v1\nname: secrets\n"
        f"models: {{parrot: {MODEL}}}\n"
        "agents: {parrot: {persona: You repeat.}}\n"
        "steps:\n" + "\n".join(steps) + "\n"
        '  speak: {agent: parrot, prompt: "Repeat: ${{ json(steps.call0.output) }}"}\n'
        '  break: {agent: parrot, prompt: "Repeat and fail.", continue_on_error: true}\n'
        f"outputs: {{{outputs}, spoken: '${{{{ steps.speak.output }}}}'}}\n",
        encoding="utf-8",
    )
    return file


async def test_no_file_of_the_workspace_ever_holds_a_secret(scenario: Path, echo: Echo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shown: list[str] = []
    with Journal.open(home / "workspace.db") as journal:
        async with Archive.open(journal.path) as archive:
            parrot = Parrot(lambda: archive.partials(run.id), lambda: assert_no_secret_in_files(home))
            run = perform(scenario, mode="live", journal=journal, hosts=(echo.host,), providers=lambda use: parrot)
            run.watch(lambda started, text: shown.append(text))
            result = await run.result()
            assert_no_secret("".join(shown), "what was watched")
            assert_no_secret(json.dumps(result.outputs), "the outputs")
            assert_no_secret("".join(map(repr, run.events)), "the events")
            assert_no_secret_in_files(home)
    assert sorted(echo.heard) == sorted(CANARIES.values())  # whoever needs it has it
    assert_no_secret_in_files(home)


@pytest.mark.parametrize("more", [(), ("--json",), ("--quiet",)])
def test_no_command_shows_a_secret(
    more: tuple[str, ...], scenario: Path, echo: Echo, footlights: Callable[..., Outcome], tmp_path: Path
) -> None:
    text = scenario.read_text(encoding="utf-8")
    agents = text[text.index("  speak:") : text.index("outputs:")]  # no model can be reached from here
    text = text.replace(agents, "").replace(", spoken: '${{ steps.speak.output }}'", "")
    scenario.write_text(text, encoding="utf-8")

    def said(*words: str) -> str:
        done = footlights(*words, folder=scenario.parent)
        assert "Traceback" not in done.err
        return done.out + done.err

    assert_no_secret(said("run", str(scenario), "--host", echo.host, *more), "run")
    assert sorted(echo.heard) == sorted(CANARIES.values())
    for words in (("show", "last"), ("tail", "last"), ("tail", "last", "--json"), ("runs",), ("audit", "last")):
        assert_no_secret(said(*words), " ".join(words))
    assert_no_secret_in_files(tmp_path / "home")


def assert_no_secret_in_files(folder: Path) -> None:
    """Neither the database, nor its log, nor unfinished text, nor the outbox, nor anything else."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        with suppress(FileNotFoundError):  # what a tool writes has another name at first
            assert_no_secret(path.read_bytes().decode("latin-1"), path.name)


def assert_no_secret(text: str, where: str) -> None:
    found = [(name, form) for name, secret in CANARIES.items() for form in forms_of(secret) if form in text]
    assert not found, f"{where} holds {found[:3]}, {len(found)} in all"
