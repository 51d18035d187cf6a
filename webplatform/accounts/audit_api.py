"""The REST endpoint of the audit log."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webplatform.accounts.audit import find_events
from webplatform.accounts.models import AuditEvent
from webplatform.common.rest.paging import Cursor


class AuditIn(serializers.Serializer):
    """What narrows the list."""

    action = serializers.CharField(default="", max_length=60, help_text="How it begins: `consent.`, `model.promoted`.")
    actor = serializers.CharField(default="", max_length=254, help_text="The e-mail address of who did it.")
    study = serializers.UUIDField(source="study_id", default=None)


class AuditEventOut(serializers.ModelSerializer):
    """One event, with what proves its place in the chain."""

    class Meta:
        model = AuditEvent
        fields = ("id", "at", "action", "actor_id", "study_id", "target", "details", "previous", "digest")


class NewestFirst(Cursor):
    ordering = "-id"


@extend_schema(tags=["audit"])
class AuditApi(generics.ListAPIView):
    """What was done, newest first: all of it for admins, for others the part of the studies that they own."""

    serializer_class = AuditEventOut
    pagination_class = NewestFirst

    @extend_schema(operation_id="audit_list", parameters=[AuditIn])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[AuditEvent]:
        if getattr(self, "swagger_fake_view", False):
            return AuditEvent.objects.none()
        query = AuditIn(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return find_events(self.request.user, **query.validated_data)
