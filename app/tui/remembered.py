"""What the app keeps between two starts: the theme, the density, where one was last. Losing it harms nothing."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from app.settings import data_home

FILE = "stage.json"


@dataclass(slots=True)
class Remembered:
    """A person's habits."""

    theme: str = "footlights"
    density: str = "comfortable"
    place: str = "home"
    scenario: str = "feature-sprint"  # the one that was chosen last
    captions: bool = True
    mouse: bool = True

    @classmethod
    def read(cls) -> Remembered:
        """What was kept; what cannot be read, or has another type than it should, is as on the first day."""
        found = cls()
        with suppress(OSError, ValueError):
            kept = json.loads(_path().read_bytes())
            for field in fields(cls):
                value = kept.get(field.name) if isinstance(kept, dict) else None
                if isinstance(value, type(getattr(found, field.name))):
                    setattr(found, field.name, value)
        return found

    def write(self) -> None:
        """Keep it, whole or not at all; a home that cannot be written to is no reason to stop."""
        path = _path()
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_text(json.dumps(asdict(self), indent=1))
            draft.chmod(0o600)
            draft.replace(path)


def _path() -> Path:
    return data_home() / FILE
