"""What came of a batch, on a page: how many passed, where they did not and why, what it cost, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from app.batch.comparing.stopping import ended_early
from app.batch.groups import Group, groups_of, reasons_of, spent_in, times_told, worst_first
from app.batch.results import ItemResult, Results, after_verdict
from app.batch.standing import count_words, pace_words
from app.batch.verdicts import OFF, Verdict
from app.cli.batching.heat import heat_lines
from app.cli.batching.words import MARKS
from app.cli.figures import compact_time
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened, wrap
from app.cli.spoken import is_spoken, sentence, spoken_rows
from app.cli.tables import Cell, Giving, table
from app.safety import one_line
from app.state.words import in_full, percent, plural, short_id, took

MOST_GROUPS = 12
_INDENT = 11  # cells before what is said of a fact
MOST_REASONS = 6
TELLING = 5  # runs below which an interval says that nearly anything may be
MOST_NAMED = 3  # runs of a reason
HEAD = ("", "what", "passed", "rate", "between", "each", "p50", "p95")
_LEAVING = (4, 6, 5, 7, 3)  # the interval first, then the time of half of them; figures leave before names are cut
_LONGEST_NAME = 60  # cells for which they leave


def summary_lines(results: Results, ink: Ink, seconds: float = 0.0, performed: int = 0) -> list[str]:
    """The page; `performed` runs took so many `seconds` just now."""
    facts = list(_facts(results, seconds, performed))
    groups = groups_of(results)
    head = f"{short_id(results.row.batch)}  {one_line(results.plan.title)}  {_standing(results)}"
    if is_spoken():
        opening = [head.replace("  ", ", "), *(f"{name}: {told}" for name, told in facts)]
        more = [*_spoken_reasons(results), *next_lines(results)]
        return [*map(sentence, opening), *_spoken_groups(groups), *heat_lines(results, ink), *map(sentence, more)]
    lines = [ink.paint(line, "bold") for line in wrap(head, ink.width)]
    for name, said in facts:
        first, *more = wrap(said, max(20, ink.width - _INDENT))
        lines += [f"  {ink.paint(f'{name:<8}', 'dim')} {first}", *(f"{'':<{_INDENT}}{line}" for line in more)]
    for section in (
        _table(groups, ink),
        heat_lines(results, ink),
        list(_reasons(results, ink)),
        [part for line in next_lines(results) for part in _laid_out(line, ink.width)],
    ):
        lines += ["", *section] if section else []
    return [ink.glyphs(line) for line in lines]


def _standing(results: Results) -> str:
    over, total = len(results.over), len(results.items)
    if results.row.performer:
        return f"goes on: {over:,} of {plural(total, 'run')}"
    if over < total:
        if ended_early(results):
            return f"ended early at {over:,} of {plural(total, 'run')}"
        return f"stopped at {over:,} of {plural(total, 'run')}"
    off = total - results.count("passed")
    if total == 1:
        return "did not pass" if off else "passed"
    return f"all {plural(total, 'run')} passed" if not off else f"{off:,} of {plural(total, 'run')} did not pass"


def _facts(results: Results, seconds: float, performed: int) -> Iterator[tuple[str, str]]:
    counts: Counter[Verdict] = Counter(item.verdict for item in results.items)
    yield "runs", ", ".join(said for _, said in count_words(counts))
    over = len(results.over)
    if over and (between := interval_words(results.count("passed"), over)):
        yield "rate", f"{percent(results.count('passed') / over)} passed; {between}, by what {over:,} runs can tell"
    if results.row.stopped:
        yield "stopped", one_line(results.row.stopped)
    yield "cost", "; ".join(in_full(spent_in(results)))
    if times := times_told(results):
        yield "a run", f"{times}; the run's own time"
    if performed and seconds:
        yield "took", f"{took(seconds * 1000)}, {pace_words(performed / seconds)}"


def _table(groups: Sequence[Group], ink: Ink) -> list[str]:
    """Those that pass least often first; a batch of one cell has said it all above."""
    if len(groups) < 2:
        return []
    ordered = worst_first(groups)
    shown = ordered if len(ordered) <= MOST_GROUPS + 2 else ordered[:MOST_GROUPS]
    several = len({group.scenario for group in groups}) > 1
    rows = [_cells(group, several) for group in shown]
    head = [name if any(row[column].text for row in rows) else "" for column, name in enumerate(HEAD)]
    longest = max(cell_width(one_line(row[1].text)) for row in rows)
    lines = table(head, rows, ink, yielding=Giving(1, _LEAVING, least=min(longest, _LONGEST_NAME), apart=True))
    if rest := ordered[len(shown) :]:
        well = ", in which all passed" if all(group.rate == 1.0 for group in rest) else ""
        lines.append(ink.paint(f"and {len(rest):,} more{well}", "dim"))
    return lines


def _cells(group: Group, several: bool) -> list[Cell]:
    rate, over = group.rate, len(group.over)
    style = "" if rate is None else "good" if rate == 1 else "error"
    half, most = group.seconds(0.5), group.seconds(0.95)
    return [
        Cell("·" if rate is None else "✓" if rate == 1 else "✗", style or "dim"),
        Cell(" ".join(filter(None, (group.scenario if several else "", group.cell)))),
        Cell(f"{group.passed} of {over or len(group.items)}", right=True),
        Cell("" if rate is None else percent(rate), style, right=True),
        Cell(interval_words(group.passed, over) if over else "", "dim", right=True),
        Cell(group.costs_told, right=True),
        Cell("" if half is None else compact_time(half * 1000), right=True),
        Cell("" if most is None else compact_time(most * 1000), right=True),
    ]


def _spoken_groups(groups: Sequence[Group]) -> Iterator[str]:
    if len(groups) > 1:
        yield from spoken_rows(HEAD[1:], [_cells(group, True)[1:] for group in worst_first(groups)[:MOST_GROUPS]])


def _reasons(results: Results, ink: Ink) -> Iterator[str]:
    found = reasons_of(results)
    for reason in found[:MOST_REASONS]:
        first = reason.items[0]
        mark, style = MARKS[first.verdict]
        named = ", ".join(_named(item) for item in reason.items[:MOST_NAMED])
        more = f" and {len(reason.items) - MOST_NAMED:,} more" if len(reason.items) > MOST_NAMED else ""
        count = f"{len(reason.items):,} ×"
        room = max(20, ink.width - len(count) - 3)
        yield f"{ink.paint(mark, style)} {count} {shortened(one_line(reason.why), room)}"
        yield from (f"    {ink.paint(line, 'dim')}" for line in wrap(f"{named}{more}", max(20, ink.width - 4)))
    if len(found) > MOST_REASONS:
        yield ink.paint(f"and {len(found) - MOST_REASONS:,} other reasons", "dim")


def _spoken_reasons(results: Results) -> Iterator[str]:
    for reason in reasons_of(results)[:MOST_REASONS]:
        named = ", ".join(map(_named, reason.items[:MOST_NAMED]))
        how = f"{plural(len(reason.items), 'run')} {reason.items[0].verdict}"
        yield f"{how}: {one_line(after_verdict(reason.why))}; {named}"


def _named(item: ItemResult) -> str:
    return f"{one_line(item.name)} ({short_id(item.item.run)})"


def next_lines(results: Results) -> Iterator[str]:
    """What to type next."""
    batch = short_id(results.row.batch)
    bad = next((item for item in results.items if item.verdict in OFF), None)
    paused = [item for item in results.items if item.verdict == "paused" and item.goes_on]
    if bad is not None:
        yield f"footlights replay {short_id(bad.item.run)}  shows how one of them went"
    if any(item.reason in ("gate", "person") for item in paused):
        yield "footlights inbox  lists what a person is asked"
    limited = next((item for item in paused if item.met_its_limit), None)
    if limited is not None:
        run = short_id(limited.item.run)
        yield f"footlights direct {run} raise LIMIT VALUE  allows one of them more; in the app  r  does so for all"
    if any(item.goes_on for item in results.items) and not results.row.performer and not ended_early(results):
        budget = " --budget NAME=VALUE" if any(item.waits_for_budget for item in paused) else ""
        yield f"footlights batch --resume {batch}{budget}  goes on with what is missing"
    yield f"footlights batches {batch} --html report.html  makes a report to be sent"


def _laid_out(line: str, width: int) -> list[str]:
    """A command and what it does, below it where a line has no room for both."""
    command, _, does = line.partition("  ")
    return [line] if cell_width(line) <= width else [*wrap(command, width), *wrap(f"    {does}", width)]


def interval_words(passed: int, of: int) -> str:
    """Where the rate lies with 95 % confidence; nothing for a few runs, or where the library that knows is missing."""
    if of < TELLING:
        return ""
    from app.batch.statistics import NoStatistics, rate_interval, rate_told

    try:
        return rate_told(*rate_interval(passed, of))
    except NoStatistics:
        return ""
