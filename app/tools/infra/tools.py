"""The tool `infra.check`: Terraform and Kubernetes files read and looked through, without asking any cloud."""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.apart import apart
from app.tools.base import Arguments, Surroundings, Tool, arguments_of
from app.tools.code.jail import FILES_SCHEMA, checked_files
from app.tools.code.python_source import told
from app.tools.infra.manifests import manifest_findings
from app.tools.infra.terraform import Finding, terraform_in

_MOST_TOLD = 60
_ORDER = {"high": 0, "medium": 1, "low": 2}
_TERRAFORM = (".tf", ".hcl", ".tfvars")
_MANIFESTS = (".yaml", ".yml")


async def _check(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    files = checked_files(arguments["files"])
    terraform = {path: text for path, text in files.items() if path.endswith(_TERRAFORM)}
    # The parser of Terraform can be kept busy for minutes; the one of YAML is bounded by us.
    read = await apart(terraform_in, files=terraform) if terraform else {"resources": [], "found": []}
    return await asyncio.to_thread(looked_through, files, read)


def looked_through(files: dict[str, str], terraform: dict[str, Any]) -> dict[str, Any]:
    """Put together what was found: {ok, said, high, medium, low, problems, resources, unread}, worst first."""
    found = [(path, Finding(*finding)) for path, *finding in terraform["found"]]
    resources = [*terraform["resources"]]
    for path, text in files.items():
        if path.endswith(_MANIFESTS):
            names, findings = manifest_findings(path, text)
            resources += names
            found += [(path, finding) for finding in findings]
    found.sort(key=lambda entry: (_ORDER[entry[1].severity], entry[0], entry[1].line, entry[1].rule))
    counts = {name: sum(finding.severity == name for _, finding in found) for name in _ORDER}
    problems = [{"file": path, **finding._asdict()} for path, finding in found[:_MOST_TOLD]]
    unread = [path for path in files if not path.endswith(_TERRAFORM + _MANIFESTS)]
    ok = not counts["high"] and not counts["medium"]
    return {
        "ok": ok,
        "said": told(counts, problems),
        **counts,
        "problems": problems,
        "resources": resources[:_MOST_TOLD],
        "unread": unread,
    }


TOOLS = (
    Tool(
        "infra.check",
        "Look through Terraform (.tf) and Kubernetes (.yaml) files: syntax, open ports, what is not encrypted, "
        "secrets, tags, versions, limits and probes. Gives {ok, said, high, medium, low, problems, resources, unread}.",
        arguments_of(required=("files",), files=FILES_SCHEMA),
        _check,
        example={"files": {"main.tf": 'resource "aws_ebs_volume" "notes" {\n  size = 20\n}\n'}},
    ),
)
