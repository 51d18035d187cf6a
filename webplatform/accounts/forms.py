"""The forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.scopes import scopes_open_to

LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), ("0", _("until revoked"))]


class ProfileForm(forms.ModelForm):
    """How the person is called."""

    class Meta:
        model = User
        fields = ["first_name", "last_name"]


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, for example “lab notebook”."))
    days = forms.TypedChoiceField(label=_("Valid for"), choices=LIFETIMES, coerce=int, initial="90")
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as the program needs: “write” uploads, changes and deletes."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # Django's own
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(code, ApiToken.Scope(code).label) for code in scopes_open_to(user)]

    def clean_days(self) -> int | None:
        """None stands for no end."""
        return self.cleaned_data["days"] or None
