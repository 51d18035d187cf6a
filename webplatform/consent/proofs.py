"""The proof of a consent, to be downloaded and kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse

from webplatform.consent.models import ConsentRecord


def proof_of(record: ConsentRecord) -> dict[str, Any]:
    """Everything that shows who agreed to what, when and how, and what was taken back of it."""
    return {
        "proof_of": "consent",
        "record": record.pk,
        "participant": record.participant and record.participant.pseudonym,
        "account": record.user and record.user.email,
        "study": record.participant and record.participant.study.name,
        "version": record.text.version,
        "language": record.language,
        "scopes": record.scopes,
        "given_by": "guardian" if record.by_guardian else "self",
        "channel": record.channel,
        "given_at": record.given_at,
        "withdrawn_at": record.withdrawn_at,
        "withdrawals": [
            {"scopes": withdrawal.scopes, "channel": withdrawal.channel, "withdrawn_at": withdrawal.withdrawn_at}
            for withdrawal in record.withdrawals.all()
        ],
        "text_sha256": record.text_digest,
        "text": record.notice or record.text.body,
    }


def proof_file(record: ConsentRecord) -> HttpResponse:
    """The proof as a download."""
    response = JsonResponse(proof_of(record), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="consent-{record.pk}.json"'
    return response
