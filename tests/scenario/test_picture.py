"""Pictures of steps: what they look like, that they fit, and that their lines lead where the needs say."""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scenario.picture import Box, Line, Picture, Span, draw
from app.scenario.picture.layers import needs_of
from app.scenario.picture.text import line_width

PICTURES = Path(__file__).parent / "pictures"


def agent(glyph: str, name: str, colour: str) -> Line:
    return (Span(f"{glyph} {name}", f"agent.{colour}"),)


def side_by_side(*agents: Line) -> Line:
    return tuple(span for one in agents for span in (*one, Span("  ")))[:-1]


CTO = agent("◆", "cto", "cyan")
BACKEND = agent("●", "backend", "green")
FRONTEND = agent("▲", "frontend", "magenta")
QA = agent("■", "qa", "yellow")
DEVOPS = agent("◇", "devops", "blue")


def step(id: str, *needs: str, lines: tuple[Line, ...] = (CTO,), marks: tuple[str, ...] = ()) -> Box:
    return Box(id, id, "agent", lines, marks, needs)


def block(id: str, *inside: Box, needs: tuple[str, ...] = (), marks: tuple[str, ...] = (), kind: str = "steps") -> Box:
    return Box(id, id, kind, (), marks, needs, inside)


FEATURE_SPRINT = [
    step("plan", lines=(CTO, (Span("Split the work", "dim"),))),
    step("api", "plan", lines=(BACKEND,)),
    step("ui", "plan", lines=(FRONTEND,)),
    block(
        "polish",
        step("verdict", lines=(QA,)),
        step("fix", "verdict", lines=(BACKEND,), marks=("if not verdict.pass",)),
        needs=("api", "ui"),
        marks=("↻ at most 3, until verdict.pass",),
    ),
    Box(
        "design_call",
        "design_call",
        "debate",
        (side_by_side(BACKEND, FRONTEND, QA), (Span("Monolith or service?"),), (Span("judge ", "dim"), *CTO)),
        ("if plan.risk >= 4", "2 rounds"),
        ("plan",),
    ),
    Box(
        "sign_off",
        "sign_off",
        "approve",
        ((Span("Deploy dark mode?"),), (Span("ship · hold"),)),
        ("30m, then hold",),
        ("polish",),
    ),
    step("deploy", "sign_off", lines=(DEVOPS,), marks=("if sign_off.choice == 'ship'", "Q4")),
]

RESEARCH = [
    step("angles"),
    step("dig", "angles", lines=(agent("●", "researcher", "green"),), marks=("each angle, 3 at once", "retry 3")),
    Box("fetch", "fetch", "tool", ((Span("http"),),), (), ("angles",)),
    block(
        "gather",
        step("read", lines=(BACKEND,)),
        Box("count", "count", "set", needs=("read",)),
        needs=("angles",),
        marks=("each source",),
    ),
    Box("write", "write", "team", (CTO, side_by_side(BACKEND, FRONTEND)), (), ("dig", "fetch", "gather")),
    Box("doubt", "doubt", "ask", ((Span("Which one would you doubt?"),),), (), ("write",)),
    Box("say", "say", "narrate", ((Span("The curtain falls."),),), (), ("doubt",)),
]

FAN = [step("root"), *(step(f"worker {n}", "root") for n in range(9)), step("end", *(f"worker {n}" for n in range(9)))]

GOLDEN = {
    "line-of-three": ([step("plan"), step("write", "plan"), step("check", "write")], 80),
    "diamond": ([step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")], 80),
    "everyone-waits-for-everyone": ([step("a"), step("b"), *(step(id, "a", "b") for id in "xyz")], 80),
    "skipping-edge": (
        [step("a"), step("b", "a"), step("c", "b"), step("d", "c"), step("e", "a"), step("f", "d", "e")],
        80,
    ),
    "crossing": ([*map(step, "abc"), step("x", "a", "c"), step("y", "b"), step("z", "a", "c", "b")], 80),
    "crossing-ring": ([*map(step, "abc"), step("x", "a", "b"), step("y", "b", "c"), step("z", "a", "c")], 80),
    "side-by-side": ([block("all", *(step(f"part {n}") for n in range(7)), kind="parallel")], 80),
    "for-each": (RESEARCH, 80),
    "for-each-wide": (RESEARCH, 120),
    "feature-sprint": (FEATURE_SPRINT, 80),
    "feature-sprint-wide": (FEATURE_SPRINT, 120),
    "feature-sprint-narrow": (FEATURE_SPRINT, 40),
    "feature-sprint-outline": (FEATURE_SPRINT, 22),
    "fan": (FAN, 80),
    "fan-outline": (FAN, 40),
}


def text_of(picture: Picture) -> str:
    return "".join("".join(span.text for span in line) + "\n" for line in picture.lines)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_picture_looks_as_it_did_when_it_was_last_looked_at(name: str) -> None:
    boxes, width = GOLDEN[name]
    path = PICTURES / f"{name}.txt"
    drawn = text_of(draw(boxes, width))
    if "REDRAW_PICTURES" in os.environ:
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")


def styled(picture: Picture, style: str) -> str:
    return "".join(span.text for line in picture.lines for span in line if span.style == style)


def test_a_step_with_a_condition_has_a_dashed_border_and_says_when() -> None:
    picture = draw([step("deploy", marks=("if risk >= 4",))], 80)
    assert styled(picture, "condition") == "if risk >= 4"
    assert set(styled(picture, "border.condition")) == set("╭┄╮┆╰╯")


def test_a_gate_has_a_double_border_and_asks() -> None:
    picture = draw([Box("sign_off", "sign_off", "approve"), step("deploy", "sign_off")], 80)
    assert set(styled(picture, "border.gate")) == set("╔═╗╚╤╝? ")


def test_a_loop_says_in_its_lower_border_how_often_it_goes_round() -> None:
    text = text_of(draw([block("polish", step("verdict"), marks=("↻ at most 3",))], 80))
    assert text.splitlines()[-1].startswith("╰─ ↻ at most 3 ─")


def test_a_for_each_is_a_card_with_another_behind_it() -> None:
    *_, last = text_of(draw([step("dig", marks=("each angle",))], 80)).splitlines()
    assert last == " ╰───────────────╯"


def test_an_edge_that_follows_from_others_is_not_drawn() -> None:
    short = [step("a"), step("b", "a"), step("c", "b")]
    assert text_of(draw([*short[:2], step("c", "a", "b")], 80)) == text_of(draw(short, 80))


def test_agents_keep_the_colours_they_come_with() -> None:
    assert styled(draw(FEATURE_SPRINT, 80), "agent.yellow") == "■ qa■ qa"


def test_wide_characters_leave_the_borders_straight() -> None:
    picture = draw([Box("a", "計画を立てる", "agent", ((Span("e\u0301te\u0301 日本"),),))], 80)
    assert {line_width(line) for line in picture.lines} == {picture.width}


def test_where_a_graph_has_no_room_there_is_a_list_that_says_who_waits_for_whom() -> None:
    picture = draw(FAN, 40)
    assert not picture.fits
    assert "├─ worker 3  ◆ cto  after root" in text_of(picture)


def test_a_wide_terminal_does_not_pull_the_picture_apart() -> None:
    assert draw(FEATURE_SPRINT, 200) == draw(FEATURE_SPRINT, 120)


def test_no_steps_give_an_empty_picture() -> None:
    assert draw([], 80) == Picture((), 0, True)


LARGE = {
    "a chain of 300": [step(str(n), *([str(n - 1)] if n else [])) for n in range(300)],
    "60 side by side": [step(str(n)) for n in range(60)],
    "60 between two": [step("a"), *(step(str(n), "a") for n in range(60)), step("z", *map(str, range(60)))],
    "1,000 at random": [
        step(str(n), *{str(Random(n * 3 + k).randrange(max(0, n - 40), n)) for k in range(3) if n}) for n in range(1000)
    ],
    "1,000 in a narrow stream": [
        step(str(n), *{str(max(0, n - 1 - n * k % 4)) for k in (1, 2) if n}) for n in range(1000)
    ],
    "8 inside each other": [reduce(lambda inner, n: block(f"b{n}", inner, step("c")), range(8), step("core"))],
}


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_large_graphs_fit_as_well(name: str, width: int) -> None:
    assert draw(LARGE[name], width).width <= width


@pytest.mark.bench
@pytest.mark.parametrize("name", LARGE)
def test_a_thousand_steps_are_drawn_in_less_than_a_second(name: str) -> None:
    started = time.perf_counter()
    draw(LARGE[name], 80)
    assert time.perf_counter() - started < 1


TITLES = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["計画を立てる", "🚀 launch", "e\u0301te\u0301", "a\nb\x1b[31m"]
)
MARKS = st.sampled_from(
    ["if risk >= 4", "↻ at most 3, until verdict.pass", "each angle, 3 at once", "retry 3", "Q4", "if " + "long " * 30]
)
KINDS = st.sampled_from(
    ["agent", "steps", "parallel", "debate", "team", "escalate", "tool", "uses", "approve", "ask", "set", "narrate"]
)


@st.composite
def graphs(draw_from: st.DrawFn, most: int = 9, deepest: int = 3) -> list[Box]:
    """Any siblings with any needs among earlier ones, blocks among them."""
    boxes: list[Box] = []
    for number in range(draw_from(st.integers(1, most))):
        needs = draw_from(st.sets(st.integers(0, number - 1), max_size=4)) if number else set()
        inside = draw_from(graphs(3, deepest - 1)) if deepest and draw_from(st.integers(0, 4)) == 0 else []
        lines = tuple((Span(text),) for text in draw_from(st.lists(TITLES, max_size=2)))
        boxes.append(
            Box(
                str(number),
                draw_from(TITLES),
                draw_from(KINDS),
                lines,
                tuple(draw_from(st.lists(MARKS, max_size=3))),
                tuple(map(str, sorted(needs))),
                tuple(inside),
            )
        )
    return boxes


def everything(boxes: list[Box]) -> list[Box]:
    return [one for box in boxes for one in (box, *everything(list(box.inside)))]


@settings(max_examples=60)
@given(graphs(), st.integers(20, 160))
def test_no_line_is_wider_than_it_may_be_and_nothing_hostile_gets_through(boxes: list[Box], width: int) -> None:
    picture = draw(boxes, width)
    assert picture.width == max(map(line_width, picture.lines)) <= width
    assert all(character.isprintable() for character in text_of(picture).replace("\n", ""))


@settings(max_examples=20)
@given(graphs(), st.integers(20, 160))
def test_the_same_steps_give_the_same_picture(boxes: list[Box], width: int) -> None:
    assert draw(boxes, width) == draw(boxes, width)


@given(st.integers(1, 30), st.integers(20, 160), st.randoms(use_true_random=False), st.sampled_from([0, 2, 5]))
def test_every_title_stands_there_once(count: int, width: int, chance: Random, nested: int) -> None:
    boxes = random_graph(count, chance)
    if nested:
        boxes = [block(f"block {n}", *boxes[n::nested], kind="parallel") for n in range(min(nested, count))]
    drawn = Counter(span.text[:6] for line in draw(boxes, width).lines for span in line if span.style == "title")
    assert drawn == Counter(box.title[:6] for box in everything(boxes))


@given(st.integers(1, 12), st.integers(60, 220), st.randoms(use_true_random=False))
def test_who_follows_the_lines_arrives_where_the_needs_say_and_nowhere_else(
    count: int, width: int, chance: Random
) -> None:
    boxes = random_graph(count, chance)
    picture = draw(boxes, width)
    if not picture.fits:
        return
    expected = {(boxes[need].id, boxes[index].id) for index, needs in enumerate(needs_of(boxes)) for need in needs}
    assert followed(picture) == expected


def random_graph(count: int, chance: Random) -> list[Box]:
    """Boxes that each wait for up to three of the boxes shortly before them."""
    reach = chance.choice([2, 4, 8])
    return [
        step(f"{n}-step", *{f"{chance.randrange(max(0, n - reach), n)}-step" for _ in range(chance.randint(0, 3)) if n})
        for n in range(count)
    ]


ARMS = {
    "│": "ud", "─": "lr", "╭": "dr", "╮": "dl", "╰": "ur", "╯": "ul",
    "├": "udr", "┤": "udl", "┬": "dlr", "┴": "ulr", "┼": "udlr", "╤": "dlr", "▼": "u",
}  # fmt: skip


def followed(picture: Picture) -> set[tuple[str, str]]:
    """The edges a reader sees who leaves each box at its lower border and never goes up."""
    grid = [line.ljust(picture.width) for line in text_of(picture).splitlines()]
    boxes = {}
    for y, line in enumerate(grid):
        for found in re.finditer(r"╭─ (\S+) ─*╮", line):
            bottom = next(row for row in range(y, len(grid)) if grid[row][found.start()] == "╰")
            boxes[found[1]] = (y, bottom, found.start(), found.end())
    tops = {(top, x): id for id, (top, _, left, right) in boxes.items() for x in range(left, right)}
    edges = set()
    for id, (_, bottom, left, right) in boxes.items():
        ways = [(bottom + 1, x, "d") for x in range(left, right) if grid[bottom][x] == "┬"]
        seen = set(ways)
        while ways:
            y, x, heading = ways.pop()
            if grid[y][x] == "▼":
                edges.add((id, tops[y + 1, x]))
                continue
            for onward in onwards(grid, y, x, heading):
                if onward not in seen:
                    seen.add(onward)
                    ways.append(onward)
    return edges


def onwards(grid: list[str], y: int, x: int, heading: str) -> Iterator[tuple[int, int, str]]:
    """The ways on from a cell, entered while heading down, left or right."""
    arms = ARMS[grid[y][x]]
    back = {"d": "u", "l": "r", "r": "l"}[heading]
    if back not in arms:
        assert grid[y][x] == "│", "a line breaks off, or touches another"
        arms = heading  # the other line passes over this one
    for turn, (down, right) in {"d": (1, 0), "l": (0, -1), "r": (0, 1)}.items():
        if turn in arms and turn != back:
            yield y + down, x + right, turn
