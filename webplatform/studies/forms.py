"""The forms of the study pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.db import models
from django.utils.translation import gettext_lazy as _

from inference import EVEN
from webplatform.accounts.models import User
from webplatform.common.errors import Invalid
from webplatform.studies.models import Study
from webplatform.studies.prior import checked_prior, read_percentages
from webplatform.studies.roles import Role
from webplatform.studies.services import StudyStatement


class Frequency(models.TextChoices):
    """How frequent a study expects expressions to be."""

    MODEL = "model", _("as where the model learnt")
    EVEN = "even", _("each as frequent as any other")
    OWN = "own", _("as I state below")


class StudyForm(forms.Form):
    """What a study states; the service says whether the law allows it."""

    name = forms.CharField(label=_("Name"), max_length=120)
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you want to find out, in words that participants understand. They read it in their notice."),
    )
    setting = forms.ChoiceField(label=_("Setting"), choices=Study.Setting.choices, initial=Study.Setting.RESEARCH)
    exemption = forms.ChoiceField(
        label=_("Medical or safety reason"),
        choices=Study.Exemption.choices,
        required=False,
        help_text=_("Needed at work, in recruitment and in education, where emotion recognition is forbidden without."),
    )
    exemption_reason = forms.CharField(
        label=_("The reason in words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A second admin reads it and decides."),
    )
    legal_ground = forms.ChoiceField(label=_("Legal ground"), choices=Study.LegalGround.choices)
    capture_mode = forms.ChoiceField(label=_("What is kept of a video"), choices=Study.CaptureMode.choices)
    frequency = forms.ChoiceField(
        label=_("How frequent expressions are"),
        choices=Frequency.choices,
        initial=Frequency.MODEL,
        required=False,
        help_text=_(
            "A model's scores assume that some expressions are more frequent than others, as where it learnt. In posed "
            "recordings each is as frequent as any other. It counts from now on; each session says what it assumed."
        ),
    )
    shares = forms.CharField(
        label=_("Your own percentages"),
        required=False,
        max_length=120,
        help_text=_("Seven numbers, together 100: angry, disgust, fear, happy, sad, surprise, neutral."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of the participants"),
        choices=settings.LANGUAGES,
        initial=["en"],
        widget=forms.CheckboxSelectMultiple,
    )
    contact = forms.CharField(
        label=_("Contact"), max_length=200, help_text=_("Whom a participant can ask: name and address.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        frequency, shares = cleaned.pop("frequency", ""), cleaned.pop("shares", "")
        try:
            cleaned["prior"] = {Frequency.EVEN: list(EVEN)}.get(frequency, [])
            if frequency == Frequency.OWN:
                cleaned["prior"] = read_percentages(shares)
        except Invalid as error:
            self.add_error("shares", str(error))
        return cleaned

    def statement(self) -> StudyStatement:
        """The valid form's fields as the services take them."""
        return StudyStatement(**self.cleaned_data)


def form_of(study: Study, data: Any = None) -> StudyForm:  # data is Django's QueryDict
    """The form with what the study states now."""
    stated = {name: getattr(study, name) for name in StudyForm.base_fields if hasattr(study, name)}
    return StudyForm(data, initial=stated | _frequency_of(study))


def _frequency_of(study: Study) -> dict[str, str]:
    if not study.prior:
        return {"frequency": Frequency.MODEL}
    if study.prior == checked_prior(EVEN):
        return {"frequency": Frequency.EVEN}
    return {"frequency": Frequency.OWN, "shares": "; ".join(f"{100 * share:.4g}" for share in study.prior)}


class PlatformInvitationForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(label=_("E-mail address"))


class InvitationForm(PlatformInvitationForm):
    """Whom to invite into a study, as what."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class NewcomerForm(forms.Form):
    """The password of somebody who has no account yet."""

    password1 = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )
    password2 = forms.CharField(
        label=_("Password (again)"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:  # Django's own
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], User(email=self.email))
        return self.cleaned_data["password1"]

    def clean_password2(self) -> str:
        if self.cleaned_data["password2"] != self.cleaned_data.get("password1", self.cleaned_data["password2"]):
            raise forms.ValidationError(_("The two passwords differ."))
        return self.cleaned_data["password2"]
