"""A batch in Markdown for a pull request: the verdict first, then where it comes from; long lists are folded away.

It stays below what GitHub takes in one comment. Names and reasons stay text: they make no link and mention nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.batch.comparing.shift_words import TOLD, against_told
from app.batch.comparing.words import paired_told
from app.batch.groups import Group, groups_of, reasons_of, runs_of, spent_in, times_told, worst_first
from app.batch.heat import Heat, costs_told, heat_of
from app.batch.statistics import level
from app.export.batch.verdict import sign_of, standing
from app.export.markdown import inline
from app.safety import mask_secrets, safe_text
from app.state.words import in_full, plural, took

if TYPE_CHECKING:
    from app.batch.comparing.against import Against, Turned
    from app.batch.comparing.arms import Arm, Comparisons
    from app.batch.results import Results

_MOST_GROUPS = 30
_MOST_REASONS = 12
_MOST_NAMED = 5  # runs of a reason
_MOST_ARMS = 12
_MOST_LETTERS = 64_000  # a comment has 65,536
_SAID = {"better": "better", "worse": "**worse**", "same": "same", "void": "void"}


def markdown(results: Results, comparisons: Sequence[Comparisons] = (), against: Against | None = None) -> str:
    """The report."""
    last = f"Made by Footlights. `footlights batches {results.row.batch}` tells it again, run by run."
    said, left_out = "", 0
    for lines in _sections(results, comparisons, against):
        section = "".join(f"{line}\n" for line in lines)
        if len(said) + len(section) > _MOST_LETTERS:
            left_out += 1
        else:
            said += section
    if left_out:
        parts = "A part is" if left_out == 1 else f"{left_out} parts are"
        said += f"\n{parts} left out, as there is no room for more in a comment; `--html FILE` has everything.\n"
    return f"{said}\n{last}\n"


def _sections(results: Results, comparisons: Sequence[Comparisons], against: Against | None) -> Iterator[Iterable[str]]:
    yield f"## {sign_of(results, against)} {_text(results.plan.title)}: {standing(results)}", ""
    yield _facts(results)
    if against is not None:
        yield _baseline(against)
    yield from map(_comparison, comparisons)
    heat = heat_of(results)
    if heat is not None:
        yield _heat(heat)
    yield _groups(groups_of(results))
    yield _reasons(results)


def _facts(results: Results) -> Iterator[str]:
    plan = results.plan
    how = {"rehearsal": "rehearsed: written lines, no model was asked", "cassette": "played back from cassettes"}.get(
        plan.mode, "live"
    )
    rows = [("How", how), ("Cost", "; ".join(in_full(spent_in(results))))]
    if times := times_told(results):
        rows.append(("A run", times))
    if results.row.stopped:
        rows.append(("Ended early", results.row.stopped))
    yield from ("| | |", "| --- | --- |")
    for name, said in rows:
        yield f"| {name} | {_text(said)} |"


def _baseline(against: Against) -> Iterator[str]:
    yield from ("", f"### Against {_text(against.name)}: {against_told(against)}", "")
    shifts = [shift for kind in TOLD for shift in against.of_kind(kind)]
    for shift in shifts[:_MOST_GROUPS]:
        yield f"- {TOLD[shift.kind]}: {_text(shift.line)}"
    if len(shifts) > _MOST_GROUPS:
        yield f"- and {len(shifts) - _MOST_GROUPS:,} more"
    for title, names in (("New", against.new), ("Gone", against.gone), ("Changed since", against.changed)):
        if names:
            more = f" and {len(names) - _MOST_REASONS:,} more" if len(names) > _MOST_REASONS else ""
            yield f"- {title}: {_text(', '.join(names[:_MOST_REASONS]))}{more}"
    for note in against.notes:
        yield f"- {_text(note)}"
    yield from _turned(against.turned)


def _turned(runs: Sequence[Turned]) -> Iterator[str]:
    if not runs:
        return
    yield from ("", "<details>", f"<summary>{plural(len(runs), 'run')} ended otherwise</summary>", "")
    yield from (f"- {_text(run.line)}: `footlights compare {run.run_before} {run.run}`" for run in runs[:_MOST_GROUPS])
    if len(runs) > _MOST_GROUPS:
        yield f"- and {len(runs) - _MOST_GROUPS:,} more"
    yield from ("", "</details>")


def _comparison(compared: Comparisons) -> Iterator[str]:
    yield from ("", f"### {_text(compared.axis)}, against {_text(compared.control)}", "")
    for arm in compared.arms[:_MOST_ARMS]:
        yield f"**{_text(arm.headline)}**"
        yield ""
        yield from _arm(arm, compared.control)
    if len(compared.arms) > _MOST_ARMS:
        yield f"- and {plural(len(compared.arms) - _MOST_ARMS, 'value')} more, which `--html FILE` shows"
    for note in (*paired_told(compared), compared.together, *compared.notes, compared.stopped):
        yield from [f"- {_text(note)}"] if note else ()


def _arm(arm: Arm, control: str) -> Iterator[str]:
    if not arm.measures:
        return
    yield f"| | {_text(control)} | {_text(arm.name)} | what it says |"
    yield "| --- | ---: | ---: | --- |"
    for each in arm.measures:
        found, measure = each.comparison, each.measure
        verdict = _SAID.get(each.verdict, "not enough data")
        arms = ("–" if value is None else level(measure, value) for value in (found.a, found.b))
        cells = (*arms, f"{verdict}: {_text(each.why)}")
        yield f"| {_NAMES[measure]} | {' | '.join(cells)} |"
    yield ""
    if arm.shift:
        yield from (_text(arm.shift), "")


_NAMES = {"success": "passes", "cost_usd": "cost", "seconds": "time", "tokens": "tokens", "score": "score"}


def _heat(heat: Heat) -> Iterator[str]:
    yield from ("", f"### {_text(heat.down)} by {_text(heat.across)}", "")
    yield f"| | {' | '.join(_text(column) for column in heat.columns)} |"
    yield f"| --- |{' ---: |' * len(heat.columns)}"
    for name, row in zip(heat.rows, heat.spots, strict=True):
        cells = (
            "" if spot is None or spot.cost_usd is None
            else f"{spot.passed}/{spot.over} · {costs_told(spot)}"
            for spot in row
        )  # fmt: skip
        yield f"| {_text(name)} | {' | '.join(cells)} |"


def _groups(groups: Sequence[Group]) -> Iterator[str]:
    shown = worst_first(groups)[:_MOST_GROUPS]
    folded = len(groups) > 8
    head = f"All {len(groups):,} scenarios and cells, the worst first"
    yield from ("", *(("<details>", f"<summary>{head}</summary>", "") if folded else ()))
    yield from ("| what | passed | a run costs | half take | 95 % take |", "| --- | ---: | ---: | ---: | ---: |")
    for group in shown:
        half, most = group.seconds(0.5), group.seconds(0.95)
        times = ("–" if one is None else took(one * 1000) for one in (half, most))
        name = _text(f"{group.scenario} {group.cell}".strip())
        yield f"| {name} | {group.passed}/{len(group.over)} | {group.costs_told or '–'} | {' | '.join(times)} |"
    if len(groups) > len(shown):
        yield from ("", f"and {len(groups) - len(shown):,} more that pass as often as the last, or more often")
    yield from ("", "</details>") if folded else ()


def _reasons(results: Results) -> Iterator[str]:
    reasons = reasons_of(results)
    if not reasons:
        return
    yield from ("", "<details>", f"<summary>Why {plural(runs_of(reasons), 'run')} did not pass</summary>", "")
    for reason in reasons[:_MOST_REASONS]:
        named = ", ".join(f"{_text(item.name)} (`{item.item.run}`)" for item in reason.items[:_MOST_NAMED])
        more = f" and {len(reason.items) - _MOST_NAMED:,} more" if len(reason.items) > _MOST_NAMED else ""
        yield f"- **{len(reason.items):,}** × {_text(reason.why)}: {named}{more}"
    if len(reasons) > _MOST_REASONS:
        yield f"- and {plural(len(reasons) - _MOST_REASONS, 'other reason')}"
    yield from ("", "</details>")


def _text(text: str) -> str:
    return inline(safe_text(mask_secrets(text), newlines=False))
