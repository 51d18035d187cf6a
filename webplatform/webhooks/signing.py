"""Secrets of webhooks, encrypted in the database, and the signatures made with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from webplatform.webhooks.models import Webhook

PREFIX = "whsec_"
HEADER = "Raut-Signature"
BOTH_SIGN_FOR = timedelta(days=1)


def new_secret() -> str:
    """A secret that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def seal_secret(secret: str) -> str:
    """The secret as the database keeps it: a stolen database alone signs nothing."""
    return _box().encrypt(secret.encode()).decode()


def signature(webhook: Webhook, body: bytes, moment: datetime) -> str:
    """The header: `t=` the time in seconds since 1970, `v1=` HMAC-SHA256, hex, of "time.body"; two after a rotation.

    Empty where SECRET_KEY was replaced: the secret cannot be opened any more.
    """
    sealed = [webhook.sealed_secret]
    if webhook.earlier_secret and webhook.rotated_at and moment < webhook.rotated_at + BOTH_SIGN_FOR:
        sealed.append(webhook.earlier_secret)
    t = int(moment.timestamp())
    try:
        opened = [_box().decrypt(one.encode()) for one in sealed]
    except InvalidToken:
        return ""
    signed = [hmac.new(secret, f"{t}.".encode() + body, hashlib.sha256).hexdigest() for secret in opened]
    return ",".join([f"t={t}", *(f"v1={one}" for one in signed)])


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"webhook:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
