"""Which cassettes a run is played from and written to, as whoever starts it says, or as it was started."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import gmtime, strftime, struct_time
from typing import Any

from app.document.suggest import did_you_mean, listed
from app.engine.choices import named_in
from app.engine.once import once
from app.errors import UsageError
from app.events import Mode
from app.scenario import Checked
from providers.tapes.cassette import VERSION, Cassette, Header, read_cassette
from providers.tapes.recorder import Recorder, is_there


@dataclass(frozen=True, slots=True)
class Tapes:
    """What a run is played from and written to."""

    cassette: Cassette | None = None
    path: str = ""
    recorder: Recorder | None = None
    live: tuple[str, ...] = ()  # agents who reach their models, whatever the cassette knows

    @property
    def is_closed(self) -> bool:
        """Is every call played back?"""
        return self.cassette is not None and not self.live and self.recorder is None

    def settings(self) -> dict[str, Any]:
        """What a run has to know to go on."""
        return {
            "cassette": self.path,
            "record": str(self.recorder.path) if self.recorder is not None else "",
            "live": list(self.live),
        }


def insist_on_tapes(
    mode: Mode, checked: Checked, cassette: Path | None, record: Path | None, live: Collection[str]
) -> None:
    """Raise UsageError when what was said about tapes does not fit together."""
    if mode == "rehearsal" and (cassette or record or live):
        raise UsageError("a rehearsal asks no model, so it has no use for a cassette", "leave one of the two out")
    if cassette is None and (live or mode == "cassette"):
        raise UsageError("nothing says which cassette is played", "--cassette FILE does")
    if record is not None and _absolute(record) != _absolute(cassette) and record.expanduser().exists():
        raise is_there(record)
    agents = once(checked, named_in).agents
    for agent in live:
        if agent not in agents:
            raise UsageError(f'there is no agent "{agent}"', did_you_mean(agent, agents, listed(sorted(agents))))


def tapes_for(checked: Checked, cassette: Path | None, record: Path | None, live: Collection[str]) -> Tapes | None:
    """The tapes that whoever starts a run names. One that is played and recorded may be new."""
    if cassette is None and record is None:
        return None
    assert checked.scenario is not None
    header = Header(cassette=VERSION, scenario=checked.scenario.name, date=day(gmtime()))
    path, target = _absolute(cassette), _absolute(record)
    if target is None:
        recorder = None
    elif target == path and target.exists():
        recorder = Recorder.go_on(target)
    else:
        recorder = Recorder.begin(target, header)
    return Tapes(None if path is None else read_cassette(path), str(path or ""), recorder, tuple(live))


def tapes_again(settings: Mapping[str, Any], cassette: Path | None = None, record: str = "") -> Tapes | None:
    """The tapes of a run that goes on; `cassette` says where it is now, `record` where its calls are added."""
    path = str(_absolute(cassette) or settings.get("cassette", ""))
    if not path and not record:
        return None
    recorder = Recorder.go_on(Path(record)) if record else None
    return Tapes(read_cassette(Path(path)) if path else None, path, recorder, tuple(settings.get("live", ())))


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.expanduser().absolute()


def day(moment: struct_time) -> str:
    """As it is written: 2026-03-01."""
    return strftime("%Y-%m-%d", moment)
