"""The documents by REST: the same words as on the pages, in parts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.staff import IsAdmin
from webplatform.documents.assessment import assessment_of
from webplatform.documents.document import Document
from webplatform.documents.processing import record_of, record_of_platform
from webplatform.documents.schedule import retention_schedule
from webplatform.studies.assessments import MIN_NOTE, state_assessment
from webplatform.studies.models import Study
from webplatform.studies.permissions import owned_study


class FactOut(serializers.Serializer):
    term = serializers.CharField()
    fact = serializers.CharField()


class SectionOut(serializers.Serializer):
    """A part of a document."""

    heading = serializers.CharField()
    text = serializers.ListField(child=serializers.CharField(), help_text="Paragraphs.")
    facts = FactOut(many=True)
    gaps = serializers.ListField(
        child=serializers.CharField(), help_text="What only people can know, and have to write."
    )


class DocumentOut(serializers.Serializer):
    """A document as it would be written now, in the language of the request."""

    language = serializers.CharField()
    title = serializers.CharField()
    lead = serializers.CharField()
    sections = SectionOut(many=True)


class AssessmentOut(DocumentOut):
    """The draft of an impact assessment, and the owner's word on it."""

    assessment = serializers.ChoiceField(Study.Assessment.choices, allow_blank=True, help_text="Empty: not stated.")
    note = serializers.CharField(help_text="Where it is filed, or why none is needed.")


class AssessmentIn(serializers.Serializer):
    """The owner's word on the impact assessment."""

    assessment = serializers.ChoiceField(Study.Assessment.choices[1:])
    note = serializers.CharField(
        min_length=MIN_NOTE, max_length=2000, help_text="Where it is filed, or why none is needed."
    )


@extend_schema(tags=["documents"], auth=[])
class ScheduleApi(APIView):
    """What is kept and for how long: for everybody, without a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="documents_retention", responses=DocumentOut)
    def get(self, request: Request) -> Response:
        return Response(DocumentOut(_parts(retention_schedule())).data)


@extend_schema(tags=["documents"])
class PlatformRecordApi(APIView):
    """For admins: the record of processing of the whole platform."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="documents_platform_record", responses=DocumentOut)
    def get(self, request: Request) -> Response:
        return Response(DocumentOut(_parts(record_of_platform())).data)


@extend_schema(tags=["documents"])
class RecordApi(APIView):
    """For owners: the study's record of processing."""

    @extend_schema(operation_id="documents_record", responses=DocumentOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(DocumentOut(_parts(record_of(owned_study(request.user, study_id)))).data)


@extend_schema(tags=["documents"])
class AssessmentApi(APIView):
    """For owners: the draft of the study's impact assessment."""

    @extend_schema(operation_id="documents_assessment", responses=AssessmentOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(_assessment(owned_study(request.user, study_id)))

    @extend_schema(operation_id="documents_state_assessment", request=AssessmentIn, responses=AssessmentOut)
    def post(self, request: Request, study_id: UUID) -> Response:
        """State that the assessment is done and where it is filed, or why none is needed."""
        study = owned_study(request.user, study_id)
        sent = AssessmentIn(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(_assessment(state_assessment(study=study, user=request.user, **sent.validated_data)))


def _assessment(study: Study) -> dict[str, Any]:
    word = {"assessment": study.assessment, "note": study.assessment_note}
    return AssessmentOut({**_parts(assessment_of(study)), **word}).data


def _parts(document: Document) -> dict[str, Any]:
    sections = [
        {
            "heading": section.heading,
            "text": section.text,
            "facts": [{"term": term, "fact": fact} for term, fact in section.facts],
            "gaps": section.gaps,
        }
        for section in document.sections
    ]
    return {"language": get_language() or "en", "title": document.title, "lead": document.lead, "sections": sections}
