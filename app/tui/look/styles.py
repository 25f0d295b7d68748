"""Turns the words of a painter ("role:cyan bold", "error on:panel") into a style by the theme.

`dim` is for whoever is not in the light: a colour nearer to the ground, but never so near that it cannot be read. Where
there are no colours, the same words still tell loud from quiet: by bold, dim and reverse.
"""

from __future__ import annotations

from rich.style import Style

from app.tui.look.colour import contrast, mix
from app.tui.look.themes import DIM, Theme

_ATTRIBUTES = frozenset(("bold", "dim", "italic", "underline", "reverse", "strike"))
_RECEDES = (0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05)  # towards the ground: as far as nothing is lost by it

# Grounds that only set a surface apart. Any other says something, so it must be seen without colour too: by reverse.
_SURFACES = frozenset(("ground", "panel", "track", "edge", "faint", "light:1", "light:2", "light:3", "light:4"))
_QUIET = frozenset(("muted", "faint", "edge", "track"))
_LOUD = frozenset(("accent", "focus", "gate", "warning", "error"))


class Palette:
    """How the words of a style look in one theme."""

    __slots__ = ("_made", "_styles", "_theme", "ground")

    def __init__(self, theme: Theme, *, colour: bool) -> None:
        self._theme = theme
        self._styles: dict[str, Style] = {}
        self._made = self._plain if not colour else self._by_terminal if theme.is_terminals_own else self._by_theme
        self.ground = self._made(frozenset(), "text", "ground")

    @classmethod
    def of(cls, theme: Theme, *, colour: bool = True) -> Palette:
        """The palette of a theme; without colour only bold, dim, reverse and the like are left of it."""
        return cls(theme, colour=colour)

    def style(self, words: str) -> Style:
        """The style for any of bold, dim, italic, underline, reverse, strike, one colour, and one more as `on:NAME`."""
        style = self._styles.get(words)
        if style is None:
            style = self._styles[words] = self._made(*self._read(words))
        return style

    def _read(self, words: str) -> tuple[frozenset[str], str, str]:
        attributes, foreground, background = set(), "", ""
        for word in words.split():
            if word in _ATTRIBUTES:
                attributes.add(word)
            elif word in self._theme.colours:
                foreground = word
            elif word.startswith("on:") and word[3:] in self._theme.colours:
                background = word[3:]
            elif word.startswith("role:"):
                foreground = "role:white"  # an old run may name a colour that no theme has
            else:
                raise ValueError(f'"{word}" is no word of a style')
        return frozenset(attributes), foreground, background

    def _by_theme(self, attributes: frozenset[str], foreground: str, background: str) -> Style:
        colours = self._theme.colours
        if not foreground and background and background not in {*_SURFACES, "selection"}:
            foreground = "ground"
        shown = colours[foreground] if foreground else ""
        if "dim" in attributes:
            shown = self._dimmed(colours[foreground or "text"], background)
        return _style(attributes - {"dim"}, shown, colours[background] if background else "")

    def _dimmed(self, colour: str, background: str) -> str:
        """The colour as near to the ground as it may come: what could be read still can."""
        colours, least = self._theme.colours, self._theme.contrast
        grounds = [colours[name] for name in ([background] if background else ["ground", "panel"])]
        if _worst(colour, grounds) < least:
            return mix(colour, grounds[0], _RECEDES[0])  # a line or a surface, not a text
        mixed = (mix(colour, grounds[0], share) for share in _RECEDES)
        return next((dimmed for dimmed in mixed if _worst(dimmed, grounds) >= least), colour)

    def _by_terminal(self, attributes: frozenset[str], foreground: str, background: str) -> Style:
        """What is read on a colour is drawn reversed: only so is it the terminal's ground that is seen on it."""
        colours = self._theme.colours
        shown = colours[foreground] if foreground else ""
        ground = colours[background] if background else ""
        if background and background not in _SURFACES:
            return _style((attributes | {"reverse"}) - {"dim"}, ground)
        return _style(attributes | {"dim"} if shown == DIM else attributes, shown, ground)

    def _plain(self, attributes: frozenset[str], foreground: str, background: str) -> Style:
        """Without colour what is quiet is dim, what is loud is bold, and what has a ground of its own is reversed."""
        if foreground in _QUIET:
            attributes |= {"dim"}
        if foreground in _LOUD:
            attributes |= {"bold"}
        if background and background not in _SURFACES:
            attributes |= {"reverse"}
        return _style(attributes)


def _worst(colour: str, grounds: list[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _style(attributes: frozenset[str], colour: str = "", ground: str = "") -> Style:
    words = [
        *sorted(attributes),
        colour.replace(DIM, "default"),
        f"on {ground.replace(DIM, 'default')}" if ground else "",
    ]
    return Style.parse(" ".join(filter(None, words)))
