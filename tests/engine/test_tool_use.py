"""Tools: used by a step, and by agents, who may get it wrong without anything being done on a guess."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.events import CallStarted, ToolFailed, ToolFinished, ToolStarted
from corpus.playing import House, Line, Played, Says, Scripted

ONE = "steps: {one: {agent: a, prompt: Count., tools: [text.count%s], %s}}\n"
COUNT = Says(tools=(("text.count", '{"text": "two words"}'),))


async def test_a_tool_that_a_model_asks_for_is_used_and_its_result_told_to_the_model(house: House) -> None:
    script = Scripted.all(COUNT, "There are two.")
    played = await house.play(ONE % ("", ""), providers=script)
    assert played.output("one") == "There are two."
    (finished,) = played.of(ToolFinished)
    assert played.value(finished.result)["words"] == 2
    asked, told = played.messages("one")[-2:]
    assert (asked["role"], asked["tool_calls"][0]["name"]) == ("assistant", "text.count")
    assert (told["role"], told["tool_call"]) == ("tool", asked["tool_calls"][0]["id"])
    assert json.loads(told["content"])["words"] == 2
    (started,) = played.of(ToolStarted)
    assert (started.tool, started.agent, started.effect) == ("text.count", "a", "read")
    assert played.value(started.arguments) == {"text": "two words"}


async def test_a_model_is_offered_the_steps_tools_and_no_others(house: House) -> None:
    script = Scripted.all("Done.")
    await house.play(
        "agents: {a: {persona: A., tools: [text.diff]}}\n"
        "steps: {one: {agent: a, prompt: x}, two: {agent: a, prompt: x, tools: [text.count, text.diff]}, three: {agent: a, prompt: x, tools: []}}\n",
        providers=script,
    )
    assert [[offer.name for offer in request.tools] for _, request in script.asked] == [
        ["text.diff"],
        ["text.count", "text.diff"],
        [],
    ]


async def test_of_very_many_uses_at_once_the_first_are_made_and_the_others_refused(house: House) -> None:
    many = Says(tools=(("text.count", '{"text": "two words"}'),) * 40)
    played = await house.play(ONE % ("", ""), providers=Scripted.all(many, "Done."))
    assert played.output("one") == "Done."
    assert len(played.of(ToolFinished)) == 32
    told = [message["content"] for message in played.messages("one") if message["role"] == "tool"]
    assert len(told) == 40
    assert set(told[32:]) == {
        "error: an answer may ask for 32 tools at most; nothing was done, ask again if it is needed"
    }


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("text.count", '{"text": "cut off', "not JSON"),
        ("text.count", "[1, 2]", "must be a map"),
        ("text.count", '{"text": ' + "[" * 5000 + "]" * 5000 + "}", "nested more than 100 levels deep"),
        ("text.count", '{"text": ' + "[" * 400 + "]" * 400 + "}", "nested more than 100 levels deep"),
        ("text.count", '{"text": 5}', "text"),
        ("text.count", '{"words": "x"}', "words"),
        ("text.count", "{}", "text"),
        ("text.cuont", '{"text": "x"}', 'no tool "text.cuont"'),
        ("file.write", '{"path": "x.txt", "text": "x"}', 'no tool "file.write"'),
    ],
)
async def test_a_use_that_is_wrong_is_told_to_the_model_and_nothing_is_done(
    house: House, name: str, arguments: str, said: str
) -> None:
    script = Scripted.all(Says(tools=((name, arguments),)), "I see.")
    played = await house.play(ONE % ("", ""), providers=script)
    assert played.output("one") == "I see."
    told = played.messages("one")[-1]
    assert told["role"] == "tool"
    assert told["content"].startswith("error: ")
    assert said in told["content"]
    assert played.of(ToolFinished) == []


async def test_what_goes_wrong_in_a_tool_is_told_to_the_model_too(house: House) -> None:
    script = Scripted.all(Says(tools=(("file.read", '{"path": "missing.md"}'),)), "It is not there.")
    played = await house.play(ONE % (", file.read", ""), providers=script)
    assert played.output("one") == "It is not there."
    assert played.of(ToolFailed)[0].failure.error == "not_found"
    assert "missing.md" in played.messages("one")[-1]["content"]


async def test_several_tools_of_one_answer_are_used_in_order_and_each_is_answered(house: House) -> None:
    wanted = (("text.count", '{"text": "x"}'), ("text.nothing", "{}"), ("text.count", '{"text": "x y z"}'))
    script = Scripted.all(Says("Let me see.", tools=wanted), "Done.")
    played = await house.play(ONE % ("", ""), providers=script)
    assert [one["tool_call"] for one in played.messages("one")[-3:]] == ["call1", "call2", "call3"]
    assert [played.value(event.result)["words"] for event in played.of(ToolFinished)] == [1, 3]


async def test_a_model_is_called_at_most_turns_times_and_in_the_last_is_offered_no_tool(house: House) -> None:
    script = Scripted.all(COUNT, COUNT, "Two.")
    played = await house.play(ONE % ("", "turns: 3"), providers=script)
    assert played.output("one") == "Two."
    assert [len(request.tools) for _, request in script.asked] == [1, 1, 0]


@pytest.mark.parametrize(("turns", "uses"), [("turns: 3", 2), ("turns: 1", 0), ("", 7)])
async def test_a_model_that_never_answers_fails_the_step_when_its_turns_are_over(
    house: House, turns: str, uses: int
) -> None:
    script = Scripted.all(COUNT)
    played = await house.play(ONE % ("", turns), providers=script)
    assert played.ended("one") == "failed"
    assert played.failure("one").error == "malformed"
    assert len(played.of(ToolFinished)) == uses
    assert len(script.asked) == uses + 1
    assert "still asks for tools" in played.failure("one").message


async def test_a_rehearsal_whose_last_line_is_a_tool_comes_to_an_end_too(house: House) -> None:
    played = await house.play(ONE % ("", "rehearsal: {turns: [{tool: text.count, with: {text: x}}]}"))
    assert played.ended("one") == "failed"
    assert len(played.of(CallStarted)) <= 12


async def test_a_model_without_tools_that_asks_for_one_is_told_that_there_is_none(house: House) -> None:
    script = Scripted.all(COUNT, "Then I guess.")
    played = await house.play("steps: {one: {agent: a, prompt: x}}\n", providers=script)
    assert played.output("one") == "Then I guess."
    assert played.of(ToolStarted) == []


async def test_data_may_be_asked_for_after_tools(house: House) -> None:
    script = Scripted.all(COUNT, {"words": 2})
    played = await house.play(ONE % ("", "output: {words: integer}"), providers=script)
    assert played.output("one") == {"words": 2}


async def test_odd_arguments_never_bring_a_run_down(house: House) -> None:
    odd: list[Line] = [
        Says(tools=((name, arguments),))
        for name in ("http", "file.write", "table.sql", "table.filter", "notify", "schema.validate", "file.read")
        for arguments in ('{"url": 5, "method": []}', '{"path": {}, "sql": 7, "where": 3}', "null", '{"a": NaN}', '"x"')
    ]
    played = await house.play(
        "steps: {one: {agent: a, prompt: x, turns: 90, tools: [http, file, table, notify, schema]}}\n",
        providers=Scripted.all(*odd, "Done."),
    )
    assert played.output("one") == "Done."
    assert played.of(ToolFinished) == []


# Tools of steps


async def test_a_step_gives_a_tool_what_its_expressions_say_and_passes_on_what_it_gives(house: House) -> None:
    played = await house.play("""
steps:
  words: {set: {text: one two three}}
  count: {tool: text.count, with: {text: "${{ steps.words.output.text }}"}}
  after: {set: {words: "${{ steps.count.output.words }}"}}
""")
    assert played.output("after") == {"words": 3}


async def test_a_tool_that_cannot_do_it_fails_its_step_with_a_class(house: House) -> None:
    played = await house.play("steps: {one: {tool: file.read, with: {path: missing.md}}}\n")
    assert played.failure("one").error == "not_found"
    assert played.of(ToolFailed)[0].failure.error == "not_found"


async def test_rehearsed_a_tool_gives_what_was_written_for_it_and_nothing_happens(house: House) -> None:
    played = await house.play("""
steps:
  one:
    tool: http
    with: {url: "https://example.com"}
    rehearsal: {reply: {status: 200, body: Well.}, takes: 3s}
""")
    assert played.output("one") == {"status": 200, "body": "Well."}
    assert played.lasted("one") == 3.0
    assert (played.of(ToolStarted)[0].mono, played.of(ToolFinished)[0].took_ms) == (0, 3000)


async def test_rehearsed_a_tools_lines_are_taken_in_turn_and_the_last_one_repeats(house: House) -> None:
    played = await house.play("""
steps:
  rounds: {loop: {max: 3}, tool: http, with: {url: "https://example.com"}, rehearsal: {turns: [{n: 1}, {reply: {n: 2}}]}}
  each: {for_each: [x, y, z], tool: http, with: {url: "https://example.com"}, rehearsal: {turns: [{n: 1}, {n: 2}]}}
""")
    assert [played.output(f"rounds/{turn}") for turn in (1, 2, 3)] == [{"n": 1}, {"n": 2}, {"n": 2}]
    assert played.output("each") == [{"n": 1}, {"n": 2}, {"n": 2}]


async def test_rehearsed_a_tool_may_fail_in_one_turn_of_several(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [x, y, z]
    fail_fast: false
    tool: http
    with: {url: "https://example.com"}
    rehearsal: {turns: [{n: 1}, {fault: auth}, {n: 3}], takes: 2s}
""")
    assert played.output("each") == [{"n": 1}, None, {"n": 3}]
    assert (played.failure("each[2]").error, played.of(ToolFailed)[0].took_ms) == ("auth", 2000)


async def test_a_tools_fault_can_be_rehearsed_and_retried(house: House) -> None:
    played = await house.play("""
steps:
  one:
    tool: http
    with: {url: "https://example.com"}
    retry: {attempts: 3, delay: 1s}
    rehearsal: {fault: overloaded, times: 2, reply: {status: 200}}
""")
    assert played.output("one") == {"status": 200}
    assert [event.failure.error for event in played.of(ToolFailed)] == ["overloaded", "overloaded"]
    assert [event.call for event in played.of(ToolStarted)] == ["one!http#1", "one!http#2", "one!http#3"]


async def test_a_write_is_told_as_one_and_carries_a_key_of_its_own(house: House) -> None:
    played = await house.play(
        "steps: {one: {tool: file.write, with: {path: out.md, text: Hello.}}, two: {tool: file.read, with: {path: out.md}}}\n",
        mode="live",
    )
    one, two = played.of(ToolStarted)
    assert (one.effect, two.effect) == ("write", "read")
    assert one.key
    assert one.key != two.key
    assert "Hello." in str(played.output("two"))


async def test_a_secret_reaches_the_tool_and_nothing_that_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("API_TOKEN", "opensesame-opensesame-42")
    played = await house.play(
        """
steps:
  one: {tool: text.count, with: {text: "${{ secrets.API_TOKEN }}"}}
  two: {tool: file.read, with: {path: "${{ secrets.API_TOKEN }}"}, continue_on_error: true}
""",
        mode="live",
    )
    assert played.output("one")["characters"] == 24
    kept = [played.value(event.arguments) for event in played.of(ToolStarted)]
    told = [event.failure.message for event in played.of(ToolFailed)]
    assert "opensesame" not in f"{kept} {told} {played.failure('two')}"


async def test_a_missing_secret_fails_the_step_by_name_and_a_rehearsal_needs_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("API_TOKEN", raising=False)
    text = 'steps: {one: {tool: text.count, with: {text: "${{ secrets.API_TOKEN }}"}}}\n'
    live = await house.play(text, mode="live")
    assert live.failure("one").error == "auth"
    assert "API_TOKEN" in live.failure("one").message
    assert (await house.play(text)).outcome == "succeeded"


async def test_a_step_timeout_ends_a_tool_that_hangs(house: House) -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        played = await house.play(
            f'steps: {{one: {{tool: http, timeout: 100ms, with: {{url: "http://127.0.0.1:{port}/"}}}}}}\n',
            mode="live",
            hosts=(f"127.0.0.1:{port}",),
        )
    assert played.failure("one").error == "timeout"
    assert tools_in_the_air(played) == 0


def tools_in_the_air(played: Played) -> int:
    """Tools that began and of which the log does not say how they ended."""
    return len(played.of(ToolStarted)) - len(played.of(ToolFinished)) - len(played.of(ToolFailed))
