"""A scenario file becomes a checked scenario: `check` tells all that is wrong, `load` insists that nothing is."""

from app.scenario.checking import Checked, check, load

__all__ = ["Checked", "check", "load"]
