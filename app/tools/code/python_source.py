"""What `code.check` and `code.outline` read out of source files; run `apart`, since a parser may fall over one."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MAX_PROBLEMS = 60
LONG_FUNCTION = 60  # lines
MANY_ARGUMENTS = 7
_SECRET = re.compile(r"passw(or)?d|secret|token|api_?key|credential", re.IGNORECASE)
_QUERY = re.compile(r"\s*(select|insert|update|delete)\b", re.IGNORECASE)
_WEAK_HASHES = {"hashlib.md5", "hashlib.sha1"}
_ORDER = {"high": 0, "medium": 1, "low": 2}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Finding(NamedTuple):
    """One thing somebody should look at."""

    line: int
    severity: str
    rule: str
    message: str


def check(files: dict[str, str]) -> dict[str, Any]:
    """Look through Python, JSON and TOML. Gives {ok, said, high, medium, low, problems, unread}; worst first."""
    problems, unread = [], []
    for path, text in files.items():
        reader = _READERS.get(path.rpartition(".")[2])
        if reader is None:
            unread.append(path)
            continue
        problems += [{"file": path, **finding._asdict()} for finding in reader(path, text)]
    problems.sort(key=lambda problem: (_ORDER[problem["severity"]], problem["file"], problem["line"], problem["rule"]))
    counts = {name: sum(problem["severity"] == name for problem in problems) for name in _ORDER}
    ok = not counts["high"] and not counts["medium"]
    return {"ok": ok, "said": told(counts, problems), **counts, "problems": problems[:MAX_PROBLEMS], "unread": unread}


def told(counts: dict[str, int], problems: list[dict[str, Any]]) -> str:
    """Say in a line how bad it is, and what is worst."""
    found = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{found}; {problems[0]['file']}:{problems[0]['line']}: {problems[0]['message']}" if found else "no findings"


def outline(files: dict[str, str]) -> dict[str, Any]:
    """Give classes, functions, signatures and docstrings of Python files, and what has none."""
    modules, missing, public = [], [], 0
    for path, text in files.items():
        if not path.endswith(".py"):
            continue
        try:
            tree = _parsed(text)
        except _NOT_PYTHON as error:
            raise ValueError(f"{path}, line {_line(error)}: this is not Python: {_words(error)}") from None
        functions = [_function(node) for node in tree.body if isinstance(node, Function) and _is_public(node.name)]
        classes = [_class(node) for node in tree.body if isinstance(node, ast.ClassDef) and _is_public(node.name)]
        named = [("", _doc(tree)), *((entry["name"], entry["doc"]) for entry in (*functions, *classes))]
        named += [
            (f"{entry['name']}.{method['name']}", method["doc"]) for entry in classes for method in entry["methods"]
        ]
        public += len(named)
        missing += [f"{path}: {name or 'the module'}" for name, doc in named if not doc]
        modules.append({"file": path, "doc": _doc(tree), "functions": functions, "classes": classes})
    documented = round(100 * (public - len(missing)) / public, 1) if public else 100.0
    return {"modules": modules, "public": public, "documented": documented, "missing": missing[:MAX_PROBLEMS]}


def _in_python(path: str, text: str) -> Iterator[Finding]:
    try:
        tree = _parsed(text)
    except _NOT_PYTHON as error:
        yield Finding(_line(error), "high", "syntax", f"this is not Python: {_words(error)}")
        return
    is_test = path.rpartition("/")[2].startswith("test_")
    for rule in _TREE_RULES:
        yield from rule(tree)
    if not is_test:
        yield from _undocumented(tree)
    for node in ast.walk(tree):
        for node_rule in _NODE_RULES.get(type(node), ()):
            yield from node_rule(node)


def _in_json(_path: str, text: str) -> Iterator[Finding]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        yield Finding(error.lineno, "high", "syntax", f"this is not JSON: {error.msg}")
    except (ValueError, RecursionError):
        yield Finding(1, "high", "syntax", "this JSON is too deep, or a number in it too long")


def _in_toml(_path: str, text: str) -> Iterator[Finding]:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"line (\d+)", str(error))
        yield Finding(int(place[1]) if place else 1, "high", "syntax", f"this is not TOML: {_words(error)}")


def _unused_imports(tree: ast.Module) -> Iterator[Finding]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    exported = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom) or getattr(node, "module", "") == "__future__":
            continue
        for alias in node.names:
            name = (alias.asname or alias.name).partition(".")[0]
            if name == "*":
                yield Finding(node.lineno, "low", "star-import", "a star hides where names come from; name them")
            elif name not in used | exported:
                yield Finding(node.lineno, "low", "unused-import", f"{name} is imported and not used")


def _undocumented(tree: ast.Module) -> Iterator[Finding]:
    for node in tree.body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and _is_public(node.name) and not _doc(node):
            yield Finding(node.lineno, "low", "no-docstring", f"{node.name} does not say what it is for")


def _too_long(node: Any) -> Iterator[Finding]:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if length > LONG_FUNCTION:
        yield Finding(
            node.lineno, "low", "long-function", f"{node.name} has {length} lines; {LONG_FUNCTION} is a screen"
        )
    count = len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)
    if count > MANY_ARGUMENTS:
        yield Finding(node.lineno, "low", "many-arguments", f"{node.name} takes {count} arguments")


def _shared_default(node: Any) -> Iterator[Finding]:
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if isinstance(default, ast.List | ast.Dict | ast.Set):
            message = f"{node.name} keeps one {type(default).__name__.lower()} for all its calls; make it None"
            yield Finding(default.lineno, "medium", "shared-default", message)


def _swallowed(node: Any) -> Iterator[Finding]:
    if node.type is None:
        yield Finding(node.lineno, "medium", "bare-except", "this catches everything, also a request to stop")
    elif (
        isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException") and _does_nothing(node.body)
    ):
        yield Finding(node.lineno, "medium", "swallowed-error", "whatever goes wrong here, nobody will know")


def _secret(node: Any) -> Iterator[Finding]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    value = node.value
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) >= 4:
        for target in targets:
            name = (
                target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
            )
            if _SECRET.search(name):
                yield Finding(
                    node.lineno, "high", "secret-in-code", f"{name} stands in the source; take it from outside"
                )


def _call(node: Any) -> Iterator[Finding]:
    name = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
    keywords = {entry.arg: getattr(entry.value, "value", None) for entry in node.keywords}
    if name in ("eval", "exec"):
        yield Finding(node.lineno, "high", "eval", f"{name} runs whatever it is given")
    if name in ("pickle.load", "pickle.loads", "yaml.load", "marshal.loads"):
        yield Finding(node.lineno, "high", "unsafe-load", f"{name} runs what a stranger put into the bytes")
    if keywords.get("shell") is True or name == "os.system":
        yield Finding(node.lineno, "high", "shell", "a shell reads the words again; give a list, without a shell")
    if keywords.get("verify") is False:
        yield Finding(node.lineno, "high", "no-certificate", "verify=False trusts whoever answers")
    if name.endswith((".execute", ".executemany")) and node.args and _is_spliced(node.args[0]):
        yield Finding(node.lineno, "high", "sql-injection", "values are written into the query; give them beside it")
    if name in _WEAK_HASHES:
        yield Finding(
            node.lineno, "medium", "weak-hash", f"{name} can be forged; sha256 at least, scrypt for passwords"
        )
    if keywords.get("debug") is True:
        yield Finding(node.lineno, "medium", "debug-on", "debug=True shows the inside to whoever makes it fail")


def _compared(node: Any) -> Iterator[Finding]:
    for sign, value in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, ast.Eq | ast.NotEq) and isinstance(value, ast.Constant) and value.value is None:
            yield Finding(node.lineno, "low", "compared-with-none", "is None, not == None")


def _is_spliced(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        return len(node.values) > 1 and isinstance(first, ast.Constant) and bool(_QUERY.match(str(first.value)))
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(isinstance(part, ast.Pass) for part in body)


def _function(node: Function) -> dict[str, Any]:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    word = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    signature = f"{word}{node.name}({ast.unparse(node.args)}){returns}"
    return {"name": node.name, "line": node.lineno, "signature": signature, "doc": _doc(node)}


def _class(node: ast.ClassDef) -> dict[str, Any]:
    methods = [_function(part) for part in node.body if isinstance(part, Function) and _is_public(part.name)]
    return {"name": node.name, "line": node.lineno, "doc": _doc(node), "methods": methods}


def _doc(node: ast.Module | ast.ClassDef | Function) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a text is no finding
        tree = ast.parse(text)
        compile(tree, "source", "exec", dont_inherit=True)  # return outside of a function, and its kin
    return tree


def _line(error: BaseException) -> int:
    return getattr(error, "lineno", None) or 1


def _words(error: BaseException) -> str:
    return getattr(error, "msg", None) or str(error) or "it is too deep"


_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TREE_RULES: tuple[Callable[[ast.Module], Iterator[Finding]], ...] = (_unused_imports,)
_NODE_RULES: dict[type, tuple[Callable[[Any], Iterator[Finding]], ...]] = {
    ast.FunctionDef: (_too_long, _shared_default),
    ast.AsyncFunctionDef: (_too_long, _shared_default),
    ast.ExceptHandler: (_swallowed,),
    ast.Assign: (_secret,),
    ast.AnnAssign: (_secret,),
    ast.Call: (_call,),
    ast.Compare: (_compared,),
}
_READERS: dict[str, Callable[[str, str], Iterator[Finding]]] = {
    "py": _in_python,
    "json": _in_json,
    "toml": _in_toml,
}
