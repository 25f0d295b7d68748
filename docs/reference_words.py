"""The words of the reference that no model can tell: what types are called, what steps give, what names mean."""

from __future__ import annotations

from typing import Any

from app.cast.card import Color, Glyph
from app.document import source, tree
from app.document.types import Anything, describe
from app.document.values import Count, Duration, Id, Ids, Share, Text, Thresholds
from app.scenario.checks import files, references
from app.scenario.expressions import parser, patterns, values
from app.scenario.model.modifiers import Condition, Items
from app.scenario.model.parts import EnvironmentName, Model
from app.scenario.model.rehearsal import ErrorClass
from app.scenario.model.steps import ScenarioFile, ToolName
from app.scenario.scopes import AGENT, ANSWER, DEBATE, RUN, state_of

# How the notations of their own are called in a table; all other types are spelled out from their annotation.
SPOKEN: tuple[tuple[Any, str], ...] = (
    (Id, "name"),
    (Ids, "name, or list of names"),
    (Text, "text, or `{file: path}`"),
    (Glyph, "one character"),
    (Duration, "time such as `15m`"),
    (Count, "count such as `200k`"),
    (Share, "share such as `75%`"),
    (Thresholds, "list of rising shares"),
    (Condition, "expression, bare"),
    (Items, "list, or expression"),
    (ToolName, "name of a tool"),
    (ScenarioFile, "path of a .yaml file"),
    (EnvironmentName, "NAME"),
    (Color, "colour such as `cyan`"),
    (ErrorClass, "[error](#retry)"),
    (Model, "text, or map: {Routed}"),
)
TYPE_KEYS = ("output", "type")  # their value is anything to pydantic; it is read by app.document.types

OUTPUTS = {
    "agent": "text, or data of the type in `output`",
    "steps": "map of the outputs inside, by id",
    "parallel": "map of the outputs inside, by id",
    "debate": f"`{describe(DEBATE)}`",
    "team": "text, or data of the type in `output`",
    "escalate": "text, or data of the type in `output`",
    "tool": "what the tool gives",
    "uses": "the scenario's `outputs`",
    "approve": "`{choice: one of the options, note: string, by: string}`",
    "ask": f"`{describe(ANSWER)}`",
    "set": "map of the values",
    "narrate": "null",
}
OUTCOMES = {
    "succeeded": "it did what it should",
    "failed": "it could not, and its tries are used up",
    "skipped": "its `if` was false, or a step it needs failed or was skipped",
    "cancelled": "a person stopped it",
    "exhausted": "a limit was reached, a loop took `max` turns with `on_max: fail`, or a debate came to no consensus",
    "refused": "the model declined to answer",
    "truncated": "the answer stopped at the model's length limit",
    "expired": "a gate's time passed, and its default was taken",
}
ERRORS = {
    "rate_limited": ("the provider asks to wait", "yes, after that wait"),
    "overloaded": ("the provider is busy or broken", "yes"),
    "timeout": ("no answer in time", "yes"),
    "connection": ("the host cannot be reached", "yes"),
    "auth": ("the key is missing or wrong", "no"),
    "quota": ("the account's money or allowance is used up", "no"),
    "bad_request": ("the provider does not accept the request", "no"),
    "context_too_long": ("prompt and answer do not fit into the model", "no"),
    "refused": ("the model declined, or a content filter did", "no"),
    "truncated": ("the answer was cut at the length limit", "no"),
    "malformed": ("what came back cannot be read", "yes"),
    "incomplete": ("the answer broke off", "yes"),
    "empty": ("the answer has nothing in it", "once"),
}
NAMES = (
    ("`inputs.<id>`", "everywhere", "what the run was given"),
    ("`env.<NAME>`", "everywhere", "a variable listed in `env:`; always text"),
    ("`vars.<id>`", "everywhere; in `vars:` the ones above", "a value of `vars:`"),
    ("`steps.<id>`", "in steps and `outputs:`", f"`{describe(state_of(Anything()))}`"),
    ("`matrix.<id>`", "where `strategy:` has a matrix", "the value in this cell of the batch"),
    ("`item`, or its `as:` name", "in a step with `for_each`, and inside it", "the item at hand"),
    ("`loop.index`", "in a step with `loop` or `for_each`, and inside it", "the number of the turn or item, from 1"),
    ("`loop.previous`", "in a step with `loop`, and inside it", "the turn before, null in the first"),
    ("`run`", "in steps and `outputs:`", f"`{describe(RUN)}`"),
    ("`agent`", "in the prompts of agents", f"`{describe(AGENT)}`"),
    ("`secrets.<NAME>`", "in `with:` of a tool and `key:` of a model", "a secret"),
)
BOUNDS = (
    ("a file, and each file it names", f"{source.MAX_BYTES // 1_000_000} MB"),
    ("all files it names together", f"{source.MAX_INCLUDED_BYTES // 1_000_000} MB"),
    ("values in a file", f"{tree.MAX_NODES:,}"),
    ("levels of nesting in a file", f"{tree.MAX_DEPTH}"),
    ("aliases in a file", f"{tree.MAX_ALIASES}"),
    ("scenarios that use one another", f"{files.MAX_NESTING} deep"),
    ("characters of an expression", f"{parser.MAX_SOURCE:,}"),
    ("names, values and operators in it", f"{parser.MAX_NODES}"),
    ("levels of nesting in it", f"{parser.MAX_DEPTH}"),
    ("characters of what it gives", f"{values.MAX_RESULT:,}"),
    ("characters of a pattern for `matches`", f"{patterns.MAX_PATTERN}"),
    ("patterns in a file", f"{references.MAX_PATTERNS}"),
)
