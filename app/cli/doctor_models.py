"""What doctor says of models: the services, their packages and keys, prices, certificates; and whether they answer."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.finding import Finding, mode_of
from app.state.words import plural
from providers.catalogue import Service, is_loopback, services
from providers.readiness import Readiness, needs_of, readiness_of, unheeded

if TYPE_CHECKING:
    from providers.base import Endpoint

_FOR_FETCHING = "ollama"  # footlights models pull
_PRICES = "genai-prices"
_DAY = re.compile(r"start_date=datetime\.date\((\d+), (\d+), (\d+)\)")
_PATIENCE = 10.0  # seconds for all services together


def look_at_models(*, network: bool) -> Iterator[Finding]:
    """Everything; services are contacted only where that was asked for, and nothing is paid."""
    standing = {name: (service, readiness_of(service)) for name, service in services().items()}
    yield from (_service(service, ready) for service, ready in standing.values() if service.name != "rehearsal")
    yield from _unheeded(service for service, _ in standing.values())
    yield from _packages(standing)
    yield from _keys(standing)
    yield from _own_file()
    yield _prices()
    yield _learned()
    yield _certificates()
    yield from _proxies()
    if network:
        yield from _network([(service, ready) for service, ready in standing.values() if ready.is_ready])


def _service(service: Service, ready: Readiness) -> Finding:
    if not ready.is_ready:
        is_plain = ready.why.endswith("is not set") or not ready.address
        return Finding("services", service.name, "note", ready.why, "" if is_plain else ready.hint)
    told = f"{ready.address}, may see what is {ready.privacy}"
    if not ready.is_certain:
        return Finding("services", service.name, "note", f"configured, not asked: {told}")
    return Finding("services", service.name, "ok", f"ready, {told}")


def _unheeded(known: Iterable[Service]) -> Iterator[Finding]:
    for service in known:
        if told := unheeded(service):
            yield Finding("services", service.name, "warning", f"not heeded: {told}")


def _packages(standing: dict[str, tuple[Service, Readiness]]) -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    needed = filter(None, (needs_of(service) for service, _ in standing.values()))
    for package in dict.fromkeys((*needed, _FOR_FETCHING)):
        try:
            yield Finding("extras", package, "ok", f"{version(package)} installed")
        except PackageNotFoundError:
            yield Finding("extras", package, "note", f"not installed; pip install 'footlights[{package}]' adds it")


def _keys(standing: dict[str, tuple[Service, Readiness]]) -> Iterator[Finding]:
    """Say where each key comes from. No value is ever read into a finding."""
    from providers.keys import keyring_standing

    names = dict.fromkeys(name for service, _ in standing.values() for name in service.keys)
    found = [finding for finding in map(_key, names) if finding is not None]
    yield from found or [Finding("keys", "keys", "note", "none is set; a rehearsal and models of your own need none")]
    answers, about = keyring_standing()
    yield Finding("keys", "keyring", "ok" if answers else "note", about)


def _key(name: str) -> Finding | None:
    from providers.keys import UnreadableKey, find_key

    try:
        found = find_key(name)
    except UnreadableKey as error:
        remedy = f"let {name}_FILE name a file with the key in it, or unset it"
        return Finding("keys", name, "warning", str(error), remedy)
    file = "" if os.environ.get(name) else os.environ.get(f"{name}_FILE", "")
    if found is None:
        return None
    if file and (mode := mode_of(Path(file).expanduser())) & 0o077:
        detail = f"set: {found.source}, which other users may read (mode {mode:04o})"
        return Finding("keys", name, "warning", detail, f"chmod 600 '{file}'")
    return Finding("keys", name, "ok", f"set: {found.source}")


def _own_file() -> Iterator[Finding]:
    """A person's own models.yaml; whoever has none hears nothing of it."""
    from app.settings import config_folder

    file = config_folder() / "models.yaml"
    if not os.path.lexists(file):
        return
    from app.errors import ScenarioRefused
    from providers.own_models import read_own

    try:
        own = read_own(file)
    except ScenarioRefused as refused:
        for problem in refused.problems:
            place = ":".join(str(part) for part in (file.name, problem.line, problem.column) if part is not None)
            yield Finding("models", place, "warning", problem.message, problem.hint)
        yield Finding("models", file.name, "warning", f"{file} is not used", "mend it: no live run begins before")
        return
    if mode_of(file) & 0o022:
        detail = f"other users may change {file} (mode {mode_of(file):04o})"
        yield Finding("models", file.name, "warning", detail, f"chmod go-w '{file}'")
    else:
        told = f"{plural(len(own.services), 'service')} and {plural(len(own.models), 'model')} of your own in {file}"
        yield Finding("models", file.name, "ok", told)


def _prices() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    spec = find_spec("genai_prices")
    try:
        installed = version(_PRICES)
    except PackageNotFoundError:
        installed = ""
    if not installed or spec is None or spec.origin is None:
        detail = f"{_PRICES} is not installed: the catalogue's prices count"
        return Finding("models", "prices", "note", detail, f"pip install {_PRICES}")
    newest = _newest_price(Path(spec.origin).with_name("data.py"))
    return Finding(
        "models", "prices", "ok", f"{_PRICES} {installed}" + (f", with prices of {newest}" if newest else "")
    )


def _newest_price(file: Path) -> str:
    """The day of the last change of a price that it knows of and that has come, read without loading it."""
    import time

    today = time.strftime("%Y-%m-%d")
    try:
        days = {f"{int(year):04}-{int(month):02}-{int(day):02}" for year, month, day in _DAY.findall(file.read_text())}
    except (OSError, UnicodeDecodeError):
        return ""
    return max((day for day in days if day <= today), default="")


def _learned() -> Finding:
    import json

    from app.settings import data_home

    file = data_home() / "endpoints.json"
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        told = f"what {plural(len(known), 'model')} cannot do, in {file}"
    except FileNotFoundError:
        return Finding("models", "learned", "note", "nothing yet of what services refuse")
    except (OSError, ValueError, TypeError):
        return Finding("models", "learned", "note", f"{file} cannot be read; it is learned again")
    return Finding("models", "learned", "ok", told)


def _certificates() -> Finding:
    import ssl

    named = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)
    if named is not None:
        path = Path(os.environ[named])
        if path.exists():
            return Finding("models", "certificates", "ok", f"those that {named} names")
        detail = f"{named} names nothing that is there, so no hosted service can be trusted"
        return Finding("models", "certificates", "warning", detail, f"unset {named}, or let it name your certificates")
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    if sys.platform == "darwin" or paths.cafile or (folder is not None and any(folder.glob("*.0"))):
        return Finding("models", "certificates", "ok", "those that this machine trusts")
    detail = "this machine has none, so no hosted service can be trusted"
    remedy = "install the package ca-certificates, or let SSL_CERT_FILE name a file of them"
    return Finding("models", "certificates", "warning", detail, remedy)


def _proxies() -> Iterator[Finding]:
    from urllib.parse import urlsplit

    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        if address := os.environ.get(name):
            host = urlsplit(address).netloc.rpartition("@")[2]
            yield Finding("models", "proxy", "note", f"{name}: hosted services are reached through {host}")


def _network(ready: list[tuple[Service, Readiness]]) -> Iterator[Finding]:
    import asyncio

    from providers.base import Endpoint

    asked = [Endpoint(service.name, one.address, connect=_PATIENCE / 2) for service, one in ready if one.address]
    yield from asyncio.run(_all_answers(asked))


async def _all_answers(endpoints: list[Endpoint]) -> list[Finding]:
    import asyncio

    return await asyncio.gather(*map(_answer, endpoints))


async def _answer(endpoint: Endpoint) -> Finding:
    """Does a server answer at all? It is asked for nothing, without a key, so that nothing is paid."""
    import asyncio

    import httpx2

    from providers.wires import faults
    from providers.wires.http import client_of

    try:
        async with asyncio.timeout(_PATIENCE), client_of(endpoint) as client:
            await client.head(endpoint.base_url)
    except TimeoutError:
        return Finding("network", endpoint.service, "warning", f"{endpoint.host} did not answer in {_PATIENCE:g} s")
    except httpx2.TransportError as error:
        fault = faults.of_transport(error, endpoint)
        return Finding("network", endpoint.service, "warning", fault.message, fault.hint)
    told = "answers" if is_loopback(endpoint.base_url) else "answers, and its certificate is trusted"
    return Finding("network", endpoint.service, "ok", f"{endpoint.host} {told}")
