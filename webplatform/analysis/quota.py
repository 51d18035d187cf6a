"""The storage quota of an account: its videos, uploads in progress and the films of its own studies."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile, ResumableUpload
from webplatform.common.errors import QuotaExceeded
from webplatform.studies.models import Stimulus
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act


def require_quota(user: User, size_bytes: int) -> None:
    """Raises QuotaExceeded where another so many bytes are more than RAUT_STORAGE_QUOTA_MB allows; 0: no limit."""
    quota_bytes = settings.RAUT_STORAGE_QUOTA_MB * 2**20
    if not quota_bytes:
        return
    used_bytes = MediaFile.objects.filter(session__created_by=user).aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    owned = studies_where(user, Act.OWN)
    used_bytes += Stimulus.objects.filter(study__in=owned).aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    uploads = ResumableUpload.objects.filter(user=user).exclude(state=ResumableUpload.State.DONE)
    used_bytes += uploads.aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    if used_bytes + size_bytes > quota_bytes:
        text = _(
            "Your videos may take %(limit)d MB, and %(kept)d MB are taken. "
            "Delete what you do not need any more, also from the bin."
        )
        raise QuotaExceeded(text % {"limit": settings.RAUT_STORAGE_QUOTA_MB, "kept": used_bytes // 2**20})
