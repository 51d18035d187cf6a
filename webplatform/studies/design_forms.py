"""The forms of a study's design."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from webplatform.studies.models import Variable


class ConditionForm(forms.Form):
    """A new condition."""

    prefix = "condition"
    name = forms.CharField(
        label=_("New condition"), max_length=60, help_text=_("What sessions are compared by, such as “film A”.")
    )


class VariableForm(forms.Form):
    """A new variable."""

    prefix = "variable"
    name = forms.CharField(
        label=_("New variable"), max_length=60, help_text=_("What you note of each participant, such as “age band”.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Variable.Kind.choices, initial=Variable.Kind.CHOICE)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For a list: one choice on each line."),
    )

    def stated(self) -> dict[str, object]:
        """The valid form's fields as the service takes them."""
        return self.cleaned_data | {"choices": self.cleaned_data["choices"].splitlines()}
