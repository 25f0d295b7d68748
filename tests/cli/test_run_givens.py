"""What a run is given on the command line becomes values of the right type, or is refused all at once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from app.cli.givens import read_answers, read_inputs, read_limits
from app.errors import FootlightsError, ScenarioRefused, UsageError
from app.scenario import Checked, load

PLAY = """
schema: footlights/v1
name: play
inputs:
  who: {type: string, help: Who it is about, min: 2, max: 10}
  strict: {type: boolean, default: false}
  rivals: {type: [string], default: [a], min: 1, max: 3}
  budget: {type: number, default: 1, max: 9}
  mood: {type: "one of [dry, warm, 3]", default: dry}
  note: {type: string?}
  extra: {type: any, default: null}
  place: {type: {town: string, floor: integer?}, default: {town: Graz}}
steps:
  a: {narrate: "${{ inputs.who }} ${{ inputs.strict }} ${{ inputs.rivals[0] }} ${{ inputs.budget }} ${{ inputs.mood }}"}
  b: {narrate: "${{ inputs.note }} ${{ inputs.extra }} ${{ inputs.place.town }}"}
  c: {approve: {ask: Ship?, options: [ship, hold]}}
"""


@pytest.fixture
def play(tmp_path: Path) -> Checked:
    path = tmp_path / "play.yaml"
    path.write_text(PLAY)
    return load(path)


def refused(play: Checked, *words: str) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioRefused) as refusal:
        read_inputs(words, play)
    return [(problem.message, problem.hint) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        ("strict=true", "strict", True),
        ("rivals=[x, y]", "rivals", ["x", "y"]),
        ('rivals=["x, y"]', "rivals", ["x, y"]),
        ("budget=2.5", "budget", 2.5),
        ("budget=3", "budget", 3),
        ("mood=warm", "mood", "warm"),
        ("mood=3", "mood", 3),
        ("note=null", "note", None),
        ("note=true", "note", "true"),
        ("note=", "note", ""),
        ("note=a=b: [c", "note", "a=b: [c"),
        ("note=@@home", "note", "@home"),
        ("extra={a: [1, null]}", "extra", {"a": [1, None]}),
        ("place={town: Wien}", "place", {"town": "Wien"}),
    ],
)
def test_a_value_is_read_by_the_type_of_its_input(play: Checked, word: str, name: str, value: Any) -> None:
    read = read_inputs(["who=Ada", word], play)
    assert read == {"who": "Ada", name: value}
    assert type(read[name]) is type(value)


def test_a_text_that_looks_like_a_number_stays_a_text(play: Checked) -> None:
    assert read_inputs(["who=007"], play) == {"who": "007"}


def test_a_file_gives_its_text_or_its_data(play: Checked, tmp_path: Path) -> None:
    (tmp_path / "who.txt").write_text("Ada\n")
    (tmp_path / "rivals.json").write_text('["x", "y"]')
    words = [f"who=@{tmp_path}/who.txt", f"rivals=@{tmp_path}/rivals.json"]
    assert read_inputs(words, play) == {"who": "Ada\n", "rivals": ["x", "y"]}


def test_stdin_gives_all_inputs_as_json_and_options_win_over_it(play: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"who": "Ada", "budget": 4}'))
    assert read_inputs(["budget=5", "-"], play) == {"who": "Ada", "budget": 5}


@pytest.mark.parametrize("text", ["", "[1]", "{", '"x"', "[" * 100_000])
def test_stdin_that_holds_no_object_is_refused(play: Checked, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert "stdin" in refused(play, "who=Ada", "-")[0][0]


def test_everything_that_is_wrong_is_told_at_once(play: Checked) -> None:
    assert refused(play, "strct=true", "strict=maybe", "budget=12", "rivals=[]", "mood=sad", "place={town: 1}") == [
        ('there is no input "strct"', 'did you mean "strict"?'),
        ("strict: needs true or false, this is text", ""),
        ("budget: 12 is above the most, 9", ""),
        ("rivals: a length of 0 is below the least, 1", ""),
        ("mood: needs one of [dry, warm, 3], this is text", ""),
        ("place.town: needs text, this is 1", "write  -i place='{key: value}'"),
        ('the input "who" is missing', "give it with  -i who=...  (text, Who it is about)"),
    ]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("who", '"who" is not an input'),
        ("who=A", "a length of 1 is below the least, 2"),
        ("who=@no-such-file.txt", "no-such-file.txt"),
        ("rivals=x", "rivals: needs a list"),
        ("rivals=[x", "the [ is not closed"),
        ("extra=!!python/object:x 1", "tag"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(play: Checked, word: str, said: str) -> None:
    assert any(said in message for message, _ in refused(play, word)), refused(play, word)


def test_an_input_given_twice_is_refused(play: Checked) -> None:
    assert refused(play, "who=Ada", "who=Bob")[0][0] == 'the input "who" is given twice'


def test_answers_are_a_map_from_steps_to_choices(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text('c: ship\n"loop/2/c": hold\n"*": 3\n')
    assert read_answers(str(path), ["c", "loop/c"]) == {"c": "ship", "loop/2/c": "hold", "*": "3"}
    assert read_answers(None) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [("c: {a: b}", 'the answer to "c" is a map'), ("d: ship", 'nothing asks at "d"')],
)
def test_answers_that_answer_nothing_are_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as refusal:
        read_answers(str(path), ["c"])
    assert said in refusal.value.message


def test_an_answers_file_that_is_no_map_is_refused_like_any_file(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("[ship]")
    with pytest.raises(ScenarioRefused, match="1 error"):
        read_answers(str(path))


def test_limits_are_read_in_the_notation_of_the_file() -> None:
    assert read_limits(["cost_usd=1", "tokens=50k", "wall=5m", "turns=20"]) == {
        "cost_usd": 1.0, "tokens": 50_000, "wall": 300.0, "turns": 20,
    }  # fmt: skip
    assert read_limits([]) == {}


@pytest.mark.parametrize(
    "word", ["cost=1", "cost_usd", "wall=5", "tokens=-1", "cost_usd=[", "turns=0", "cost_usd=.inf"]
)
def test_a_limit_that_cannot_be_is_refused(word: str) -> None:
    with pytest.raises(FootlightsError) as refusal:
        read_limits([word])
    assert refusal.value.exit_code == 2
