"""Works out what an expression gives, and puts what expressions give into a text.

Nothing but plain data is touched, nothing is called but the functions of the table, and all of it is paid for out of
one allowance (see values.py). Whatever the expression and the values, there is a value or an EvaluationError, and the
same one each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from app.document.suggest import did_you_mean
from app.document.types import spoken_value
from app.scenario.expressions.functions import FUNCTIONS, Status
from app.scenario.expressions.mistakes import EvaluationError
from app.scenario.expressions.nodes import (
    Call,
    Comparison,
    Decision,
    Either,
    Every,
    Expression,
    Key,
    Literal,
    Lookup,
    Name,
    Node,
    Not,
    walk,
)
from app.scenario.expressions.signatures import Function, signature, wrong_count
from app.scenario.expressions.template import Placed, Template
from app.scenario.expressions.values import (
    Refused,
    Value,
    Work,
    equal,
    in_order,
    is_true,
    look_up,
    mended,
    settled,
    text_of,
)

PLACE = 256  # what an expression in a text costs, in characters


class NotConstant(Enum):
    """What `constant` returns for an expression that depends on something."""

    NOT_CONSTANT = "not constant"


NOT_CONSTANT: Final = NotConstant.NOT_CONSTANT


def evaluate(expression: Expression, values: Mapping[str, object], status: Status | None = None) -> Value:
    """Return what an expression gives, or raise EvaluationError. The status is for success() and failure()."""
    return _settled(expression, _Evaluation(values, status, Work()))


def render(template: Template, values: Mapping[str, object], status: Status | None = None) -> Value:
    """Return a text with what its expressions give, or as it is what a lone one gives; or raise EvaluationError.

    What is put in is never read again, whatever it holds. The place of an error counts in the text.
    """
    evaluation = _Evaluation(values, status, Work())
    if template.lone is not None:
        placed = template.placed[0]
        try:
            return _settled(placed.expression, evaluation)
        except EvaluationError as error:
            raise error.moved(placed.start) from None
    pieces = [part if isinstance(part, str) else evaluation.text(part) for part in template.parts]
    try:
        evaluation.work.room(sum(map(len, pieces)))
        return mended("".join(pieces), evaluation.work)
    except Refused as refused:
        end = template.placed[-1].end if template.placed else 0
        raise EvaluationError(refused.message, refused.hint, 0, end) from None


def constant(expression: Expression) -> Value | NotConstant:
    """Return what an expression always gives, or NOT_CONSTANT when that depends on something, or is an error."""
    if not is_constant(expression):
        return NOT_CONSTANT
    try:
        return evaluate(expression, {})
    except EvaluationError:
        return NOT_CONSTANT


def is_constant(expression: Expression) -> bool:
    """Tell whether an expression uses neither a name nor the status."""
    return not any(
        isinstance(node, Name)
        or (isinstance(node, Call) and node.function in FUNCTIONS and FUNCTIONS[node.function].of_status)
        for node in walk(expression.root)
    )


def _settled(expression: Expression, evaluation: _Evaluation) -> Value:
    root = expression.root
    try:
        return settled(evaluation.value(root), evaluation.work)
    except Refused as refused:
        raise _at(root, refused) from None


class _Evaluation:
    """The values an expression may see, and the work it may still do."""

    __slots__ = ("status", "values", "work")

    def __init__(self, values: Mapping[str, object], status: Status | None, work: Work) -> None:
        self.values = values
        self.status = status
        self.work = work

    def text(self, placed: Placed) -> str:
        """Return what an expression gives as it reads in the text it stands in."""
        root = placed.expression.root
        try:
            self.work.charge(PLACE)
            return text_of(self.value(root), self.work)
        except Refused as refused:
            raise _at(root, refused).moved(placed.start) from None
        except EvaluationError as error:
            raise error.moved(placed.start) from None

    def value(self, node: Node) -> object:
        """Return what a node gives."""
        match node:
            case Literal():
                return node.value
            case Name():
                return self.named(node)
            case Lookup():
                return self.looked_up(node)
            case Call():
                return self.called(node)
            case Comparison():
                return self.compared(node)
            case Not():
                return not self.truth(node.operand)
            case Every() | Either():
                return self.deciding(node)
            case Decision():
                return self.value(node.then if self.truth(node.condition) else node.otherwise)

    def truth(self, node: Node) -> bool:
        """Tell whether what a node gives counts as true."""
        return _truth(self.value(node), node)

    def deciding(self, node: Every | Either) -> object:
        """Return the operand that decides an `and` or an `or`."""
        until = isinstance(node, Either)
        value: object = None
        for operand in node.operands:
            value = self.value(operand)
            if _truth(value, operand) == until:
                break
        return value

    def named(self, node: Name) -> object:
        """Return what a name stands for."""
        try:
            return self.values[node.name]
        except KeyError:
            message = f'there is no "{node.name}" here'
            raise EvaluationError(message, did_you_mean(node.name, self.values), node.start, node.end) from None

    def looked_up(self, node: Lookup) -> object:
        """Return what stands where the keys lead."""
        value = self.value(node.target)
        for key in node.keys:
            try:
                value = look_up(value, self.value(key.value))
            except Refused as refused:
                raise _at(key, refused) from None
        return value

    def compared(self, node: Comparison) -> bool:
        """Return what a comparison gives."""
        left, right = self.value(node.left), self.value(node.right)
        try:
            if node.operator == "==":
                return equal(left, right, self.work)
            if node.operator == "!=":
                return not equal(left, right, self.work)
            return in_order(left, node.operator, right, self.work)
        except Refused as refused:
            raise _at(node, refused) from None

    def called(self, node: Call) -> object:
        """Return what a function gives."""
        function = FUNCTIONS.get(node.function)
        if function is None:
            message = f'there is no function "{node.function}"'
            raise EvaluationError(message, did_you_mean(node.function, FUNCTIONS), node.start, node.end)
        if wrong := wrong_count(function, len(node.arguments)):
            raise EvaluationError(wrong, f"write {signature(function)}", node.start, node.end)
        given = [self.given(function, index, argument) for index, argument in enumerate(node.arguments)]
        if function.of_status:
            given = [self.known_status(node)]
        try:
            return function.call(self.work, *given)
        except Refused as refused:
            raise _at(node, refused) from None

    def given(self, function: Function, index: int, argument: Node) -> object:
        """Return what a function is given, when it is something the function takes."""
        parameter = function.parameter(index)
        if parameter.literal and not isinstance(argument, Literal):
            message = f"the {parameter.name} of {function.name} is written out, not computed"
            raise EvaluationError(message, f"write {function.example}", argument.start, argument.end)
        value = self.value(argument)
        if type(value) not in parameter.kind.python:
            message = f"{function.name} needs {parameter.kind.said}, this is {spoken_value(value)}"
            hint = "write default(value, other) where null may come" if value is None else ""
            raise EvaluationError(message, hint, argument.start, argument.end)
        return value

    def known_status(self, node: Call) -> Status:
        """Return how the steps before have ended, where that is known."""
        if self.status is None:
            raise EvaluationError(f"{node.function}() only has a meaning in if:", "", node.start, node.end)
        return self.status


def _truth(value: object, node: Node) -> bool:
    try:
        return is_true(value)
    except Refused as refused:
        raise _at(node, refused) from None


def _at(node: Node | Key, refused: Refused) -> EvaluationError:
    return EvaluationError(refused.message, refused.hint, node.start, node.end)
