"""Source is looked through, outlined and changed without being run, and tests say how each of them ended."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.base import ToolError
from app.tools.code.jail import Said
from app.tools.code.python_source import check, outline
from app.tools.code.tools import changed, difference, verdict
from tools.conftest import Failing, Using

BASKET = '''"""Baskets."""


def total(prices: list[int], discount: int = 0) -> int:
    """Add up the prices."""
    if discount:
        return sum(prices) * (100 - discount) // 100
    return sum(prices)
'''


def rules_in(text: str, path: str = "shop.py") -> set[str]:
    """Return the rules that a file breaks."""
    return {problem["rule"] for problem in check({path: text})["problems"]}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("def f(:\n    pass\n", "syntax"),
        ("return 1\n", "syntax"),
        ("import os\n", "unused-import"),
        ("from os import *\n", "star-import"),
        ("try:\n    f()\nexcept:\n    raise\n", "bare-except"),
        ("try:\n    f()\nexcept Exception:\n    pass\n", "swallowed-error"),
        ('def f(a=[]):\n    "What."\n', "shared-default"),
        ("def f():\n    return 1\n", "no-docstring"),
        ("def _f():\n" + "    x = 1\n" * 60, "long-function"),
        ("def _f(a, b, c, d, e, g, h, i):\n    return 1\n", "many-arguments"),
        ('PASSWORD = "hunter2"\n', "secret-in-code"),
        ('self.api_key: str = "hunter2"\n', "secret-in-code"),
        ("eval(text)\n", "eval"),
        ("run(words, shell=True)\n", "shell"),
        ("pickle.loads(body)\n", "unsafe-load"),
        ("get(url, verify=False)\n", "no-certificate"),
        ('db.execute(f"SELECT * FROM users WHERE name = {name}")\n', "sql-injection"),
        ('db.execute("SELECT * FROM users WHERE name = %s" % name)\n', "sql-injection"),
        ("hashlib.md5(word)\n", "weak-hash"),
        ("app.run(debug=True)\n", "debug-on"),
        ("_x = y == None\n", "compared-with-none"),
    ],
)
def test_a_mistake_is_found_and_named(text: str, rule: str) -> None:
    assert rule in rules_in(text)


@pytest.mark.parametrize(
    "text",
    [
        BASKET,
        'import os as _os\n__all__ = ["path"]\nfrom os import path\n_os.getcwd()\n',
        'PASSWORD = os.environ["PASSWORD"]\ntoken = ""\n',
        'db.execute("SELECT * FROM users WHERE name = ?", (name,))\n',
        "try:\n    f()\nexcept KeyError:\n    pass\n",
    ],
)
def test_what_is_in_order_is_left_alone(text: str) -> None:
    assert rules_in(text) <= {"unused-import"} if "__all__" in text else rules_in(text) == set()


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [("a.json", '{"a": 1,\n "b": }', 2), ("a.toml", "a = 1\nb = \n", 2), ("a.py", "x = 1\ny = (\n", 2)],
)
def test_a_file_that_cannot_be_read_says_where(path: str, text: str, line: int) -> None:
    (problem,) = check({path: text})["problems"]
    assert (problem["rule"], problem["line"]) == ("syntax", line)


def test_the_worst_comes_first_and_low_findings_do_not_block() -> None:
    found = check({"b.py": "import os\n", "a.py": 'import sys\ntoken = "hunter2"\n', "notes.txt": "x"})
    assert [problem["severity"] for problem in found["problems"]] == ["high", "low", "low"]
    assert (found["ok"], found["high"], found["low"], found["unread"]) == (False, 1, 2, ["notes.txt"])
    assert check({"b.py": "import os\n"})["ok"]


@pytest.mark.parametrize("text", ["(" * 5_000, "[" * 200_000, "a = " + "-" * 100_000 + "1", "\x00", "'" * 99_999])
def test_a_hostile_file_is_a_finding(text: str) -> None:
    assert {problem["file"] for problem in check({"a.json": text, "a.toml": text})["problems"]} == {"a.json", "a.toml"}


async def test_a_file_over_which_the_parser_falls_takes_nobody_with_it(using: Using) -> None:
    hostile = {"files": {"a.py": "a = " + "-" * 100_000 + "1"}}
    try:
        assert not (await using("code.check", hostile))["ok"]
    except ToolError as error:
        assert error.message == "this took more time or memory than it may"  # either is well


def test_an_outline_gives_signatures_and_what_is_not_told() -> None:
    text = (
        BASKET + "\n\nclass Shop:\n    def open(self, *, at: str = '9:00') -> None: ...\n    def _hidden(self): ...\n"
    )
    found = outline({"basket.py": text, "readme.md": "# no Python"})
    (module,) = found["modules"]
    assert module["functions"][0]["signature"] == "total(prices: list[int], discount: int=0) -> int"
    assert module["functions"][0]["doc"] == "Add up the prices."
    assert module["classes"][0]["methods"][0]["signature"] == "open(self, *, at: str='9:00') -> None"
    assert found["missing"] == ["basket.py: Shop", "basket.py: Shop.open"]
    assert (found["public"], found["documented"]) == (4, 50.0)


async def test_an_outline_of_what_is_not_python_is_refused(failing: Failing) -> None:
    raised = await failing("code.outline", {"files": {"a.py": "x = 1\ndef ("}})
    assert (raised.error, raised.message[:12]) == ("bad_arguments", "a.py, line 2")


def test_edits_follow_one_another_and_the_difference_shows_them() -> None:
    before = {"a.txt": "one\ntwo\n", "b.txt": "three\n"}
    after = changed(
        before,
        [
            {"file": "a.txt", "find": "two", "replace": "2"},
            {"file": "a.txt", "find": "2\n", "replace": "2\n3\n"},
        ],
    )
    assert after == {"a.txt": "one\n2\n3\n", "b.txt": "three\n"}
    assert difference(before, after) == "--- a.txt\n+++ a.txt\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+3"


async def test_files_too_long_to_be_compared_are_refused(failing: Failing) -> None:
    files = {"a.txt": "a\n" * 9_000 + "b"}
    raised = await failing("code.change", {"files": files, "edits": [{"file": "a.txt", "find": "b", "replace": "c"}]})
    assert raised.error == "refused"


@pytest.mark.parametrize(
    ("edit", "words", "hint"),
    [
        ({"file": "a.tx", "find": "x", "replace": ""}, 'edit 1: there is no file "a.tx"', "a.txt"),
        ({"file": "a.txt", "find": "one thinks", "replace": ""}, "stands no times: one thinks", "one things"),
        ({"file": "a.txt", "find": "t", "replace": ""}, "stands 2 times: t", "stands once"),
    ],
)
async def test_an_edit_that_fits_nowhere_or_twice_is_refused(
    failing: Failing, edit: dict[str, str], words: str, hint: str
) -> None:
    raised = await failing("code.change", {"files": {"a.txt": "one things\ntwo"}, "edits": [edit]})
    assert raised.error == "bad_arguments"
    assert words in raised.message
    assert hint in raised.hint


@given(some.text(max_size=40), some.text(min_size=1, max_size=10), some.text(max_size=10), some.text(max_size=40))
def test_a_change_replaces_its_text_and_nothing_else(before: str, find: str, replace: str, after: str) -> None:
    text = before + find + after
    if text.count(find) == 1:
        assert changed({"a": text}, [{"file": "a", "find": find, "replace": replace}]) == {
            "a": before + replace + after
        }


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "../a.py", "a/../b.py", "", ".", "./a.py", "a//b", ".git/config", "a\\b", "a\nb"),
        *("x" * 300, "é" * 101, "a/" * 13 + "a.py", "a/" * 2_000 + "a.py"),
    ],
)
async def test_a_path_that_leads_elsewhere_is_refused(failing: Failing, path: str) -> None:
    assert (await failing("code.check", {"files": {path: ""}})).error == "bad_arguments"


async def test_a_file_that_is_also_a_folder_and_too_much_text_are_refused(failing: Failing) -> None:
    assert "both a file and a folder" in (await failing("code.check", {"files": {"a": "", "a/b": ""}})).message
    assert (await failing("code.check", {"files": {"a": "x" * 300_000, "b": "x" * 300_000}})).error == "refused"


async def run(using: Using, tests: str, **arguments: Any) -> dict[str, Any]:
    """Run tests over the basket."""
    files = {"basket.py": BASKET, "test_basket.py": f"import unittest\nfrom basket import total\n{tests}"}
    gives: dict[str, Any] = await using("code.test", {"files": files, **arguments})
    return gives


async def test_functions_and_unittests_are_run_and_counted(using: Using) -> None:
    tests = (
        "def test_sum():\n    assert total([1, 2]) == 3\n"
        "async def test_waiting():\n    import asyncio\n    await asyncio.sleep(0)\n"
        "class Basket(unittest.TestCase):\n"
        "    def test_empty(self):\n        self.assertEqual(total([]), 0)\n"
        "    @unittest.skip('too early')\n    def test_later(self): ...\n"
        "    @unittest.expectedFailure\n    def test_known(self):\n        self.assertEqual(total([]), 1)\n"
    )
    gives = await run(using, tests)
    assert (gives["ok"], gives["passed"], gives["skipped"]) == (True, 4, 1)
    assert gives["coverage"] == {
        "percent": 80.0,
        "files": [{"file": "basket.py", "percent": 80.0, "missing": [7]}],
    }


async def test_a_plain_assert_says_what_both_sides_were(using: Using) -> None:
    gives = await run(using, "def test_discount():\n    assert total([100], 10) == 95\n")
    assert gives["results"] == [
        {
            "test": "test_basket.test_discount",
            "outcome": "failed",
            "message": "test_basket.py:4: AssertionError: 90 == 95 does not hold",
        }
    ]


async def test_an_assert_without_two_sides_says_itself(using: Using) -> None:
    gives = await run(using, "def test_it():\n    assert not total([1])\n")
    assert gives["said"] == "0 of 1 pass; test_basket.py:4: AssertionError: assert not total([1])"


async def test_words_that_code_puts_into_the_mouth_of_its_tests_break_nothing(using: Using) -> None:
    lies = '[b\'{"coverage": 7}\', b\'{"outcome": [], "test": 3}\', b\'{"outcome": "passed", "test": {}}\']'
    tests = (
        f"import os\ndef test_it():\n    for lie in {lies}:\n        for number in range(3, 10):\n"
        "            try: os.write(number, lie + b'\\n')\n            except OSError: pass\n"
    )
    gives = await run(using, tests)
    assert {result["test"] for result in gives["results"]} == {"{}", "test_basket.test_it"}


async def test_errors_are_told_apart_from_failures_and_come_first(using: Using) -> None:
    tests = (
        "def test_fine():\n    assert True\n"
        "def test_error():\n    total(None)\n"
        "def test_fixture(basket):\n    pass\n"
        "def test_odd():\n    class Odd(Exception):\n        def __str__(self): raise ValueError\n    raise Odd\n"
        "class Broken(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls): raise ValueError('no')\n"
        "    def test_never(self): ...\n"
    )
    gives = await run(using, tests)
    assert (gives["ok"], gives["passed"], gives["failed"], gives["errors"]) == (False, 1, 0, 4)
    assert gives["results"][-1]["outcome"] == "passed"
    assert "basket.py:8: TypeError: 'NoneType' object is not iterable" in gives["results"][0]["message"]


async def test_a_module_that_cannot_be_loaded_is_an_error_of_its_name(using: Using, failing: Failing) -> None:
    gives = await run(using, "import nowhere\n")
    assert gives["results"][0]["message"] == "test_basket.py:3: ModuleNotFoundError: No module named 'nowhere'"
    gives = await run(using, "def test_(:\n")
    assert gives["results"][0]["message"].startswith("test_basket.py:3: SyntaxError")
    raised = await failing("code.test", {"files": {"basket.py": BASKET}})
    assert (raised.error, raised.message) == ("bad_arguments", "there are no tests among these files")


async def test_the_same_tests_say_the_same_each_time(using: Using) -> None:
    tests = "import random\ndef test_it():\n    assert (random.random(), {'a', 'b', 'c'}, object()) == hash('x')\n"
    assert await run(using, tests) == await run(using, tests)


async def test_a_file_nobody_imports_is_not_covered(using: Using) -> None:
    gives = await using("code.test", {"files": {"a.py": "x = 1\n", "test_a.py": "def test_x():\n    assert True\n"}})
    assert gives["coverage"]["percent"] == 0.0
    gives = await using(
        "code.test",
        {"files": {"a.py": "x = 1\n", "tests/test_a.py": "def test_x():\n    import a\n"}, "coverage": False},
    )
    assert gives["ok"]
    assert "coverage" not in gives


HELPER = """import unittest
def wrapped(function):
    def run(): return function()
    return run
class Shop(unittest.TestCase):
    def test_a(self): assert 0
def test_helped(): assert 0
"""


FAILING = (
    ("def test_x():\n    assert 0\n    yield", "not run"),
    ("async def test_x():\n    assert 0\n    yield", "not run"),
    ("async def test_x():\n    assert 0", "failed"),
    ("async def waits(): assert 0\ntest_x = waits()", "not run"),
    ("class TestX:\n    def test_a(self): assert 0", "failed"),
    ("class TestX:\n    async def test_a(self): assert 0", "failed"),
    ("class TestX:\n    @staticmethod\n    def test_a(): assert 0", "failed"),
    ("class TestX:\n    class TestY:\n        def test_a(self): assert 0", "failed"),
    ("class Suite:\n    class TestY:\n        def test_a(self): assert 0", "failed"),
    ("class TestX:\n    def __init__(self, shop): ...\n    def test_a(self): assert 0", "error"),
    ("class TestX:\n    def check(self): assert 0", "not run"),
    ("class Suite:\n    def test_a(self): assert 0", "not run"),
    ("from helper import Shop", "failed"),
    ("from helper import test_helped", "failed"),
    ("import helper\n@helper.wrapped\ndef test_x(): assert 0", "failed"),
    ("import helper\n@helper.wrapped\nasync def test_x(): assert 0", "failed"),
    ("import functools\ndef equal(a): assert a == 2\ntest_x = functools.partial(equal, 1)", "failed"),
    ("test_x = lambda: 1 == 2", "error"),
    ("def testing_without_a_dash(): assert 0", "failed"),
    ("def test_x(*, shop): ...", "error"),
    ("import unittest\nclass X(unittest.TestCase):\n    async def test_a(self): assert 0", "failed"),
    ("import unittest\nclass X(unittest.TestCase):\n    def test_a(self):\n        yield", "not run"),
    ("import unittest\nclass X(unittest.TestCase):\n    def check(self): assert 0", "not run"),
    ("import unittest as u\nclass X(u.IsolatedAsyncioTestCase):\n    async def test_a(self): assert 0", "failed"),
    ("class Odd(type):\n    def __dir__(self): raise ValueError\nclass TestX(metaclass=Odd): ...", "error"),
)


async def test_a_test_that_fails_never_counts_as_passed(using: Using) -> None:
    files = {f"test_{number}.py": f"{tests}\n" for number, (tests, _) in enumerate(FAILING)}
    gives = await using("code.test", {"files": {"helper.py": HELPER, **files}, "coverage": False})
    ended = {result["test"].split(".")[0]: result["outcome"] for result in gives["results"]}
    ended[f"test_{[tests for tests, _ in FAILING].index('from helper import Shop')}"] = ended.pop("helper")
    assert [(tests, ended.get(f"test_{number}")) for number, (tests, _) in enumerate(FAILING)] == list(FAILING)
    assert (gives["ok"], gives["passed"], len(gives["results"])) == (False, 0, len(FAILING))


async def test_what_only_looks_like_a_test_is_left_alone(using: Using) -> None:
    tests = (
        "import enum, dataclasses\nfrom unittest import IsolatedAsyncioTestCase, TestCase, mock\n"
        "test_prices = [1, 2]\n"
        "class TestKind(enum.Enum):\n    A = 1\n"
        "@dataclasses.dataclass\nclass TestRow:\n    a: int\n"
        "class Both:\n    def test_a(self): ...\n"
        "class One(Both, TestCase): ...\n"
        "class TestTwo(Both): ...\n"
        "@mock.patch('json.loads')\ndef test_patched(loads): loads()\n"
    )
    gives = await run(using, tests)
    assert (gives["ok"], gives["passed"], gives["not_run"]) == (True, 3, 0)


async def test_each_method_has_an_instance_of_its_own_made_ready_and_tidied(using: Using) -> None:
    tests = (
        "log = []\nclass TestBasket:\n"
        "    def setup_method(self, method): log.append(method.__name__)\n"
        "    def teardown_method(self): log.append('tidied')\n"
        "    def test_a(self): self.a = 1\n"
        "    def test_b(self): assert not hasattr(self, 'a')\n"
        "    @unittest.skip('too early')\n    def test_c(self): assert 0\n"
        "@unittest.skip('later')\nclass TestLater:\n    def test_d(self): assert 0\n"
        "def test_log(): assert log == ['test_a', 'tidied', 'test_b', 'tidied', 'test_c', 'tidied']\n"
    )
    gives = await run(using, tests)
    assert (gives["ok"], gives["passed"], gives["skipped"]) == (True, 3, 2)


async def test_an_unknown_sign_in_what_is_said_does_no_harm(using: Using) -> None:
    gives = await run(using, "def test_it():\n    raise ValueError('\\x1b[2J\\u202e')\n")
    assert gives["results"][0]["message"] == "test_basket.py:4: ValueError: �[2J�"


@pytest.mark.parametrize(
    "lie",
    [
        [{"file": "\x1b[2J", "lines": 1, "missing": []}],
        [{"file": "a.py", "lines": 1, "missing": ["x" * 9_999]}],
        [{"file": "a.py", "lines": 10**30, "missing": []}],
        [{"file": "a.py", "lines": True, "missing": []}],
        [{"file": "a.py", "lines": 1, "missing": [1, 1]}],
        [{"file": "a.py", "lines": 1, "missing": [-1]}],
        [{"file": "a.py", "lines": 9, "missing": []}] * 2,
        [7],
        {},
    ],
)
def test_coverage_that_is_not_about_the_files_given_is_not_believed(lie: Any) -> None:
    true = [{"file": "a.py", "lines": 4, "missing": [3]}]
    passed = {"test": "test_a", "outcome": "passed"}
    gives = verdict(Said([{"coverage": lie}, passed, {"coverage": true}], ""), ["a.py"])
    assert gives["coverage"] == {"percent": 75.0, "files": [{"file": "a.py", "percent": 75.0, "missing": [3]}]}
    assert not verdict(Said([{"coverage": lie}, passed], ""), ["a.py"])["ok"]
