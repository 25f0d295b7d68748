"""The variables of the environment that a batch reads: the same for all its runs, wherever and whenever they go on.

The plan keeps a digest of each value and never the value, which may be a secret. A digest takes a while to make, so
that a short value is not found out by trying.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import pbkdf2_hmac
from typing import TYPE_CHECKING

from app.document.suggest import listed
from app.errors import UsageError

if TYPE_CHECKING:
    from app.batch.plan import Plan, Source

NOT_SET = ""
_ROUNDS = 100_000


def insist_on_set(sources: Iterable[Source], environment: Mapping[str, str]) -> None:
    """Raise when one could not read what it needs of the environment: each of its runs would end as failed for good."""
    for source in sources:
        for name in source.needs:
            if name not in environment:
                raise UsageError(f"{source.scenario}: the variable {name} is not set", f"export {name}=...")


def insist_on_same(plan: Plan, sources: Iterable[Source], environment: Mapping[str, str]) -> None:
    """Raise when what these read has changed since the batch began: its runs would differ in more than they say."""
    read = {name for source in sources for name in source.reads}
    before = {name: digest for name, digest in plan.variables.items() if name in read}
    if changed := changed_among(before, digests_of(before, plan.batch, environment)):
        raise UsageError(
            f"this batch began with other values of {listed(changed)}",
            "set in this shell what was set then; with what is set now, begin a new batch",
        )


def digests_of(names: Iterable[str], batch: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Of each variable a digest, which tells nothing of the same value in another batch."""
    return {name: _digest(batch, environment[name]) if name in environment else NOT_SET for name in names}


def changed_among(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The variables of which the digests differ."""
    return [name for name, digest in before.items() if now[name] != digest]


def _digest(batch: str, value: str) -> str:
    return pbkdf2_hmac("sha256", value.encode(errors="surrogateescape"), batch.encode(), _ROUNDS, 16).hex()
