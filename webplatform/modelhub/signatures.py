"""Signatures of bundles: Ed25519 over their checksums, by a key that the operator trusts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from webplatform.common.errors import Invalid

SIGNATURE_FILE = "SIGNATURE"
CHECKSUM_FILE = "SHA256SUMS"
MOST_BYTES = 1000
_CONTEXT = b"raut-bundle-v1\n"  # what is signed for this purpose says so, and serves no other


def make_key() -> tuple[str, str]:
    """A fresh private key, and the public one to be trusted; both base64 of 32 bytes."""
    private = Ed25519PrivateKey.generate()
    return _text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw())


def sign(checksums: bytes, private_key: str) -> bytes:
    """The content of a SIGNATURE file for these checksums."""
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key, validate=True))
    public = private.public_key().public_bytes_raw()
    content = {"algorithm": "ed25519", "key": _text(public), "signature": _text(private.sign(_CONTEXT + checksums))}
    return json.dumps(content, indent=1).encode() + b"\n"


def take_signature(folder: Path, trusted: Sequence[str]) -> str:
    """Remove the folder's SIGNATURE file and say which trusted key made it; empty where none did.

    Returns:
        The first 16 digits of the key's SHA-256.
    Raises:
        Invalid: there is a signature, but not one of these checksums.
    """
    file = folder / SIGNATURE_FILE
    if not file.is_file():
        return ""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError
        content = json.loads(file.read_bytes())
        public, signature = (base64.b64decode(content[name], validate=True) for name in ("key", "signature"))
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, _CONTEXT + (folder / CHECKSUM_FILE).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, binascii.Error, InvalidSignature, RecursionError) as error:
        raise Invalid(_("The bundle's signature does not fit its checksums.")) from error
    finally:
        file.unlink()
    return hashlib.sha256(public).hexdigest()[:16] if _text(public) in trusted else ""


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
