"""Errors that a user may read. Each maps to one HTTP status in `common.rest.error_handler` and `common.http.pages`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class AppError(Exception):
    """The base of every refusal: a stable code for programs, a sentence for people, an HTTP status."""

    code = "error"
    status = 400

    def __init__(self, message: str, **details: Any) -> None:  # details go into JSON as they are
        super().__init__(message)
        self.message = message
        self.details = details


class Invalid(AppError):
    """What was sent cannot be accepted."""

    code = "invalid"
    status = 400


class NotAllowed(AppError):
    """The user may see the object but not do this to it."""

    code = "not_allowed"
    status = 403


class ScopeMissing(AppError):
    """The token was not made for this."""

    code = "scope_missing"
    status = 403


class SecondFactorMissing(AppError):
    """Admins need a second factor on this server, and this one has none."""

    code = "two_factor_required"
    status = 403


class Conflict(AppError):
    """The object is not in a state in which this can be done."""

    code = "conflict"
    status = 409


class TooLarge(AppError):
    """More bytes than the limit."""

    code = "too_large"
    status = 413


class ConsentMissing(AppError):
    """No valid consent covers what was asked for."""

    code = "consent_missing"
    status = 403


class StorageFull(AppError):
    """The server has no room to keep what was sent."""

    code = "storage_full"
    status = 507


class StoreAway(AppError):
    """The object store does not answer; what was asked for can be asked for again."""

    code = "store_away"
    status = 503


class QuotaExceeded(AppError):
    """The account has no room left for what was sent."""

    code = "quota_exceeded"
    status = 507


class NotFound(AppError):
    """There is no such object, or none that whoever asks may know of."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "", **details: Any) -> None:  # details go into JSON as they are
        super().__init__(message or _("There is no such object."), **details)


class KeyGone(AppError):
    """What was stored cannot be read any more: its key was erased."""

    code = "key_gone"
    status = 410


class Damaged(AppError):
    """What was stored is not what is found: it was changed, or cut off."""

    code = "damaged"
    status = 500


class TooManyAttempts(AppError):
    """Something was tried too often; `retry_after_s` says when to try again."""

    code = "too_many_attempts"
    status = 429


class Gone(AppError):
    """There was such an object, and its time is over."""

    code = "gone"
    status = 410


class OffsetMismatch(AppError):
    """What was sent does not follow what is there; `offset` says where to go on."""

    code = "offset_mismatch"
    status = 409


class ChecksumMismatch(AppError):
    """What came is not what was sent."""

    code = "checksum_mismatch"
    status = 460


class Refused(AppError):
    """The file came whole and is not taken; sending it again would change nothing. `code` is that of the reason."""

    status = 422
