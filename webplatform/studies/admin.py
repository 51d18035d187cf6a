"""Studies in Django's admin."""

from django.contrib import admin
from django.http import HttpRequest

from webplatform.studies.models import Membership, Study


class MembershipInline(admin.TabularInline):
    """To be seen: roles are given on the study's page, where it keeps an owner and the audit log is told."""

    model = Membership
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Study)
class StudyAdmin(admin.ModelAdmin):
    list_display = ("name", "is_personal", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name", "members__email")
    inlines = (MembershipInline,)
