"""How an external id and metadata are read and written in the REST API."""

from __future__ import annotations

import json
from typing import Any  # JSON

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.common.errors import Invalid
from webplatform.history.references import MAX_EXTERNAL_ID, checked_metadata


class ExternalIdField(serializers.CharField):
    """What a program calls a session; two sessions of one account never have the same."""

    def __init__(self, **kwargs: Any) -> None:
        words = "What your program calls it; no two of your sessions have the same. Empty: nothing."
        super().__init__(**{"max_length": MAX_EXTERNAL_ID, "allow_blank": True, "help_text": words, **kwargs})


@extend_schema_field({"type": "object", "additionalProperties": {}})
class MetadataField(serializers.Field):
    """A small JSON object; in a form it is its text."""

    def __init__(self, **kwargs: Any) -> None:
        words = "A JSON object of at most 4096 bytes and 4 levels; in a form, its text."
        super().__init__(**{"help_text": words, **kwargs})

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            return checked_metadata(json.loads(data) if isinstance(data, str) else data)
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("This is no JSON.") from error
        except Invalid as error:
            raise serializers.ValidationError(error.message) from error

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value
