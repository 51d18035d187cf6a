"""The object store that the environment names, each setting checked as it is read."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from webplatform.common.environment import WEB, Environment, unusable

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9._/-]*")
WAY_OUT = "Write it as s3://bucket or s3://bucket/prefix; see .env.example."


def object_store_from(env: Environment) -> dict[str, str]:
    """Options for django-storages' S3Storage; none where RAUT_OBJECT_STORE is not set.

    Raises ImproperlyConfigured where a setting cannot be used.
    """
    address = env.text("RAUT_OBJECT_STORE", "")
    return {**options_of(address), **_access(env)} if address else {}


def options_of(address: str) -> dict[str, str]:
    """Bucket and prefix of s3://bucket/prefix."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise unusable("RAUT_OBJECT_STORE", "is no address that can be read", WAY_OUT) from error
    prefix = parts.path.strip("/")
    is_bare = not (parts.query or parts.fragment)
    if parts.scheme != "s3" or not BUCKET.fullmatch(parts.netloc) or not is_bare:
        raise unusable("RAUT_OBJECT_STORE", "does not name a bucket", WAY_OUT)
    if not PREFIX.fullmatch(prefix) or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
        raise unusable("RAUT_OBJECT_STORE", "has a prefix that cannot be used", WAY_OUT)
    return {"bucket_name": parts.netloc, "location": prefix}


def _access(env: Environment) -> dict[str, str]:
    """How the store is reached; without keys, as boto3 finds them (a role of the machine, ~/.aws)."""
    options = {}
    if endpoint := env.text("RAUT_OBJECT_STORE_ENDPOINT", ""):
        options["endpoint_url"] = env.address("RAUT_OBJECT_STORE_ENDPOINT", endpoint, WEB)
    if region := env.text("RAUT_OBJECT_STORE_REGION", ""):
        options["region_name"] = region
    key, secret = _stated(env, "RAUT_OBJECT_STORE_KEY"), _stated(env, "RAUT_OBJECT_STORE_SECRET")
    if bool(key) != bool(secret):
        missing = "RAUT_OBJECT_STORE_SECRET" if key else "RAUT_OBJECT_STORE_KEY"
        raise unusable(missing, "is not set", "Key and secret go together; see .env.example.")
    return {**options, "access_key": key, "secret_key": secret} if key else options


def _stated(env: Environment, name: str) -> str:
    """The setting itself, or what is in the file that NAME_FILE names."""
    file = env.text(f"{name}_FILE", "")
    if not file:
        return env.text(name, "")
    if env.text(name, ""):
        raise unusable(name, f"is set beside {name}_FILE", "Set one of the two.")
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise unusable(f"{name}_FILE", "names a file that cannot be read", "Name a text file with the value.") from error
    if not content or not content.isprintable():
        raise unusable(f"{name}_FILE", "names a file without a usable value", "It holds the value, on one line.")
    return content
