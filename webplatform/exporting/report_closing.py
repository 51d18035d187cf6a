"""What every report ends with: the models and their cards, what it cannot say, how to cite it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from webplatform.exporting.model_card import card_of, write_card
from webplatform.exporting.pdf_page import Paper
from webplatform.history.models import Session


def write_closing(paper: Paper, sessions: Sequence[Session]) -> None:
    """The last parts of a report on these sessions, which come with their models."""
    _models(paper, sessions)
    _limits(paper)
    _citing(paper, sessions)


def _models(paper: Paper, sessions: Sequence[Session]) -> None:
    models = {s.model_version_id: s.model_version for s in sessions if s.model_version}
    for version in models.values():
        paper.heading(_("The model: %(name)s") % {"name": version})
        write_card(paper, card_of(version))


def _limits(paper: Paper) -> None:
    paper.heading(_("What this cannot say"))
    for text in (
        _("A score says how much a face looks like the faces that people named so. It does not say what is felt."),
        _("Faces that are turned away, dark, blurred or small are left out, not guessed; gaps stay gaps."),
        _("A face's number is no identity. It may change where a face was out of sight for long, or after a cut."),
        _("Do not judge a person by it: not for work, schools, credit, policing or diagnosis."),
    ):
        paper.paragraph(f"• {text}")


def _citing(paper: Paper, sessions: Sequence[Session]) -> None:
    paper.heading(_("How to cite"))
    models = sorted({f"{s.model_version} ({s.model_version.digest[:12]})" for s in sessions if s.model_version})
    text = _("Facial expressions were read with Raut, model %(models)s, one reading every %(every)s ms.")
    every = ", ".join(str(n) for n in sorted({s.every_ms for s in sessions}))
    paper.paragraph(text % {"models": ", ".join(models) or "?", "every": every})
    paper.paragraph(
        _("State the model with its digest, the share of readings that were not sure, and what is left out.")
    )
