"""Installs what the tests of this folder talk to, each in a place of its own: `make peers`, `make engine`, `make soak`.

llmock (PyPI) breaks its answers on purpose and judges its client; aimock (npm) speaks all five protocols from a script;
server-everything (npm) is the tool server by which clients of MCP are tried;
xllamacpp is llama.cpp, for which a tiny model is made here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".venv" / "wires"  # where nobody looks for our own code, and `make clean` cleans
LLMOCK = PLACE / "llmock" / "bin" / "llmock"
AIMOCK = PLACE / "aimock" / "node_modules" / ".bin" / "llmock"  # its command of this name takes options
LLAMA = PLACE / "llama" / "bin" / "python"
EVERYTHING = PLACE / "everything" / "node_modules" / ".bin" / "mcp-server-everything"
MODEL = PLACE / "tiny.gguf"

LLMOCK_VERSION = "0.2.2"
AIMOCK_VERSION = "1.43.0"
EVERYTHING_VERSION = "2026.8.31"
LLAMA_PACKAGES = ("xllamacpp==2026.10.11549", "gguf>=0.17", "numpy>=2.3")


def main() -> int:
    """Install the ones that are named, or all of them."""
    wanted = sys.argv[1:] or ["llmock", "aimock", "everything", "llama"]
    for name in wanted:
        {"llmock": llmock, "aimock": aimock, "everything": everything, "llama": llama}[name]()
    return 0


def llmock() -> None:
    """An environment of its own: it brings a web framework."""
    if not LLMOCK.exists():
        _environment(LLMOCK.parents[1], f"llmock=={LLMOCK_VERSION}")


def aimock() -> None:
    """From npm, with nothing else."""
    if not AIMOCK.exists():
        print(f"Installing aimock {AIMOCK_VERSION} with npm.", flush=True)
        _run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(AIMOCK.parents[2]),
             f"@copilotkit/aimock@{AIMOCK_VERSION}")  # fmt: skip


def everything() -> None:
    """The tool server by which clients of the Model Context Protocol are tried."""
    if not EVERYTHING.exists():
        print(f"Installing server-everything {EVERYTHING_VERSION} with npm.", flush=True)
        _run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(EVERYTHING.parents[2]),
             f"@modelcontextprotocol/server-everything@{EVERYTHING_VERSION}")  # fmt: skip


def llama() -> None:
    """llama.cpp as wheels, and a model for it."""
    if not LLAMA.exists():
        _environment(LLAMA.parents[1], *LLAMA_PACKAGES)
    if not MODEL.exists():
        print("Making a tiny model for llama.cpp.", flush=True)
        _run(str(LLAMA), str(Path(__file__).with_name("tiny_model.py")), str(MODEL))


def _environment(folder: Path, *packages: str) -> None:
    print(f"Installing {', '.join(packages)} into an environment of its own.", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
