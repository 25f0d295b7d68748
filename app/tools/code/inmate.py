"""The inner half of the jail: a program that runs tests and says how each ended, one JSON map a line.

It is run by `warder.py`, which the kernel watches; what stands here refuses the same things with words, and is all
there is where the kernel is not Linux. Standard library only, and nothing else of the project.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import sys
import threading
import traceback
import unittest
from collections.abc import Callable, Coroutine, Iterator
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

MOST_TESTS = 1_000
_LONGEST_MESSAGE = 400
_MOST_MADE = 200  # files and folders
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_FOLDER = os.path.realpath(os.getcwd())
_REFUSED = (
    "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.kill", "os.killpg", "os.chmod",
    "os.chown", "os.lchown", "os.setxattr", "os.utime", "os.symlink", "os.link", "os.add_dll_directory",
    "subprocess", "pty", "ctypes", "socket.connect", "socket.bind", "socket.send", "socket.getaddrinfo",
    "socket.gethost", "signal.pthread_kill", "sys.addaudithook", "resource", "webbrowser", "syslog", "mmap", "fcntl",
)  # fmt: skip
_REFUSED_MODULES = {"ctypes", "_ctypes", "_ctypes_test", "_posixshmem", "_xxsubinterpreters"}
_INSIDE_ONLY = {
    "os.remove", "os.rename", "os.rmdir", "os.truncate", "os.chdir", "os.mkdir", "shutil.rmtree", "shutil.move",
}  # fmt: skip


def main() -> None:
    """Take the order, shut the last doors, run the tests."""
    order = json.loads(sys.stdin.readline())
    say = _voice()
    sys.path.insert(0, _FOLDER)
    coverage = Coverage(order["measure"])
    sys.addaudithook(_guard())
    with coverage:
        for path in order["tests"]:
            _perform(path, say)
    say({"coverage": coverage.found()})


def _voice() -> Callable[[dict[str, Any]], None]:
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


def _perform(path: str, say: Callable[[dict[str, Any]], None]) -> None:
    name = path.removesuffix(".py").replace("/", ".")
    say({"begin": name})
    try:
        module = _loaded(path, name)
    except BaseException as error:  # a module may even ask to exit
        return say(_ended(name, error))
    result = Result(say)
    for case in _cases(module):
        if isinstance(case, type):
            unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
        else:
            say({"begin": (test := f"{name}.{case.__name__}")})
            say(_ended(test, _tried(case)))
    return None


def _loaded(path: str, name: str) -> ModuleType:
    place = os.path.join(_FOLDER, path)
    with open(place, encoding="utf-8") as file:
        tree = Telling().visit(ast.parse(file.read(), place))
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    exec(compile(ast.fix_missing_locations(tree), place, "exec"), module.__dict__)
    return module


def _cases(module: ModuleType) -> Iterator[Any]:
    for name, value in list(vars(module).items()):
        if isinstance(value, type):
            if issubclass(value, unittest.TestCase) and value.__module__ == module.__name__:
                yield value
        elif name.startswith("test_") and isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield value


def _tried(function: FunctionType) -> BaseException | None:
    if "random" in sys.modules:  # the same tests shall say the same each time
        sys.modules["random"].seed(0)
    try:
        if function.__code__.co_argcount > len(function.__defaults__ or ()):
            raise TypeError("it wants arguments, and there are no fixtures here")
        if isinstance(given := function(), Coroutine):
            import asyncio  # as slow to load as all the rest, and seldom needed

            asyncio.run(given)
    except BaseException as error:  # whatever it is, the next test goes on
        return error
    return None


def _ended(test: str, error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {"test": test, "outcome": "passed", "message": ""}
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

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._say = say
        self._error: BaseException | None = None

    def startTest(self, test: unittest.TestCase) -> None:
        self._error = None
        self._say({"begin": test.id()})
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
    """Return the hook that refuses, in words, what tests have no business with."""
    readable = tuple(os.path.realpath(path) + os.sep for path in (_FOLDER, sys.base_prefix, "/usr/share/zoneinfo"))
    devices = {os.path.realpath(os.devnull), "/dev/urandom"}
    made = [0]

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments[0], arguments[1] or "r", arguments[2] or 0
            if isinstance(path, int):
                return
            writes = bool(set(mode) & set("wax+")) or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            place = os.path.realpath(os.fsdecode(path))
            if place in devices or (place + os.sep).startswith(readable if not writes else readable[:1]):
                count(writes)
                return
            raise PermissionError(f"the jail lets no test {'write' if writes else 'read'} {os.fsdecode(path)}")
        if event == "import":
            if arguments[0].partition(".")[0] in _REFUSED_MODULES:
                raise PermissionError(f"the jail lets no test import {arguments[0]}")
        elif event in _INSIDE_ONLY:
            for path in arguments[:2]:
                if isinstance(path, str | bytes | os.PathLike):
                    place = os.path.realpath(os.fsdecode(path))
                    if not (place + os.sep).startswith(readable[0]):
                        raise PermissionError(f"the jail lets no test change {os.fsdecode(path)}")
            count(event == "os.mkdir")
        elif event in ("os.listdir", "os.scandir"):
            place = os.path.realpath(os.fsdecode(arguments[0] or ".")) if not isinstance(arguments[0], int) else _FOLDER
            if not (place + os.sep).startswith(readable):
                raise PermissionError(f"the jail lets no test look into {place}")
        elif event == "socket.__new__":
            if arguments[1] != 1:  # a pair of sockets within this process is what asyncio wakes itself by
                raise PermissionError("the jail has no network")
        elif event.startswith(_REFUSED):
            raise PermissionError(f"the jail lets no test do this: {event}")

    def count(makes: bool) -> None:
        made[0] += makes
        if made[0] > _MOST_MADE:
            raise PermissionError(f"the jail lets tests make {_MOST_MADE} files and folders, no more")

    return refuse


if __name__ == "__main__":
    main()
