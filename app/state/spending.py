"""What calls have cost, kept apart by how far each figure can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from app.events import CallFailed, CallFinished

OWN_MACHINE = "runs on your own machine"  # the source of prices that are nothing because nobody else's machine works


@dataclass(frozen=True, slots=True)
class Spent:
    """What some calls have cost together; `app.state.words` says what each part means."""

    cost_usd: float = 0.0
    estimated_usd: float = 0.0
    rehearsed_usd: float = 0.0
    rehearsed: int = 0
    unpriced: int = 0
    local_ms: int = 0
    played_usd: float = 0.0
    played: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.cost_usd + other.cost_usd,
            self.estimated_usd + other.estimated_usd,
            self.rehearsed_usd + other.rehearsed_usd,
            self.rehearsed + other.rehearsed,
            self.unpriced + other.unpriced,
            self.local_ms + other.local_ms,
            self.played_usd + other.played_usd,
            self.played + other.played,
        )


NOTHING = Spent()


def spent_by(ended: CallFinished | CallFailed) -> Spent:
    """What one attempt of a call has cost."""
    usd, basis = ended.cost_usd, ended.basis
    if ended.played:  # it was paid for once, in the run that was recorded
        return Spent(played_usd=usd, played=1)
    is_local = ended.prices is not None and ended.prices.source == OWN_MACHINE
    return Spent(
        usd,
        usd if basis == "estimated" else 0.0,
        usd if basis == "rehearsed" else 0.0,
        int(basis == "rehearsed"),
        int(basis == "unpriced"),
        ended.took_ms if is_local and basis != "rehearsed" else 0,
    )
