"""Expressions by the thousand: a seeded generator of right, wrong and nasty ones, and the nastiest written out."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

VALUES: dict[str, object] = {
    "inputs": {"feature": "dark mode", "n": 3, "share": 0.25, "strict": False, "none": None},
    "env": {"HOME": "/home/ada"},
    "vars": {"a": [1, 2, 3], "b": {"c": {"d": [True, None, "x"]}}, "empty": [], "texts": ["one", "two", "three"]},
    "steps": {
        "plan": {"output": {"backend": "API", "risk": 4, "list": ["a", "b"]}, "outcome": "succeeded", "cost_usd": 0.01},
        "ui": {"output": "Some text, 12 words of it.", "outcome": "failed", "cost_usd": 0},
        "skipped": {"output": None, "outcome": "skipped", "cost_usd": 0},
    },
    "item": {"title": 'it\'s "quoted" \\ and ünï\ncode 😀', "tags": ["x", "${{ secrets.KEY }}"]},
    "loop": {"index": 1, "previous": None},
    "matrix": {"size": 10**15, "wide": "Ж" * 2000},
}

_NAMES = ("inputs", "env", "vars", "steps", "item", "loop", "matrix", "stepz", "secrets", "__class__")
_KEYS = (
    *(
        "feature",
        "n",
        "share",
        "strict",
        "none",
        "a",
        "b",
        "c",
        "d",
        "empty",
        "texts",
        "plan",
        "ui",
        "skipped",
        "output",
    ),
    *("risk", "list", "outcome", "title", "tags", "index", "previous", "size", "wide", "__class__", "length", "HOME"),
)
_PATHS = (
    *("inputs.feature", "inputs.n", "inputs.share", "inputs.strict", "inputs.none", "vars.a", "vars.b", "vars.texts"),
    *("steps.plan.output.risk", "steps.plan.output.list", "steps.plan.outcome", "steps.ui.output", "item.title"),
    *("steps.skipped.output.risk", "loop.previous.fix.output", "matrix.wide", "item.tags[-1]", "vars.b.c.d[0]"),
)
_TEXTS = (
    "''",
    "'x'",
    "'dark'",
    "'it''s'",
    '"say ""so"""',
    "'{0} {1}'",
    "'{0}{0}{0}'",
    "'}}'",
    "'${{ x }}'",
    "'😀 ünï'",
    "'[1, 2]'",
)
_NUMBERS = ("0", "1", "-1", "3", "0.5", "-2.25", "1e3", "999999999999999", "1e308")
_CALLS = (
    *("contains", "starts_with", "ends_with", "format", "join", "length", "default", "lower", "upper", "trim", "round"),
    *("min", "max", "sum", "json", "from_json", "matches", "success", "failure", "always", "startsWith", "eval"),
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_DEBRIS = (
    *(
        "${{",
        "}}",
        "'",
        '"',
        "`",
        "\\",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "?",
        ":",
        ".",
        ",",
        "=",
        "===",
        "+",
        "-",
        "*",
        "**",
    ),
    *(
        "|",
        "&",
        "%",
        "!",
        "not ",
        " in ",
        " is ",
        " if ",
        "None",
        "lambda x: ",
        "f'",
        "“",
        "’",
        "\u00a0",
        "\u200b",
        "\u202e",
    ),
    *("\x00", "\ud800", "é", "𝟏", "９", "#", "@", "$", ";", "\n", "1_000", "0x1f", "9" * 400, "a" * 300),
)


def generate(seed: int, count: int) -> Iterator[str]:
    """Yield expressions, the same for a seed each time: most can be read, every fourth has been damaged."""
    random = Random(seed)
    for number in range(count):
        source = _expression(random, random.randint(0, 5))
        yield _damaged(random, source) if number % 4 == 3 else source


def _expression(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice((random.choice(_PATHS), _leaf(random), _leaf(random)))
    shape = random.randrange(9)
    one, two = _expression(random, depth - 1), _expression(random, random.randrange(depth))
    if shape == 0:
        return f"{one} {random.choice(_COMPARISONS)} {two}"
    if shape == 1:
        return f"{one} {random.choice(('and', 'or', '&&', '||'))} {two}"
    if shape == 2:
        return f"{random.choice(('not ', '!', '! '))}{one}"
    if shape == 3:
        return f"{one} ? {two} : {_expression(random, 0)}"
    if shape == 4:
        return f"({one})"
    if shape == 5:
        return f"({one})[{two}]" if random.random() < 0.5 else f"{random.choice(_PATHS)}.{random.choice(_KEYS)}"
    arguments = [one, two, *(_expression(random, 0) for _ in range(random.randrange(3)))][random.randrange(2) :]
    return f"{random.choice(_CALLS)}({', '.join(arguments)})"


def _leaf(random: Random) -> str:
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(_TEXTS)
    if kind == 1:
        return random.choice((*_NUMBERS, "null", "true", "false"))
    return ".".join((random.choice(_NAMES), *random.choices(_KEYS, k=random.randrange(4))))


def _damaged(random: Random, source: str) -> str:
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(source) + 1)
        end = min(len(source), start + random.randrange(4))
        source = source[:start] + random.choice((*_DEBRIS, source[start:] * 2)) + source[end:]
    return source[:6000]


def _nested(count: int, before: str, after: str, inside: str) -> str:
    return before * count + inside + after * count


# What brings other expression engines down, in our words or in theirs, and what might bring down this one.
HOSTILE: tuple[str, ...] = (
    # the probes of the research: sizes
    "'a' * 10 ** 9",
    "9 ** 999999",
    "9 ** 9 ** 9",
    "'%1000000000d' % 1",
    "format('%1000000000d', 1)",
    "'{0:1000000000}'.format(1)",
    "format('{0:1000000000}', 1)",
    "format('{0:>1000000000}', 1)",
    "f'{1:1000000000}'",
    "'a' | center(1000000000)",
    "center('a', 1000000000)",
    "lipsum(n = 99999)",
    "lipsum(99999)",
    "range(300)",
    "range(10 ** 9)",
    "vars.a.map(a, vars.a.map(b, vars.a.map(c, c)))",
    "[1, 2, 3].all(x, [1, 2, 3].all(y, true))",
    "[x for x in vars.a for y in vars.a]",
    "sum([1] * 10 ** 8)",
    "1 << 1000000000",
    # the probes of the research: ways out
    "__class__",
    "''.__class__",
    "''.__class__.__mro__[1].__subclasses__()",
    "inputs.__class__",
    "inputs['__class__']",
    "inputs.__init__.__globals__.__builtins__",
    "inputs['__init__']['__globals__']",
    "vars.a.__len__",
    "vars.a['__len__']",
    "format('{0.__class__}', inputs)",
    "format('{0[__class__]}', inputs)",
    "format('{0!r:>9}', inputs)",
    "open('/etc/passwd').read()",
    "open('/etc/passwd')",
    "__import__('os').system('id')",
    "exec('1')",
    "eval('1')",
    "self._TemplateReference__context",
    "cycler.__init__.__globals__.os",
    "request|attr('application')",
    "lambda: 1",
    "(lambda: 1)()",
    "inputs.items()",
    "inputs.get('feature')",
    "'x'.join(vars.texts)",
    "vars.a.append(1)",
    "env.HOME.replace('a', 'b')",
    # deep
    "(" * 4000,
    "(" * 32 + "1" + ")" * 32,
    _nested(31, "(", ")", "1"),
    _nested(2000, "(", ")", "1"),
    "[" * 4000,
    "vars" + "[" * 4000,
    _nested(31, "vars.a[", "]", "0"),
    _nested(500, "vars.a[", "]", "0"),
    "!" * 4000 + "1",
    "!" * 31 + "1",
    "not " * 1000 + "1",
    "-" * 4000 + "1",
    "1?" * 2000,
    "1?2:" * 1000 + "3",
    "1?2:" * 31 + "3",
    "(1?2:" * 400,
    _nested(400, "lower(", ")", "'a'"),
    _nested(31, "not (", ")", "1"),
    "inputs" + ".feature" * 499,
    "inputs" + ".none" * 400,
    "inputs.none" + "[0]" * 400,
    "vars.a" + "[0]" * 1300,
    # wide
    "true and " * 249 + "true",
    "false or " * 450 + "true",
    "1 == 1 and " * 120 + "1",
    "a" * 4096,
    "a." * 2048,
    "a," * 2048,
    "f(" + "1," * 490 + "1)",
    "default(" + "null," * 480 + "1)",
    "max(" + "1," * 480 + "2)",
    "format('" + "{0}" * 1300 + "', 1)",
    "format('" + "{{" * 2000 + "')",
    "format('" + "{" * 4000 + "', 1)",
    "format('" + "}" * 4000 + "', 1)",
    "'" + "''" * 2000 + "'",
    "'" + "a" * 4090 + "'",
    "'" + "😀" * 4000 + "'",
    "'" * 4095,
    '"' * 4095,
    "1" * 4096,
    "-" + "9" * 5000,
    "1e" + "9" * 4000,
    "1." + "0" * 4000,
    "0." + "0" * 400 + "1",
    "1e-999999",
    "\n" * 4096,
    " " * 4095 + "1",
    "1 " * 2048,
    "x" * 1_000_000,
    "(" * 1_000_000,
    # doubling
    _nested(20, "format('{0}{0}', ", ")", "'ab'"),
    _nested(30, "format('{0}{0}{0}{0}', ", ")", "'ab'"),
    _nested(6, "format('" + "{0}" * 60 + "', ", ")", "'ab'"),
    _nested(30, "json(format('{0}{0}', ", "))", "'\"'"),
    _nested(15, "join(from_json('[1,2,3]'), ", ")", "'xx'"),
    _nested(10, "format('{0}{1}', json(item), ", ")", "json(item)"),
    _nested(30, "upper(", ")", "'ΐΐΐΐ'"),
    # patterns
    "matches('" + "a" * 3000 + "', '(a+)+$')",
    "matches('" + "a" * 3000 + "!', '^(a|a)*$')",
    "matches('" + "a" * 3000 + "', '(a*)*b')",
    "matches('a', '(a{100}){100}')",
    "matches('a', 'a{1000000000}')",
    "matches('a', 'a{0,99999}{0,99999}')",
    r"matches('a', '(\w{1,14}){1,14}')",
    r"matches('a', '\w{200}')",
    r"matches('a', '(?x)(\w{9}) {90}')",
    "matches('" + "ab" * 1500 + "', '[ab]*a[ab]{30}!')",
    "matches('a', '(?=a)')",
    r"matches('aa', '(a)\1')",
    "matches('a', '(?P<n>a)(?P=n)')",
    "matches('a', '" + "(" * 190 + "')",
    "matches('a', '" + "a?" * 100 + "')",
    "matches('a', '" + "a" * 201 + "')",
    "matches('a', '[')",
    "matches('a', '\ud800')",
    "matches('a', inputs.feature)",
    "matches('a', lower('A'))",
    # JSON
    "from_json('" + "[" * 4000 + "')",
    "from_json('" + _nested(65, "[", "]", "") + "')",
    "from_json('" + _nested(2000, "[", "]", "") + "')",
    "from_json('" + '{"a":' * 600 + "1" + "}" * 600 + "')",
    "from_json('{" + '"a":1,' * 600 + '"a":2}' + "')",
    "from_json('[" + "{}," * 600 + "{}]')",
    "from_json('" + "9" * 4000 + "')",
    "from_json('9223372036854775808')",
    "from_json('-9223372036854775809')",
    "from_json('1e999')",
    "from_json('NaN')",
    "from_json('[Infinity, -Infinity]')",
    "from_json('\"\\ud800\"')",
    "from_json('\"" + "\\ud800" * 600 + "\"')",
    'from_json(\'{"\\ud800": ["\\udfff"]}\')',
    "from_json('\ufeff1')",
    "from_json('" + "\x00" * 100 + "')",
    "from_json('')",
    "sum(from_json('[9223372036854775807, 1]'))",
    "sum(from_json('[1e308, 1e308]'))",
    "sum(from_json('[" + "1," * 1500 + "1]'))",
    "round(1e308, 15)",
    "round(0.5, -99999999)",
    "round(0.5, 999999999999999)",
    # unicode
    "“inputs”",
    "inputs․feature",
    "іnputs.feature",
    "inputs．feature",
    "ｉｎｐｕｔｓ",
    "１ + １",
    "１",
    "٣",
    "inputs\u200b.feature",
    "inputs.\u202efeature",
    "inputs\u00a0== 1",
    "inputs\u2028== 1",
    "\ufeffinputs",
    "\x00",
    "inputs\x00.feature",
    "\ud800",
    "'\ud800' == '\ud800'",
    "'\ud800'",
    "'\ud83d' == '\ude00'",
    "'e\u0301' == 'é'",
    "upper('ŉǰΐßﬃ')",
    "lower('İI')",
    "'" + "\u0301" * 4000 + "'",
    "length('👨‍👩‍👧‍👦')",
    # signs
    "${{ inputs }}",
    "${{ ${{ inputs }} }}",
    "}}",
    "inputs }} ${{ env",
    "$${{ inputs",
    "'${{ inputs.feature }}'",
    "format('{0}', '${{ inputs.feature }}')",
    "format('{0}', '{0}')",
    "format('{0}', '{1}')",
    "join(item.tags, '${{')",
    "{% for x in y %}",
    "{{ inputs }}",
    "<%= inputs %>",
    "#{inputs}",
    "$(id)",
    "`id`",
    "; DROP TABLE runs",
    "' or '1' == '1",
    "secrets.KEY",
    "secrets['KEY']",
    "json(secrets)",
    "success()",
    "always() and failure()",
)
