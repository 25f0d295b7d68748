"""Messages go to a channel, a mailbox or a webhook, or stay in the outbox: once, and giving nothing away."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from app.tools.base import Surroundings, Use
from app.tools.registry import find
from tools.conftest import Failing, Loopback, Using


@dataclass
class Post:
    """A mail server that keeps what it is given, and says what a test tells it to."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # to what begins so; all else is fine

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{self.answers.get('', '220 here')}\r\n".encode())
        while line := (await reader.readline()).decode().strip():
            line = line[:4].upper() + line[4:]
            self.lines.append(line)
            writer.write(f"{self._answer(line)}\r\n".encode())
            if line == "DATA" and "DATA" not in self.answers:
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(letter)
                writer.write(f"{self.answers.get('.', '250 kept')}\r\n".encode())
            await writer.drain()
            if line == "QUIT":
                break
        writer.close()

    def _answer(self, line: str) -> str:
        for beginning, answer in self.answers.items():
            if beginning and line.startswith(beginning):
                return answer
        if line.startswith("EHLO"):
            return "250-here\r\n250 AUTH PLAIN"
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(
            line, "235 known" if line.startswith("AUTH") else "250 fine"
        )


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """Run a mail server on this machine."""
    office = Post()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office


def outbox(surroundings: Surroundings) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(surroundings.outbox.iterdir())]


@pytest.mark.parametrize("changes", [{"offline": True}, {}], ids=["rehearsal", "dry run"])
@pytest.mark.parametrize(
    "to", ["#incidents", "mira@example.com", "mailto:mira@example.com", "https://hooks.example.com/x"]
)
async def test_a_dry_run_keeps_the_message_in_the_outbox(
    surroundings: Surroundings, using: Using, to: str, changes: dict[str, Any]
) -> None:
    got = await using("notify", {"to": to, "text": "14 %", "subject": "5xx", "dry_run": not changes}, **changes)
    shown = "https://hooks.example.com" if "://" in to else to
    assert got == {"sent": False, "to": shown, "outbox": "14 %"}
    assert outbox(surroundings) == [{"to": shown, "subject": "5xx", "text": "14 %", "sent": False}]


async def test_the_outbox_is_for_nobody_elses_eyes(surroundings: Surroundings, using: Using) -> None:
    before = os.umask(0)
    try:
        await using("notify", {"to": "#a", "text": "x"}, offline=True)
    finally:
        os.umask(before)
    (slip,) = surroundings.outbox.iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (slip, surroundings.outbox)] == [0o600, 0o700]


async def test_one_key_is_one_message_and_no_key_is_one_each(surroundings: Surroundings, using: Using) -> None:
    for key in ("a", "a", "../../b", ""):
        await using("notify", {"to": "#a", "text": key or "none"}, offline=True, key=key)
    await using("notify", {"to": "#a", "text": "none"}, offline=True)
    assert sorted(note["text"] for note in outbox(surroundings)) == ["../../b", "a", "none", "none"]


async def test_a_channel_is_told_through_the_webhook_that_is_set(
    server: Loopback, surroundings: Surroundings, using: Using
) -> None:
    server.answer("/services/T0/B0/token", b"ok")
    environment = {"FOOTLIGHTS_SLACK_WEBHOOK": f"{server.url}/services/T0/B0/token"}
    arguments = {"to": "#incidents", "text": "<!channel> a & b", "subject": "5xx"}
    assert await using("notify", arguments, environment=environment, key="k") == {"sent": True, "to": "#incidents"}
    (seen,) = server.requests
    assert json.loads(seen.body) == {"channel": "#incidents", "text": "*5xx*\n&lt;!channel&gt; a &amp; b"}
    assert seen.headers["idempotency-key"] == "k"
    assert outbox(surroundings)[0]["sent"] is True


async def test_a_message_that_is_known_to_be_sent_is_not_sent_again(server: Loopback, using: Using) -> None:
    server.answer("/hook", b"")
    for _ in range(2):
        got = await using("notify", {"to": f"{server.url}/hook", "text": "x"}, hosts=(server.host,), key="k")
        assert got == {"sent": True, "to": "http://127.0.0.1"}
    assert len(server.requests) == 1
    await using("notify", {"to": f"{server.url}/hook", "text": "x"}, hosts=(server.host,), key="other")
    assert len(server.requests) == 2


async def test_a_message_that_failed_is_sent_at_the_next_try(server: Loopback, using: Using, failing: Failing) -> None:
    arguments = {"to": f"{server.url}/hook", "text": "x"}
    server.answer("/hook", b"", status=503)
    assert (await failing("notify", arguments, hosts=(server.host,), key="k")).error == "overloaded"
    server.answer("/hook", b"")
    assert (await using("notify", arguments, hosts=(server.host,), key="k"))["sent"] is True


async def test_a_slip_that_was_damaged_does_not_stop_a_message(
    server: Loopback, surroundings: Surroundings, using: Using
) -> None:
    server.answer("/hook", b"")
    arguments = {"to": f"{server.url}/hook", "text": "x"}
    await using("notify", arguments, hosts=(server.host,), key="k")
    (slip,) = surroundings.outbox.iterdir()
    slip.write_text("{", encoding="utf-8")
    await using("notify", arguments, hosts=(server.host,), key="k")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("https://hooks.example.com/x", "refused"),
        ("http://127.0.0.1/x", "refused"),
        ("mira@example.com", "refused"),
        ("#incidents", "failed"),
        ("Mira", "bad_arguments"),
        ("# a", "bad_arguments"),
        ("a@b@c", "bad_arguments"),
        ("a@example.com, b@example.com", "bad_arguments"),
        ("Mira <a@example.com>", "bad_arguments"),
        ("a@example.com\r\nBcc: b@example.com", "bad_arguments"),
        ("https://u:p@hooks.example.com/x", "bad_arguments"),
        ("ftp://example.com", "bad_arguments"),
    ],
)
async def test_nobody_is_told_who_was_not_meant(failing: Failing, to: str, error: str) -> None:
    assert (await failing("notify", {"to": to, "text": "x"})).error == error


async def test_the_path_of_a_webhook_stays_out_of_errors(server: Loopback, failing: Failing) -> None:
    server.answer("/services/T0/B0/token", b"no", status=404)
    environment = {"FOOTLIGHTS_SLACK_WEBHOOK": f"{server.url}/services/T0/B0/token?x=y"}
    raised = await failing("notify", {"to": "#a", "text": "x"}, environment=environment)
    assert raised.message == "the webhook at http://127.0.0.1 failed: bad_request"


async def test_a_secret_is_covered_in_the_outbox(surroundings: Surroundings, using: Using) -> None:
    await using("notify", {"to": "#a", "text": "it is hunter2"}, offline=True, secrets=("hunter2",))
    assert outbox(surroundings)[0]["text"] == "it is •••"


async def test_a_mail_is_sent(post: Post, using: Using) -> None:
    environment = {"FOOTLIGHTS_SMTP_URL": post.url, "FOOTLIGHTS_SMTP_FROM": "stage@example.org"}
    arguments = {
        "to": "mira@example.com",
        "text": "Grüße\nvon der Bühne",
        "subject": "Vorhang\r\nBcc: x@example.com 🎭",
    }
    got = await using("notify", arguments, environment=environment, hosts=("example.com",), key="k")
    assert got == {"sent": True, "to": "mira@example.com"}
    letter = message_from_bytes(post.letters[0].removesuffix(b".\r\n"))
    assert (letter["To"], letter["From"], letter["Bcc"]) == ("mira@example.com", "stage@example.org", None)
    assert str(make_header(decode_header(letter["Subject"]))) == "Vorhang Bcc: x@example.com 🎭"
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == "Grüße\r\nvon der Bühne\r\n"
    assert re.fullmatch(r"<[0-9a-f]{32}@footlights>", letter["Message-ID"])
    assert [line.upper() for line in post.lines if line.startswith("RCPT")] == ["RCPT TO:<MIRA@EXAMPLE.COM>"]


async def test_every_try_of_a_mail_has_the_same_id(post: Post, using: Using, failing: Failing) -> None:
    post.answers["."] = "451 later"
    arguments = {"to": "mira@example.com", "text": "x"}
    kept = {"environment": {"FOOTLIGHTS_SMTP_URL": post.url}, "hosts": ("*",), "key": "k"}
    assert (await failing("notify", arguments, **kept)).error == "overloaded"
    del post.answers["."]
    await using("notify", arguments, **kept)
    first, second = [message_from_bytes(letter) for letter in post.letters]
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Subject"] == "x"


async def test_a_user_and_a_password_are_given_to_this_machine(post: Post, using: Using) -> None:
    environment = {"FOOTLIGHTS_SMTP_URL": post.url.replace("//", "//me:p%40ss@")}
    await using("notify", {"to": "a@example.com", "text": "x"}, environment=environment, hosts=("*",))
    assert "AUTH PLAIN AG1lAHBAc3M=" in post.lines


@pytest.mark.parametrize(
    ("begins", "answer", "error"),
    [
        ("AUTH", "535 5.7.8 no", "auth"),
        ("RCPT", "550 nobody here", "bad_request"),
        ("RCPT", "450 later", "overloaded"),
        ("MAIL", "452 full", "overloaded"),
        ("DATA", "554 no", "bad_request"),
        ("", "421 closing", "overloaded"),
        ("", "HTTP/1.1 400 Bad Request", "failed"),
    ],
)
async def test_a_mail_that_is_not_taken_has_its_class(
    post: Post, failing: Failing, begins: str, answer: str, error: str
) -> None:
    post.answers[begins] = answer
    environment = {"FOOTLIGHTS_SMTP_URL": post.url.replace("//", "//me:hunter2@")}
    raised = await failing("notify", {"to": "a@example.com", "text": "x"}, environment=environment, hosts=("*",))
    assert raised.error == error
    assert "hunter2" not in raised.message


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "smtp://", "smtp://[::1", "smtp://h:x"])
async def test_without_a_server_no_mail_is_sent(failing: Failing, url: str) -> None:
    raised = await failing(
        "notify", {"to": "a@example.com", "text": "x"}, environment={"FOOTLIGHTS_SMTP_URL": url}, hosts=("*",)
    )
    assert raised.error == "failed"
    assert "FOOTLIGHTS_SMTP_URL" in raised.message + raised.hint


async def test_an_outbox_that_cannot_be_made_is_said(
    surroundings: Surroundings, failing: Failing, tmp_path: Path
) -> None:
    (tmp_path / "outbox").touch()
    assert (await failing("notify", {"to": "#a", "text": "x"}, offline=True)).error == "failed"


def test_a_message_may_be_tried_again() -> None:
    notify = find("notify")
    assert notify is not None
    assert notify.use_of(notify.example) == Use("write", True)
