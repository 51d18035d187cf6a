"""A few encrypted bytes, as a database column holds them; for files use `vault.sealed`."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from webplatform.vault.sealed import HEADER_BYTES, MAGIC, cipher_of, damaged, new_key

_INFO = b"raut sealed bytes"  # another cipher than that of a file with the same key
_NONCE = bytes(12)  # the salt makes the cipher one of its own, which seals once


def seal_bytes(content: bytes, key: bytes) -> bytes:
    """The content, sealed: a header with a salt, then AES-256-GCM of it."""
    header = MAGIC + new_key()
    return header + cipher_of(key, header, _INFO).encrypt(_NONCE, content, header)


def open_bytes(sealed: bytes, key: bytes) -> bytes:
    """The content again.

    Raises:
        Damaged: it was changed, or sealed with another key.
    """
    header = sealed[:HEADER_BYTES]
    if not header.startswith(MAGIC):
        raise damaged()
    try:
        return cipher_of(key, header, _INFO).decrypt(_NONCE, sealed[HEADER_BYTES:], header)
    except InvalidTag as error:
        raise damaged() from error
