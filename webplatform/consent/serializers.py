"""The REST forms of an account's own consent."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from webplatform.consent.models import ConsentRecord, ConsentScope, ConsentText
from webplatform.consent.queries import scopes_left


class ScopesField(serializers.ListField):
    """Some of what people may agree to."""

    child = serializers.ChoiceField(ConsentScope.choices)


class LanguageIn(serializers.Serializer):
    """The language of the text."""

    language = serializers.ChoiceField(settings.LANGUAGES, required=False, help_text="Without it, the request's own.")


class ConsentTextOut(serializers.ModelSerializer):
    """One wording; the digest says that this one was read."""

    class Meta:
        model = ConsentText
        fields = ("version", "language", "digest", "body")


class ConsentStandingOut(serializers.Serializer):
    """What is asked of the user now, and what they have answered."""

    text = ConsentTextOut()
    is_valid = serializers.BooleanField(help_text="Whether they agree to this version, in whatever language.")
    is_asked_again = serializers.BooleanField(help_text="They agreed to an older version only.")
    scopes = ScopesField(help_text="What holds now, without what was taken back.")


@extend_schema_serializer(
    examples=[OpenApiExample("Agree", {"digest": "9f86d081…", "scopes": ["analyse", "keep_media"], "language": "en"})]
)
class AgreementIn(LanguageIn):
    """What the user agrees to: the text that they read, and each scope apart."""

    digest = serializers.CharField(max_length=64, help_text="Of the text that was read; 409 where it is another now.")
    scopes = ScopesField(min_length=1, help_text="`analyse` has to be among them.")


@extend_schema_serializer(examples=[OpenApiExample("Take one scope back", {"scopes": ["train"]})])
class TakenBackIn(serializers.Serializer):
    """What the user takes back."""

    scopes = ScopesField(
        default=[ConsentScope.ANALYSE.value],
        min_length=1,
        help_text="Without it all of them: nothing holds without `analyse`.",
    )


class TakenBackOut(ConsentStandingOut):
    """What is left after a withdrawal."""

    changed = serializers.IntegerField(help_text="How many agreements changed.")


class ConsentRecordOut(serializers.ModelSerializer):
    """One agreement: what was given, and what is left of it now."""

    version = serializers.IntegerField(source="text.version")
    digest = serializers.CharField(source="text_digest")
    scopes = ScopesField(help_text="What was given.")
    scopes_left = serializers.SerializerMethodField(help_text="What is left of it now.")
    proof = serializers.SerializerMethodField(help_text="Where its proof is.")

    class Meta:
        model = ConsentRecord
        fields = (
            "id", "version", "language", "digest", "scopes", "scopes_left", "channel",
            "given_at", "withdrawn_at", "proof",
        )  # fmt: skip

    @extend_schema_field(ScopesField())
    def get_scopes_left(self, record: ConsentRecord) -> list[str]:
        return scopes_left(record)

    def get_proof(self, record: ConsentRecord) -> str:
        return reverse("api-consent-proof", args=[record.pk])


class WithdrawalOut(serializers.Serializer):
    """One withdrawal."""

    scopes = ScopesField()
    channel = serializers.CharField()
    withdrawn_at = serializers.DateTimeField()


class ProofOut(serializers.Serializer):
    """The proof of an agreement: the same file as the page's."""

    proof_of = serializers.CharField()
    record = serializers.IntegerField()
    participant = serializers.CharField(allow_null=True)
    account = serializers.CharField(allow_null=True)
    study = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    language = serializers.CharField()
    scopes = ScopesField()
    given_by = serializers.CharField()
    channel = serializers.CharField()
    given_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawals = WithdrawalOut(many=True)
    text_sha256 = serializers.CharField()
    text = serializers.CharField()
