"""Rows as JSON without the detours of Django REST framework, which looks up each value of each row anew."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from datetime import datetime, tzinfo
from functools import cached_property
from operator import attrgetter
from typing import Any  # rows, and what JSON holds of them

import orjson
from django.utils import timezone
from rest_framework import renderers, serializers
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

AS_THEY_ARE = (serializers.IntegerField, serializers.BooleanField)


class Json(renderers.JSONRenderer):
    """JSON, written by orjson; what it does not know it asks the framework's encoder for."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        if self.get_indent(accepted_media_type or "", renderer_context or {}):
            return super().render(data, accepted_media_type, renderer_context)
        return orjson.dumps(data, default=_encode, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _encode(value: Any) -> Any:
    return JSONEncoder().default(value)


def valid_data(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """What was sent, checked.

    Raises:
        ValidationError: it does not fit the serializer.
    """
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


# Django looks up the current zone in 10 µs; a list has a hundred times.
_zone: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def told_time(moment: datetime) -> str:
    """A time as the framework's DateTimeField writes it, in the current zone."""
    text = moment.astimezone(_zone.get() or timezone.get_current_timezone()).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


class LightSerializer(serializers.Serializer):
    """A serializer of rows that asks only once how each of its fields is read; for output, and no mappings."""

    @classmethod
    @functools.cache
    def _instance(cls) -> LightSerializer:
        return cls()  # the framework copies every field of a serializer whenever one is made

    @classmethod
    def line(cls, row: Any) -> dict[str, Any]:
        """A row as JSON."""
        return cls.lines([row])[0]

    @classmethod
    def lines(cls, rows: Iterable[Any]) -> list[dict[str, Any]]:
        """Each of the rows as JSON."""
        represent, token = cls._instance().to_representation, _zone.set(timezone.get_current_timezone())
        try:
            return [represent(row) for row in rows]
        finally:
            _zone.reset(token)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if isinstance(instance, Mapping):
            return super().to_representation(instance)
        return {name: read(instance) for name, read in self._readers}

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [(field.field_name, self._reader(field)) for field in self._readable_fields]

    def _reader(self, field: serializers.Field) -> Callable[[Any], Any]:
        if isinstance(field, serializers.SerializerMethodField):
            return getattr(self, field.method_name)
        if not field.source_attrs:  # source="*": another view of the same row
            return field.to_representation
        return _plain_reader(field, attrgetter(field.source))


def _plain_reader(field: serializers.Field, get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if isinstance(field, AS_THEY_ARE):
        return get
    if isinstance(field, serializers.DateTimeField):
        return lambda row: None if (moment := get(row)) is None else told_time(moment)
    if isinstance(field, serializers.ListSerializer | serializers.ManyRelatedField):
        return lambda row: field.to_representation(get(row))
    represent = field.to_representation

    def read(row: Any) -> Any:
        value = get(row)
        return None if value is None else represent(value)

    return read
