"""Values that are large, deep, odd or all of these, and what expressions try to do with them."""

from __future__ import annotations

_LARGEST = 262_144


def hostile_values() -> dict[str, object]:
    """Return the values for HOSTILE_WITH_VALUES and HEAVY, made anew: they are large."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    circle: list[object] = []
    circle.append(circle)
    twins: list[object] = ["x"]
    for _ in range(40):
        twins = [twins, twins]
    return {
        "text": "Ab" * (_LARGEST // 2),
        "cyrillic": "Ж" * _LARGEST,
        "greek": "ΐ" * 100_000,
        "halves": "\ud800" * 70_000,
        "nulls": "\x00" * 100_000,
        "longest": "a" * 10_000_000,
        "word": "ab" * 5_000,
        "slots": "{0}" * 80_000,
        "few_slots": "{0}" * 4_000,
        "braces": "{" * 200_000,
        "brackets": "[" * 100_000,
        "objects": "[" + "{}," * 80_000 + "{}]",
        "escapes": '"' + "\\u00e9" * 20_000 + '"',
        "digits": "[" + ("1" * 4_000 + ",") * 60 + "1]",
        "many": list(range(30_000)),
        "most": [0] * 60_000,
        "more": [0] * 1_000_000,
        "truths": [True] * 15_000,
        "texts": ["word"] * 20_000,
        "lists": [[1]] * 20_000,
        "rows": [{"a": index, "b": "hello", "c": 1.5, "d": None} for index in range(3_500)],
        "wide": {str(index): index for index in range(20_000)},
        "few": [3, 1, 2],
        "deep": deep,
        "circle": circle,
        "twins": twins,
        "huge": 10**5_000,
        "infinite": float("inf"),
        "nan": float("nan"),
        "object": object(),
        "set": {1, 2},
        "tuple": (1, 2),
        "bytes": b"abc",
        "subtext": type("SubText", (str,), {"__eq__": _never, "__len__": _never, "__hash__": str.__hash__})("x"),
        "sublist": type("SubList", (list,), {"__getitem__": _never, "__len__": _never, "__iter__": _never})([1]),
        "submap": type("SubMap", (dict,), {"get": _never, "__getitem__": _never, "__len__": _never})(a=1),
        "keys": {1: "one", None: "null"},
        "inside": [1, [object()]],
        "trap": "${{ longest }}",
    }


def _never(*_: object) -> object:
    raise AssertionError("an expression called a method of a value")


HOSTILE_WITH_VALUES: tuple[str, ...] = (
    *("longest", "more", "deep", "circle", "huge", "infinite", "nan", "object", "set", "tuple", "bytes"),
    *("subtext", "sublist", "submap", "keys", "inside", "cyrillic", "text", "trap", "halves", "nulls"),
    *(f"{name}.a" for name in ("object", "subtext", "sublist", "submap", "tuple", "keys", "longest")),
    *(f"{name}[0]" for name in ("object", "subtext", "sublist", "submap", "tuple", "keys", "longest", "more", "deep")),
    *(f"not {name}" for name in ("object", "subtext", "sublist", "submap", "tuple", "longest", "more", "huge", "nan")),
    *(f"{name} == {name}" for name in ("longest", "more", "deep", "circle", "huge", "nan", "object", "subtext")),
    *(f"{name} == 'x'" for name in ("longest", "more", "object", "subtext", "sublist", "deep")),
    *(f"{name} < {name}" for name in ("longest", "more", "huge", "nan", "object", "subtext", "text")),
    *(f"length({name})" for name in ("longest", "more", "wide", "subtext", "sublist", "submap", "tuple")),
    *(f"json({name})" for name in ("longest", "more", "deep", "circle", "huge", "infinite", "object", "sublist")),
    *(f"json({name})" for name in ("text", "cyrillic", "halves", "nulls", "inside", "keys")),
    *(
        f"{case}({name})"
        for case in ("lower", "upper")
        for name in ("longest", "text", "cyrillic", "halves", "subtext")
    ),
    *(f"trim({name})" for name in ("longest", "text", "cyrillic")),
    *(f"join({name})" for name in ("more", "deep", "circle", "sublist", "tuple")),
    *(f"contains({name}, 'b')" for name in ("longest", "text", "more", "wide", "deep", "sublist", "submap", "few")),
    *(f"from_json({name})" for name in ("longest", "brackets", "objects", "escapes", "text", "subtext")),
    *(f"sum({name})" for name in ("more", "most", "truths", "texts", "sublist", "few")),
    *(f"max({name})" for name in ("more", "most", "huge", "nan", "infinite", "few")),
    *(f"min({name}, 1)" for name in ("huge", "nan", "infinite", "few")),
    *(f"round({name})" for name in ("huge", "nan", "infinite", "longest")),
    *(f"default(null, {name})" for name in ("more", "object", "longest")),
    *(f"{name} ? 1 : 2" for name in ("object", "more", "longest", "huge")),
    "format(slots, 'ab')",
    "format(slots, '')",
    "format(braces, '')",
    "format(longest, 1)",
    "format('{0}{0}{0}{0}', text)",
    "format('{0}', longest)",
    "format('{0}', huge)",
    "format('{0}', object)",
    "join(few, text)",
    "join(few, longest)",
    "starts_with(longest, longest)",
    "starts_with(longest, 'a')",
    "ends_with(text, 'b')",
    "matches(longest, 'a')",
    "matches(text, '[ab]*a[ab]{100}!')",
    "matches(word, '[ab]*a[ab]{180}!')",
    r"matches(word, '(\w{1,5}){1,5}!')",
    "matches(halves, 'a')",
    "contains(few, longest)",
    "contains(few, deep)",
    "contains(few, object)",
    "contains(text, longest)",
    "few[huge]",
    "few[nan]",
    "few[object]",
    "wide[few]",
    "wide[object]",
    "wide[longest]",
    "trap == '${{ longest }}'",
)

# Each of these does about as much as an evaluation may: they are few, and hold for what a scenario can cost at worst.
HEAVY: tuple[str, ...] = (
    *("many", "most", "rows", "wide", "texts", "twins", "twins == twins", "json(twins)", "join(twins)"),
    *("lower(greek)", "upper(greek)", "upper(greek) == lower(greek)"),
    *(
        "json(many)",
        "json(rows)",
        "json(texts)",
        "json(wide)",
        "json(lists)",
        "join(many)",
        "join(rows)",
        "join(lists)",
    ),
    *("join(texts)", "rows == rows", "truths == truths", "most == many", "contains(many, true)", "contains(truths, 1)"),
    *("contains(rows, rows[0])", "sum(many)", "max(many)", "format(few_slots, 'ab')", "from_json(json(rows))"),
    *("from_json(digits)", "matches(text, 'b+c')", "matches(word, '(a|b)*a(a|b){12}!')"),
    *("json(" * 31 + inside + ")" * 31 for inside in ("'\"'", "few", "trap")),
)
