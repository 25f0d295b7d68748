"""Reads Kubernetes manifests and other YAML, and finds what should not go out. Pure: texts in, findings out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.document import Source, parse
from app.errors import ScenarioRefused
from app.tools.infra.terraform import Finding

MAX_DOCUMENTS = 50
_BETWEEN = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_CONTENT = re.compile(r"^\s*[^\s#]", re.MULTILINE)
_RUNNING = {"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"}
_FINITE = {"Job", "CronJob"}  # nobody asks them whether they are ready
_SECRET = re.compile(r"passw(or)?d|secret|token|api_?key", re.IGNORECASE)

Container = dict[str, Any]


def manifest_findings(path: str, text: str) -> tuple[list[str], list[Finding]]:
    """Return the names of what a file describes, and what the rules say about it."""
    names, findings = [], []
    for line, part in _documents(text):
        if not _CONTENT.search(part):
            continue
        try:
            document = parse(Source(path, part)).data
        except ScenarioRefused as refused:
            findings += [
                Finding((problem.line or 1) + line, "high", "syntax", "file", problem.message)
                for problem in refused.problems[:5]
            ]
            continue
        if isinstance(document, dict) and isinstance(document.get("kind"), str) and "apiVersion" in document:
            found = _of_manifest(document)
            first = line + 1 + len(part) - len(part.lstrip("\n"))
            names.append(_name(document))
            findings += [finding._replace(line=first) for finding in found]
    return names, findings


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """Give each document with the number of lines before it."""
    start = 0
    for match in [*_BETWEEN.finditer(text)][:MAX_DOCUMENTS]:
        yield text.count("\n", 0, start), text[start : match.start()]
        start = match.end()
    yield text.count("\n", 0, start), text[start:]


def _of_manifest(document: dict[str, Any]) -> Iterator[Finding]:
    name = _name(document)
    if document["kind"] not in _RUNNING:
        return
    if document["kind"] == "Deployment" and _at(document, "spec").get("replicas", 1) == 1:
        yield Finding(1, "low", "alone", name, "one replica: every rollout is an outage")
    pod = _pod(document)
    if pod.get("hostNetwork") is True:
        yield Finding(1, "high", "host-network", name, "it sits on the network of its host")
    containers = pod.get("containers")
    for container in containers if isinstance(containers, list) else []:
        if isinstance(container, dict):
            for rule in _RULES:
                yield from rule(container, f"{name}/{container.get('name', '?')}", document["kind"])


def _image(container: Container, name: str, _kind: str) -> Iterator[Finding]:
    image = str(container.get("image", ""))
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    if "@sha256:" not in image and tag in ("", "latest"):
        shown = image or "no image"
        yield Finding(1, "medium", "latest-tag", name, f"{shown}: nobody can say which one runs; pin it")


def _limits(container: Container, name: str, _kind: str) -> Iterator[Finding]:
    limits = _at(container, "resources", "limits")
    if missing := [what for what in ("cpu", "memory") if what not in limits]:
        yield Finding(1, "medium", "no-limits", name, f"no limit of {' and '.join(missing)}; a neighbour will starve")


def _probes(container: Container, name: str, kind: str) -> Iterator[Finding]:
    missing = [probe for probe in ("readinessProbe", "livenessProbe") if probe not in container]
    if missing and kind not in _FINITE:
        yield Finding(
            1, "medium", "no-probes", name, f"no {' and no '.join(missing)}: traffic comes before it is ready"
        )


def _rights(container: Container, name: str, _kind: str) -> Iterator[Finding]:
    context = _at(container, "securityContext")
    if context.get("privileged") is True:
        yield Finding(1, "high", "privileged", name, "privileged: it is root on the host")
    elif context.get("runAsNonRoot") is not True:
        yield Finding(1, "low", "may-be-root", name, "it may run as root; runAsNonRoot: true")


def _secrets(container: Container, name: str, _kind: str) -> Iterator[Finding]:
    variables = container.get("env")
    for variable in variables if isinstance(variables, list) else []:
        if isinstance(variable, dict) and variable.get("value") and _SECRET.search(str(variable.get("name"))):
            message = f"{variable['name']} stands in the file; take it from a Secret"
            yield Finding(1, "high", "secret-in-file", name, message)


def _pod(document: dict[str, Any]) -> dict[str, Any]:
    if document["kind"] == "Pod":
        return _at(document, "spec")
    if document["kind"] == "CronJob":
        return _at(document, "spec", "jobTemplate", "spec", "template", "spec")
    return _at(document, "spec", "template", "spec")


def _at(value: dict[str, Any], *path: str) -> dict[str, Any]:
    for step in path:
        inner = value.get(step)
        value = inner if isinstance(inner, dict) else {}
    return value


def _name(document: dict[str, Any]) -> str:
    return f"{document['kind']}/{_at(document, 'metadata').get('name', '?')}"


_RULES: tuple[Callable[[Container, str, str], Iterator[Finding]], ...] = (_image, _limits, _probes, _rights, _secrets)
