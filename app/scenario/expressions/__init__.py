"""The language inside `${{ }}`: read once, checked before anything runs, worked out as often as needed.

    expression = parse("steps.plan.output.risk >= 4")     # or ExpressionMistake; parse_bare for what stands in if:
    template = parse_template("Fix: ${{ item.title }}")   # or ExpressionMistakes, all of one text together
    references(expression)                                # what it looks up: ("steps", "plan", "output", "risk")
    check(expression, scope)                              # its type, and all its mistakes
    evaluate(expression, values)                          # its value, or EvaluationError, within a few milliseconds
    render(template, values)                              # the text, or what a lone expression gives, as it is

Mistakes and errors say where they are: from `start` to `end` of what was read.
"""

from app.scenario.expressions.check import Checked, Scope, check
from app.scenario.expressions.evaluate import NOT_CONSTANT, NotConstant, constant, evaluate, render
from app.scenario.expressions.functions import FUNCTIONS, Status
from app.scenario.expressions.mistakes import EvaluationError, ExpressionMistake, ExpressionMistakes
from app.scenario.expressions.nodes import Expression, Reference, references
from app.scenario.expressions.parser import parse, parse_bare
from app.scenario.expressions.signatures import Function, Parameter, signature
from app.scenario.expressions.template import Placed, Template, parse_template, read_template, secrets_in
from app.scenario.expressions.values import Value

__all__ = [
    "FUNCTIONS",
    "NOT_CONSTANT",
    "Checked",
    "EvaluationError",
    "Expression",
    "ExpressionMistake",
    "ExpressionMistakes",
    "Function",
    "NotConstant",
    "Parameter",
    "Placed",
    "Reference",
    "Scope",
    "Status",
    "Template",
    "Value",
    "check",
    "constant",
    "evaluate",
    "parse",
    "parse_bare",
    "parse_template",
    "read_template",
    "references",
    "render",
    "secrets_in",
    "signature",
]
