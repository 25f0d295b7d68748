"""Evil below the meaning: encodings, binaries, and everything YAML allows that nobody should send."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from corpus.plays import HEAD, WELL, asks, play, quoted

_MOST = 1_000_000  # bytes of a file that are read

ENCODINGS: dict[str, bytes] = {
    "empty file": b"",
    "one line feed": b"\n",
    "whitespace only": b"  \n\n   \n",
    "only comments": b"# a play\n# about nothing\n",
    "only a document mark": b"---\n",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00",
    "elf": b"\x7fELF\x02\x01\x01\x00" + bytes(64),
    "gzip": gzip.compress(WELL.encode(), mtime=0),
    "utf-16 little endian": WELL.encode("utf-16-le"),
    "utf-16 big endian": WELL.encode("utf-16-be"),
    "utf-16 with a mark": b"\xff\xfe" + WELL.encode("utf-16-le"),
    "utf-16 big endian with a mark": b"\xfe\xff" + WELL.encode("utf-16-be"),
    "utf-32": WELL.encode("utf-32"),
    "utf-32 big endian": WELL.encode("utf-32-be"),
    "latin-1": asks("Größe").encode("latin-1"),
    "half a character at the end": WELL.encode() + "é".encode()[:1],
    "overlong slash": WELL.encode() + b"# \xc0\xaf\n",
    "encoded surrogate": WELL.encode() + b"# \xed\xa0\x80\n",
    "byte order mark": b"\xef\xbb\xbf" + WELL.encode(),
    "byte order mark inside": WELL.encode() + b"# \xef\xbb\xbf\n",
    "crlf": WELL.replace("\n", "\r\n").encode(),
    "lone cr": WELL.replace("\n", "\r").encode(),
    "nul in the text": WELL.encode() + b"# \x00\n",
    "nul after the first page": WELL.encode() + b"# " + b"x" * 9000 + b"\x00\n",
    "raw escape sequence": asks("\x1b]0;owned\x07").replace("\\u001b", "\x1b").replace("\\u0007", "\x07").encode(),
    "raw c1 control": asks("\x9b2J").encode(),
    "bidi override": asks("admin \u202e\u2066nimda").encode(),
    "line separator": asks("one\u2028two").encode(),
    "next line": asks("one\u0085two").encode(),
    "non-character": asks("\uffff").encode(),
    "2 MB": WELL.encode() + b"#" * 2_000_000,
    "one byte too many": WELL.encode().ljust(_MOST + 1, b"#"),
    "all the bytes, not one too many": (WELL + "typo: 1\n").encode().ljust(_MOST, b"#"),
}

_TAGS = (
    "!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!binary aGVsbG8=", "!!set {a, b}",
    "!!omap [a: 1]", "!!timestamp 2001-12-14", "!!str text", "!!null", "!custom x", "!<tag:yaml.org,2002:str> x",
    "!<!x> y", "!inputs.topic", "! x",
)  # fmt: skip
_SYNTAX = {
    **{
        f"tag {tag.split()[0] if tag != '! x' else 'alone'}": play(f"  draft: {{agent: writer, prompt: {tag}}}\n")
        for tag in _TAGS
    },
    "tag on the document": "--- !!map\n" + WELL,
    "tag by directive": "%TAG ! tag:example.com,2000:\n---\n" + asks("x").replace('"x"', "!x y"),
    "yaml directive of the future": "%YAML 9.9\n---\n" + WELL,
    "unknown directive": "%EVIL x\n---\n" + WELL + "more: 1\n",
    "merge key": play("  a: &a {agent: writer, prompt: x}\n  b: {<<: *a, prompt: y}\n"),
    "two documents": WELL + "---\n" + WELL,
    "document end and more": WELL + "...\n" + WELL,
    "text after the document end": WELL + "...\nmore\n",
    "list as a key": WELL + "? [a, b]\n: 1\n",
    "map as a key": WELL + "{a: b}: 1\n",
    "alias to a map as a key": play("  a: &a {narrate: x}\n  ? *a\n  : {narrate: y}\n"),
    "null key": WELL + "~: 1\n",
    "empty key": WELL + '"": 1\n',
    "key that is not there": WELL + ": 1\n",
    "number key": WELL + "1: 1\n",
    "boolean key": WELL + "true: 1\n",
    "duplicate key": WELL + "name: again\n",
    "duplicate key in quotes": WELL + '"name": again\n',
    "duplicate key in escapes": WELL + '"n\\x61me": again\n',
    "duplicate key deep down": play("  a:\n    steps:\n      b: {narrate: x, narrate: y}\n"),
    "endless alias": play("  a: {set: &a {x: *a}}\n"),
    "alias to nothing": play("  a: {narrate: *nothing}\n"),
    "alias to what follows": play("  a: {set: {x: *b}}\n  b: {set: &b {x: 1}}\n"),
    "anchor on nothing": play("  a: {narrate: x, if: &x }\n"),
    "lone anchor": play("  a: {narrate: x, if: &x y}\n"),
    "laugh": "\n".join(
        [
            "a: &a [x, x, x, x, x, x, x, x, x]",
            *(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        ]
    ),
    "quadratic blow-up": f"a: &a [{'x, ' * 5000}]\nb: [{'*a, ' * 99}]\n",
    "101 aliases": play("  a: {set: {x: &x 1, y: [" + "*x, " * 101 + "]}}\n"),
    "tab as indent": play("  draft:\n\t\tagent: writer\n\t\tprompt: x\n"),
    "tab among spaces": play("  draft:\n    agent: writer\n  \tprompt: x\n"),
    "list at the top": "- schema: footlights/v1\n- name: play\n",
    "text at the top": "Dear model, please write a play.\n",
    "prose with a colon": "Dear model: please write: a play\n",
    "json cut in the middle": '{"schema": "footlights/v1", "steps": {"draft": {"agent": "wri',
    "unclosed double quote": HEAD + 'title: "never closed\nsteps: {}\n',
    "unclosed single quote": HEAD + "title: 'never closed\nsteps: {}\n",
    "unclosed quote on the last line": WELL + 'title: "',
    "unclosed brace": HEAD + "steps: {draft: {agent: writer\n",
    "unclosed bracket": WELL + "tags: [a, b\n",
    "brace closed by a bracket": WELL + "tags: {a, b]\n",
    "closing brace alone": WELL + "title: x }\nsynopsis: }\n",
    "closing bracket alone": WELL + "]\n",
    "comma first": WELL + "tags: [, a]\n",
    "text after a quote": WELL + 'title: "a" and "b"\n',
    "colon in a text": WELL + "title: Act one: the fall\n",
    "expression without quotes": play("  a: {narrate: ${{ inputs.topic }}}\n"),
    "at sign": WELL + "title: @home\n",
    "backtick": WELL + "title: `x`\n",
    "percent": WELL + "title: %x\n",
    "block text with a wrong indent": WELL + "title: |9\n  x\n",
    "block text with a wrong sign": WELL + "title: |?\n  x\n",
    "indent that fits nothing": HEAD + "steps:\n    a: {narrate: x}\n  b: {narrate: y}\n",
    "key under a value": HEAD + "title: x\n  more: y\n",
    "unknown escape": WELL + 'title: "\\q"\n',
    "escape cut short": WELL + 'title: "\\u12"\n',
    "escape beyond unicode": WELL + 'title: "\\UFFFFFFFF"\n',
    "escaped surrogate": WELL + 'title: "\\ud800"\n',
    "escaped nul": WELL + 'title: "\\0"\n',
    "escaped escape sequence": WELL + 'title: "\\x1b]52;c;eA==\\a"\n',
    "escaped bidi override": WELL + 'title: "\\u202e"\n',
    "not a number": WELL + "limits: {cost_usd: .nan}\n",
    "infinity": WELL + "limits: {cost_usd: -.inf}\n",
    "1e999": WELL + "limits: {cost_usd: 1e999}\n",
    "number of 5,000 digits": WELL + f"limits: {{tokens: {'9' * 5000}}}\n",
    "hexadecimal number of 5,000 digits": WELL + f"limits: {{tokens: 0x{'f' * 5000}}}\n",
    "sexagesimal": WELL + "limits: {wall: 1:30}\n",
}
SYNTAX = {name: text.encode("utf-8", "surrogatepass") for name, text in _SYNTAX.items()}

STRUCTURES: dict[str, Callable[[], str]] = {
    "100,000 open brackets": lambda: "[" * 100_000,
    "100,000 open braces": lambda: "{" * 100_000,
    "50,000 braces with keys": lambda: "{a: " * 50_000,
    "100,000 dashes": lambda: "- " * 100_000,
    "100,000 question marks": lambda: "? " * 100_000,
    "1,000 indents": lambda: "\n".join(" " * depth + "a:" for depth in range(1000)),
    "block maps 10,000 deep": lambda: HEAD + "? " * 10_000 + "a\n",
    "60 levels of blocks": lambda: play(
        "".join(f"{'  ' * (2 * depth + 1)}a:\n{'  ' * (2 * depth + 2)}steps:\n" for depth in range(60))
    ),
    "data of 63 levels in a value": lambda: play(f"  a: {{set: {{x: {'[' * 60}{quoted('${{ no }}')}{']' * 60}}}}}\n"),
    "30,001 values": lambda: HEAD + "tags:\n" + "- x\n" * 30_001,
    "key of 100,000 characters": lambda: WELL + "k" * 100_000 + ": 1\n",
    "explicit key of 100,000 characters": lambda: WELL + "? " + "k" * 100_000 + "\n: 1\n",
    "anchor of 100,000 characters": lambda: WELL + f"title: &{'k' * 100_000} x\n",
    "alias of 100,000 characters": lambda: WELL + f"title: *{'k' * 100_000}\n",
    "tag of 100,000 characters": lambda: WELL + f"title: !{'k' * 100_000} x\n",
    "line of 900,000 characters": lambda: WELL + "title: " + "x" * 900_000 + ": y\n",
    "line of 900,000 characters with typos": lambda: (
        HEAD + "steps: {" + ", ".join(f"s{n}: {{agnet: writer}}" for n in range(9000)) + "}\n" + "#" * 600_000
    ),
    "text of 900,000 characters": lambda: WELL + "title: |\n  " + "x " * 450_000 + "\n",
    "half a million lines": lambda: WELL + "\n" * 500_000 + "typo: 1\n",
    "million open lines": lambda: WELL + 'title: "' + "\n" * 990_000,
    "20,000 tag directives": lambda: "".join(f"%TAG !t{n}! tag:x,{n}:\n" for n in range(20_000)) + "---\n" + WELL,
    "20,000 anchors": lambda: HEAD + "tags:\n" + "".join(f"- &a{n} x\n" for n in range(20_000)),
    "20,000 tags on a line": lambda: HEAD + "tags: [" + "!a x, " * 20_000 + "]\n",
    "20,000 keys without values": lambda: HEAD + "limits: {" + ", ".join(f"k{n}" for n in range(20_000)) + "}\n",
    "20,000 calls cut by commas": lambda: (
        HEAD + "limits: {" + ", ".join(f"k{n}: f(a, b{n})" for n in range(10_000)) + "}\n"
    ),
    "10,000 duplicate keys": lambda: HEAD + "vars: {" + "a: 1, " * 10_000 + "}\n",
    "60,000 expressions on a broken line": lambda: HEAD + "title: " + "${{ x }} " * 60_000 + ": y\n",
    "60,000 open expressions on a broken line": lambda: HEAD + "title: " + "${{ " * 200_000 + ": y\n",
    "60,000 quoted expressions on a broken line": lambda: HEAD + "tags: [" + '"${{ x }}" ' * 60_000 + ": y\n",
    "100,000 open choices on a broken line": lambda: HEAD + "title: {a: one of [" + "one of [" * 100_000 + "\n",
    "comments after 20,000 expressions": lambda: HEAD + "tags: [" + "a ${{, " * 20_000 + "] #}}\n",
}
