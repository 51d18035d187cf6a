"""Whether somebody may upload a video: checked before its first byte is received."""

from __future__ import annotations

from webplatform.accounts.models import ApiToken
from webplatform.accounts.upload_auth import sender_of
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.quota import require_quota
from webplatform.common.http.large_bodies import Scope
from webplatform.common.rate_limits.limits import require_within_rate
from webplatform.consent.upload_auth import require_consent_to_record


def require_upload(scope: Scope, size_bytes: int) -> None:
    """Check that the client may upload a video of this size.

    Raises:
        NotAuthenticated: nobody is signed in, or the token may not write.
        ConsentMissing, TooManyAttempts, QuotaExceeded, QueueFull: as `submit_video`.
    """
    user = sender_of(scope, ApiToken.Scope.WRITE)
    require_within_rate("upload", user.pk)
    require_consent_to_record(user)
    require_place(user)
    require_quota(user, size_bytes)
