"""The REST forms of fetches."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.analysis.serializers import JobErrorOut, JobOut, ResumableIn
from webplatform.fetching.models import MAX_URL, Fetch

MOST_AT_ONCE = 50


class FetchIn(ResumableIn):
    """An address, and what an upload is told beside its file."""

    url = serializers.CharField(max_length=MAX_URL, help_text="Where the video lies, such as a signed address.")


class FetchesIn(serializers.Serializer):
    """Videos to fetch: all of them, or none."""

    items = serializers.ListField(child=FetchIn(), min_length=1, max_length=MOST_AT_ONCE)


class FetchOut(serializers.Serializer):
    """A video on its way from an address."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(Fetch.State.choices)
    host = serializers.CharField(help_text="Of its address, which is forgotten when it has ended.")
    name = serializers.CharField(help_text="Of the file; empty once it has ended.")
    received_bytes = serializers.IntegerField()
    size_bytes = serializers.IntegerField(allow_null=True, help_text="Null until its server has said it.")
    attempts = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    job = JobOut(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(JobErrorOut(allow_null=True))
    def get_error(self, fetch: Fetch) -> dict[str, str] | None:
        return {"code": fetch.error_code, "message": fetch.error_text} if fetch.error_code else None


class FetchesOut(serializers.Serializer):
    """What will be fetched."""

    items = FetchOut(many=True)
