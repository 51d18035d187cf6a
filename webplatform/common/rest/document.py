"""What every operation of the OpenAPI document has alike: its errors, its headers, one kind of body, a summary."""

from __future__ import annotations

import re
from typing import Any  # OpenAPI is open dictionaries

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from webplatform.common.http.problems import PROBLEM
from webplatform.common.rest.declared import FIELDS, answer_members

Document = dict[str, Any]
# What Python strips; engines of other languages count fewer characters among \s.
NOT_BLANK = r"^[\s\x1c-\x1f\x85]*[^\s\x1c-\x1f\x85]"

# Each answer that is an error: its name among the components, and when it comes.
ERRORS = {
    "400": ("Invalid", "Something sent is not valid or not known; `details` names it."),
    "401": ("NotAuthenticated", "No valid token came along, and nobody is signed in."),
    "403": ("NotAllowed", "The token lacks the scope, the account the role, or consent is missing; `code` says which."),
    "404": ("NotFound", "There is no such object for whoever asks, or no such page of a list."),
    "406": ("NotAcceptable", "The header `Accept` takes nothing that this operation answers."),
    "409": ("Conflict", "The object is not in a state in which this can be done."),
    "410": ("Gone", "What was stored cannot be read any more: its key was erased."),
    "412": ("WrongVersion", "The header `Tus-Resumable` is missing or names another version."),
    "413": ("TooLarge", "The body has more bytes than are taken."),
    "415": ("UnsupportedMediaType", "This kind of body is not taken."),
    "422": ("Refused", "The file came whole and is not taken; `code` says why."),
    "429": ("TooManyRequests", "That was too often; `Retry-After` says in how many seconds to try again."),
    "460": ("ChecksumMismatch", "What came is not what was sent."),
    "500": ("ServerError", "The server failed. Its log tells why, under the request's id."),
    "503": ("StoreAway", "The object store does not answer; what was asked for can be asked for again."),
    "507": ("NoRoom", "The disk or the account has no room left."),
}
# Open operations, too: a token that is none, or of the wrong kind, is refused wherever it is sent.
ALWAYS = ("400", "401", "403", "404", "406", "429", "500")
READING = ("409", "410")
WRITING = ("409", "410", "413", "415", "507")
PROBLEM_SCHEMA: Document = {
    "type": "object",
    "description": "An error: RFC 9457's members, and `code`, `message`, `details`.",
    "properties": {
        "type": {"type": "string", "description": "`urn:raut:problem:` and the code."},
        "title": {"type": "string", "description": "The phrase of the HTTP status."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people, as `message`."},
        "instance": {"type": "string", "description": "`urn:raut:request:` and the request's id."},
        "code": {"type": "string", "description": "A stable word for programs."},
        "message": {"type": "string", "description": "A sentence for people."},
        "details": {"description": "What belongs to the code: for `invalid`, each member with what is wrong in it."},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "message", "details"],
}
HEADERS: Document = {
    "RequestId": {
        "description": "The request's id, as in log lines: the one sent along in `X-Request-ID`, or a new one.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {"description": "In how many seconds to try again.", "schema": {"type": "integer"}},
}


class DocumentedSchema(AutoSchema):
    """drf-spectacular's, with a summary, one kind of body, and the errors that every operation can answer."""

    def get_summary(self) -> str:
        first = (AutoSchema.get_description(self) or self.get_operation_id()).split("\n\n")[0].replace("\n", " ")
        return re.split(r"(?<=\w)[.:;](?:\s|$)", first)[0].strip()

    def map_parsers(self) -> list[str]:
        kinds = super().map_parsers()
        preferred = [kind for kind in ("application/json", "multipart/form-data") if kind in kinds]
        return preferred[:1] or kinds

    def get_operation(self, *args: Any, **kwargs: Any) -> Document | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation.setdefault("security", [{}])
            for answer in operation["responses"].values():
                answer["description"] = answer.get("description") or "Done."
                answer.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
            for status in self._errors():
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{ERRORS[status][0]}"})
        return operation

    def _get_parameters(self) -> list[Document]:
        parameters = super()._get_parameters()
        members = sorted(answer_members(self)) if self.method == "GET" else []
        if members:
            member = {"type": "string", "enum": members}
            schema = {"type": "array", "items": member, "minItems": 1, "uniqueItems": True}
            text = "The members that the answer, or each of its rows, shall have."
            parameters.append(
                {
                    "name": FIELDS,
                    "in": "query",
                    "description": text,
                    "schema": schema,
                    "explode": False,
                    "style": "form",
                }
            )
        return parameters

    def _map_serializer_field(self, field: Any, direction: str, *args: Any, **kwargs: Any) -> Document:
        """A text that may not be blank has something else in it than blanks."""
        schema = super()._map_serializer_field(field, direction, *args, **kwargs)
        is_text = type(field) is serializers.CharField and field.trim_whitespace and not field.allow_blank
        if direction == "request" and is_text and (field.min_length or 1) == 1 and "$ref" not in schema:
            schema.setdefault("pattern", NOT_BLANK)
        return schema

    def _postprocess_serializer_schema(self, schema: Document, serializer: Any, direction: str) -> Document:
        """Where all members may be left out, but not all at once, the schema says so."""
        mapped = super()._postprocess_serializer_schema(schema, serializer, direction)
        return {**mapped, "minProperties": 1} if getattr(serializer, "needs_one", False) else mapped

    def _errors(self) -> list[str]:
        own_errors = getattr(self.view, "own_errors", ())
        return sorted({*ALWAYS, *(READING if self.method in SAFE_METHODS else WRITING), *own_errors})


def complete(result: Document, generator: object, request: object, public: bool) -> Document:
    """The document with the problem's shape and its answers; bodies name all that they take."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    components["headers"] = {**components.get("headers", {}), **HEADERS}
    components["responses"] = {
        **components.get("responses", {}),
        **{name: _error(status, text) for status, (name, text) in ERRORS.items()},
    }
    for name in _sent_as_forms(result):
        _forget_null(components["schemas"][name])
    for name, schema in components["schemas"].items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return result


def _sent_as_forms(result: Document) -> set[str]:
    """The components that come as forms alone."""
    uses: dict[str, set[str]] = {}
    for path in result["paths"].values():
        for operation in path.values():
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                uses.setdefault(body["schema"].get("$ref", "").rsplit("/", 1)[-1], set()).add(kind)
    return {name for name, kinds in uses.items() if name and kinds == {"multipart/form-data"}}


def _forget_null(schema: Document) -> None:
    """A form cannot say null: what is not there is left out of it."""
    for member in schema.get("properties", {}).values():
        if isinstance(member.get("type"), list):
            kinds = [kind for kind in member["type"] if kind != "null"]
            member["type"] = kinds[0] if len(kinds) == 1 else kinds
        if member.get("default", ...) is None:
            del member["default"]
        for word in ("oneOf", "anyOf"):
            if word in member:
                member[word] = [entry for entry in member[word] if entry.get("type") != "null"]


def _error(status: str, text: str) -> Document:
    headers = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
    if status == "429":
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "headers": headers, "content": {PROBLEM: {"schema": schema}}}
