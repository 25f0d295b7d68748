"""Habits from other languages, and what to write instead: each sign and word that people type by reflex is answered.

All of these are mistakes already when this is asked; it only finds the words for them.
"""

from __future__ import annotations

import re

from app.scenario.expressions.functions import ALIASES, FUNCTIONS
from app.scenario.expressions.lexer import Token
from app.scenario.expressions.mistakes import ExpressionMistake
from app.scenario.expressions.signatures import signature

NO_ARITHMETIC = "there is no arithmetic: let a step or a tool work it out"
_NO_LITERALS = "write it under vars: and refer to it as vars.name"
_COMPARE = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "equals": "==",
    "like": "matches(text, 'pattern')",
}

# Words that are no names here, with what is written instead.
_CONSTANTS = {
    "None": "null", "True": "true", "False": "false", "NULL": "null", "TRUE": "true", "FALSE": "false", "Null": "null",
    "nil": "null", "undefined": "null", "NaN": "null", "Infinity": "1e308",
}  # fmt: skip
_STATEMENTS = {
    "if": ("there is no if in an expression", "write condition ? value : other"),
    "else": ("there is no else in an expression", "write condition ? value : other"),
    "then": ("there is no then in an expression", "write condition ? value : other"),
    "for": ("there are no loops in an expression", "use for_each: or loop: on the step"),
    "while": ("there are no loops in an expression", "use for_each: or loop: on the step"),
    "lambda": ("functions cannot be defined here", "let a step or a tool work it out"),
    "function": ("functions cannot be defined here", "let a step or a tool work it out"),
    "def": ("functions cannot be defined here", "let a step or a tool work it out"),
    "let": ("names cannot be set in an expression", _NO_LITERALS),
    "return": ("an expression gives its value by itself", "leave return out"),
    "AND": ('there is no "AND"', "write and"),
    "OR": ('there is no "OR"', "write or"),
    "NOT": ('there is no "NOT"', "write not"),
    "is": ('there is no "is"', "write ==, or != for is not"),
    "in": ('there is no "in"', "write contains(list, value)"),
}
FOREIGN_WORDS = frozenset((*_CONSTANTS, *_STATEMENTS))

_SIGNS = {
    "===": ('there is no "==="', "write ==, which never converts"),
    "!==": ('there is no "!=="', "write !=, which never converts"),
    "<>": ('there is no "<>"', "write !="),
    "=>": ('there is no "=>"', "write >= to compare; functions cannot be defined here"),
    "=<": ('there is no "=<"', "write <="),
    "=!": ('there is no "=!"', "write !="),
    "=~": ('there is no "=~"', "write matches(text, 'pattern')"),
    "<=>": ('there is no "<=>"', "write ==, < or >"),
    "->": ('there is no "->"', "write a.b to look into a"),
    "?.": ('there is no "?."', "write a.b: looking into null gives null"),
    "..": ("there are no ranges", "write a.b to look into a"),
    "...": ("nothing can be spread out here", "write each value, with commas between"),
    ":=": ("names cannot be set in an expression", _NO_LITERALS),
    ";": ("an expression has one part", "leave the ; out"),
    "=": ('a single "=" does not compare', "write =="),
    "&": ('there is no "&"', "write and"),
    "}}": ('"}}" ends an expression too early', "put one ${{ }} around the whole of it"),
    "${{": ('"${{" cannot stand inside an expression', "write it without, or one ${{ }} around the whole"),
    "{": ("there are no map literals", _NO_LITERALS),
}
_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "**", "^", "~"))


def no_value(token: Token, rest: str) -> ExpressionMistake:
    """Return the mistake of a token that stands where a value should."""
    kind, word, start, end = token
    following = rest.lstrip()
    if kind == "end":
        message, hint = "a value is missing at the end", ""
    elif word in _CONSTANTS:
        message, hint = f'there is no "{word}"', f"write {_CONSTANTS[word]}"
    elif word == "[":
        message, hint = "there are no list literals", _NO_LITERALS
    elif word == "not":
        message, hint = '"not" cannot stand here', "put it in parentheses: (not ...)"
    elif word in ("is", "in", "and", "or", "else", "then"):
        message, hint = f'a value is missing before "{word}"', ""
    elif word in _STATEMENTS:
        message, hint = _STATEMENTS[word]
    elif word == "+" and following[:1].isdigit():
        message, hint = "a number has no plus before it", f"write {following.split()[0]}"
    elif word == "." and following[:1].isdigit():
        message, hint = "a number begins with a digit", f"write 0.{following.split()[0]}"
    elif word in ("{", "${{", "...", "->"):
        message, hint = _SIGNS[word]
    elif word == ":":
        message, hint = 'a value is missing before ":"', "write condition ? value : other, or default(a, b)"
    elif word == "]":
        message, hint = "a name or a number is missing between [ and ]", "write list[0]"
    else:
        message, hint = f'a value is missing before "{word}"', NO_ARITHMETIC if word in _ARITHMETIC else ""
    return ExpressionMistake(message, hint, start, end)


def no_operator(token: Token, left: str, rest: str, touching: bool) -> ExpressionMistake:
    """Return the mistake of a token that cannot follow the value `left`."""
    kind, word, start, end = token
    left, next_word = shown(left), _first_word(rest)
    if kind == "name":
        message, hint = _after_a_value(word, left, next_word, touching)
    elif kind in ("text", "number"):
        message, hint = _two_values(word, left, touching)
    elif word == "|" and (function := ALIASES.get(next_word, next_word)) in FUNCTIONS:
        message, hint = "there are no filters", f"write {function}({left})"
    elif word == "|":
        message, hint = 'there is no "|"', "write or; a filter is a function: upper(text)"
    elif word == "??":
        message, hint = 'there is no "??"', f"write default({left}, {next_word or 'other'})"
    elif word == "+":
        message, hint = (
            "there is no arithmetic",
            f"to join texts write format('{{0}}{{1}}', {left}, {next_word or 'b'})",
        )
    elif word in _ARITHMETIC:
        message, hint = "there is no arithmetic", "let a step or a tool work it out"
    elif word == ",":
        message, hint = "a comma can only stand between what a function is given", ""
    elif word == ":":
        message, hint = "there is a : without a ? before it", "a : belongs to condition ? value : other"
    elif word == "(":
        message, hint = "only a function can be called", "write its name right before the ("
    elif word in _SIGNS:
        message, hint = _SIGNS[word]
    else:
        message, hint = f'there is a "{word}" too many', ""
    return ExpressionMistake(message, hint, start, end)


def _after_a_value(word: str, left: str, next_word: str, touching: bool) -> tuple[str, str]:
    """Message and hint for a name right after a value."""
    if touching and left[-1:] in "'\"":
        return "a quote inside a text ends it", "write the quote twice: 'it''s'"
    if word == "is":
        return 'there is no "is"', f"write {left} != null" if next_word == "not" else f"write {left} == {next_word}"
    if word == "in" or (word == "not" and next_word == "in"):
        negated = "not " if word == "not" else ""
        return f'there is no "{negated}in"', f"write {negated}contains(list, {left})"
    if word in _STATEMENTS:
        return _STATEMENTS[word]
    if word.lower() in _COMPARE:
        return f'there is no "{word}"', f"write {_COMPARE[word.lower()]}"
    if (function := ALIASES.get(word, word)) in FUNCTIONS:
        return f'"{word}" cannot stand between values', f"write {signature(FUNCTIONS[function])}"
    if word in ("mod", "div", "plus", "minus", "times"):
        return "there is no arithmetic", "let a step or a tool work it out"
    return _two_values(word, left, touching=False)


def _two_values(word: str, left: str, touching: bool) -> tuple[str, str]:
    if touching and left in ("f", "F", "r", "b", "u"):
        return f"a text has no {left} before it", "write format('{0} ...', name) to put values into a text"
    if word[0] in "'\"" and left[-1:] in "'\"":
        return "two texts stand side by side", "to join them write format('{0}{1}', a, b)"
    return "two values stand side by side", "is an operator missing between them, such as == or and?"


def no_name(token: Token) -> ExpressionMistake:
    """Return the mistake of a dot without a name after it."""
    message, hint = "a name is missing after the dot", ""
    if token.kind == "number":
        message, hint = "an item of a list is looked up in brackets", f"write [{token.word.partition('.')[0]}]"
    elif token.word == "*":
        message, hint = 'there is no ".*"', "name one field, or use join() or for_each:"
    elif token.word == "[":
        hint = "write a[0], without the dot"
    elif token.kind == "text":
        hint = f"write [{shown(token.word)}], without the dot"
    return ExpressionMistake(message, hint, token.start, token.end)


def method(left: str, name: str, start: int, end: int) -> ExpressionMistake:
    """Return the mistake of calling something with a dot before its name."""
    function = ALIASES.get(name, name)
    hint = "a function is given the value: length(list)"
    if function in FUNCTIONS:
        others = ", ..." if len(FUNCTIONS[function].parameters) > 1 else ""
        hint = f"write {function}({shown(left)}{others})"
    elif name == "get":
        hint = f"write {shown(left)}['name']"
    return ExpressionMistake("there are no methods", hint, start, end)


def named_argument(function: str, token: Token) -> ExpressionMistake:
    """Return the mistake of an `=` among what a function is given."""
    known = FUNCTIONS.get(function)
    hint = f"write {signature(known)}, or == to compare" if known else "give them in order, or write == to compare"
    return ExpressionMistake("what a function is given has no names", hint, token.start, token.end)


def no_number(word: str, start: int, end: int) -> ExpressionMistake:
    """Return the mistake of a word that begins like a number and is none."""
    hint = "a number is written 12, 0.5 or 1e6"
    if word.isdigit():
        hint = f"write {word.lstrip('0') or '0'}"
    elif word.replace("_", "").isdigit():
        hint = f"write {word.replace('_', '')}"
    return ExpressionMistake(f'"{shown(word)}" is not a number', hint, start, end)


_LOOKALIKES = {
    **dict.fromkeys("“”„‟«»＂″", ("a curly quote cannot open a text", "write \" or '")),
    **dict.fromkeys("‘’‚‛′＇", ("a curly quote cannot open a text", "write ' or \"")),
    "`": ("a backtick cannot open a text", "write ' or \""),
    "≠": ('there is no "≠"', "write !="),
    "≤": ('there is no "≤"', "write <="),
    "≥": ('there is no "≥"', "write >="),
    **dict.fromkeys("×÷−–—", ("there is no arithmetic", "let a step or a tool work it out")),
    "\\": ("there are no backslashes", "a quote inside a text is written twice: 'it''s'"),
    "#": ("there are no comments in an expression", "put the comment before the key"),
    "$": ("a name has no $ before it", "write the name alone"),
    "@": ('there is no "@"', "write the name alone"),
}


def stray(source: str, start: int) -> ExpressionMistake:
    """Return the mistake of a character that begins no token."""
    character = source[start]
    if character in "'\"":
        return ExpressionMistake("this text is never closed", f"add a {character}", start, start + 1)
    if character in _LOOKALIKES:
        message, hint = _LOOKALIKES[character]
    elif character.isspace() or not character.isprintable():
        message, hint = f"there is an unseen character here, U+{ord(character):04X}", "leave it out, or write a space"
    elif character.isalnum():
        message, hint = f'"{character}" cannot be in a name', "names have the letters a to z, digits, _ and -"
    else:
        message, hint = f'"{character}" has no meaning here', ""
    return ExpressionMistake(message, hint, start, start + 1)


def shown(source: str) -> str:
    """Return a piece of source as a hint can show it."""
    piece = " ".join(source.split())
    return piece if len(piece) <= 40 else "..."


def _first_word(rest: str) -> str:
    found = re.match(r"\s*([A-Za-z_][A-Za-z0-9_.]*)", rest)
    return found[1] if found else ""
