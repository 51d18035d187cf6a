"""Studies in Django's admin, to look at: they change on their pages, which tell the audit log."""

from __future__ import annotations

from django.contrib import admin

from webplatform.common.admin import ReadOnlyAdmin, Unchangeable
from webplatform.studies.models import Membership, Study


class MembershipInline(Unchangeable, admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("name", "is_personal", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name", "members__email")
    inlines = (MembershipInline,)
