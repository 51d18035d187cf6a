"""The forms of the retention pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from webplatform.studies.models import Study
from webplatform.studies.retention_policy import RetentionPolicy


class PolicyForm(forms.Form):
    """How many days a study keeps what."""

    media_days = forms.IntegerField(label=_("Videos, days"), min_value=1)
    observation_days = forms.IntegerField(
        label=_("Readings, days"), min_value=1, help_text=_("Boxes, scores, corrections and the summary.")
    )
    rest_days = forms.IntegerField(
        label=_("Everything else, days"),
        min_value=1,
        help_text=_("The session with its title and markers; a participant who was last heard of so long ago."),
    )
    bin_days = forms.IntegerField(
        label=_("Bin, days"),
        min_value=0,
        required=False,
        help_text=_("How long a deleted session can be restored. 0: it is gone at once."),
    )
    is_confirmed = forms.BooleanField(label=_("Remove what is older than this"), required=False)

    def __init__(self, study: Study, data: Any = None) -> None:  # data is Django's QueryDict
        stated = {name: getattr(study, name) for name in ("media_days", "observation_days", "rest_days")}
        super().__init__(data, initial=stated | {"bin_days": study.retention.bin_days})
        self._study = study
        for name in ("media_days", *DAYS):
            self.fields[name].max_value = settings.RAUT_RETENTION_MAX_DAYS
            self.fields[name].widget.attrs["max"] = settings.RAUT_RETENTION_MAX_DAYS
        if study.capture_mode == Study.CaptureMode.READINGS:
            del self.fields["media_days"]

    def ask_to_confirm(self, is_asked: bool) -> None:
        """Show the tick, or do not: it is shown where something would go."""
        if not is_asked:
            del self.fields["is_confirmed"]

    def policy(self) -> RetentionPolicy:
        """The valid form's days."""
        data = self.cleaned_data
        return RetentionPolicy(data.get("media_days", 0), *(data.get(name) for name in DAYS))


DAYS = ("observation_days", "rest_days", "bin_days")


class EraseAccountForm(forms.Form):
    """The person's own word that the account shall go."""

    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, has_password: bool, data: Any = None) -> None:  # data is Django's QueryDict
        super().__init__(data)
        if not has_password:
            self.fields["password"].label = _("Your e-mail address, to confirm")
            self.fields["password"].widget = forms.TextInput(attrs={"autocomplete": "email"})
