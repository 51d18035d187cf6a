"""What an operation does not declare is refused with its name: members of bodies and parameters of queries.

What is declared is read from the operation's own `extend_schema`, so that the OpenAPI document and the refusal cannot
differ, and no view has to do anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any  # JSON, and what `extend_schema` takes

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # it loads the throttles, which load this
    from rest_framework.views import APIView

UNKNOWN = "There is no such member."
UNKNOWN_PARAMETER = "There is no such parameter."
FIELDS = "fields"
WRONG_TYPE = "This is a value of another type."
TWICE = "This was sent more than once."
PREFIX = "/api/v1/"
Errors = dict[str, Any]
Declared = tuple[dict[str, bool], Any, frozenset[str]]
# What a member is in JSON. REST framework would take 5 for "5" and "yes" for true; a number may be written as 5.0.
JSON_TYPES: list[tuple[tuple[type, ...], Callable[[Any], bool]]] = [
    ((serializers.CharField,), lambda data: isinstance(data, str)),
    ((serializers.BooleanField,), lambda data: isinstance(data, bool)),
    (
        (serializers.IntegerField, serializers.FloatField),
        lambda data: isinstance(data, int | float) and not isinstance(data, bool),
    ),
]
_schemas: dict[tuple[type, str], Declared] = {}


class DeclaredOnly(BaseThrottle):
    """Refuses what the operation does not declare.

    It counts nothing: a throttle is the one step that REST framework takes in every view after it knows who asks and
    before it works, and that is set for all views at once.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        is_answered = hasattr(view, request.method.lower())  # else 405, which says more than what was in it
        if is_answered and request.path.startswith(PREFIX) and request.method != "OPTIONS":
            parameters, body, members = _declared(view, request.method.lower())
            _refuse(_wrong_parameters(request.query_params, parameters) or _wrong_fields(request.query_params, members))
            if request.method not in ("GET", "HEAD"):
                _refuse(_wrong_members(request, body))
        return True


def _refuse(errors: Errors) -> None:
    if errors:
        raise serializers.ValidationError(errors)


def _declared(view: APIView, method: str) -> Declared:
    """An operation's parameters, each with whether it may stand there several times; its body; its answer's members."""
    key = (type(view), "get" if method == "head" else method)
    if key not in _schemas:
        _schemas[key] = _read_schema(view, key[1])
    return _schemas[key]


def _read_schema(view: APIView, method: str) -> Declared:
    schema_class = getattr(getattr(view, method, None), "kwargs", {}).get("schema") or type(view.schema)
    schema = schema_class()
    schema.view, schema.method = view, method.upper()
    names: dict[str, bool] = {}
    for parameter in schema.get_override_parameters():
        names |= _names_of(parameter)
    if method == "get" and getattr(view, "pagination_class", None):
        names |= {p["name"]: False for p in view.pagination_class().get_schema_operation_parameters(view)}
    if method != "get":
        return names, schema.get_request_serializer(), frozenset()
    members = answer_members(schema)
    return (names | {FIELDS: False} if members else names), None, members


def answer_members(schema: Any) -> frozenset[str]:
    """The members of what an operation answers, or of each row of it; empty where it answers no object."""
    answer = schema.get_response_serializers()
    if isinstance(answer, dict):
        answer = answer.get(200)
    if isinstance(answer, serializers.ListSerializer):
        answer = answer.child
    if isinstance(answer, type) and issubclass(answer, serializers.Serializer):
        answer = answer()
    if not isinstance(answer, serializers.Serializer):
        return frozenset()
    return frozenset(name for name, field in answer.fields.items() if not field.write_only)


def _wrong_fields(sent: QueryDict, members: frozenset[str]) -> Errors:
    fields = sent.get(FIELDS, "").split(",") if FIELDS in sent else []
    if len(set(fields)) < len(fields):
        return {FIELDS: [TWICE]}
    unknown = sorted(set(fields) - members)
    return {FIELDS: [f"{UNKNOWN} {name}".strip() for name in unknown]} if unknown else {}


def _names_of(parameter: Any) -> dict[str, bool]:
    if isinstance(parameter, OpenApiParameter):
        return {parameter.name: bool(parameter.many)} if parameter.location == OpenApiParameter.QUERY else {}
    fields = (parameter() if isinstance(parameter, type) else parameter).fields
    return {name: _takes_several(field) for name, field in fields.items() if not field.read_only}


def _takes_several(field: serializers.Field) -> bool:
    return isinstance(field, serializers.ListField | serializers.MultipleChoiceField | serializers.ListSerializer)


def _wrong_parameters(sent: QueryDict, names: dict[str, bool]) -> Errors:
    unknown = {name: [UNKNOWN_PARAMETER] for name in sent if name not in names}
    return unknown | {name: [TWICE] for name, many in names.items() if not many and len(sent.getlist(name)) > 1}


def _wrong_members(request: Request, body: Any) -> Errors:
    if isinstance(body, dict):  # by media type: a picture, a part of a file
        body = body.get((request.content_type or "").split(";")[0])
        if body is None:
            return {}
    if isinstance(body, type) and issubclass(body, serializers.BaseSerializer):
        body = body()
    if body is not None and not isinstance(body, serializers.BaseSerializer):
        return {}
    data = request.data
    if isinstance(data, QueryDict):
        return _wrong_form(data, body)
    return _unknown(data, body) if body is not None or isinstance(data, dict) else {}


def _wrong_form(sent: QueryDict, body: serializers.Serializer | None) -> Errors:
    fields = body.fields if body is not None else {}
    unknown = {name: [UNKNOWN] for name in sent if name not in fields}
    several = (name for name in sent if name in fields and not _takes_several(fields[name]))
    return unknown | {name: [TWICE] for name in several if len(sent.getlist(name)) > 1}


def _unknown(data: Any, field: Any) -> Errors | list[Errors]:
    """What its serializer does not know, and what has another type, at any depth; serializers say the rest."""
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        item_errors = [_unknown(item, field.child) for item in data] if isinstance(data, list) else []
        return item_errors if any(item_errors) else {}
    if data is not None and any(isinstance(field, fields) and not is_one(data) for fields, is_one in JSON_TYPES):
        return [WRONG_TYPE]
    if isinstance(data, Mapping) and (field is None or isinstance(field, serializers.Serializer)):
        fields = {} if field is None else field.fields
        wrong: Errors = {str(name): [UNKNOWN] for name in data if name not in fields or fields[name].read_only}
        inner = {name: _unknown(value, fields[name]) for name, value in data.items() if name in fields}
        return wrong | {name: errors for name, errors in inner.items() if errors and name not in wrong}
    return {}
