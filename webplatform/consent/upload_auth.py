"""Whether somebody who sends pictures of people may: checked before the first byte is received."""

from __future__ import annotations

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.upload_auth import sender_of
from webplatform.common.http.large_bodies import Scope
from webplatform.consent.models import ConsentRecord
from webplatform.consent.queries import valid_consent
from webplatform.consent.services import require_consent
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act


def require_recorder(scope: Scope, size_bytes: int) -> None:
    """Check that the client may have pictures read.

    Raises:
        NotAuthenticated: nobody is signed in, or the token may not write.
        ConsentMissing: neither the user nor a participant in one of the user's studies has agreed.
    """
    require_consent_to_record(sender_of(scope, ApiToken.Scope.WRITE))


def require_consent_to_record(user: User) -> None:
    """Raise ConsentMissing where neither the user nor a participant in one of the user's studies has agreed."""
    if valid_consent(user) is None and not _records_participants(user):
        require_consent(of=user)


def _records_participants(user: User) -> bool:
    """Whether somebody has agreed in a study that the user records in; the body says which study it is."""
    studies = studies_where(user, Act.RECORD)
    return ConsentRecord.objects.filter(participant__study__in=studies, withdrawn_at=None).exists()
