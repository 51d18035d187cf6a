"""The form of a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from webplatform.studies.models import Study
from webplatform.webhooks.models import Event
from webplatform.webhooks.targets import MAX_URL


class WebhookForm(forms.Form):
    """A new webhook, or a changed one."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What receives it, for example “survey tool”."))
    url = forms.CharField(
        label=_("Address"),
        max_length=MAX_URL,
        help_text=_("Where events are sent by POST. It begins with https:// and lies in a public network."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A message holds ids, the state and an address; never scores, titles or names."),
    )

    def __init__(self, *args: Any, study: Study | None, **kwargs: Any) -> None:  # Django's own
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(str(one), str(one.label).capitalize()) for one in Event.known_to(study)]
