"""Terraform and manifests are read with their lines, and what should not go out is found before any cloud is asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.infra.manifests import manifest_findings
from app.tools.infra.terraform import read_terraform, terraform_in
from app.tools.infra.tools import looked_through
from tools.conftest import Failing, Using

PINNED = """terraform {
  required_version = "~> 1.9"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.60" }
  }
}
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/shop:8.31
          resources: {limits: {cpu: 500m, memory: 256Mi}}
          readinessProbe: {httpGet: {path: /ready, port: 8000}}
          livenessProbe: {httpGet: {path: /alive, port: 8000}}
          securityContext: {runAsNonRoot: true}
"""


def look(files: dict[str, str]) -> dict[str, Any]:
    """Look through files, all in this process."""
    return looked_through(files, terraform_in({path: text for path, text in files.items() if path.endswith(".tf")}))


def found(files: dict[str, str]) -> list[tuple[str, int, str]]:
    """Return what is found as (rule, line, what)."""
    return [(entry["rule"], entry["line"], entry["what"]) for entry in look(files)["problems"]]


def resource(kind: str, body: str) -> str:
    """Write a resource with a tag."""
    return f'resource "{kind}" "it" {{\n  tags = {{ team = "shop" }}\n{body}}}\n'


def group(kind: str, port: int, ranges: str) -> str:
    """Write a security group with one rule."""
    rule = f'  {kind} {{\n    from_port = {port}\n    cidr_blocks = ["{ranges}"]\n  }}\n'
    return resource("aws_security_group", rule)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (group("ingress", 22, "0.0.0.0/0"), "open-ingress", 3),
        (group('dynamic "ingress"', 22, "::/0"), "open-ingress", 3),
        (resource("aws_vpc_security_group_ingress_rule", '  cidr_ipv4 = "0.0.0.0/0"\n'), "open-ingress", 1),
        (resource("aws_db_instance", '  engine = "postgres"\n'), "unencrypted", 1),
        (resource("aws_ebs_volume", "  encrypted = false\n"), "unencrypted", 1),
        (resource("aws_instance", "  root_block_device {\n    size = 20\n  }\n"), "unencrypted", 3),
        (resource("aws_s3_bucket", '  acl = "public-read"\n'), "public-bucket", 1),
        (resource("aws_elasticache_cluster", "  publicly_accessible = true\n"), "public-database", 1),
        (resource("aws_elasticache_cluster", '  auth_token = "hunter2"\n'), "secret-in-file", 1),
        (resource("aws_iam_policy", '  policy = jsonencode({ Statement = [{ Action = "*" }] })\n'), "all-rights", 1),
        (resource("aws_db_instance", "  backup_retention_period = 0\n"), "no-backup", 1),
        (resource("aws_db_instance", "  skip_final_snapshot = true\n"), "no-last-copy", 1),
        ('resource "aws_vpc" "it" {\n}\n', "no-tags", 1),
        ("terraform {\n}\n", "no-version", 1),
        (PINNED.replace(', version = "~> 5.60"', ""), "no-version", 3),
        ('provider "aws" {\n}\n', "no-version", 1),
        ('module "net" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n', "no-version", 1),
        ('variable "db_password" {\n}\n', "told-secret", 1),
        ('resource "aws_vpc" "it" {\n  cidr = [\n}\n', "syntax", 2),
        ("a = \n\nb = = 3\n", "syntax", 3),
    ],
)  # fmt: skip
def test_what_should_not_go_out_is_found_where_it_stands(text: str, rule: str, line: int) -> None:
    assert (rule, line) in [(entry[0], entry[1]) for entry in found({"main.tf": text})]


@pytest.mark.parametrize(
    "text",
    [
        PINNED,
        group("ingress", 443, "0.0.0.0/0"),
        group("ingress", 22, "10.0.0.0/8"),
        group("egress", 0, "0.0.0.0/0"),
        resource("aws_db_instance", "  storage_encrypted = true\n  password = var.password\n"),
        resource("aws_iam_policy", '  policy = jsonencode({ Statement = [{ Action = "s3:GetObject" }] })\n'),
        'module "net" {\n  source = "./net"\n}\nmodule "far" {\n  source = "git::https://example.com/n.git?ref=v1"\n}\n',
        'variable "db_password" {\n  sensitive = true\n}\n',
        "locals {\n  a = <<-TEXT\n    ingress { cidr_blocks = all }\n  TEXT\n}\n",
        "",
    ],
)
def test_what_is_in_order_is_left_alone(text: str) -> None:
    assert found({"main.tf": text}) == []


def test_a_version_may_be_said_in_another_file() -> None:
    assert found({"main.tf": 'provider "aws" {\n}\n', "versions.tf": PINNED}) == []


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (":8.31", ":latest", "latest-tag"),
        ("/shop:8.31", ":5000/shop", "latest-tag"),
        ("cpu: 500m, ", "", "no-limits"),
        ("          readinessProbe: {httpGet: {path: /ready, port: 8000}}\n", "", "no-probes"),
        ("runAsNonRoot: true", "privileged: true", "privileged"),
        ("{runAsNonRoot: true}", "{}", "may-be-root"),
        ("replicas: 3", "replicas: 1", "alone"),
        ("      containers", "      hostNetwork: true\n      containers", "host-network"),
        ("          resources", "          env: [{name: TOKEN, value: x}]\n          resources", "secret-in-file"),
    ],
)
def test_a_manifest_is_held_to_what_a_cluster_needs(before: str, after: str, rule: str) -> None:
    assert found({"shop.yaml": DEPLOYMENT}) == []
    assert before in DEPLOYMENT
    assert [entry[0] for entry in found({"shop.yaml": DEPLOYMENT.replace(before, after)})] == [rule]


def test_documents_of_one_file_keep_their_lines() -> None:
    job = "# the second\nkind: Job\napiVersion: batch/v1\nmetadata: {name: tidy}\n"
    text = f"---\n{DEPLOYMENT}---\n{job}---\na: b: c\n"
    names, findings = manifest_findings("all.yaml", text)
    assert names == ["Deployment/shop", "Job/tidy"]
    assert [(entry.rule, entry.line) for entry in findings] == [("syntax", 22)]


@pytest.mark.parametrize(
    "text", ["a: &x [*x, *x]", "a: b: c", "!!python/object:os.system {}", "a: 1\na: 2", "[" * 5_000, "\x00", "kind: {}"]
)
def test_odd_yaml_is_a_finding_and_no_crash(text: str) -> None:
    assert all(rule == "syntax" for rule, _, _ in found({"a.yaml": text}))


@pytest.mark.parametrize("pod", ["spec: 7", "spec: {template: []}", "spec: {template: {spec: {containers: [3, {}]}}}"])
def test_a_manifest_of_the_wrong_shape_is_no_crash(pod: str) -> None:
    look({"a.yaml": f"apiVersion: v1\nkind: Deployment\n{pod}\n"})


@pytest.mark.parametrize("text", ["x = " + "[" * 50_000, f"x = {'(' * 30_000}1{')' * 30_000}", "\x00"])
def test_odd_terraform_is_a_finding_and_no_crash(text: str) -> None:
    look({"a.tf": text})


async def test_terraform_that_would_be_read_for_ever_is_given_up(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tools.apart.SECONDS", 0.3)
    raised = await failing("infra.check", {"files": {"a.tf": "a {\n" * 90_000}})
    assert (raised.error, raised.message) == ("failed", "this took longer than 0.3 s")


async def test_both_kinds_of_file_are_looked_through_together(using: Using) -> None:
    gives = await using("infra.check", {"files": {"a.tf": PINNED, "b.yaml": DEPLOYMENT, "c.md": "text"}})
    assert (gives["said"], gives["resources"], gives["unread"]) == ("no findings", ["Deployment/shop"], ["c.md"])


@given(some.text(max_size=200))
def test_any_text_is_read_or_has_mistakes(text: str) -> None:
    blocks, mistakes = read_terraform(text.encode("utf-8", "replace").decode())
    assert not (blocks and mistakes)


@given(some.dictionaries(some.from_regex(r"[a-z_]{1,9}", fullmatch=True), some.integers(0, 99), max_size=5))
def test_values_of_a_block_are_read_as_they_are_written(values: dict[str, int]) -> None:
    body = "".join(f"  {name} = {value}\n" for name, value in values.items() if name not in ("null", "true", "false"))
    (block,), _ = read_terraform(f'resource "a" "b" {{\n{body}}}\n')
    assert block.values == {k: str(v) for k, v in values.items() if k not in ("null", "true", "false")}
    assert block.name == "a.b"


def test_counts_tell_how_bad_it_is_and_low_findings_do_not_block() -> None:
    gives: dict[str, Any] = look({"a.tf": 'resource "aws_vpc" "it" {\n}\n', "b.txt": ""})
    assert (gives["ok"], gives["low"], gives["resources"], gives["unread"]) == (True, 1, ["aws_vpc.it"], ["b.txt"])
