"""A participant's notice: the facts of the study, and the newest text, in their language."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from webplatform.consent.models import ConsentText, sections_of
from webplatform.consent.queries import current_text
from webplatform.studies.models import Study


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, as it is shown and as it is kept with the agreement.

    Args:
        text: the wording below the study's facts.
        body: all of it, word for word.
    """

    text: ConsentText
    body: str

    @property
    def digest(self) -> str:
        """SHA-256 of the body, hex."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The body's parts as (heading, text)."""
        return sections_of(self.body)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Those parts that the study states, which come first."""
        return self.sections[: -len(self.wording)]

    @property
    def wording(self) -> list[tuple[str, str]]:
        """The parts below them, which are the same for every study."""
        return sections_of(self.text.body)


def notice_of(study: Study, language: str) -> Notice:
    """The current notice for a participant of the study, in `language`, or in English if it is not translated.

    Whatever changes in the study's facts changes the notice, and then everybody is asked again.
    """
    text = current_text(language, ConsentText.Audience.PARTICIPANT)
    with override(text.language):
        facts = [
            (_("The study"), study.name),
            (_("What it is for"), study.purpose or _("The study states no purpose.")),
            (_("Setting and legal ground"), f"{study.get_setting_display()}; {study.get_legal_ground_display()}"),
            (_("What is kept of the camera's picture"), _media_sentence(study)),
            *_film_entries(study),
            *_noted(study),
            (_("How long it is kept"), _retention_sentences(study)),
            (_("Whom you can ask"), study.contact or _("Whoever gave you the link.")),
        ]
    parts = [f"{heading}\n{' '.join(fact.split())}" for heading, fact in facts]
    return Notice(text, "\n\n".join([*parts, text.body.strip()]) + "\n")


def _media_sentence(study: Study) -> str:
    if study.capture_mode == Study.CaptureMode.READINGS:
        return _("No video is kept: it is deleted as soon as it was analysed.")
    return _("The video is kept only if you allow it below.")


def _film_entries(study: Study) -> list[tuple[str, str]]:
    text = _("Films, one or several; your camera is read while they play.")
    return [(_("What you are shown"), text)] if study.stimuli.exists() else []


def _noted(study: Study) -> list[tuple[str, str]]:
    names = [variable.name for variable in study.variables.all()]
    return [(_("What is noted of you beside the pseudonym"), "; ".join(names))] if names else []


def _retention_sentences(study: Study) -> str:
    days = asdict(study.retention)
    readings = ngettext(
        "The readings are deleted %(observation_days)d day after the recording.",
        "The readings are deleted %(observation_days)d days after the recording.",
        days["observation_days"],
    )
    remainder = ngettext(
        "What is left of it, its time and what was noted beside it, is deleted after %(rest_days)d day.",
        "What is left of it, its time and what was noted beside it, is deleted after %(rest_days)d days.",
        days["rest_days"],
    )
    binned = ngettext(
        "What the study deletes earlier lies in a bin for %(bin_days)d day before it is gone.",
        "What the study deletes earlier lies in a bin for %(bin_days)d days before it is gone.",
        days["bin_days"],
    )
    media = ngettext(
        "A video that is kept is deleted %(media_days)d day after the recording.",
        "A video that is kept is deleted %(media_days)d days after the recording.",
        days["media_days"],
    )
    parts = [*([media] if days["media_days"] else []), readings, remainder]
    if days["bin_days"]:
        parts += [binned, _("What you withdraw or have erased is gone at once.")]
    return " ".join(part % days for part in parts)
