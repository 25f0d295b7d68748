"""Evil in the meaning: well-formed YAML that is no scenario, or one that could never be performed."""

from __future__ import annotations

from corpus.plays import HEAD, WELL, asks, play, quoted

# Those whose values are bound to a shape; vars and outputs may hold anything.
_TOP_LEVEL = (
    "schema", "name", "title", "synopsis", "tags", "privacy", "inputs", "env", "limits", "models", "agents",
    "cast_notes", "steps", "expect", "strategy", "on",
)  # fmt: skip
_KINDS = {
    "agent": "agent: writer, prompt: x",
    "steps": "steps: {b: {narrate: x}}",
    "parallel": "parallel: {b: {narrate: x}}",
    "debate": "debate: {members: [writer, critic], question: x}",
    "team": "team: {manager: writer, members: [critic]}, prompt: x",
    "escalate": "escalate: {agents: [writer, critic]}, prompt: x",
    "tool": "tool: http",
    "uses": "uses: other.yaml",
    "approve": "approve: x",
    "ask": "ask: x",
    "set": "set: {x: 1}",
    "narrate": "narrate: x",
}
_MODIFIERS = (
    "title", "needs", "if", "for_each", "as", "max_parallel", "fail_fast", "loop", "retry", "timeout", "limits",
    "privacy", "continue_on_error", "handoff", "cue", "caption", "speaker_note", "rehearsal", "prompt", "output",
    "tools", "mode", "turns", "with",
)  # fmt: skip
_NASTY = (
    "null",
    "true",
    "-1",
    "1.5",
    "9223372036854775807",
    "''",
    "x y",
    "[]",
    "[[]]",
    "{}",
    "{x: {}}",
    "[null]",
    "{null: 1}",
)


def shapes() -> dict[str, str]:
    """Keys and kinds that are not there, or twice, or of another sort."""
    return {
        "unknown key at the top": WELL + "stpes: {}\n",
        "unknown key deep down": play(
            "  a:\n    parallel:\n      b: {steps: {c: {narrate: x, retry: {attempts: 2, atempts: 3}}}}\n"
        ),
        "unknown key with control characters": WELL + '"a\\nb\\tc": 1\n',
        "key of combining marks": WELL + f'"{"e" + chr(0x301) * 3000}": 1\n',
        "key of joiners and flags": WELL + f'"{chr(0x200D).join("👩" * 500)}{chr(0xE0041) * 500}": 1\n',
        "schema of the future": WELL.replace("footlights/v1", "footlights/v9"),
        "nothing but a schema": "schema: footlights/v1\n",
        "no steps": HEAD,
        "steps empty": HEAD + "steps: {}\n",
        "steps null": HEAD + "steps:\n",
        "steps as a list": HEAD + "steps:\n  - agent: writer\n    prompt: x\n",
        "steps as text": HEAD + "steps: write, then review\n",
        "step null": play("  a:\n"),
        "step as text": play("  a: write something\n"),
        "step as a list": play("  a: [{agent: writer}]\n"),
        "step empty": play("  a: {}\n"),
        "no kind": play("  a: {prompt: x, title: y}\n"),
        "two kinds": play("  a: {agent: writer, prompt: x, narrate: y}\n"),
        "every kind at once": play(f"  a: {{{', '.join(_KINDS.values()).replace(', prompt: x', '')}, prompt: x}}\n"),
        "misspelt kind": play("  a: {agnet: writer, prompt: x}\n"),
        "block inside is empty": play("  a: {steps: {}}\n"),
        "block inside is a list": play("  a: {parallel: [{narrate: x}]}\n"),
        **{f"{key} of every wrong sort": _every_sort_at_the_top(key) for key in _TOP_LEVEL},
        **{f"every key of {kind} of every wrong sort": _every_sort_in(kind) for kind in _KINDS},
    }


def _every_sort_at_the_top(key: str) -> str:
    """One key as a map of nasty values, each under a name of its own: wrong for every key, in many ways."""
    kept = "".join(line + "\n" for line in WELL.splitlines() if not line.startswith(f"{key}:"))
    return kept + f"{key}: {{{', '.join(f'k{number}: {value}' for number, value in enumerate(_NASTY))}}}\n"


def _every_sort_in(kind: str) -> str:
    """A step for each key that a step may have and each nasty value."""
    body = _KINDS[kind]
    written = {part.split(":")[0] for part in body.split(", ")}
    lines = [
        f"  s{number}_{index}: {{{body}, {key}: {value}}}\n"
        for number, key in enumerate(key for key in (*_MODIFIERS, "narrate") if key not in written)
        for index, value in enumerate(_NASTY)
    ]
    nested = [f"  k{index}: {{{kind}: {value}}}\n" for index, value in enumerate(_NASTY)]
    return play("".join([*lines, *nested]))


def values() -> dict[str, str]:
    """Values that are out of range, hold secrets, or are no pattern, type or schema."""
    steps = {
        "loop without max": "{loop: {until: true}, steps: {b: {narrate: x}}}",
        **{
            f"loop of {most}": f"{{loop: {{max: {most}}}, steps: {{b: {{narrate: x}}}}}}"
            for most in ("0", "-1", "1e9", "many", "'3'", "1.5")
        },
        "loop of a computed max": '{loop: {max: "${{ inputs.topic }}"}, steps: {b: {narrate: x}}}',
        "timeout of a century": "{narrate: x, timeout: 36525d}",
        "timeout of 9,000 digits": f"{{narrate: x, timeout: {'9' * 9000}d}}",
        "timeout of 10,000 parts": f'{{narrate: x, timeout: "{"1d " * 10_000}"}}',
        "timeout of zero": "{narrate: x, timeout: 0s}",
        "timeout without a unit": "{narrate: x, timeout: 30}",
        "timeout below zero": "{narrate: x, timeout: -5m}",
        "timeout in arabic digits": "{narrate: x, timeout: ٣m}",
        "attempts without end": "{narrate: x, retry: {attempts: 999999999}}",
        "type without end": f"{{agent: writer, prompt: x, output: '{'[' * 4000}'}}",
        "type of 60 levels": f"{{agent: writer, prompt: x, output: {'[' * 55}string{']' * 55}}}",
        "type of 60,000 words": f"{{agent: writer, prompt: x, output: 'one of [{'abcdefghi, ' * 60_000}a]'}}",
        "unknown type": "{agent: writer, prompt: x, output: strnig}",
        "tool of the shell": "{tool: 'rm -rf /'}",
        "cue with a line feed": '{narrate: x, cue: "Q1\\n"}',
        "id of a thousand characters": f"{{needs: {'a' * 1000}, narrate: x}}",
    }
    return {
        **{name: play(f"  a: {step}\n") for name, step in steps.items()},
        "name that is a path": WELL.replace("name: play", "name: ../../play"),
        "name with a line feed": WELL.replace("name: play", 'name: "play\\n"'),
        "limits below zero": WELL + "limits: {cost_usd: -1, tokens: -5k, wall: -1m, turns: -1}\n",
        "limits beyond measure": WELL
        + "limits: {cost_usd: 1e300, tokens: 999999999999M, wall: 999999999d, turns: 9223372036854775807}\n",
        "limits of nothing": WELL + "limits: {cost_usd: 0, tokens: 0, wall: 0s, turns: 0, warn_at: [0%, 500%]}\n",
        "secret in a prompt": asks("Use sk-abcdefghijklmnopqrstuvwxyz012345 for that"),
        "secret in a tool": play("  a: {tool: http, with: {header: Bearer abcdefghijklmnop0123456789}}\n"),
        "secret as a key": WELL + "models: {m: {use: openai/x, key: sk-abcdefghijklmnopqrstuvwxyz012345}}\n",
        "secret in a web address": WELL + 'models: {m: {use: ollama/x, base_url: "http://me:pass@host/v1"}}\n',
        "private key": WELL + "synopsis: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIEpAIBAAKCAQEA\n",
        "environment variable of a secret": WELL + "env: {AWS_SECRET_ACCESS_KEY: null}\n",
        "default that does not fit": WELL.replace("{default: a museum}", "{type: integer, default: a museum}"),
        "cron of nonsense": WELL
        + 'on: {schedule: [{cron: "99 99 99 99 99"}, {cron: "* * *"}, {cron: "1-1-1 * * * *"}]}\n',
        **{
            f"time zone {zone}": WELL + f"on: {{schedule: [{{cron: '0 9 * * 1', timezone: {quoted(zone)}}}]}}\n"
            for zone in ("../../etc/passwd", "/etc/passwd", "Europe", ".", "", "a b/c", "é")
        },
        "base_url of nonsense": WELL + 'models: {m: {use: ollama/x, base_url: "http://[::1", privacy: local}}\n',
        "provider that is not": WELL + "models: {m: {use: evil/x}, n: {use: /x}, o: {use: openai/}}\n",
        "pattern that is none": WELL + "expect: [{step: draft, matches: '(a'}]\n",
        "pattern with look-around": WELL + "expect: [{step: draft, matches: '(?=a)b'}]\n",
        "pattern that refers back": WELL + "expect: [{step: draft, matches: '(a)\\1'}]\n",
        "pattern of a hundred thousand a": WELL + "expect: [{step: draft, matches: 'a{100000}{100000}'}]\n",
        **{
            f"json schema {name}": WELL + f"expect: [{{step: draft, json_schema: {schema}}}]\n"
            for name, schema in _JSON_SCHEMAS.items()
        },
        **{
            f"output schema {name}": play(f"  a: {{agent: writer, prompt: x, output: {{schema: {schema}}}}}\n")
            for name, schema in _JSON_SCHEMAS.items()
        },
    }


_JSON_SCHEMAS = {
    "of the network": '{$ref: "https://example.com/schema.json"}',
    "of a file": '{properties: {a: {$ref: "file:///etc/passwd"}}}',
    "in another language": '{$schema: "https://example.com/dialect", type: string}',
    "with a wrong type": "{type: strnig}",
    "with a wrong pattern": "{type: string, pattern: '('}",
    "with a reference to nothing": '{$ref: "#/$defs/nothing"}',
    "with a negative length": "{minLength: -1}",
    "with a list of properties": "{properties: [a, b]}",
}


def orders() -> dict[str, str]:
    """Names that stand for nothing, and steps that wait for each other."""
    many = range(500)
    return {
        "unknown agent": play("  a: {agent: wirter, prompt: x}\n"),
        "unknown card": WELL.replace("{persona: A writer.}", "{card: engineering/nobody}"),
        "card with a name of 400 characters": WELL.replace("{persona: A writer.}", f"{{card: company/{'x' * 400}}}"),
        "card of another company": WELL.replace("{persona: A writer.}", "{card: nowhere/cto}"),
        "card of a company of 100 emoji": WELL.replace("{persona: A writer.}", f"{{card: {'💥' * 100}/cto}}"),
        "card of a company of 400 characters": WELL.replace("{persona: A writer.}", f"{{card: {'x' * 400}/cto}}"),
        **{
            f"card {name}": WELL.replace("{persona: A writer.}", f"{{card: {quoted(name)}}}")
            for name in ("../../x", "/etc/passwd", "**/*", "a/b/c", "/", ".", "~/x", "a\n")
        },
        "unknown mode": WELL.replace("{persona: A writer.}", "{card: engineering/cto, mode: plannign}"),
        "mode without a card": WELL.replace("{persona: A writer.}", "{persona: x, mode: planning}"),
        "unknown tone": WELL.replace("{persona: A writer.}", "{card: engineering/cto, tone: shouting}"),
        "unknown model": WELL.replace("{persona: A writer.}", "{persona: x, model: smrat}"),
        "unknown models in a route": WELL.replace(
            "{persona: A writer.}", "{persona: x, model: {route: {among: [a], fallback: [b]}}}"
        ),
        "model of every wrong sort": HEAD.replace(
            "agents: {",
            "agents: {"
            + ", ".join(f"m{index}: {{persona: x, model: {value}}}" for index, value in enumerate(_NASTY))
            + ", ",
        )
        + "steps: {a: {narrate: x}}\n",
        "unknown need": play("  a: {narrate: x}\n  b: {needs: [a, c], narrate: y}\n"),
        "need of a step inside": play("  a: {steps: {b: {narrate: x}}}\n  c: {needs: b, narrate: y}\n"),
        "need of the block around": play("  a: {steps: {b: {needs: a, narrate: x}}}\n"),
        "unknown output of the scenario": WELL + 'outputs: {text: "${{ steps.nothing.output }}"}\n',
        "expectation of a step that is not": WELL + "expect: [{step: draft/nothing, outcome: succeeded}]\n",
        "judge who is not there": WELL + "expect: [{step: draft, judged: {by: nobody, rubric: x, at_least: 0.5}}]\n",
        "note on nobody": WELL + "cast_notes: {nobody: Who is this?}\n",
        "wall without a door": WELL.replace("A writer.}", "A writer., model: there, privacy: local}")
        + "models: {there: {use: openai/x}}\n",
        "waits for itself": play("  a: {needs: a, narrate: x}\n"),
        "refers to itself": play('  a: {narrate: "${{ steps.a.output }}"}\n'),
        "refers to the block around": play('  a: {steps: {b: {narrate: "${{ steps.a.output }}"}}}\n'),
        "circle of two": play("  a: {needs: b, narrate: x}\n  b: {needs: a, narrate: x}\n"),
        "circle of three": play("  a: {needs: c, narrate: x}\n  b: {narrate: x}\n  c: {narrate: x}\n"),
        "circle of 500": play("".join(f"  s{n}: {{needs: s{(n + 1) % 500}, narrate: x}}\n" for n in many)),
        "circle of 500 by references": play(
            "".join(f'  s{n}: {{needs: [], narrate: "${{{{ steps.s{(n + 1) % 500}.output }}}}"}}\n' for n in many)
        ),
        "circle across blocks": play(
            '  a: {needs: [], steps: {x: {narrate: "${{ steps.b.output }}"}}}\n'
            '  b: {needs: [], steps: {y: {narrate: "${{ steps.a.outcome }}"}}}\n'
        ),
        "circle side by side": play(
            "  p:\n    parallel:\n"
            '      a: {narrate: "${{ steps.b.outcome }}"}\n'
            '      b: {narrate: "${{ steps.a.outcome }}"}\n'
        ),
        "each waits for each": play(
            "".join(
                f"  s{n}: {{needs: [{', '.join(f's{m}' for m in range(150) if m != n)}], narrate: x}}\n"
                for n in range(150)
            )
        ),
    }


_EXPRESSIONS = {
    "empty": "${{ }}",
    "unclosed": "${{ inputs.topic",
    "unclosed quote": "${{ 'never closed }}",
    "unclosed bracket": "${{ inputs['topic' }}",
    "unclosed call": "${{ length(inputs.topic }}",
    "of 5 KB": "${{ " + "inputs.topic == 'x' or " * 220 + "true }}",
    "of one name of 900,000 characters": "${{ " + "x" * 900_000 + " }}",
    "of 10,000 brackets": "${{ " + "(" * 10_000 + "1" + ")" * 10_000 + " }}",
    "of 40 brackets": "${{ " + "(" * 40 + "1" + ")" * 40 + " }}",
    "of 2,000 nots": "${{ " + "not " * 1000 + "true }}",
    "of 1,000 minus signs": "${{ " + "-" * 1000 + "1 }}",
    "of 600 choices": "${{ " + "true ? 1 : " * 300 + "2 }}",
    "of 1,500 dots": "${{ inputs" + ".topic" * 600 + " }}",
    "with an unknown function": "${{ lenght(inputs.topic) }}",
    "with an unknown name": "${{ input.topic }}",
    "with an unknown input": "${{ inputs.topci }}",
    "with too many arguments": "${{ upper('a', 'b', 'c') }}",
    "with no arguments": "${{ upper() }}",
    "with a dunder": "${{ inputs.topic.__class__.__mro__ }}",
    "with an import": "${{ __import__('os').system('id') }}",
    "with a method": "${{ inputs.topic.upper() }}",
    "with a lambda": "${{ (lambda: 1)() }}",
    "with a power": "${{ 9 ** 9 ** 9 }}",
    "with a format of a billion": "${{ format('%1000000000d', 1) % 1 }}",
    "with a product": "${{ 'a' * 1000000000 }}",
    "with a comprehension": "${{ [x for x in inputs.topic] }}",
    "with a number of 5,000 digits": "${{ " + "9" * 3900 + " }}",
    "with 1e999": "${{ 1e999 < 2 and inputs.x }}",
    "with a secret": "${{ secrets.OPENAI_API_KEY }}",
    "with a template inside": "${{ ${{ inputs.topic }} }}",
    "with a pattern that is computed": "${{ matches('a', inputs.topic) }}",
    "with a pattern that is none": "${{ matches(inputs.topic, '(') }}",
    "with a pattern of a hundred thousand a": "${{ matches(inputs.topic, 'a{100000}{100000}') }}",
    "with an unknown step": "${{ steps.nothing.output }}",
    "with emoji": "${{ 💥 }}",
    "with a semicolon": "${{ 1; 2 }}",
    "with an assignment": "${{ inputs.topic = 'x' }}",
    "with an index below zero": "${{ inputs[-1].x }}",
}
_STANDS_IN = {
    "if": "  a: {{if: {0}, narrate: x}}\n",
    "until": "  a: {{loop: {{max: 3, until: {0}}}, steps: {{b: {{narrate: x}}}}}}\n",
    "for_each": "  a: {{for_each: {0}, narrate: x}}\n",
    "with": "  a: {{tool: http, with: {{url: {0}}}}}\n",
    "set": "  a: {{set: {{x: {0}}}}}\n",
}


def expressions() -> dict[str, str]:
    """Expressions that cannot be read, or refer to nothing: each in a prompt, and all wherever one can stand."""
    short = [text for text in _EXPRESSIONS.values() if len(text) < 6000]
    listed = "".join(f"  k{index}: {quoted(text)}\n" for index, text in enumerate(short))
    return {
        **{f"expression {name}": asks(text) for name, text in _EXPRESSIONS.items()},
        **{
            f"bad expressions in {key}": play(
                "".join(step.format(quoted(text)).replace("  a:", f"  a{index}:") for index, text in enumerate(short))
            )
            for key, step in _STANDS_IN.items()
        },
        "bad expressions in vars": WELL + "vars:\n" + listed,
        "bad expressions in outputs": WELL + "outputs:\n" + listed,
        "bare condition that is text": play("  a: {if: inputs.topic, narrate: x}\n"),
        "bare condition with a question": play("  a: {if: 'inputs.topic ? 1', narrate: x}\n"),
        "expression where none is read": WELL + 'title: "${{ inputs.topic }}"\n',
    }
