"""The REST endpoints of an account's own consent: what is asked, agreeing, taking back, and the record of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.models import User
from webplatform.consent import queries, services
from webplatform.consent.models import ConsentRecord
from webplatform.consent.proofs import proof_file
from webplatform.consent.serializers import (
    AgreementIn,
    ConsentRecordOut,
    ConsentStandingOut,
    LanguageIn,
    ProofOut,
    TakenBackIn,
    TakenBackOut,
)

API = ConsentRecord.Channel.API


@extend_schema(tags=["consent"])
class ConsentApi(APIView):
    """The text that counts now, and the user's answer to it.

    A token needs `write` to agree, as for everything that changes something: whoever made it gave it that scope on a
    page, and the digest says which text was read. `live` is not enough: a camera's token cannot agree for its owner.
    """

    @extend_schema(operation_id="consent_read", parameters=[LanguageIn], responses=ConsentStandingOut)
    def get(self, request: Request) -> Response:
        """The text that counts now, whether it is agreed to, for what, and whether one is asked again."""
        query = LanguageIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(ConsentStandingOut(_standing(request.user, _language(query))).data)

    @extend_schema(operation_id="consent_give", request=AgreementIn, responses=ConsentStandingOut)
    def post(self, request: Request) -> Response:
        """Agree to the text that was read; agreeing twice changes nothing, and what held before still holds.

        409 where the digest is not the current text's, in this language: nobody agrees to what they did not see.
        """
        sent = AgreementIn(data=request.data)
        sent.is_valid(raise_exception=True)
        language = _language(sent)
        agreement = {"scopes": sent.validated_data["scopes"], "digest": sent.validated_data["digest"]}
        services.give_consent(user=request.user, language=language, channel=API, **agreement)
        return Response(ConsentStandingOut(_standing(request.user, language)).data)


@extend_schema(tags=["consent"])
class ConsentWithdrawalApi(APIView):
    """The way back, as easy as the way in: the same scope of a token, and no reason.

    `read` is not enough, because sessions are deleted by it.
    """

    @extend_schema(operation_id="consent_withdraw", request=TakenBackIn, responses=TakenBackOut)
    def post(self, request: Request) -> Response:
        """Take all of it back, or some; what ran by it stops, and what rested on it is deleted."""
        sent = TakenBackIn(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = services.withdraw_consent(of=request.user, channel=API, **sent.validated_data)
        return Response(TakenBackOut({"changed": changed, **_standing(request.user, _language())}).data)


@extend_schema(tags=["consent"])
class ConsentListApi(generics.ListAPIView):
    """Everything that the user ever agreed to, newest first, with what is left of it."""

    serializer_class = ConsentRecordOut

    @extend_schema(operation_id="consents_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[ConsentRecord]:
        if getattr(self, "swagger_fake_view", False):
            return ConsentRecord.objects.none()
        return queries.consent_history(self.request.user)


@extend_schema(tags=["consent"])
class ConsentProofApi(APIView):
    """The proof of one of the user's agreements, as a file to be kept."""

    @extend_schema(operation_id="consents_proof", responses=ProofOut)
    def get(self, request: Request, record_id: int) -> HttpResponse:
        return proof_file(get_object_or_404(queries.consent_history(request.user), pk=record_id))


def _language(sent: LanguageIn | None = None) -> str:
    chosen = sent.validated_data.get("language") if sent else None
    return chosen or get_language() or queries.FALLBACK_LANGUAGE


def _standing(user: User, language: str) -> dict[str, Any]:
    return {"text": queries.current_text(language), **queries.standing_of_account(user)}
