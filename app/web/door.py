"""The door: a link lets one browser in, what it then carries is looked at with every request, and strangers stay out.

A web page that somebody has open elsewhere can send requests to this machine too. So it is not enough that we listen
on loopback: the Host must name the very address that was connected to (a name that was made to lead here does not), and
the Origin, where one is told, must be our own.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass

from aiohttp import web


@dataclass(slots=True)
class _Ticket:
    room: str
    opens_once: bool
    carried: str  # what the browser that shows it is given


class Door:
    """Who may come in, and where to."""

    def __init__(self, name: str = "") -> None:
        self._name = name.lower()  # under which we were told to be reached, besides the address itself
        self._tickets: dict[bytes, _Ticket] = {}
        self._rooms: dict[bytes, str] = {}  # that may be entered, by what a browser carries

    def ticket(self, room: str, *, once: bool = True) -> str:
        """A token that lets one browser into a room, or everybody who has it."""
        token = secrets.token_urlsafe(24)
        self._tickets[_digest(token)] = _Ticket(room, once, secrets.token_urlsafe(32))
        return token

    def show(self, token: str) -> tuple[str, str] | None:
        """The room that a token opens and what is to be carried there; a token that opens once is dead after this."""
        key = _digest(token)
        ticket = self._tickets.get(key)
        if ticket is None:
            return None
        if ticket.opens_once:
            del self._tickets[key]
        self._rooms[_digest(ticket.carried)] = ticket.room
        return ticket.room, ticket.carried

    def opens(self, carried: str, room: str = "") -> bool:
        """May who carries this come into the room; or, where none is named, in at all?"""
        entered = self._rooms.get(_digest(carried))
        return entered is not None and room in ("", entered)

    def objection(self, request: web.BaseRequest) -> str:
        """Why a request is not meant for us, or does not come from our own page; nothing, if it is in order."""
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts(request):
            return "this address is not the one that was opened"
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return "another site asks for this"
        return ""

    def _hosts(self, request: web.BaseRequest) -> set[str]:
        if request.transport is None:
            return set()
        address, port = request.transport.get_extra_info("sockname")[:2]
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        names = {f"[{ip}]" if ip.version == 6 else str(ip), self._name} - {""}
        if ip.is_loopback:
            names.add("localhost")
        return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


def _digest(text: str) -> bytes:
    """By this they are looked up, so that how long that takes tells nothing of them."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
