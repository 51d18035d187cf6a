"""Facts about this installation as sentences, read from the same places as the platform itself."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webplatform.consent.models import ConsentScope
from webplatform.consent.queries import effective_scopes, latest_of_each
from webplatform.documents.temporary_data import others_of
from webplatform.history.models import Session
from webplatform.history.sharing import sharing_of
from webplatform.modelhub.queries import active_version
from webplatform.studies.approvals import valid_approval
from webplatform.studies.models import Study
from webplatform.studies.roles import Role

Facts = tuple[tuple[str, str], ...]


def responsible() -> Facts:
    """Who answers for the platform, as its operator has stated it."""
    unstated = _("not stated: the operator sets %(name)s")
    return (
        (_("Controller"), settings.RAUT_CONTROLLER or unstated % {"name": "RAUT_CONTROLLER"}),
        (_("Data protection officer"), settings.RAUT_DPO or unstated % {"name": "RAUT_DPO"}),
    )


def limits_of(study: Study) -> Facts:
    """How long what stays, by the policy that the purge applies."""
    policy = study.retention
    days = _("%(n)d days after the session's end")
    media = days % {"n": policy.media_days} if policy.media_days else _("deleted as soon as it was analysed")
    return (
        (_("Video"), media),
        (_("Readings and corrections"), days % {"n": policy.observation_days}),
        (_("Session and markers"), days % {"n": policy.rest_days}),
        (_("What is deleted earlier, in the bin"), _bin_days(policy.bin_days)),
    )


def _bin_days(days: int) -> str:
    return _("%(n)d days, unless it is restored") % {"n": days} if days else _("gone at once")


def security() -> Facts:
    """What protects the data, as far as the running settings switch it on."""
    is_two_factor = "allauth.mfa" in settings.INSTALLED_APPS
    return (
        (_("At rest"), _("each video is encrypted with AES-256-GCM under its session's own key")),
        (_("Erasure"), _("a session's key is erased first, so that copies in backups cannot be read either")),
        (
            _("In transit"),
            _("HTTPS only, with HSTS") if settings.PRODUCTION else _("not enforced: RAUT_PRODUCTION is off"),
        ),
        (_("Signing in"), _("password and, if chosen, a second factor") if is_two_factor else _("password")),
        (_("Tokens and participants' links"), _("only their hashes are stored; they expire and can be revoked")),
        (
            _("Access"),
            _("by role in each study: owner, analyst, viewer; strangers learn nothing, not even that it exists"),
        ),
        (_("Audit"), _("consent, access, export, erasure and settings, in a log whose entries are chained by digests")),
        (_("Recordings of webcams"), _("frames are read in memory and never stored")),
        (_("Identity"), _("no template of a face is computed or stored; a face is a number within one session")),
    )


def purpose_of(study: Study) -> Facts:
    """What the study states."""
    facts = [
        (_("Purpose"), study.purpose or _("not stated")),
        (_("Setting"), study.get_setting_display()),
        (_("Legal ground"), study.get_legal_ground_display()),
        (_("What is kept of a video"), study.get_capture_mode_display()),
        (_("Contact"), study.contact or _("not stated")),
    ]
    if study.is_restricted:
        approval = valid_approval(study)
        reason = f"{study.get_exemption_display()}: {study.exemption_reason}"
        until = (
            _("until %(day)s") % {"day": date_format(timezone.localtime(approval.expires_at))}
            if approval
            else _("none: it records nothing")
        )
        facts += [(_("Medical or safety reason"), reason), (_("Approval by a second admin"), until)]
    return tuple(facts)


def people_of(study: Study) -> Facts:
    """Whose data the study holds, and how much; counts only."""
    participants = study.participants.all()
    agreed = [effective_scopes(record) for record in latest_of_each(participants)]
    consents = ", ".join(f"{scope.label}: {sum(scope in scopes for scopes in agreed)}" for scope in ConsentScope)
    variables = "; ".join(study.variables.values_list("name", flat=True))
    sessions = Session.objects.filter(study=study)
    return (
        (_("Participants, under pseudonyms"), str(participants.count())),
        (_("Noted of each, beside the pseudonym"), variables or _("nothing")),
        (_("Of these, consent that holds now"), consents),
        (_("Sessions"), str(sessions.count())),
        (_("Sessions with a video"), str(sessions.filter(media__isnull=False).count())),
    )


def recipients_of(study: Study) -> Facts:
    """Who sees the study's data."""
    counts = Counter(study.memberships.values_list("role", flat=True))
    members = ", ".join(f"{role.label}: {counts[role]}" for role in Role)
    return (
        (_("Members of the study"), members),
        (_("Other researchers"), _shared(study)),
        (_("Others"), others_of(study)),
        (_("Who stores videos and exports"), _storage()),
        (
            _("Countries outside of the European Union"),
            _("none by the platform; where the server and its stores stand, the controller knows"),
        ),
    )


def _storage() -> str:
    """Where files lie: a store of somebody else is a processor, which the record names."""
    store = settings.RAUT_OBJECT_STORE
    if not store:
        return _("this server, on its own disk, encrypted")
    host = urlsplit(store.get("endpoint_url", "")).hostname or "Amazon S3"
    text = _("the object store %(host)s, bucket %(bucket)s: encrypted before they leave this server, without a key")
    return text % {"host": host, "bucket": store["bucket_name"]}


def _shared(study: Study) -> str:
    n = sharing_of(study).sessions
    if not n:
        return _("none: no session has a consent to that")
    return ngettext(
        "an owner may hand on the readings of %(n)d session, without pseudonym, title or date",
        "an owner may hand on the readings of %(n)d sessions, without pseudonym, title or date",
        n,
    ) % {"n": n}


def model_facts() -> Facts:
    """The model that reads new sessions, with how often it is wrong."""
    version = active_version()
    if version is None:
        return ((_("Model"), _("none is active")),)
    figures = version.metrics.get("private") or version.metrics.get("public") or {}
    facts = [(_("Model"), f"{version.name} {version.version}")]
    if not figures:
        return (*facts, (_("Error rates"), _("its bundle states none")))
    facts += [
        (_("Test faces"), str(figures["n"])),
        (_("Wrong"), _("%(share).1f %% of the test faces") % {"share": 100 * (1 - figures["accuracy"])}),
        (_("Macro-F1"), f"{figures['macro_f1']:.3f}"),
    ]
    missed = _("%(share).1f %% missed")
    facts += [(name, missed % {"share": 100 * (1 - row["recall"])}) for name, row in figures["per_class"].items()]
    return tuple(facts)
