"""The way into the demonstration without a password: one address, once, for some minutes, on this machine.

The address is good only while the command `demo` runs: that puts its digest into the data folder, and the web process
answers only where the command has set RAUT_DEMO.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

GOOD_FOR_S = 15 * 60


def create_login_key(folder: Path, email: str, *, now_s: float | None = None) -> str:
    """There is one address that signs this account in, once; any earlier one is void. Returns its key."""
    key = secrets.token_urlsafe(24)
    ends_s = (time.time() if now_s is None else now_s) + GOOD_FOR_S
    folder.mkdir(parents=True, exist_ok=True)
    file = login_key_file(folder)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"digest": _digest(key), "ends_s": ends_s, "email": email}), encoding="utf-8")
    return key


def redeem_login_key(folder: Path, key: str, *, now_s: float | None = None) -> str | None:
    """Whom the key signs in; None where it is wrong, too late or used. The first right one is the last."""
    file = login_key_file(folder)
    try:
        login = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not hmac.compare_digest(login["digest"], _digest(key)):
        return None
    try:
        file.unlink()  # of two at once, one finds it gone
    except FileNotFoundError:
        return None
    return login["email"] if (time.time() if now_s is None else now_s) < login["ends_s"] else None


def revoke_login_key(folder: Path) -> None:
    """No address signs anybody in."""
    login_key_file(folder).unlink(missing_ok=True)


def login_key_file(folder: Path) -> Path:
    """Where the key's digest lies."""
    return folder / "sign-in.json"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
