"""How many tokens something is, near enough: against the counts of a real tokenizer (o200k), written down once."""

from __future__ import annotations

import pytest

from providers import tokens
from providers.base import Message, Request, ToolCall, ToolOffer

# ruff: noqa: E501
COUNTED = {
    "english": (
        61,
        "We keep it in one service, and we look again in ninety days. The case for a second service is real: its load will look different, and its owner would sleep better. The case against is that nobody can yet say where the line runs, and a wrong line is paid for every week.",
    ),
    "python": (
        86,
        "def choose(options, need):\n    best = None\n    for option in options:\n        if option.tripped or not option.allowed:\n            continue\n        score = sum(weight * merit(option, name) for weight, name in zip(WEIGHTS, need.prefer))\n        if best is None or score > best[0]:\n            best = (score, option)\n    return best[1] if best else None\n",
    ),
    "json": (
        55,
        '{"theme": "dark", "saved": true, "devices": [{"id": 4012, "name": "phone"}, {"id": 77, "name": "laptop"}], "refused": null, "took_ms": 92}',
    ),
    "yaml": (
        54,
        "steps:\n  plan:\n    agent: cto\n    prompt: Split the work into one backend and one frontend task.\n    output: {backend: string, frontend: string, risk: integer}\n  api:\n    needs: plan\n    agent: backend\n",
    ),
    "german": (
        38,
        "Heute haben wir über den Plan für die neue Funktion gesprochen. Zuerst einigen wir uns auf die Schnittstelle, dann teilen wir die Arbeit in zwei Hälften: Server und Oberfläche.",
    ),
    "russian": (
        33,
        "Сегодня на встрече мы обсудили план новой функции. Сначала договоримся об интерфейсе, потом разделим работу на две части: сервер и экран.",
    ),
    "chinese": (
        44,
        "人工智能正在改变我们的工作方式。今天早上，团队开会讨论了新功能的计划：先把接口定下来，再分成前端和后端两个任务，最后由测试来检查。",
    ),
    "japanese": (
        41,
        "今日の会議では、新しい機能の計画について話し合いました。まずはインターフェースを決めて、それから二つの作業に分けます。",
    ),
    "korean": (
        32,
        "오늘 회의에서는 새로운 기능의 계획에 대해 이야기했습니다. 먼저 인터페이스를 정하고 그 다음에 두 가지 작업으로 나눕니다.",
    ),
}


@pytest.mark.parametrize("language", COUNTED)
def test_the_estimate_is_within_fifteen_per_cent(language: str) -> None:
    counted, text = COUNTED[language]
    assert tokens.of_text(text) == pytest.approx(counted, rel=0.15)


@pytest.mark.parametrize("text", ["", " ", "\n", "a", "\x00", "\ud83c", "🎭", "\u200b" * 10, " " * 5000])
def test_no_text_is_too_strange_to_be_counted(text: str) -> None:
    assert tokens.of_text(text) >= (1 if text else 0)


def test_keys_and_digests_count_more_than_words_do() -> None:
    assert tokens.of_text("QmFzZTY0IGlzIG5vdCBhIGxhbmd1YWdl" * 20) > 1.5 * tokens.of_text(
        "a language is not a base at all " * 20
    )


def test_a_conversation_is_more_than_its_texts() -> None:
    one = Message("user", "Split the work.")
    assert tokens.of_messages([one]) > tokens.of_text(one.content)
    asks = Message("assistant", "", (ToolCall("1", "clock", '{"zone": "Europe/Vienna"}'),))
    assert tokens.of_messages([one, asks]) > tokens.of_messages([one]) + tokens.of_text('{"zone": "Europe/Vienna"}')


def test_tools_and_the_shape_are_read_as_well() -> None:
    plain = Request("m", (Message("user", "Split the work."),))
    shape = {"type": "object", "properties": {"risk": {"type": "integer", "minimum": 1, "maximum": 5}}}
    shaped = Request("m", plain.messages, shape=shape)
    equipped = Request("m", plain.messages, tools=(ToolOffer("clock", "What time it is.", shape),))
    assert tokens.of_request(plain) == tokens.of_messages(plain.messages)
    assert tokens.of_request(plain) < tokens.of_request(shaped) < tokens.of_request(equipped)


@pytest.mark.parametrize("language", COUNTED)
def test_the_worst_case_is_not_below_the_count(language: str) -> None:
    counted, text = COUNTED[language]
    assert tokens.at_worst(tokens.of_request(Request("m", (Message("user", text),)))) >= counted
