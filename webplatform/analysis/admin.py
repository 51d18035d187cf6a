"""Rows of the analysis app, to look at only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.common.admin import ReadOnlyAdmin


@admin.register(AnalysisJob)
class AnalysisJobAdmin(ReadOnlyAdmin):
    """What every job is doing."""

    list_display: ClassVar = ["pk", "state", "attempts", "progress", "error_code", "queued_at", "finished_at"]
    list_filter: ClassVar = ["state", "error_code"]


@admin.register(MediaFile)
class MediaFileAdmin(ReadOnlyAdmin):
    """Which files are kept, by size and age; what they show is not for the operator to see."""

    list_display: ClassVar = ["pk", "session_id", "content_type", "size_bytes", "created_at"]
    list_filter: ClassVar = ["content_type"]
    fields: ClassVar = ["session_id", "stored_name", "content_type", "size_bytes", "sha256", "created_at"]
