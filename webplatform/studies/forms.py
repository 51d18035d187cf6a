"""The forms of the study pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.studies.models import Membership, Study
from webplatform.studies.services import Purpose


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
    languages = forms.MultipleChoiceField(
        label=_("Languages of the participants"),
        choices=settings.LANGUAGES,
        initial=["en"],
        widget=forms.CheckboxSelectMultiple,
    )
    contact = forms.CharField(
        label=_("Contact"), max_length=200, help_text=_("Whom a participant can ask: name and address.")
    )

    def purpose_stated(self) -> Purpose:
        """The valid form's fields as the services take them."""
        return Purpose(**self.cleaned_data)


def form_of(study: Study, data: Any = None) -> StudyForm:  # data is Django's QueryDict
    """The form with what the study states now."""
    initial = {name: getattr(study, name) for name in StudyForm.base_fields}
    return StudyForm(data, initial=initial)


class PlatformInvitationForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(label=_("E-mail address"))


class InvitationForm(PlatformInvitationForm):
    """Whom to invite into a study, as what."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.VIEWER)


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
