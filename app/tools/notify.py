"""The tool `notify`: tells somebody something, in a channel, by mail or by webhook; in a dry run only on paper.

Each message leaves a file in the outbox, named after its key, that says whether it was sent: so a second try of a
message that is known to be sent sends nothing. If a crash fell between the sending and the file, it is sent again,
with the same key: better told twice than never.
"""

from __future__ import annotations

import asyncio
import json
import re
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal
from urllib.parse import urlsplit

from app.document.suggest import shortened
from app.tools.addresses import check_host
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.covering import cover
from app.tools.exchange import Inquiry, exchange, parsed
from app.tools.mail import Letter, post
from app.tools.project import read_text, write_text

SLACK_WEBHOOK = "FOOTLIGHTS_SLACK_WEBHOOK"
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?P<host>[A-Za-z0-9.-]{1,253})")
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # so that a text can neither ping nor disguise a link

Kind = Literal["channel", "mail", "webhook"]


async def _perform(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    to, text, subject = arguments["to"], arguments["text"], arguments.get("subject", "")
    kind = _kind_of(to)
    slip = f"{_name_of(surroundings.key)}.json"
    note = cover({"to": shown(to), "subject": subject, "text": text, "sent": False}, surroundings.secrets)
    if surroundings.offline or arguments.get("dry_run", False):
        await asyncio.to_thread(_keep, surroundings.outbox, slip, note)
        return {"sent": False, "to": shown(to), "outbox": text}
    if not await asyncio.to_thread(_known_as_sent, surroundings.outbox, slip):
        match kind:
            case "channel":
                await _to_channel(to, text, subject, surroundings)
            case "mail":
                await _to_address(to.removeprefix("mailto:"), text, subject, surroundings)
            case "webhook":
                await _to_webhook(to, {"text": text, "subject": subject}, surroundings, surroundings.hosts)
        await asyncio.to_thread(_keep, surroundings.outbox, slip, note | {"sent": True})
    return {"sent": True, "to": shown(to)}


def shown(to: str) -> str:
    """Return whom a message is for; of a webhook only the host, since the rest of its address is a secret."""
    if "://" not in to:
        return shortened(to, 320)
    address = urlsplit(to)
    return f"{address.scheme}://{address.hostname}"


def _kind_of(to: str) -> Kind:
    if re.fullmatch(r"#[^\s#]{1,80}", to):
        return "channel"
    if to.startswith(("https://", "http://")):
        parsed(to)
        return "webhook"
    if _MAIL.fullmatch(to.removeprefix("mailto:")):
        return "mail"
    raise ToolError(
        "bad_arguments", f'"{shortened(to)}" is nobody to tell', "such as #channel, name@example.com or https://..."
    )


async def _to_channel(channel: str, text: str, subject: str, surroundings: Surroundings) -> None:
    webhook = surroundings.environment.get(SLACK_WEBHOOK, "")
    if not webhook:
        raise ToolError("failed", f"no way leads to {channel}", f"set {SLACK_WEBHOOK}, or dry_run: true")
    said = f"*{subject.translate(_SLACK)}*\n{text.translate(_SLACK)}" if subject else text.translate(_SLACK)
    own = parsed(webhook).netloc.decode("ascii")  # whoever set the variable allowed this host
    await _to_webhook(webhook, {"channel": channel, "text": said}, surroundings, (own, own.partition(":")[0]))


async def _to_webhook(url: str, message: dict[str, str], surroundings: Surroundings, hosts: tuple[str, ...]) -> None:
    headers = {"content-type": "application/json"}
    if surroundings.key:
        headers["idempotency-key"] = surroundings.key
    content = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    try:
        await exchange(Inquiry("POST", url, headers, content), hosts)
    except ToolError as error:  # the path of a webhook is its key, and it stands in the message
        path = urlsplit(url).path.strip("/")
        said = f"the webhook at {shown(url)} failed: {error.error}" if path and path in error.message else error.message
        raise ToolError(error.error, said, error.hint, retry_after=error.retry_after) from None


async def _to_address(address: str, text: str, subject: str, surroundings: Surroundings) -> None:
    found = _MAIL.fullmatch(address)
    assert found is not None
    check_host(found["host"].lower(), 25, surroundings.hosts)
    letter = Letter(address, subject or text.strip().partition("\n")[0][:80], text, _name_of(surroundings.key))
    await post(letter, surroundings.environment)


def _name_of(key: str) -> str:
    return blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest() if key else token_hex(16)


def _keep(outbox: Path, slip: str, note: dict[str, Any]) -> None:
    try:
        outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError("failed", f"the outbox cannot be made: {error.strerror}") from None
    write_text(outbox, slip, json.dumps(note, ensure_ascii=False, indent=2) + "\n", mode=0o600)


def _known_as_sent(outbox: Path, slip: str) -> bool:
    try:
        note = json.loads(read_text(outbox, slip))
    except (ToolError, OSError, ValueError):  # nothing was kept, or nothing that tells: then it is sent
        return False
    return isinstance(note, dict) and note.get("sent") is True


TOOLS = (
    Tool(
        "notify",
        "Tell somebody: a #channel, a mail address or a webhook. Gives {sent, to}; in a dry run and in a rehearsal "
        "nothing is sent, and `outbox` is what would have been said.",
        arguments_of(
            required=("to", "text"),
            to={"type": "string", "minLength": 1, "maxLength": 2_000},
            text={"type": "string", "minLength": 1, "maxLength": 40_000},
            subject={"type": "string", "maxLength": 200},
            dry_run={"type": "boolean", "description": "keep it in the outbox"},
        ),
        _perform,
        effect="write",
        idempotent=True,
        network=True,
        example={"to": "#incidents", "text": "checkout-api: 5xx at 14 %", "dry_run": True},
    ),
)
