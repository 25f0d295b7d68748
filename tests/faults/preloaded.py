"""What a process that performs will need: the one it is forked from has it already, since a test starts hundreds."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from corpus.commands import ROOT

for room in ("app/engine", "app/engine/steps", "app/journal", "app/tools", "providers"):
    for file in sorted((ROOT / room).glob("[!_]*.py")):
        import_module(f"{Path(room).as_posix().replace('/', '.')}.{file.stem}")
for name in ("httpx2", "jsonschema_rs", "faults.performer"):
    import_module(name)
