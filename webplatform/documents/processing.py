"""The record of processing activities (GDPR, article 30; Indonesia's law 27/2022, article 31)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.documents.document import Document, Section
from webplatform.documents.facts import limits_of, people_of, purpose_of, recipients_of, responsible, security
from webplatform.documents.temporary_data import passing_facts
from webplatform.studies.models import Study


def record_of(study: Study) -> Document:
    """The record of one study."""
    return Document(
        title=_("Record of processing: %(name)s") % {"name": study.name},
        lead=_("Written from what the study states, what it holds and the settings that run (GDPR, article 30)."),
        sections=(
            Section(_("Who answers for it"), facts=responsible()),
            Section(_("What for"), facts=purpose_of(study)),
            Section(_("Whose data, and which"), text=(_data(),), facts=people_of(study)),
            Section(_("Who sees it"), facts=recipients_of(study)),
            Section(_("When it is erased"), facts=limits_of(study)),
            Section(_("What is kept for a short time only"), facts=passing_facts()),
            Section(_("How it is protected"), facts=security()),
        ),
    )


def record_of_platform() -> Document:
    """The record of everything that is processed here: one part for each study, and one for the accounts."""
    studies = Study.objects.filter(is_personal=False).order_by("name")
    personal = Study.objects.filter(is_personal=True).count()
    accounts = (
        (_("Accounts"), str(User.objects.filter(is_active=True).count())),
        (_("Personal studies"), str(personal)),
        (
            _("Data"),
            _("e-mail address, name if given, memberships, consent records, logins, hashes of tokens, webhooks"),
        ),
        (_("When it is erased"), _("with the account, which its owner can erase")),
    )
    parts = [Section(study.name, facts=(*purpose_of(study), *limits_of(study))) for study in studies]
    return Document(
        title=_("Record of processing activities"),
        lead=_("Every study on this platform with its purpose and time limits (GDPR, article 30)."),
        sections=(
            Section(_("Who answers for it"), facts=responsible()),
            Section(_("Accounts"), facts=accounts),
            *parts,
            Section(_("What is kept for a short time only"), facts=passing_facts()),
            Section(_("How it is protected"), facts=security()),
        ),
    )


def _data() -> str:
    return _(
        "Faces in videos, encrypted, where the study keeps them; per moment and face a box, seven scores or the reason "
        "why there are none; times, markers, segments, corrections; what the study's members call a face; consent "
        "records with their wording. No participant's name is asked for."
    )
