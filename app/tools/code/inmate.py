"""The inner half of the jail: a program that runs tests and says how each ended, one JSON map a line.

It is run by `warder.py`, which the kernel watches; what stands here refuses the same things with words, and is all
there is where the kernel is not Linux. Standard library only, and nothing else of the project.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import json
import os
import re
import sys
import threading
import traceback
import unittest
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from types import CodeType, FrameType, ModuleType
from typing import Any

_LONGEST_MESSAGE = 400
_MOST_MADE = 200  # files and folders
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_FOLDER = os.path.realpath(os.getcwd())
Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Take the order, shut the last doors, run the tests."""
    order = json.loads(sys.stdin.readline())
    say = _voice()
    sys.path.insert(0, _FOLDER)
    coverage = Coverage(order["measure"])
    sys.modules["__main__"] = ModuleType("__main__")  # what stands here is nothing to import
    sys.addaudithook(_guard())
    with coverage:
        for path in order["tests"]:
            _perform(path, say)
    say({"coverage": coverage.found()})


def _voice() -> Say:
    """Keep the pipe for what is said here; what tests print goes nowhere."""
    pipe = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)

    def say(record: dict[str, Any]) -> None:
        text = memoryview(json.dumps(record).encode() + b"\n")
        while text:
            text = text[os.write(pipe, text) :]

    return say


def _perform(path: str, say: Say) -> None:
    name = path.removesuffix(".py").replace("/", ".")
    say({"begin": name})
    try:
        _perform_all(_loaded(path, name), name, say)
    except BaseException as error:  # a module may even ask to exit, and a class refuse to be looked at
        say(_ended(name, error))


def _loaded(path: str, name: str) -> ModuleType:
    place = os.path.join(_FOLDER, path)
    with open(place, encoding="utf-8") as file:
        tree = Telling().visit(ast.parse(file.read(), place))
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    exec(compile(ast.fix_missing_locations(tree), place, "exec"), module.__dict__)
    return module


def _perform_all(holder: ModuleType | type, name: str, say: Say) -> None:
    """Run what is called test or Test in a module; whatever of that cannot be run is told."""
    seen: list[type] = []
    for word, value in list(vars(holder).items()):
        if isinstance(value, type):
            if not any(value is other for other in seen):
                seen.append(value)
                _perform_class(value, word, name, say)
        elif word.startswith("test") and isinstance(holder, ModuleType):
            if callable(value):
                _perform_one(f"{name}.{word}", value, say)
            elif isinstance(value, Coroutine | Generator | AsyncGenerator):
                say(_ended(f"{name}.{word}", NotRun("it is what a function gave back, and no function")))


def _perform_class(case: type, word: str, name: str, say: Say) -> None:
    test = f"{name}.{word}"
    is_here = test.startswith(f"{case.__module__}.")
    is_last = is_here and not case.__subclasses__()  # others may be there to be inherited from
    if issubclass(case, unittest.TestCase):
        methods = [*unittest.defaultTestLoader.getTestCaseNames(case)] or ["runTest"] * hasattr(case, "runTest")
        if not case.__module__.startswith("unittest."):
            unittest.TestSuite(_seen_to_its_end(case, method) for method in methods).run(Result(say))
        is_empty = not methods
    else:
        methods = [method for method in dir(case) if method.startswith("test") and callable(getattr(case, method))]
        is_test = word.lower().startswith("test")
        for method in methods if is_test else ():
            _perform_one(f"{test}.{method}", _with_a_fresh_instance(case, method), say)
        if methods and is_last and not is_test:
            say(_ended(test, NotRun("its name does not begin with Test")))
        is_value = case.__init__ is not object.__init__ or case.__new__ is not object.__new__
        is_empty = is_test and not methods and not is_value
    if is_empty and is_last and not any(isinstance(inner, type) for inner in vars(case).values()):
        say(_ended(test, NotRun("it has no methods test_...")))
    if is_here:
        _perform_all(case, test, say)


def _perform_one(test: str, function: Callable[..., Any], say: Say) -> None:
    say({"begin": test})
    _settle_chance()
    try:
        try:
            inspect.signature(function, follow_wrapped=False).bind()
        except TypeError:
            raise TypeError("it wants arguments, and there are no fixtures here") from None
        except ValueError:  # Python itself does not know
            pass
        _finish(function())
    except BaseException as error:  # whatever it is, the next test goes on
        return say(_ended(test, error))
    return say(_ended(test, None))


def _with_a_fresh_instance(case: type, name: str) -> Callable[[], None]:
    def run() -> None:
        if getattr(case, "__unittest_skip__", False):
            raise unittest.SkipTest(getattr(case, "__unittest_skip_why__", ""))
        instance = case()
        method = getattr(instance, name)
        _around(instance, "setup_method", method)
        try:
            _finish(method())
        finally:
            _around(instance, "teardown_method", method)

    return run


def _around(instance: object, name: str, method: Callable[..., Any]) -> None:
    if (prepare := getattr(instance, name, None)) is not None:
        _finish(prepare(method) if inspect.signature(prepare).parameters else prepare())


def _seen_to_its_end(case: type[unittest.TestCase], name: str) -> unittest.TestCase:
    """Return a unittest whose method is not done when it has only given something back."""
    test: unittest.TestCase = case(name)
    method = getattr(test, name)
    waiting: Any = sys.modules.get("unittest.async_case")  # it is slow to load
    waits_itself = waiting is not None and issubclass(case, waiting.IsolatedAsyncioTestCase)
    if waits_itself and inspect.iscoroutinefunction(method):
        return test

    def run() -> None:
        _finish(method())

    setattr(test, name, functools.update_wrapper(run, method))
    return test


def _finish(given: Any) -> None:
    """Wait for what a test gave back if that can be waited for; nothing else than nothing is well."""
    if isinstance(given, Generator | AsyncGenerator):
        raise NotRun("it yields, so that nothing in it was run")
    if isinstance(given, Awaitable):
        import asyncio  # as slow to load as all the rest, and seldom needed

        return _finish(asyncio.run(_waited(given)))
    if given is not None:
        raise TypeError(f"it gives back a {type(given).__name__}; a test says what it means with assert")
    return None


async def _waited(given: Awaitable[Any]) -> Any:
    return await given


def _settle_chance() -> None:
    if "random" in sys.modules:  # the same tests shall say the same each time
        sys.modules["random"].seed(0)


class NotRun(Exception):
    """Nothing of a test was run, and why."""


def _ended(test: str, error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {"test": test, "outcome": "passed", "message": ""}
    if isinstance(error, NotRun):
        return {"test": test, "outcome": "not run", "message": str(error)}
    if isinstance(error, unittest.SkipTest):
        return {"test": test, "outcome": "skipped", "message": str(error)[:_LONGEST_MESSAGE]}
    outcome = "failed" if isinstance(error, AssertionError) else "error"
    return {"test": test, "outcome": outcome, "message": _told(error)}


def _told(error: BaseException) -> str:
    """Say what went wrong, and the last line of these files in which it did."""
    try:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(_FOLDER)]
        where = f"{os.path.relpath(frames[-1].filename, _FOLDER)}:{frames[-1].lineno}: " if frames else ""
        if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(_FOLDER):
            where = f"{os.path.relpath(error.filename, _FOLDER)}:{error.lineno}: "
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        if isinstance(error, AssertionError) and not words and frames:
            words = frames[-1].line or ""  # a plain assert says itself
        kind = type(error).__name__
        text = f"{where}{kind}: {words}" if words else f"{where}{kind}"
        return _ADDRESS.sub("", text).replace(_FOLDER + os.sep, "")[:_LONGEST_MESSAGE]
    except Exception:  # an error whose own words fail
        return type(error).__name__


class Result(unittest.TestResult):
    """Says of each unittest how it ended."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say
        self._error: BaseException | None = None

    def startTest(self, test: unittest.TestCase) -> None:
        self._error = None
        self._say({"begin": test.id()})
        _settle_chance()
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        self._say(_ended(test.id(), self._error))

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self._error = self._error or err[1]
        if not isinstance(test, unittest.TestCase):  # what a class or a module prepares
            self._say(_ended(str(test), err[1]))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self._error = self._error or err[1]

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            self._error = self._error or err[1]

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._error = unittest.SkipTest(reason)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._error = AssertionError("it was expected to fail, and did not")


class Telling(ast.NodeTransformer):
    """Makes `assert a == b` say what both were."""

    def visit_Assert(self, node: ast.Assert) -> Any:
        if node.msg is not None or not isinstance(node.test, ast.Compare) or len(node.test.ops) != 1:
            return node
        sign = _SIGNS.get(type(node.test.ops[0]))
        if sign is None:
            return node
        names = ("@left", "@right")  # no name of a program can be called so
        kept = [
            ast.Assign([ast.Name(name, ast.Store())], value)
            for name, value in zip(names, (node.test.left, node.test.comparators[0]), strict=True)
        ]
        left, right = (ast.FormattedValue(ast.Name(name, ast.Load()), ord("r"), None) for name in names)
        words = ast.JoinedStr([left, ast.Constant(f" {sign} "), right, ast.Constant(" does not hold")])
        test = ast.Compare(ast.Name(names[0], ast.Load()), node.test.ops, [ast.Name(names[1], ast.Load())])
        return [ast.copy_location(part, node) for part in (*kept, ast.Assert(test, words))]


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


class Coverage:
    """Which lines of some files were executed, between `with` and its end."""

    def __init__(self, paths: list[str]) -> None:
        self._lines: dict[str, set[int]] = {os.path.join(_FOLDER, path): set() for path in paths}

    def __enter__(self) -> None:
        if self._lines:
            threading.settrace(self._called)
            sys.settrace(self._called)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def found(self) -> list[dict[str, Any]]:
        """Return for each file how many lines there are, and which were never executed."""
        found = []
        for place, seen in self._lines.items():
            try:
                with open(place, encoding="utf-8") as file:
                    lines = set(_lines_of(compile(file.read(), place, "exec")))
            except (OSError, SyntaxError, ValueError):
                lines = set()
            path = os.path.relpath(place, _FOLDER)
            found.append({"file": path, "lines": len(lines), "missing": sorted(lines - seen)})
        return found

    def _called(self, frame: FrameType, _event: str, _value: Any) -> Any:
        return self._stepped if frame.f_code.co_filename in self._lines else None

    def _stepped(self, frame: FrameType, event: str, _value: Any) -> Any:
        if event == "line":
            self._lines[frame.f_code.co_filename].add(frame.f_lineno)
        return self._stepped


def _lines_of(code: CodeType) -> Iterator[int]:
    yield from (line for _, _, line in code.co_lines() if line)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines_of(constant)


def _guard() -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook that refuses, in words, what tests have no business with. No name leads to its tables."""
    refused = (
        "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.kill", "os.killpg",
        "os.chmod", "os.chown", "os.lchown", "os.setxattr", "os.utime", "os.symlink", "os.link", "os.add_dll_directory",
        "subprocess", "pty", "ctypes", "socket.connect", "socket.bind", "socket.send", "socket.getaddrinfo",
        "socket.gethost", "signal.pthread_kill", "sys.addaudithook", "resource", "webbrowser", "syslog", "mmap",
        "fcntl",
    )  # fmt: skip
    refused_modules = {"ctypes", "_ctypes", "_ctypes_test", "_posixshmem", "_xxsubinterpreters"}
    inside_only = {
        "os.remove", "os.rename", "os.rmdir", "os.truncate", "os.chdir", "os.mkdir", "shutil.rmtree", "shutil.move",
    }  # fmt: skip
    realpath, fsdecode, separator, most = os.path.realpath, os.fsdecode, os.sep, _MOST_MADE
    writing, folder = os.O_WRONLY | os.O_RDWR | os.O_CREAT, _FOLDER
    readable = tuple(realpath(path) + separator for path in (folder, sys.base_prefix, "/usr/share/zoneinfo"))
    devices = {realpath(os.devnull), "/dev/urandom"}
    made = [0]

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments[0], arguments[1] or "r", arguments[2] or 0
            if isinstance(path, int):
                return
            writes = bool(set(mode) & set("wax+")) or bool(flags & writing)
            place = realpath(fsdecode(path))
            if place in devices or (place + separator).startswith(readable if not writes else readable[:1]):
                count(writes)
                return
            raise PermissionError(f"the jail lets no test {'write' if writes else 'read'} {fsdecode(path)}")
        if event == "import":
            if arguments[0].partition(".")[0] in refused_modules:
                raise PermissionError(f"the jail lets no test import {arguments[0]}")
        elif event in inside_only:
            for path in arguments[:2]:
                if isinstance(path, str | bytes | os.PathLike):
                    place = realpath(fsdecode(path))
                    if not (place + separator).startswith(readable[0]):
                        raise PermissionError(f"the jail lets no test change {fsdecode(path)}")
            count(event == "os.mkdir")
        elif event in ("os.listdir", "os.scandir"):
            place = realpath(fsdecode(arguments[0] or ".")) if not isinstance(arguments[0], int) else folder
            if not (place + separator).startswith(readable):
                raise PermissionError(f"the jail lets no test look into {place}")
        elif event == "socket.__new__":
            if arguments[1] != 1:  # a pair of sockets within this process is what asyncio wakes itself by
                raise PermissionError("the jail has no network")
        elif event.startswith(refused):
            raise PermissionError(f"the jail lets no test do this: {event}")

    def count(makes: bool) -> None:
        made[0] += makes
        if made[0] > most:
            raise PermissionError(f"the jail lets tests make {most} files and folders, no more")

    return refuse


if __name__ == "__main__":
    main()
