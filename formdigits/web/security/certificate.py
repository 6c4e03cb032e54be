"""The certificate that a server makes for itself, so that browsers on its network can talk to it by TLS."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from extractor.errors import ServiceError

VALID_FOR = timedelta(days=397)
"""The longest that browsers take a certificate for."""

RENEWED_BEFORE = timedelta(days=7)
"""A certificate that ends sooner is made anew."""

MOST_NAMES = 30
"""Names and addresses of one certificate, those of earlier networks included."""


@dataclass(frozen=True)
class Certificate:
    """`file` holds it with its key, as PEM; `fingerprint` is what browsers show of it, so that people can compare."""

    file: Path
    fingerprint: str


def own_certificate(file: Path, names: Sequence[str]) -> Certificate:
    """The certificate in `file`, made anew unless it is good for all `names` (names and addresses of this machine).

    It stays the same as long as it can, since whoever has said once that they trust it is asked again for each new one.
    Raises ServiceError when it cannot be kept.
    """
    kept = _kept(file)
    known = [] if kept is None else _names(kept)
    if kept is None or not set(names) <= set(known) or kept.not_valid_after_utc < datetime.now(UTC) + RENEWED_BEFORE:
        # Also for the networks that this machine was in before, to which it may go back.
        kept = _made(file, list(dict.fromkeys([*names, *known]))[:MOST_NAMES])
    return Certificate(file, kept.fingerprint(hashes.SHA256()).hex(":").upper())


def _kept(file: Path) -> x509.Certificate | None:
    try:
        content = file.read_bytes()
        serialization.load_pem_private_key(content, None)
        return x509.load_pem_x509_certificate(content)
    except (OSError, ValueError, TypeError):
        return None


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [str(name.value) for name in found]


def _made(file: Path, names: Iterable[str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formdigits on this network")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A phone's clock may be a little behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = file.with_name(f"{file.name}.draft")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secret + certificate.public_bytes(serialization.Encoding.PEM))
        draft.replace(file)
    except OSError as error:
        raise ServiceError(
            f"The certificate cannot be kept in {file.parent} ({error.strerror}); free some space on the disk."
        ) from None
    return certificate


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
