"""Evil by number: thousands of what would be harmless alone, so that whatever grows faster than the file is seen to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corpus.plays import WELL, asks, play, quoted


def _steps(lines: Iterable[str], more: str = "") -> str:
    return play("".join(f"  {line}\n" for line in lines), more)


def _cast(agents: Iterable[str]) -> str:
    """A scenario with more agents than most."""
    return WELL.replace("agents: {", "agents: {" + "".join(f"{agent}, " for agent in agents))


def _tower(floors: int, floor: str, letter: str = "v") -> str:
    """Vars, each made of the one before it: `floor` with that one in place of the #."""
    below = (quoted(f"${{{{ vars.{letter}{number} }}}}") for number in range(floors - 1))
    made = (f"  {letter}{number}: {floor.replace('#', text)}\n" for number, text in enumerate(below, start=1))
    return f"  {letter}0: 1\n" + "".join(made)


def _two_towers(floors: int, floor: str) -> str:
    both = _tower(floors, floor) + _tower(floors, floor, "w")
    compared = f'  x: ["${{{{ vars.v{floors - 1} }}}}", "${{{{ vars.w{floors - 1} }}}}"]\n'
    return asks("${{ inputs.no }}") + "vars:\n" + both + compared


# Half a second and more each, even as it should be.
COSTLY = frozenset(
    (
        "12,000 steps and one typo",
        "10,000 secrets",
        "200 expectations among 10,000 steps",
        "3,000 agents and 3,000 steps that miss theirs",
        "4,000 steps before 4,000 models",
        "4,000 steps in a loop that look back",
        "5,000 missing files",
        "5,000 models nobody uses",
        "5,000 unknown needs",
        "5,000 unknown steps in expressions",
        "6,000 steps that also wait for the first",
        "8,000 cues of one name",
        "8,000 inputs with defaults that do not fit",
        "8,000 steps in a circle",
        "8,000 steps in a circle by references",
        "json schema of 10,000 fields",
        "json schema of 8,000 references",
        "two towers of 3,000, compared",
        "uses of a hundred megabytes",
    )
)

_DOUBLED = "{a: #, b: #}"

CROWDS: dict[str, Callable[[], str]] = {
    "1,000 steps, each wrong": lambda: _steps(f"s{n}: {{agnet: writer, prompt: x}}" for n in range(1000)),
    "1,000 steps, each wrong in its own way": lambda: _steps(
        f"s{n}: {{agent: writer, prompt: x, prompt{n}: x}}" for n in range(1000)
    ),
    "12,000 steps and one typo": lambda: _steps((f"s{n}: {{narrate: x}}" for n in range(12_000)), "typo: 1\n"),
    "2,000 agents and one who is missing": lambda: (
        _cast(f"a{n}: {{persona: x}}" for n in range(2000)) + "cast_notes: {a2000: x}\n"
    ),
    "2,000 agents without a card": lambda: _cast(f"a{n}: nobody{n}" for n in range(2000)),
    "3,000 agents and 3,000 steps that miss theirs": lambda: _cast(
        f"a{n}: {{persona: x}}" for n in range(3000)
    ).replace("steps: {", "steps: {" + "".join(f"s{n}: {{agent: b{n}, prompt: x}}, " for n in range(3000))),
    "5,000 models nobody uses": lambda: (
        _cast(f"a{n}: {{persona: x, model: ollama/x}}" for n in range(3000))
        .replace("persona: A writer.", "persona: x, model: ollama/x")
        .replace("persona: A critic.", "persona: x, model: typo")
        + "models: {"
        + "".join(f"m{n}: {{use: ollama/x}}, " for n in range(5000))
        + "}\n"
    ),
    "4,000 steps before 4,000 models": lambda: _steps(
        (f"s{n}: {{agent: writer, prompt: x}}" for n in range(4000)),
        "privacy: local\nmodels: {" + "".join(f"m{n}: {{use: openai/x}}, " for n in range(4000)) + "}\n",
    ),
    "5,000 unknown needs": lambda: _steps(f"s{n}: {{needs: nobody{n}, narrate: x}}" for n in range(5000)),
    "5,000 unknown steps in expressions": lambda: _steps(
        f's{n}: {{narrate: "${{{{ steps.nobody{n}.output }}}}"}}' for n in range(5000)
    ),
    "5,000 unknown inputs": lambda: asks("".join(f"${{{{ inputs.nothing{n} }}}}" for n in range(5000))),
    "20,000 unknown keys at the top": lambda: WELL + "".join(f"prompts{n}: 1\n" for n in range(20_000)),
    "20,000 unknown keys in a step": lambda: _steps(
        ["s: {narrate: x, " + ", ".join(f"captain{n}: 1" for n in range(20_000)) + "}"]
    ),
    "20,000 keys and no kind": lambda: _steps(["s: {" + ", ".join(f"agnt{n}: 1" for n in range(20_000)) + "}"]),
    "20,000 captions of a wrong type": lambda: WELL + "tags: [" + "1, " * 20_000 + "]\n",
    "8,000 steps in a circle": lambda: _steps(f"s{n}: {{needs: s{(n + 1) % 8000}, narrate: x}}" for n in range(8000)),
    "8,000 steps in a circle by references": lambda: _steps(
        f's{n}: {{needs: [], narrate: "${{{{ steps.s{(n + 1) % 8000}.outcome }}}}"}}' for n in range(8000)
    ),
    "6,000 steps that also wait for the first": lambda: _steps(
        (
            "z: {narrate: x}",
            "s0: {needs: [], narrate: x}",
            *(f's{n}: {{needs: s{n - 1}, narrate: "${{{{ steps.z.outcome }}}}"}}' for n in range(1, 6000)),
        ),
        "typo: 1\n",
    ),
    "3,000 needs of one step": lambda: _steps(
        (
            *(f"s{n}: {{narrate: x}}" for n in range(3000)),
            f"last: {{needs: [{', '.join(f's{n}' for n in range(3000))}, nobody], narrate: x}}",
        )
    ),
    "4,000 steps in a loop that look back": lambda: _steps(
        (
            "s: {loop: {max: 2}, steps: {",
            *(f'  t{n}: {{narrate: "${{{{ loop.previous.t{n}.outcome }}}}"}},' for n in range(4000)),
            "}}",
        ),
        "typo: 1\n",
    ),
    "10,000 mistakes in one text": lambda: asks("${{ inputs.nothing }} and so on " * 10_000),
    "10,000 expressions that cannot be read": lambda: asks("${{ ( }} and so on " * 10_000),
    "10,000 mistakes in 10,000 lines": lambda: asks("${{ inputs.nothing }}\n" * 10_000),
    "one mistake after 800,000 characters": lambda: asks(
        "${{ inputs.topic }} and so on, " * 26_000 + "${{ inputs.nothing }}"
    ),
    "10,000 secrets": lambda: WELL + "tags: [" + ", ".join(f"sk-abcdefghijklmnop{n:09}" for n in range(10_000)) + "]\n",
    "10,000 beginnings of a private key": lambda: (
        WELL + "synopsis: " + "-----BEGIN RSA PRIVATE KEY-----" * 10_000 + "\n"
    ),
    "10,000 bearers": lambda: WELL + "synopsis: " + "bearer " * 100_000 + "\n",
    "200 patterns as large as can be": lambda: (
        WELL
        + "expect:\n"
        + "".join(f"- {{step: draft, matches: '(\\w{{{900 + n}}}){{9}}'}}\n" for n in range(199))
        + "- {step: nothing, outcome: failed}\n"
    ),
    "50 patterns as large as can be": lambda: asks(
        " ".join(f"${{{{ matches(inputs.topic, '(\\w{{{300 + n}}}){{3}}') }}}}" for n in range(50))
        + "${{ inputs.nothing }}"
    ),
    "5,000 patterns": lambda: asks("".join(f"${{{{ matches(inputs.topic, 'a{n}') }}}}" for n in range(5000))),
    "200 json schemas as large as can be": lambda: (
        WELL
        + "expect:\n"
        + "".join(f"- {{step: draft, json_schema: {{pattern: '(\\w{{{300 + n}}}){{3}}'}}}}\n" for n in range(199))
        + "- {step: nothing, outcome: failed}\n"
    ),
    "json schema of 8,000 references": lambda: (
        WELL
        + "expect: [{step: draft, json_schema: {$defs: {"
        + ", ".join(f'd{n}: {{$ref: "#/$defs/d{n + 1}"}}' for n in range(8000))
        + '}, $ref: "#/$defs/d0"}}]\n'
    ),
    "json schema that doubles": lambda: (
        WELL
        + "expect: [{step: draft, json_schema: {$defs: {"
        + ", ".join(f'd{n}: {{allOf: [{{$ref: "#/$defs/d{n + 1}"}}, {{$ref: "#/$defs/d{n + 1}"}}]}}' for n in range(40))
        + ', d40: {type: strnig}}, $ref: "#/$defs/d0"}}]\n'
    ),
    "json schema of 10,000 fields": lambda: play(
        "  a: {agent: writer, prompt: x, output: {schema: {type: object, properties: {"
        + ", ".join(f"f{n}: {{type: string}}" for n in range(10_000))
        + "}, additionalProperties: 5}}}\n"
    ),
    "json schema that refers to itself": lambda: play(
        '  a: {agent: writer, prompt: "${{ steps.b.output }}", '
        'output: {schema: {$ref: "#", properties: {a: {$ref: "#"}}, typo: {$ref: "#/typo/no"}}}}\n'
    ),
    "5,000 values to choose from, and a wrong answer 200 times": lambda: _steps(
        f"s{n}: {{agent: writer, prompt: x, output: 'one of [{', '.join(f'c{m}' for m in range(500))}]', "
        f"rehearsal: {{turns: [{'x, ' * 20}]}}}}"
        for n in range(200)
    ),
    "output of 10,000 fields that are missing": lambda: _steps(
        [
            "s: {agent: writer, prompt: x, output: {"
            + ", ".join(f"f{n}: string" for n in range(10_000))
            + "}, rehearsal: {reply: {}}}"
        ]
    ),
    "output of 3,000 fields, all misspelt": lambda: _steps(
        [
            "s: {agent: writer, prompt: x, output: {"
            + ", ".join(f"field{n}: string?" for n in range(3000))
            + "}, rehearsal: {reply: {"
            + ", ".join(f"feild{n}: x" for n in range(3000))
            + "}}}"
        ]
    ),
    "tower of 3,000 vars": lambda: asks("${{ vars.v2999.x.y }}") + "vars:\n" + _tower(3000, "{x: #}"),
    "tower of 3,000 lists": lambda: asks("${{ vars.v2999 == 1 ? inputs.no : 1 }}") + "vars:\n" + _tower(3000, "[#]"),
    "tower that doubles 40 times": lambda: (
        asks("${{ vars.v39 > 1 ? inputs.no : 1 }}") + "vars:\n" + _tower(40, _DOUBLED)
    ),
    "two towers that double 40 times, compared": lambda: _two_towers(40, _DOUBLED),
    "two towers of 3,000, compared": lambda: _two_towers(3000, "[#]"),
    "tower that doubles, told as a type": lambda: _steps(
        [
            's: {for_each: "${{ vars.v39 }}", narrate: x}',
            "t: {if: vars.v39, narrate: x}",
            'u: {set: {x: "${{ upper(vars.v39) }}"}}',
        ],
        "vars:\n" + _tower(40, _DOUBLED),
    ),
    "8,000 inputs with defaults that do not fit": lambda: WELL.replace(
        "inputs: {", "inputs: {" + "".join(f"i{n}: {{type: integer, default: x}}, " for n in range(8000))
    ),
    "8,000 cues of one name": lambda: _steps(f"s{n}: {{narrate: x, cue: Q}}" for n in range(8000)),
    "200 expectations among 10,000 steps": lambda: _steps(
        (f"s{n}: {{narrate: x}}" for n in range(10_000)),
        "expect:\n" + "".join(f"- {{step: nobody{n}, outcome: failed}}\n" for n in range(200)),
    ),
    "1,000 cells that are not in the matrix": lambda: (
        WELL + "strategy: {matrix: {a: [1]}, exclude: [" + "{b: 1}, " * 1000 + "]}\n"
    ),
    "28 blocks deep, 60 steps at each": lambda: _steps(_nested(28, 60), "typo: 1\n"),
    "one persona of 900,000 characters": lambda: WELL.replace("A writer.", "x" * 900_000),
    "one need of 900,000 characters": lambda: play(f"  a: {{needs: {'x' * 900_000}, narrate: x}}\n"),
    "one card of 900,000 characters": lambda: WELL.replace("{persona: A writer.}", "x" * 900_000),
    "one file name of 900,000 characters": lambda: play(f"  a: {{narrate: {{file: {'x/' * 450_000}}}}}\n"),
    "one pattern of 900,000 characters": lambda: WELL + f"expect: [{{step: draft, matches: '{'(a' * 450_000}'}}]\n",
    "one duration of 900,000 characters": lambda: play(f'  a: {{narrate: x, timeout: "{"1 " * 450_000}"}}\n'),
    "one duration of 900,000 digits": lambda: play(f'  a: {{narrate: x, timeout: "{"1" * 900_000}"}}\n'),
    "one count of 900,000 digits": lambda: WELL + f'limits: {{tokens: "{"1" * 900_000}"}}\n',
    "one model of 900,000 characters": lambda: WELL.replace("A writer.", f"x, model: {'x' * 900_000}"),
    "one type of 900,000 characters": lambda: play(f"  a: {{agent: writer, prompt: x, output: {'x' * 900_000}}}\n"),
    "one condition of 900,000 characters": lambda: play(f"  a: {{if: {'x' * 900_000}, narrate: x}}\n"),
}


def _nested(depth: int, width: int) -> Iterable[str]:
    """Blocks in blocks, each with steps that read an input."""
    for level in range(depth):
        yield "  " * (2 * level) + f"b{level}:"
        yield "  " * (2 * level + 1) + "steps:"
        for number in range(width):
            yield "  " * (2 * level + 2) + f's{level}_{number}: {{narrate: "${{{{ inputs.topic }}}}"}}'
