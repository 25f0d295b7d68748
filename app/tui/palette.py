"""What ctrl+p finds: every key that counts here, every place, every theme; what belongs to the present place first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from app.tui.canvas import plain
from app.tui.keys import Key, keys_of, shown, with_own
from app.tui.look.glyphs import ASCII
from app.tui.look.themes import names
from app.tui.place import Place
from app.tui.text import cells, cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen
    from textual.worker import Worker

    from app.tui.app import Theatre

WIDTH = 78  # cells of the palette, where there is room; its style sheet says the same
_EDGES = 5  # cells of it in which no text stands: air at both sides, and the scrollbar
_TITLE = 22  # cells for what a command is called
_NOT_LISTED = ("everywhere.palette", "everywhere.back", "everywhere.stop")


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette."""

    title: str  # the verb first
    more: str
    key: str
    run: Callable[[], Any]


class Palette(CommandPalette):
    """Textual's, which lets go on ctrl+c too, and finds our commands alone."""

    BINDINGS: ClassVar = [Binding("ctrl+c", "escape", "back", show=False)]

    def __init__(self) -> None:
        super().__init__([Commands], placeholder="what shall be done", id="--command-palette")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is no room for a list there is no page of it to turn."""
        return action != "command_list" or any(one.scrollable_content_region.area for one in self.query(CommandList))

    def _gather_commands(self, search_value: str) -> Worker[None]:
        """As Textual's, but one that begins when the palette is leaving finds no list, and must not end the app."""
        gather = CommandPalette._gather_commands.__wrapped__  # type: ignore[attr-defined]
        group = self._GATHER_COMMANDS_GROUP
        return self.run_worker(partial(gather, self, search_value), group=group, exclusive=True, exit_on_error=False)


class Commands(Provider):
    """Gives the palette what counts on the screen below it."""

    @property
    def _house(self) -> Theatre:
        return self.app  # type: ignore[return-value]

    async def discover(self) -> Hits:
        """All of them."""
        for command in commands(self._house, self.screen):
            yield DiscoveryHit(self._line(command, Content(command.title)), command.run, text=command.title)

    async def search(self, query: str) -> Hits:
        """Those with these words in their names, then those with them in what is said of them."""
        matcher = self.matcher(query)
        for command in commands(self._house, self.screen):
            score = matcher.match(command.title) or matcher.match(command.more) / 4
            if score > 0:
                yield Hit(score, self._line(command, matcher.highlight(command.title)), command.run, text=command.title)

    def _line(self, command: Command, title: Content) -> Content:
        room = min(WIDTH, self._house.size.width) - _EDGES
        taken = max(_TITLE, cells(command.title) + 2)
        more = cut(command.more, max(0, room - taken - cells(command.key) - 2))
        more = plain(more) if self._house.glyphs is ASCII else more
        between = " " * max(1, room - taken - cells(more) - cells(command.key))
        after = " " * (taken - cells(command.title))
        return Content.assemble(title, after, (more, "$muted not bold"), between, (command.key, "$accent bold"))


def commands(house: Theatre, screen: Screen[Any]) -> Iterator[Command]:
    """One each; what does nothing now is left out, and what several keys do is told once."""
    place = screen if isinstance(screen, Place) else None
    told: set[str] = set()
    for spot in (*(place.SPOTS if place is not None else ()), "everywhere"):
        for key in with_own(keys_of(spot), house.own_keys):
            if key.id in _NOT_LISTED or (spot == "lists" and not key.rank):  # nobody looks for the arrows
                continue
            if key.action in told or (key.action == "stage" and not house.stages):
                continue
            if place is not None and place.why_not(key.action):
                continue
            told.add(key.action)
            run = partial((house if spot == "everywhere" else screen).run_action, key.action)
            pressed = plain(shown(key.keys)) if house.glyphs is ASCII else shown(key.keys)
            yield Command(_title(key), key.more, pressed, run)
    for name in names(Path.cwd()):
        yield Command(f"Wear {name}", "Put on this theme; it is remembered.", "", partial(house.wear, name))


def _title(key: Key) -> str:
    if key.action.startswith("go("):
        return f"Go to {key.says}"
    return "Go to the stage" if key.action == "stage" else key.says[:1].upper() + key.says[1:]
