"""The rows behind `Idempotency-Key`: which requests were executed, and their stored answers.

The first answer is kept for a day, sealed with the client's own key, so that the database alone tells nobody what it
said; it goes earlier with whatever it is about.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import StoredAnswer, User
from webplatform.common.errors import AppError, Conflict
from webplatform.common.system.locks import Lock, locks_folder, take_lock

KEPT_FOR = timedelta(days=1)
UNDER_WAY = timedelta(hours=1)  # after that the process on another machine must have died
MOST_BYTES = 256 * 1024
MOST_IDS = 200
KEPT_HEADERS = re.compile(r"content-type|content-location|location|upload-.*|raut-.*|tus-.*", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NONCE_BYTES = 12


class KeyReused(Conflict):
    """The key was sent before, with another request."""

    code = "idempotency_key_reused"


class UnderWay(Conflict):
    """The first request with this key has no answer yet."""

    code = "idempotency_under_way"


class AnswerNotKept(Conflict):
    """The first request was done, and its answer was too large to keep."""

    code = "idempotency_answer_not_kept"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """The key is held for a request: by a row, and on this machine by a lock that dies with its process."""

    row: StoredAnswer
    lock: Lock | None


def claim(*, owner: str, user: User | None, key: str, request: str) -> Answer | Held:
    """The answer to an earlier request with this key; without one, the key is held for this one.

    A key whose request died with its process, or whose end could not be noted, is free again at once: the lock tells.

    Args:
        owner: whose keys these are: an account, or a participant's link.
        request: a digest of what is asked.

    Raises:
        KeyReused: that one asked for something else.
        UnderWay: it is not answered yet.
        AnswerNotKept: its answer is too large.
    """
    digest = _digest(f"{owner} {key}")
    StoredAnswer.objects.filter(_over(), digest=digest).delete()
    lock = _lock(digest)
    try:
        if lock is not None and lock.was_left:
            StoredAnswer.objects.filter(digest=digest, status=0).delete()
        with transaction.atomic():
            return Held(StoredAnswer.objects.create(digest=digest, user=user, request=request), lock)
    except BaseException as error:
        if (
            lock is not None
        ):  # a commit that is reported as failed may have happened: then the file says who is not at it
            lock.end(is_done=isinstance(error, IntegrityError))
        if not isinstance(error, IntegrityError):
            raise
    return _earlier(digest, key, request)


def _lock(digest: str) -> Lock | None:
    """The lock of this key; None where there is no room for one.

    Raises:
        UnderWay: another request of this machine holds it.
    """
    try:
        lock = take_lock(locks_folder() / digest)
    except OSError:
        return None
    if lock is None:
        raise _under_way()
    return lock


def _earlier(digest: str, key: str, request: str) -> Answer:
    earlier = StoredAnswer.objects.filter(digest=digest).first()
    if earlier is None:  # it failed in this very moment
        raise _under_way()
    if earlier.request != request:
        raise KeyReused(_("This key was sent before, with another request."))
    if not earlier.status:
        raise _under_way()
    if not earlier.sealed:
        raise AnswerNotKept(_("This was done before; its answer was too large to keep."), status=earlier.status)
    return _opened(bytes(earlier.sealed), digest, key)


def _under_way() -> UnderWay:
    return UnderWay(_("The first request with this key is still under way."), retry_after_s=1)


def keep_answer(*, held: Held, key: str, answer: Answer, path: str) -> None:
    """Store the answer for a repetition of the request."""
    about = sorted(set(_ID.findall(f"{path} {answer.headers.get('Location', '')} {answer.body[:MOST_BYTES]!r}")))
    is_small = len(answer.body) <= MOST_BYTES and len(about) <= MOST_IDS
    sealed = _sealed(answer, held.row.digest, key) if is_small else b""
    values = {"status": answer.status, "sealed": sealed, "about": " ".join(about[:MOST_IDS])}
    with _releasing(held):
        StoredAnswer.objects.filter(pk=held.row.pk).update(**values)


def release(*, held: Held) -> None:
    """Nothing came of it: the same key can be tried again."""
    with _releasing(held):
        StoredAnswer.objects.filter(pk=held.row.pk).delete()


@contextmanager
def _releasing(held: Held) -> Iterator[None]:
    """If the row cannot be written, the lock file stays, and the key is free for the next request."""
    is_noted = False
    try:
        yield
        is_noted = True
    finally:
        if held.lock is not None:
            held.lock.end(is_done=is_noted)


def forget_answers(*, about: Iterable[object]) -> None:
    """Delete stored answers about one of these."""
    for object_id in about:
        StoredAnswer.objects.filter(about__contains=str(object_id)).delete()


def forget_old_answers() -> int:
    """No answer is kept whose time is over, nor a lock that died with its process; returns how many went."""
    for file in locks_folder().glob("*"):
        if lock := take_lock(file):
            lock.end(is_done=not StoredAnswer.objects.filter(digest=file.name, status=0).exists())
    return StoredAnswer.objects.filter(_over()).delete()[0]


def _over() -> Q:
    now = timezone.now()
    return Q(created_at__lt=now - KEPT_FOR) | Q(status=0, created_at__lt=now - UNDER_WAY)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _cipher(digest: str, key: str) -> AESGCM:
    derive = HKDF(SHA256(), 32, salt=digest.encode(), info=b"raut stored answer")
    return AESGCM(derive.derive(f"{settings.SECRET_KEY} {key}".encode()))


def _sealed(answer: Answer, digest: str, key: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    head = json.dumps([answer.status, answer.headers]).encode()
    content = len(head).to_bytes(4, "big") + head + answer.body
    return nonce + _cipher(digest, key).encrypt(nonce, content, digest.encode())


def _opened(sealed: bytes, digest: str, key: str) -> Answer:
    content = _cipher(digest, key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], digest.encode())
    end = 4 + int.from_bytes(content[:4], "big")
    status, headers = json.loads(content[4:end])
    return Answer(status, headers, content[end:])


def refusal_of_key(key: str) -> AppError | None:
    """Why this is no key; None: it is one."""
    if 0 < len(key) <= 255 and key.isascii() and key.isprintable():
        return None
    error = AppError(_("The header Idempotency-Key must be 1 to 255 printable ASCII characters."))
    error.code = "invalid"
    return error
