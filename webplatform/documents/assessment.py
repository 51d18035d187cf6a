"""The draft of a data protection impact assessment (GDPR, article 35; Indonesia's law 27/2022, article 34)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from webplatform.documents.document import Document, Section
from webplatform.documents.facts import (
    limits_of,
    model_facts,
    people_of,
    purpose_of,
    recipients_of,
    responsible,
    security,
)
from webplatform.studies.models import Study


def assessment_of(study: Study) -> Document:
    """The draft for one study: what the platform knows is filled in, what only people can know is a gap."""
    return Document(
        title=_("Impact assessment, draft: %(name)s") % {"name": study.name},
        lead=_("Filled in with what the platform knows. The open points are yours: without them it is no assessment."),
        sections=(
            Section(_("1. Who answers for it"), facts=responsible()),
            Section(
                _("2. What is done, and what for"),
                facts=(*purpose_of(study), *people_of(study)),
                gaps=(_("How people are found and recorded, step by step, and for how long each."),),
            ),
            Section(
                _("3. The model, and how often it is wrong"), text=_limits(), facts=model_facts(), gaps=_model_gaps()
            ),
            Section(
                _("4. Why it is necessary, and in proportion"),
                text=_proportion(study),
                facts=limits_of(study),
                gaps=(_("Why the purpose cannot be reached without reading faces, or with fewer people."),),
            ),
            Section(_("5. Who sees it"), facts=recipients_of(study)),
            Section(_("6. What could go wrong, and what is done about it"), facts=_risks(), gaps=_risk_gaps()),
            Section(_("7. How it is protected"), facts=security()),
            Section(_("8. Whom you asked, and the decision"), facts=_stated(study), gaps=_decision_gaps()),
        ),
    )


def _stated(study: Study) -> tuple[tuple[str, str], ...]:
    statement = study.get_assessment_display()
    return ((_("The owner's word"), f"{statement}: {study.assessment_note}" if study.assessment else statement),)


def _limits() -> tuple[str, ...]:
    return (
        _("A score says which expression a trained observer would name, not what a person feels or intends."),
        _("The model was not tested for differences between groups of people; its training labels are noisy."),
    )


def _model_gaps() -> tuple[str, ...]:
    return (
        _("Whether people like yours are among those the model was tested on, and what a wrong reading does to them."),
    )


def _proportion(study: Study) -> tuple[str, ...]:
    video_text = (
        _("No video is kept: the readings are enough.")
        if study.capture_mode == Study.CaptureMode.READINGS
        else _("A video is kept only of people who agree to that apart.")
    )
    return (
        _("Everybody recorded under a pseudonym agrees first, to each use apart; withdrawing needs no reason."),
        video_text,
    )


def _risks() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("A reading is taken for what a person feels"),
            _("every page and file says what a score is; uncertain readings are marked"),
        ),
        (_("A reading is wrong for a group of people"), _("not measured here: see the open point")),
        (
            _("People cannot refuse"),
            _("participation by a link of their own; work, recruitment and education are refused"),
        ),
        (_("A video gets into wrong hands"), _("encryption with a key of each session; roles; audit; time limits")),
        (_("Somebody in the picture never agreed"), _("the uploader confirms it; the platform cannot see it")),
        (
            _("Readings that were handed on cannot be called back"),
            _("only those of people who agreed to that; people and sessions are numbers; each download is audited"),
        ),
        (_("Data stays for ever"), _("time limits with a ceiling, applied by the server; keys erased first")),
    )


def _risk_gaps() -> tuple[str, ...]:
    return (
        _("How likely and how severe each risk is in your setting, and what you add to the measures."),
        _("What remains, and why that is acceptable."),
    )


def _decision_gaps() -> tuple[str, ...]:
    return (
        _("The advice of the data protection officer, with its date."),
        _("The views of the people concerned or of those who speak for them, or why they were not asked."),
        _("The decision, who took it, and when it is looked at again."),
    )
