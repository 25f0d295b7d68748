"""A certificate for 127.0.0.1 that nobody vouches for, made for these tests with openssl and of no use elsewhere."""

from __future__ import annotations

import ssl
from pathlib import Path
from textwrap import wrap

_CERTIFICATE = (
    "MIIBkDCCATagAwIBAgIUGfhye7rg+layqHYFXy260YqZ78IwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2"
    "MTEyMTE2MDQxOFoYDzIxMjYxMDI4MTYwNDE4WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC"
    "AASuDUaV1IURslZigqnMLPFGmpXRWxVrfbk9qZ9W7N9jIUdiebyetwMWLQ5909VG2c88/33Z8FVjkYtJRBNeAfbYo2QwYjAdBgNV"
    "HQ4EFgQUW7GMVcvc7xAZtSDoaBMHEor4RsgwHwYDVR0jBBgwFoAUW7GMVcvc7xAZtSDoaBMHEor4RsgwDwYDVR0TAQH/BAUwAwEB"
    "/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUCIDx8oa7JaMqd0AuGqVImC9IXnS1JbskcbJbytKOumST5AiEA97H5"
    "k1My/t2tuyxHcwQtjukNX5yb2X68YBaiUSTg2WE="
)
_KEY = (
    "MHcCAQEEIBoKJcviNIc43MMyX483YQhUSIke/NTP0LZnDjom6Qs8oAoGCCqGSM49AwEHoUQDQgAErg1GldSFEbJWYoKpzCzxRpqV"
    "0VsVa325PamfVuzfYyFHYnm8nrcDFi0OfdPVRtnPPP992fBVY5GLSUQTXgH22A=="
)


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server needs to show it; `folder` takes a file."""
    file = folder / "self-signed.pem"
    file.write_text(_pem("EC PRIVATE KEY", _KEY) + _pem("CERTIFICATE", _CERTIFICATE), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _pem(kind: str, content: str) -> str:
    return "\n".join((f"-----BEGIN {kind}-----", *wrap(content, 64), f"-----END {kind}-----", ""))
