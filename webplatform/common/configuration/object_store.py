"""The object store that the environment names, each setting checked as it is read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from webplatform.common.configuration.environment import unusable

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9._/-]*")
REMEDY = "Write it as s3://bucket or s3://bucket/prefix; see .env.example."


def object_store_from(address: str, *, endpoint: str, region: str, key: str, secret: str) -> dict[str, str]:
    """Options for django-storages' S3Storage; none where there is no address.

    Without key and secret, boto3 finds them in its own ways: a role of the machine, ~/.aws.
    Raises ImproperlyConfigured where a setting cannot be used.
    """
    if not address:
        return {}
    if bool(key) != bool(secret):
        missing = "RAUT_OBJECT_STORE_SECRET" if key else "RAUT_OBJECT_STORE_KEY"
        raise unusable(missing, "is not set", "Key and secret go together; see .env.example.")
    options = {**options_of(address), "endpoint_url": endpoint, "region_name": region}
    return {name: value for name, value in {**options, "access_key": key, "secret_key": secret}.items() if value}


def options_of(address: str) -> dict[str, str]:
    """Bucket and prefix of s3://bucket/prefix."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise unusable("RAUT_OBJECT_STORE", "is no address that can be read", REMEDY) from error
    prefix = parts.path.strip("/")
    is_bare = not (parts.query or parts.fragment)
    if parts.scheme != "s3" or not BUCKET.fullmatch(parts.netloc) or not is_bare:
        raise unusable("RAUT_OBJECT_STORE", "does not name a bucket", REMEDY)
    if not PREFIX.fullmatch(prefix) or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
        raise unusable("RAUT_OBJECT_STORE", "has a prefix that cannot be used", REMEDY)
    return {"bucket_name": parts.netloc, "location": prefix}
