"""Reads Terraform into blocks with their lines, and finds what should not go out. Pure: texts in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DEEPEST = 40
_MOST_MISTAKES = 5
_TAGGED = (
    "aws_instance", "aws_s3_bucket", "aws_db_instance", "aws_ebs_volume", "aws_lb", "aws_vpc", "aws_eks_cluster",
    "aws_ecs_cluster", "aws_security_group", "aws_dynamodb_table", "aws_lambda_function", "aws_sqs_queue",
    "azurerm_resource_group", "azurerm_storage_account", "azurerm_linux_virtual_machine",
    "google_compute_instance", "google_storage_bucket", "google_sql_database_instance",
)  # fmt: skip
_ENCRYPTED = {
    "aws_db_instance": "storage_encrypted",
    "aws_rds_cluster": "storage_encrypted",
    "aws_ebs_volume": "encrypted",
    "aws_efs_file_system": "encrypted",
    "aws_redshift_cluster": "encrypted",
}
_SECRETS = ("password", "secret", "token", "api_key", "private_key")
_WORLD = ('"0.0.0.0/0"', '"::/0"')
_FORGETFUL = ("aws_db_instance", "aws_rds_cluster", "google_sql_database_instance")


class Finding(NamedTuple):
    """One thing somebody should look at."""

    line: int
    severity: str
    rule: str
    what: str  # the resource, manifest or file
    message: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block such as `resource "aws_instance" "web" {...}`: its values are kept as they are written."""

    kind: str
    labels: tuple[str, ...]
    line: int
    values: dict[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    @property
    def name(self) -> str:
        return ".".join((self.kind, *self.labels) if self.kind != "resource" else self.labels)

    def inside(self, kind: str) -> Iterator[Block]:
        """Give the blocks of that kind, however deep; `dynamic` ones too."""
        for block in self.blocks:
            if block.kind == kind or (block.kind == "dynamic" and block.labels[:1] == (kind,)):
                yield block
            yield from block.inside(kind)


def terraform_in(files: dict[str, str]) -> dict[str, Any]:
    """Return what all files of a project describe and what the rules say: {resources, found: [[path, line, ...]]}."""
    blocks: list[tuple[str, Block]] = []
    found: list[list[Any]] = []
    for path, text in files.items():
        inside, mistakes = read_terraform(text)
        blocks += [(path, block) for block in inside]
        found += [[path, *finding] for finding in (*mistakes, *terraform_findings(inside))]
    found += [[path, *finding] for path, finding in _nothing_pinned(blocks)]
    resources = [block.name for _, block in blocks if block.kind in ("resource", "module")]
    return {"resources": resources, "found": found}


def read_terraform(text: str) -> tuple[list[Block], list[Finding]]:
    """Return the blocks of a file, and the mistakes of its syntax."""
    root = _parser().parse(text.encode()).root_node
    if root.has_error:
        return [], list(_mistakes(root, text))
    return [_block(node, 1) for node in _body(root) if node.type == "block"], []


def terraform_findings(blocks: list[Block]) -> Iterator[Finding]:
    """Give what the rules say about all blocks of a project."""
    for block in blocks:
        if block.kind == "resource" and len(block.labels) == 2:
            for rule in _RULES:
                yield from rule(block, block.labels[0])
        elif block.kind == "terraform":
            yield from _unpinned(block)
        elif block.kind == "module":
            yield from _unpinned_module(block)
        elif block.kind == "variable":
            yield from _told_secret(block)


def _open_to_all(block: Block, kind: str) -> Iterator[Finding]:
    rules = [*block.inside("ingress")]
    if kind in ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "google_compute_firewall"):
        rules += [block] if '"egress"' not in block.values.get("type", "") else []
    for rule in rules:
        ranges = "".join(rule.values.get(name, "") for name in _RANGES)
        if any(world in ranges for world in _WORLD):
            port = rule.values.get("from_port", "?")
            if port not in ("80", "443"):
                message = f"port {port} is open to the whole internet; name who may come in"
                yield Finding(rule.line, "high", "open-ingress", block.name, message)


def _in_the_clear(block: Block, kind: str) -> Iterator[Finding]:
    name = _ENCRYPTED.get(kind)
    if name and block.values.get(name, "false") == "false":
        yield Finding(block.line, "high", "unencrypted", block.name, f"stored in the clear; {name} = true")
    for disk in (*block.inside("root_block_device"), *block.inside("ebs_block_device")):
        if disk.values.get("encrypted", "false") == "false":
            yield Finding(disk.line, "high", "unencrypted", block.name, "its disk is stored in the clear")


def _readable_by_all(block: Block, kind: str) -> Iterator[Finding]:
    if kind in ("aws_s3_bucket", "aws_s3_bucket_acl") and '"public-read' in block.values.get("acl", ""):
        yield Finding(block.line, "high", "public-bucket", block.name, "everybody can read this bucket")
    if block.values.get("publicly_accessible") == "true":
        yield Finding(block.line, "high", "public-database", block.name, "reachable from the internet")


def _secret_in_file(block: Block, _kind: str) -> Iterator[Finding]:
    for name, value in block.values.items():
        if any(word in name for word in _SECRETS) and value.startswith('"') and "${" not in value and len(value) > 2:
            yield Finding(block.line, "high", "secret-in-file", block.name, f"{name} stands in the file")


def _all_rights(block: Block, kind: str) -> Iterator[Finding]:
    policy = block.values.get("policy", "").replace(" ", "")
    if kind.startswith("aws_iam") and ('Action="*"' in policy or 'Action":"*"' in policy or 'Action=["*"]' in policy):
        yield Finding(block.line, "high", "all-rights", block.name, "it may do everything; name the actions")


def _untagged(block: Block, kind: str) -> Iterator[Finding]:
    if kind in _TAGGED and not {"tags", "labels", "tags_all"} & set(block.values):
        yield Finding(
            block.line, "low", "no-tags", block.name, "no tags: nobody will know whose it is, or what it costs"
        )


def _forgetful(block: Block, kind: str) -> Iterator[Finding]:
    if kind in _FORGETFUL and block.values.get("backup_retention_period") == "0":
        yield Finding(block.line, "medium", "no-backup", block.name, "backups are kept for 0 days")
    if kind in _FORGETFUL and block.values.get("skip_final_snapshot") == "true":
        yield Finding(block.line, "medium", "no-last-copy", block.name, "it is deleted without a last copy")


def _unpinned(block: Block) -> Iterator[Finding]:
    if "required_version" not in block.values:
        yield Finding(block.line, "medium", "no-version", "terraform", "required_version is not said")
    for providers in block.inside("required_providers"):
        for name, value in providers.values.items():
            if "version" not in value:
                message = f"the provider {name} has no version; the next plan may be another one"
                yield Finding(providers.line, "medium", "no-version", "terraform", message)


def _unpinned_module(block: Block) -> Iterator[Finding]:
    source = block.values.get("source", "")
    if not source.startswith(('"./', '"../')) and "version" not in block.values and "?ref=" not in source:
        yield Finding(block.line, "medium", "no-version", block.name, "a module from elsewhere, of no version")


def _nothing_pinned(blocks: list[tuple[str, Block]]) -> Iterator[tuple[str, Finding]]:
    """Say so when a provider is set up and no file says which version of it."""
    providers = [(path, block) for path, block in blocks if block.kind == "provider"]
    if providers and not any(block.kind == "terraform" for _, block in blocks):
        path, block = providers[0]
        yield path, Finding(block.line, "medium", "no-version", block.name, "no terraform block says which version")


def _told_secret(block: Block) -> Iterator[Finding]:
    name = block.labels[0] if block.labels else ""
    if any(word in name for word in _SECRETS) and block.values.get("sensitive") != "true":
        yield Finding(block.line, "medium", "told-secret", block.name, "plans will print it; sensitive = true")


def _mistakes(root: Node, text: str) -> Iterator[Finding]:
    lines = text.splitlines() or [""]
    waiting, told = [root], 0
    while waiting and told < _MOST_MISTAKES:
        node = waiting.pop()
        if node.is_missing or node.type == "ERROR":
            row = min(node.start_point[0], len(lines) - 1)
            what = f"{node.type} is missing" if node.is_missing else f"this cannot be read: {lines[row].strip()[:60]}"
            yield Finding(row + 1, "high", "syntax", "file", what)
            told += 1
        else:
            waiting += reversed([child for child in node.children if child.has_error or child.is_missing])


def _block(node: Node, depth: int) -> Block:
    heads = [child for child in node.named_children if child.type in ("identifier", "string_lit")]
    kind, *labels = [_text(head).strip('"') for head in heads]
    values, blocks = {}, []
    for part in _body(node):
        if part.type == "attribute":
            name, value = part.named_children[0], part.named_children[-1]
            values[_text(name)] = _text(value)
        elif part.type == "block" and depth < _DEEPEST:
            blocks.append(_block(part, depth + 1))
    return Block(kind, tuple(labels), node.start_point[0] + 1, values, tuple(blocks))


def _body(node: Node) -> list[Node]:
    return [part for child in node.named_children if child.type == "body" for part in child.named_children]


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@cache
def _parser() -> Parser:
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


_RANGES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "source_ranges")
_RULES: tuple[Callable[[Block, str], Iterator[Finding]], ...] = (
    _open_to_all,
    _in_the_clear,
    _readable_by_all,
    _secret_in_file,
    _all_rights,
    _forgetful,
    _untagged,
)
