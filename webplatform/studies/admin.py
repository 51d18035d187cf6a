"""Studies in Django's admin."""

from django.contrib import admin

from webplatform.studies.models import Membership, Study


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Study)
class StudyAdmin(admin.ModelAdmin):
    list_display = ("name", "is_personal", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name", "members__email")
    inlines = (MembershipInline,)
