"""Studies in Django's admin, to look at: they change on their pages, which tell the audit log."""

from __future__ import annotations

from django.contrib import admin

from webplatform.common.admin import ReadOnlyAdmin, Unchangeable
from webplatform.studies.models import Condition, Membership, Study, Variable


class MembershipInline(Unchangeable, admin.TabularInline):
    model = Membership
    extra = 0


class ConditionInline(Unchangeable, admin.TabularInline):
    model = Condition
    extra = 0


class VariableInline(Unchangeable, admin.TabularInline):
    model = Variable
    extra = 0


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("name", "is_personal", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name", "members__email")
    inlines = (MembershipInline, ConditionInline, VariableInline)
