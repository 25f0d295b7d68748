"""The progress of a batch on a terminal: a few lines that are drawn again in place. Alone here Rich is loaded."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live as Redrawn
from rich.text import Text

from app.batch.executor import Ending
from app.batch.plan import Item
from app.batch.planning import item_name
from app.batch.standing import count_words, shares
from app.batch.verdicts import Verdict
from app.cli.batching.lines import Silence, Why, figures
from app.cli.batching.tally import Tally
from app.cli.batching.words import MARKS
from app.cli.ink import Ink
from app.cli.narrating.text import shortened
from app.safety import one_line
from app.state.words import short_id

NOW = 3  # runs under way that are named
LATEST = 4  # failures that are shown, the last ones
_WIDEST = 100
_NARROW = 60  # cells below which a failure takes two lines
_STYLES = {  # the words of Ink in those of Rich: only colours that a terminal's own palette defines
    "good": "green", "error": "bold red", "warning": "bold yellow", "accent": "bold magenta", "dim": "dim",
    "bold": "bold",
}  # fmt: skip


class Live(Silence):
    """For whoever sits there."""

    def __init__(self, tally: Tally, why: Why) -> None:
        self._tally = tally
        self._why = why
        self._whys: dict[str, str] = {}
        self._ink = Ink.for_stream(sys.stderr)
        self._console = Console(
            file=sys.stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, no_color=not self._ink.colour
        )
        self._redrawn = Redrawn(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._redrawn.start()

    def ended(self, item: Item, ending: Ending, verdict: Verdict) -> None:
        if verdict != "passed":
            self._whys.pop(item.run, None)

    def tick(self) -> None:
        self._redrawn.update(self.drawn(), refresh=True)

    def say(self, text: str) -> None:
        self._console.print(Text(self._ink.glyphs(one_line(text)) if "\n" not in text else text))

    def finish(self) -> None:
        self._redrawn.stop()

    def drawn(self) -> Text:
        """All of it."""
        width = max(20, min(self._console.width, _WIDEST))
        return Text("\n").join(self._line(line, width) for line in self._lines(width))

    def _line(self, line: Text, width: int) -> Text:
        line.truncate(width, overflow="crop")
        line.plain = self._ink.glyphs(line.plain)
        return line

    def _lines(self, width: int) -> Iterator[Text]:
        tally = self._tally
        yield Text()
        yield _joined(
            [_styled(short_id(tally.plan.batch), "accent"), _styled(one_line(tally.plan.title), "bold")], "  "
        )
        share = f"{tally.over * 100 // tally.total:>3} %" if tally.total else ""
        yield _joined([self._bar(width - len(share) - 2), Text(share)], "  ")
        yield from _flowing([_marked(verdict, said) for verdict, said in count_words(self._standing())], width)
        told = [f"{tally.over:,} of {tally.total:,}", *figures(tally)]
        yield from _flowing([Text(part) for part in told], width)
        yield from self._now(width)
        yield from self._failures(width)

    def _bar(self, width: int) -> Text:
        bar = Text()
        for verdict, cells in shares(self._standing(), width):
            mark, style = MARKS[verdict]
            bar.append(mark * cells, _STYLES[style])
        return bar

    def _standing(self) -> Counter[Verdict]:
        tally = self._tally
        here: dict[Verdict, int] = {"running": len(tally.under_way), "waiting": tally.waiting}
        return tally.counts + Counter(here)

    def _now(self, width: int) -> Iterator[Text]:
        under_way = list(self._tally.under_way.values())
        if not under_way:
            return
        names = [one_line(item_name(self._tally.plan, item)) for item in under_way[:NOW]]
        more = f", and {len(under_way) - NOW} more" if len(under_way) > NOW else ""
        yield _joined([_styled("now", "dim"), Text(shortened(", ".join(names), width - 4 - len(more)) + more)], " ")

    def _failures(self, width: int) -> Iterator[Text]:
        for item, ending, verdict in list(self._tally.failures)[-LATEST:]:
            mark, style = MARKS[verdict]
            why = self._whys.get(item.run)
            if why is None:
                why = self._whys[item.run] = one_line(self._why(ending))
            name = one_line(item_name(self._tally.plan, item))
            room = width - 2
            if len(name) + len(why) + 2 <= room or width >= _NARROW:
                name = shortened(name, room // 2)
                yield _joined(
                    [_styled(mark, style), Text(name), _styled(shortened(why, room - len(name) - 1), "dim")], " "
                )
            else:
                yield _joined([_styled(mark, style), Text(shortened(name, room))], " ")
                yield _joined([Text(" "), _styled(shortened(why, room), "dim")], " ")


def _flowing(parts: list[Text], width: int) -> Iterator[Text]:
    """Parts side by side, on as many lines as they need."""
    line = parts[0]
    for part in parts[1:]:
        if line.cell_len + part.cell_len + 3 > width:
            yield line
            line = part
        else:
            line = _joined([line, part], "   ")
    yield line


def _marked(verdict: Verdict, said: str) -> Text:
    mark, style = MARKS[verdict]
    return _joined([_styled(mark, style), Text(said)], " ")


def _styled(text: str, style: str) -> Text:
    return Text(text, style=_STYLES[style])


def _joined(parts: list[Text], between: str) -> Text:
    return Text(between).join(parts)
