"""How the OpenAPI document tells the scope that each operation asks of a token."""

from __future__ import annotations

from webplatform.accounts.scopes import scope_of
from webplatform.common.document import DocumentedSchema


class ScopedSchema(DocumentedSchema):
    """The common one, with the scope in the description."""

    def get_description(self) -> str:
        text = super().get_description() or ""
        if not self.view.get_authenticators():
            return text
        return f"{text}\n\nScope of the token: `{scope_of(self.view, self.method)}`.".strip()
