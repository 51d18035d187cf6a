"""Rows of the analysis app, to look at only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from webplatform.analysis.models import AnalysisJob


@admin.register(AnalysisJob)
class AnalysisJobAdmin(admin.ModelAdmin):
    """Jobs change by their services only."""

    list_display: ClassVar = ["pk", "state", "attempts", "progress", "error_code", "queued_at", "finished_at"]
    list_filter: ClassVar = ["state", "error_code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # as Django declares it
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # as Django declares it
        return False
