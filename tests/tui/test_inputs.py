"""The form made from a scenario's inputs: what it asks, what a text in it means, and that it begins with enter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.scenario import Checked, load
from app.tui.library import Play
from app.tui.look.glyphs import UNICODE
from app.tui.paint.form import Field, choices, fields_of, given, note, written
from app.tui.paint.rows import width_of
from app.tui.playbill import Playbill, look
from app.tui.screens.inputs import Given, Inputs
from tui.bare import BareHouse, opened, text_of

INPUTS = """\
  topic: {help: What it is about, example: tea, min: 3, max: 20}
  tone: {type: 'one of [plain, warm, dry]', default: warm}
  loud: {type: boolean, default: false}
  count: {type: integer, default: 2, min: 1, max: 5}
  rivals: {type: [string], default: [one, two]}
  facts: {type: {year: integer}, default: {year: 1999}}
  source: {type: "string?"}
"""


def scenario(folder: Path, inputs: str = INPUTS, more: str = "") -> Path:
    uses = " ".join(
        f"${{{{ json(inputs.{line.split(':')[0].strip()}) }}}}" for line in inputs.splitlines() if line.strip()
    )
    path = folder / "asks.yaml"
    path.write_text(
        "schema: footlights/v1\nname: asks\ntitle: It asks\nagents: {a: {persona: A.}}\n"
        f'inputs:\n{inputs}steps: {{one: {{agent: a, prompt: "{uses}"}}}}\n{more}'
    )
    return path


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    return load(scenario(tmp_path))


def bill_of(path: Path) -> Playbill:
    bill = look(Play("asks", path, path.name, "asks"))
    assert bill.checked is not None, bill.problems
    return bill


async def put(pilot: Pilot[Any], screen: Inputs) -> list[Given | None]:
    """Put the form in front; what it gives, once it does."""
    gave: list[Given | None] = []
    await pilot.app.push_screen(screen, gave.append)
    await pilot.pause()
    return gave


def test_each_input_becomes_a_field_with_its_default_its_kind_and_its_help(checked: Checked) -> None:
    fields = {field.name: field for field in fields_of(checked, {})}
    assert fields["topic"] == Field("topic", "line", "text", "", "What it is about", "tea", needed=True)
    assert (fields["tone"].kind, fields["tone"].text, fields["tone"].values) == (
        "choice",
        "warm",
        ("plain", "warm", "dry"),
    )
    assert (fields["loud"].kind, fields["loud"].text) == ("choice", "false")
    assert fields["rivals"].text == "one, two"
    assert fields["facts"].text == '{"year": 1999}'
    assert not fields["source"].needed


def test_what_was_given_last_time_stands_in_the_fields(checked: Checked) -> None:
    fields = {field.name: field.text for field in fields_of(checked, {"topic": "coffee", "count": 4})}
    assert (fields["topic"], fields["count"], fields["tone"]) == ("coffee", "4", "warm")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("topic", "a tea timer", "a tea timer"),
        ("topic", "@@home", "@home"),
        ("tone", "dry", "dry"),
        ("loud", "true", True),
        ("count", "3", 3),
        ("rivals", "a, b ,, c", ["a", "b", "c"]),
        ("rivals", '["a, b", c]', ["a, b", "c"]),
        ("facts", "{year: 2020}", {"year": 2020}),
        ("source", "a book", "a book"),
    ],
)
def test_a_text_means_what_its_type_says(checked: Checked, name: str, text: str, value: Any) -> None:
    assert given(checked, {name: text}) == ({name: value}, {})


@pytest.mark.parametrize("name", ["count", "rivals", "source"])
def test_an_empty_field_leaves_the_default(checked: Checked, name: str) -> None:
    assert given(checked, {name: "  "}) == ({}, {})


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("topic", "", "this is needed"),
        ("topic", "ab", "a length of 2 is below the least, 3"),
        ("topic", "x" * 21, "a length of 21 is above the most, 20"),
        ("count", "9", "9 is above the most, 5"),
        ("count", "many", "a whole number"),
        ("count", "2.5", "a whole number"),
        ("tone", "loud", "is not one of"),
        ("facts", "{yaer: 1}", "year"),
        ("facts", "{year: [", "a value is missing here"),
        ("topic", "@nowhere.txt", "nowhere.txt"),
    ],
)
def test_what_cannot_be_taken_is_told_in_the_words_of_the_engine(
    checked: Checked, name: str, text: str, says: str
) -> None:
    values, wrong = given(checked, {name: text})
    assert values == {}
    assert says in wrong[name]
    assert f'input "{name}"' not in wrong[name]


def test_a_text_that_begins_with_an_at_sign_is_read_from_its_file(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "topic.txt").write_text("from a file")
    assert given(checked, {"topic": f"@{tmp_path / 'topic.txt'}"}) == ({"topic": "from a file"}, {})


@pytest.mark.parametrize("value", ["text", ["a", "b"], ["a, b"], [], [1, 2], {"a": 1}, 3, 2.5, True, None])
def test_every_value_can_be_written_into_a_form(value: Any) -> None:
    assert isinstance(written(value), str)


def test_choices_stand_side_by_side_or_one_at_a_time() -> None:
    assert "○ plain   ● warm" in "".join(
        span.text for span in choices(("plain", "warm"), 1, 40, UNICODE, focused=False)
    )
    narrow = choices(tuple(f"value {number}" for number in range(20)), 3, 24, UNICODE, focused=True)
    assert "4 of 20" in "".join(span.text for span in narrow)
    assert width_of(narrow) <= 24


def test_help_gives_way_to_what_is_wrong() -> None:
    field = Field("topic", "line", "text", "", "What it is about")
    assert note(field, "", 40, UNICODE)[0].text == "What it is about"
    assert note(field, "this is needed", 40, UNICODE)[0].text == "✗ this is needed"


async def test_enter_gives_what_was_written(tmp_path: Path) -> None:
    async with opened(BareHouse()) as pilot:
        gave = await put(pilot, Inputs(bill_of(scenario(tmp_path)), {}, live=False))
        await pilot.press(*"tea", "down", "right", "enter")
        assert gave == [
            Given(
                {
                    "topic": "tea",
                    "tone": "dry",
                    "loud": False,
                    "count": 2,
                    "rivals": ["one", "two"],
                    "facts": {"year": 1999},
                }
            )
        ]


async def test_what_is_wrong_is_told_next_to_the_field_while_one_types(tmp_path: Path) -> None:
    async with opened(BareHouse(), (100, 50)) as pilot:
        gave = await put(pilot, Inputs(bill_of(scenario(tmp_path)), {}, live=False))
        await pilot.press("t")
        await pilot.pause()
        assert "is below the least, 3" in text_of(pilot.app)
        await pilot.press(*"ea")
        await pilot.pause()
        assert "below the least" not in text_of(pilot.app)
        assert gave == []


async def test_enter_with_something_wrong_goes_where_it_is(tmp_path: Path) -> None:
    async with opened(BareHouse(), (100, 50)) as pilot:
        gave = await put(pilot, Inputs(bill_of(scenario(tmp_path)), {}, live=False))
        await pilot.press("tab", "tab", "enter")
        await pilot.pause()
        assert gave == []
        assert "this is needed" in text_of(pilot.app)
        await pilot.press(*"tea", "enter")
        assert gave[0] is not None


async def test_escape_gives_nothing(tmp_path: Path) -> None:
    async with opened(BareHouse()) as pilot:
        gave = await put(pilot, Inputs(bill_of(scenario(tmp_path)), {}, live=False))
        await pilot.press("escape")
        assert gave == [None]


async def test_a_long_text_has_several_lines_and_enter_still_begins(tmp_path: Path) -> None:
    path = scenario(tmp_path, '  text: {default: "one\\ntwo"}\n')
    async with opened(BareHouse()) as pilot:
        gave = await put(pilot, Inputs(bill_of(path), {}, live=False))
        await pilot.press("ctrl+j", *"three", "enter")
        assert gave == [Given({"text": "one\ntwo\nthree"})]


async def test_a_choice_is_made_with_the_arrows_and_space(tmp_path: Path) -> None:
    path = scenario(tmp_path, "  tone: {type: 'one of [plain, warm, dry]', default: warm}\n")
    async with opened(BareHouse()) as pilot:
        for keys, chosen in ((["right"], "dry"), (["left"], "plain"), (["space", "space"], "plain")):
            gave = await put(pilot, Inputs(bill_of(path), {}, live=False))
            await pilot.press(*keys, "enter")
            assert gave == [Given({"tone": chosen})], keys


async def test_a_live_run_is_asked_for_its_limit_and_says_whose_keys_it_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-of-a-key")
    more = "limits: {cost_usd: 2}\nmodels: {m: {use: anthropic/claude-sonnet-5-5}}\n"
    path = scenario(tmp_path, "  topic: {default: tea}\n", more)
    async with opened(BareHouse()) as pilot:
        gave = await put(pilot, Inputs(bill_of(path), {}, live=True))
        shown = text_of(pilot.app)
        assert "ANTHROPIC_API_KEY is set" in shown
        assert "canary" not in shown
        assert "2.00" in shown
        await pilot.press("down", "end", "backspace", "backspace", "5", "0", "enter")
        assert gave == [Given({"topic": "tea"}, {"cost_usd": 2.5})]


async def test_a_limit_that_is_no_amount_is_refused(tmp_path: Path) -> None:
    path = scenario(tmp_path, "  topic: {default: tea}\n")
    async with opened(BareHouse()) as pilot:
        gave = await put(pilot, Inputs(bill_of(path), {}, live=True))
        await pilot.press("down")
        for text in ("nothing", "-1", "0", "nan"):
            await pilot.press(*text, "enter")
            await pilot.pause()
            assert gave == []
            assert "such as 0.50" in text_of(pilot.app)
            await pilot.press(*["backspace"] * len(text))


@pytest.mark.parametrize("size", [(40, 12), (200, 50)])
async def test_the_form_can_be_filled_in_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(BareHouse(), size) as pilot:
        gave = await put(pilot, Inputs(bill_of(scenario(tmp_path)), {"topic": "tea"}, live=True))
        await pilot.press("tab", "tab", "shift+tab", "enter")
        assert gave[0] is not None
