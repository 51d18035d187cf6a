"""The scope that each operation needs, written into the OpenAPI document."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

from webplatform.accounts.scopes import scope_of
from webplatform.common.rest.document import DocumentedSchema

REPEATED = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    OpenApiParameter.HEADER,
    description="1 to 255 characters: what is sent again with its key is done once, and answered the same for a day.",
)


class ScopedSchema(DocumentedSchema):
    """The common one, with the scope in the description."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        parameters = super().get_override_parameters()
        return [*parameters, REPEATED] if self.method == "POST" else parameters

    def get_description(self) -> str:
        text = super().get_description() or ""
        if not self.view.get_authenticators():
            return text
        return f"{text}\n\nScope of the token: `{scope_of(self.view, self.method)}`.".strip()
