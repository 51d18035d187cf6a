"""The forms of the admins' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from training import RECIPES
from webplatform.learning.models import TrainingRun
from webplatform.learning.services import RunOptions, sources_on_server


class DatasetForm(forms.Form):
    """A data set to import."""

    name = forms.CharField(max_length=120, label=_("Name"))
    file = forms.FileField(required=False, label=_("Upload"), help_text=_("A .zip of class folders or a .csv."))
    source = forms.ChoiceField(required=False, label=_("Or from the server's import folder"))
    licence = forms.CharField(
        required=False,
        widget=forms.Textarea({"rows": 2}),
        label=_("Origin and licence"),
        help_text=_("Where the pictures come from, and what may be done with them."),
    )
    drops_leaks = forms.BooleanField(
        required=False, initial=True, label=_("Leave out test pictures that stand in the training part as well")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "–"), *((name, name) for name in sources_on_server())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("file")) == bool(cleaned.get("source")):
            raise forms.ValidationError(_("Choose a file to upload, or one in the server's import folder."))
        return cleaned

    def options(self) -> dict[str, Any]:
        """The arguments of `services.import_dataset`."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "licence": cleaned["licence"],
            "source": cleaned["file"] or cleaned["source"],
            "drops_leaks": cleaned["drops_leaks"],
        }


class RunForm(forms.Form):
    """A run to start."""

    recipe = forms.ChoiceField(choices=[(name, name) for name in sorted(RECIPES)], initial="small", label=_("Recipe"))
    start = forms.ChoiceField(choices=TrainingRun.Start.choices, label=_("Start"))
    epochs = forms.IntegerField(
        required=False, min_value=1, max_value=1000, label=_("Epochs"), help_text=_("Empty: as the recipe says.")
    )
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=1, label=_("Seed"))

    def options(self) -> RunOptions:
        """What `services.start_run` takes."""
        return RunOptions(**{name: self.cleaned_data[name] for name in ("recipe", "start", "epochs", "seed")})


class BundleForm(forms.Form):
    """A bundle to bring in."""

    file = forms.FileField(label=_("Bundle"), help_text=_("The .zip that another machine exported."))
    accepts_unsigned = forms.BooleanField(
        required=False,
        label=_("Also if no trusted key has signed it; I know where it comes from. (The audit log notes this.)"),
    )
