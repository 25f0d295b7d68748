"""Sends one mail through the server that `FOOTLIGHTS_SMTP_URL` names: smtp://user:password@host:587, or smtps://."""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from app.document.suggest import shortened
from app.tools.base import ToolError, ToolErrorClass

SERVER = "FOOTLIGHTS_SMTP_URL"
SENDER = "FOOTLIGHTS_SMTP_FROM"
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes to whom."""

    to: str
    subject: str
    text: str
    id: str  # the same for every try, so that servers can tell a repetition


async def post(letter: Letter, environment: Mapping[str, str]) -> None:
    """Send a letter; raises ToolError when the server does not take it."""
    server = _server(environment.get(SERVER, ""))
    sender = environment.get(SENDER) or f"footlights@{server.hostname}"
    await asyncio.to_thread(_deliver, server, _written(letter, sender))


def _written(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(policy=MAIL_POLICY)
    message["To"] = letter.to
    message["From"] = sender
    message["Subject"] = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+", " ", letter.subject)
    message["Message-ID"] = f"<{letter.id}@footlights>"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday note answers
    message.set_content(letter.text.encode("utf-8", "replace").decode())
    return message


def _deliver(server: SplitResult, message: EmailMessage) -> None:
    host = server.hostname or ""
    try:
        with _connected(server, host) as connection:
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise _meaning(error, host) from None


def _connected(server: SplitResult, host: str) -> smtplib.SMTP:
    """Connect, encrypted if the server can; a password is not sent in the clear but to this very machine."""
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=_SECONDS, context=ssl.create_default_context())
    connection = smtplib.SMTP(host, server.port or 587, timeout=_SECONDS)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    elif server.username and not _is_here(host):
        connection.close()
        raise ToolError("refused", f"{host} takes the password only in the clear", "use smtps://, or a server with TLS")
    return connection


def _server(address: str) -> SplitResult:
    if not address:
        raise ToolError("failed", "no server for mail is known", f"set {SERVER}, or dry_run: true")
    try:
        server = urlsplit(address)
        known = server.scheme in ("smtp", "smtps") and server.hostname and (server.port or 1)
    except ValueError:
        known = None
    if not known:
        raise ToolError("failed", f"{SERVER} is no address of a mail server", "such as smtp://user:password@host:587")
    return server


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _meaning(error: Exception, host: str) -> ToolError:
    match error:
        case TimeoutError():
            return ToolError("timeout", f"{host} did not answer within {_SECONDS:g} s")
        case smtplib.SMTPAuthenticationError():
            return ToolError("auth", f"{host} does not accept the user or the password", f"look at {SERVER}")
        case smtplib.SMTPRecipientsRefused():
            return ToolError(_class_of(error), f"{host} refused the recipient: {_first_reason(error)}")
        case smtplib.SMTPResponseException():
            return ToolError(_class_of(error), f"{host} said {error.smtp_code}: {_text(error.smtp_error)}")
        case smtplib.SMTPException():
            return ToolError("failed", f"{host} does not speak as a mail server does")
        case ssl.SSLError():
            return ToolError("failed", f"{host}: the connection is not secure", "is its certificate in order?")
        case _:
            return ToolError("connection", f"{host} takes no connection", "is it running, and is the port right?")


def _class_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> ToolErrorClass:
    """From 400 the server asks us to try later, from 500 it never will."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    else:
        code = error.smtp_code
    if code < 400:  # no code of this protocol at all
        return "failed"
    return "overloaded" if code < 500 else "bad_request"


def _first_reason(error: smtplib.SMTPRecipientsRefused) -> str:
    return _text(next(iter(error.recipients.values()))[1])


def _text(said: bytes | str) -> str:
    return shortened(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, 200)
