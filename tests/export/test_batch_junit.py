"""The report for CI: what Jenkins' own schema accepts, what a reader of such files finds in it, and hostile text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped

from app.batch.comparing.against import Against, Shift
from app.batch.driving import Drive
from app.batch.results import Results
from app.export.batch.junit import junit
from app.journal import Journal
from corpus.batches import Noted, performed, read, rehearsal, results

SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"
MIXED = """\
schema: footlights/v1
name: mixed
title: "Some <do> well & \\"some\\" do not"
agents: {host: {persona: You greet.}}
strategy: {matrix: {said: [good evening]}}
steps:
  hello: {agent: host, prompt: "Say ${{ matrix.said }}.", rehearsal: {reply: good evening}}
  check:
    if: matrix.said != 'good evening'
    agent: host
    prompt: Again.
    rehearsal: {fault: refused}
expect:
  - {step: hello, contains: "evening"}
  - {step: hello, contains: "never said ]]> <&>"}
"""
SAID = {"said": ["good evening", "go <b>away</b> ]]>", "\x07 \ufffe sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAA"]}


@pytest.fixture
async def mixed(tmp_path: Path) -> AsyncIterator[Results]:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path, MIXED, "mixed"), repeat=2, matrix=SAID))
        yield await results(journal)


@pytest.fixture
async def half(tmp_path: Path) -> AsyncIterator[Results]:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        plan = rehearsal(read(tmp_path), parallel=1)
        await Drive.begin(journal, plan).conduct(Noted(), enough=lambda item, ending: "one will do")
        yield await results(journal)


async def test_the_schema_of_jenkins_accepts_it(mixed: Results) -> None:
    xmlschema.XMLSchema(str(SCHEMA)).validate(fromstring(junit(mixed)))


async def test_a_reader_of_junit_files_finds_what_failed_and_why(mixed: Results) -> None:
    suite = next(iter(JUnitXml.fromstring(junit(mixed).encode())))
    assert (suite.tests, suite.failures, suite.errors) == (6, 2, 4)
    case = next(iter(suite))
    assert (case.classname, case.name) == ("mixed", "said=good evening #1")
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.message == 'not met: hello contains "never said ]]> <&>" (found: good evening)'
    assert "met     hello contains" in failure.text
    assert f"footlights show {mixed.items[0].item.run}" in failure.text


async def test_what_became_worse_than_before_is_a_failure_of_its_own_and_counted(mixed: Results) -> None:
    worse = Shift("mixed", "success", "regression", "mixed passes 0 of 6, it was 6 of 6", 1, 0, True, None, ("#1",))
    same = replace(worse, measure="cost_usd", kind="same")
    written = junit(mixed, (), Against("main", "B", "A", "rehearsal", 1, (worse, same), (), (), (), ()))
    xmlschema.XMLSchema(str(SCHEMA)).validate(fromstring(written))
    document = JUnitXml.fromstring(written.encode())
    *_, suite = document
    assert (document.tests, document.failures, document.errors) == (8, 3, 4)
    assert (suite.name, suite.tests, suite.failures) == ("against main", 2, 1)
    assert [[result.message for result in case.result] for case in suite] == [
        ["mixed passes 0 of 6, it was 6 of 6"],
        [],
    ]


async def test_what_has_no_result_yet_is_skipped(half: Results) -> None:
    suite = next(iter(JUnitXml.fromstring(junit(half).encode())))
    assert suite.skipped == 3
    assert [[type(result) for result in case.result] for case in suite] == [[], [Skipped], [Skipped], [Skipped]]


async def test_a_run_that_broke_off_is_an_error(tmp_path: Path) -> None:
    broken = MIXED.split("expect:", maxsplit=1)[0]
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path, broken, "broken"), repeat=1, matrix=SAID))
        found = await results(journal)
    suite = next(iter(JUnitXml.fromstring(junit(found).encode())))
    assert [[type(result) for result in case.result] for case in suite] == [[], [Error], [Error]]


async def test_no_key_and_no_letter_that_xml_forbids_gets_in(mixed: Results) -> None:
    written = junit(mixed)
    assert "sk-ant" not in written
    assert "\x07" not in written
    fromstring(written)
