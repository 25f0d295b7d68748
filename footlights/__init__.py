"""Footlights, a terminal-first theatre for multi-agent LLM workflows. This package is its public face.

Its rooms are the top-level packages `app` and `providers` beside this one. Those are common names: when another
project's package of the same name would be imported instead, importing `footlights` says so at once.

    from footlights import perform

    async def main() -> None:
        run = perform("feature-sprint", {"feature": "dark mode"}, mode="rehearsal")
        async for event in run:
            print(event.seq, event.step)
        print((await run.result()).outputs)
"""

import os
import sys

__version__ = "0.1.0"

_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_ROOMS = ("app", "providers")
_OFFERED = ("Result", "Run", "fork", "perform", "resume")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.engine import Result as Result
    from app.engine import Run as Run
    from app.engine import fork as fork
    from app.engine import perform as perform
    from app.engine import resume as resume


def __getattr__(name: str) -> object:
    """Load the engine when somebody wants to perform something, and not before."""
    if name not in _OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import app.engine

    return getattr(app.engine, name)


def refuse_foreign_packages() -> None:
    """Raise ImportError when `app` or `providers` would not be, or is not, the package beside this one."""
    for name in _ROOMS:
        folder = _folder_of(name)
        if folder != os.path.join(_ROOT, name):
            raise ImportError(_refusal(name, folder))


def _folder_of(name: str) -> str:
    """Find the folder a package comes from, without running any of its code."""
    from importlib.machinery import PathFinder

    package = sys.modules.get(name)
    spec = PathFinder.find_spec(name) if package is None else package.__spec__
    return os.path.realpath(os.path.dirname(spec.origin)) if spec is not None and spec.origin else ""


def _refusal(name: str, folder: str) -> str:
    if not folder:
        return f'Footlights is incomplete: there is no package "{name}" in {_ROOT}. Install it again.'
    return (
        f'Footlights needs its own package "{name}" from {_ROOT}, but Python finds another one first: {folder!r}. '
        "Take its parent folder off PYTHONPATH, or give Footlights an environment of its own "
        "(pipx install footlights)."
    )


# The command asks in main(), once its own place on the path is settled, and answers without a traceback.
if os.path.basename(next(iter(sys.argv), "")) not in ("footlights", "-m"):
    refuse_foreign_packages()
