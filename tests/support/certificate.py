"""A self-signed certificate, made by openssl when the tests run."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

_SYSTEMS = "/etc/ssl/certs/ca-certificates.crt"


def certificate_path(folder: Path) -> Path:
    """Where server_context puts the certificate: what a client is to trust."""
    return folder / "certificate.pem"


def trusting(certificate: Path) -> tuple[str, ...]:
    """
    What a command begins with that trusts this certificate alone: in a mount namespace of its own
    it has the certificate for the system's. Needs root.
    """
    script = f'mount --bind "$0" {_SYSTEMS} && exec "$@"'
    return ("unshare", "--mount", "--", "sh", "-c", script, str(certificate))


def can_be_trusted(certificate: Path) -> bool:
    """Whether the machine lets us."""
    argv = [*trusting(certificate), "true"]
    return subprocess.run(argv, capture_output=True, timeout=30).returncode == 0


def server_context(folder: Path, host: str, *others: str) -> ssl.SSLContext:
    """A TLS context for a server that calls itself `host`, and by other names."""
    certificate, key = certificate_path(folder), folder / "key.pem"
    names = ",".join(f"DNS:{each}" for each in (host, *others))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName={names}"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
