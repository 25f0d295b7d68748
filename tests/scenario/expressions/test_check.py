"""What the check makes of expressions: the type of what they give, and what is said when they cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.document.types import (
    Anything,
    Boolean,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Text,
    Type,
    describe,
)
from app.scenario.expressions import NOT_CONSTANT, Scope, check, constant, parse
from corpus.marked import Marked, read_marked

UNMEANT = read_marked(Path(__file__).with_name("unmeant.txt"))

OUTPUT = MapOf({"risk": Integer(), "backend": Text(), "list": ListOf(Text()), "nums": ListOf(Number())})
STEPS: dict[str, Type] = {
    "plan": MapOf({"output": OUTPUT, "outcome": Choice(("succeeded", "failed"))}),
    "sign_off": MapOf({"output": MapOf({"choice": Choice(("ship", "hold"))})}),
    "free": MapOf({"output": Text()}),
    "schema": MapOf({"output": Described({}, Maybe(MapOf({"a": Maybe(Integer())}, rest=Anything())))}),
}
SCOPE = Scope(
    {
        "inputs": MapOf(
            {
                "feature": Text(),
                "n": Integer(),
                "flag": Boolean(),
                "opt": Maybe(Integer()),
                "mode": Choice(("fast", "slow")),
                "share": Number(),
            },
            noun="input",
        ),
        "steps": MapOf(STEPS, noun="step"),
        "any": Anything(),
        "secrets": MapOf({}, rest=Text()),
        "env": MapOf({}, noun="name in env:"),
    },
    absent={"loop": "loop is there in a step with loop"},
)


@pytest.mark.parametrize("case", UNMEANT, ids=lambda case: case.source)
def test_what_cannot_be_meant_is_marked_and_answered_in_these_words(case: Marked) -> None:
    mistakes = check(parse(case.source), SCOPE).mistakes
    assert case.said == tuple((found.start, found.end, found.message, found.hint) for found in mistakes)


@pytest.mark.parametrize(
    ("source", "type"),
    [
        ("null", "null"),
        ("12", "integer"),
        ("1.0", "number"),
        ("'a'", "string"),
        ("true", "boolean"),
        ("inputs.feature", "string"),
        ("inputs.opt", "integer?"),
        ("inputs['n']", "integer"),
        ("steps.plan.output", "{risk: integer, backend: string, list: [string], nums: [number]}"),
        ("steps.plan.output.list", "[string]"),
        ("steps.plan.output.list[0]", "string?"),
        ("steps.plan.output.list[inputs.n]", "string?"),
        ("steps[inputs.feature]", "any"),
        ("steps.schema.output", "{a: integer?, ...}?"),
        ("steps.schema.output.a", "integer?"),
        ("steps.schema.output.zzz", "any"),
        ("secrets.KEY", "string?"),
        ("any.x[0].y[any]", "any"),
        ("null.x", "null"),
        ("not inputs.feature", "boolean"),
        ("!inputs.n", "boolean"),
        ("inputs.n > 2", "boolean"),
        ("inputs.n > 2.5", "boolean"),
        ("inputs.opt > 2", "boolean"),
        ("inputs.opt == null", "boolean"),
        ("inputs.feature == null", "boolean"),
        ("inputs.n == 1.0", "boolean"),
        ("inputs.share == inputs.n", "boolean"),
        ("inputs.mode == 'fast'", "boolean"),
        ("inputs.feature == 'fast'", "boolean"),
        ("inputs.mode == inputs.feature", "boolean"),
        ("inputs.feature < 'b'", "boolean"),
        ("any == 1 and any == 'a' and any < 3", "boolean"),
        ("any < any", "boolean"),
        ("1 == 2", "boolean"),
        ("'a' == 'b'", "boolean"),
        ("steps.plan.output.list == any", "boolean"),
        ("inputs.flag and inputs.flag", "boolean"),
        ("inputs.feature and inputs.feature", "string"),
        ("inputs.n and inputs.feature", "any"),
        ("inputs.opt or 0", "integer"),
        ("inputs.opt or 0.5", "number"),
        ("null or inputs.feature", "string"),
        ("inputs.flag ? 'a' : inputs.mode", "string"),
        ("inputs.flag ? 1 : null", "integer?"),
        ("inputs.flag ? 1 : 'a'", "any"),
        ("inputs.flag ? steps.plan.outcome : inputs.mode", "one of [succeeded, failed, fast, slow]"),
        ("default(inputs.opt, 1)", "integer"),
        ("default(inputs.opt, null)", "integer?"),
        ("default(null, inputs.feature)", "string"),
        ("default(inputs.opt, inputs.share, 1)", "number"),
        ("format('{0} {1}', 1, any)", "string"),
        ("join(steps.plan.output.nums)", "string"),
        ("length(steps.plan.output)", "integer"),
        ("contains(steps.plan.output.list, 'a')", "boolean"),
        ("contains(steps.plan.output, 'risk')", "boolean"),
        ("contains(any, 3)", "boolean"),
        ("round(inputs.share)", "integer"),
        ("round(inputs.share, 2)", "number"),
        ("number(inputs.share, 2)", "string"),
        ("max(inputs.n, 3)", "integer"),
        ("max(inputs.n, 0.5)", "number"),
        ("max(steps.plan.output.nums)", "number?"),
        ("sum(steps.plan.output.nums)", "number"),
        ("from_json(inputs.feature)", "any"),
        ("from_json(inputs.feature).a[0]", "any"),
        ("matches(inputs.feature, '^[a-z]+$')", "boolean"),
        ("lower(any)", "string"),
        ("lower(inputs.mode)", "string"),
    ],
)
def test_an_expression_has_the_type_of_what_it_gives(source: str, type: str) -> None:
    checked = check(parse(source), SCOPE)
    assert [mistake.message for mistake in checked.mistakes] == []
    assert describe(checked.type) == type


@pytest.mark.parametrize("source", ["success()", "failure() or always()", "not success() and inputs.flag"])
def test_the_status_can_be_asked_for_only_where_it_has_a_meaning(source: str) -> None:
    there = Scope(SCOPE.names, status_functions=True)
    assert check(parse(source), there).mistakes == ()
    assert all("only has a meaning in if:" in mistake.message for mistake in check(parse(source), SCOPE).mistakes)


def test_a_mistake_is_said_once_however_much_is_built_on_it() -> None:
    checked = check(parse("upper(stepz.a.b[0]) < stepx.c ? lower(stepz.d.e) : max(stepz.f.g, 1)"), SCOPE)
    assert [found.message for found in checked.mistakes] == [
        'there is no "stepz" here',
        'there is no "stepx" here',
        'there is no "stepz" here',
        'there is no "stepz" here',
    ]


def test_mistakes_come_in_the_order_of_the_source() -> None:
    starts = [found.start for found in check(parse("zzz.a and foo(yyy) and inputs.n == 'x'"), SCOPE).mistakes]
    assert starts == sorted(starts)
    assert len(starts) == 4


def test_a_name_that_stands_elsewhere_is_explained_rather_than_guessed_at() -> None:
    scope = Scope({"items": Anything()}, absent={"item": "item is there in a step with for_each"})
    (mistake,) = check(parse("item.x"), scope).mistakes
    assert mistake.hint == "item is there in a step with for_each"


@pytest.mark.parametrize("source", ["'abc'.x", "from_json('{')", "format('{0}', 1)[0]", "round(1, 99)", "(1 < 2).x"])
def test_what_can_only_fail_is_a_mistake_already(source: str) -> None:
    assert len(check(parse(source), Scope({})).mistakes) == 1


@pytest.mark.parametrize(
    ("source", "value"),
    [("1 == 1", True), ("false", False), ("'a' == 'b' or null", None), ("upper('a')", "A"), ("max(1, 2)", 2)],
)
def test_what_depends_on_nothing_is_constant(source: str, value: object) -> None:
    assert constant(parse(source)) == value


@pytest.mark.parametrize(
    "source", ["inputs.n", "true or inputs.n", "success()", "always()", "lower(a)", "from_json('{')"]
)
def test_what_depends_on_something_or_fails_is_not_constant(source: str) -> None:
    assert constant(parse(source)) is NOT_CONSTANT
